"""The published sets in torchvision's file layout; each has an official test part."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.cache import cache_key
from vae_explorer.data.gathering import Gathered, Plan, Reading, collect, target_shape
from vae_explorer.data.pixels import row_chunks
from vae_explorer.data.scattered import release_pages
from vae_explorer.data.sources import SOURCE_INFO, resolve_root
from vae_explorer.data.spec import DataSpec, SourceName
from vae_explorer.data.splitting import choose_subset
from vae_explorer.errors import DataError

__all__ = ["CLASS_NAMES", "plan_torchvision", "read_idx"]

_DIGITS = tuple("0123456789")
CLASS_NAMES: dict[SourceName, tuple[str, ...]] = {
    "mnist": _DIGITS,
    "fashion-mnist": (
        "T-shirt",
        "trousers",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    "emnist-letters": tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "cifar10": (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    "svhn": _DIGITS,
}

_IDX_UINT8 = 0x08
_Part = tuple[NDArray[np.uint8], NDArray[np.int64]]  # images (n, C, H, W), labels (n,)


def plan_torchvision(spec: DataSpec) -> Plan:
    """How to read a set whose files are there; training images come first, then the test part."""
    root = resolve_root(spec.data_root)
    info = SOURCE_INFO[spec.source]
    shape = target_shape(spec, info.image_shape)
    is_idx = spec.source not in ("cifar10", "svhn")

    def read(staging: Path) -> Reading:
        parts = _READERS[spec.source](root)
        n = sum(len(labels) for _, labels in parts)
        is_test = np.concatenate([np.full(len(labels), k == 1) for k, (_, labels) in enumerate(parts)])
        rows = choose_subset(n, spec.n_images, spec.seed, is_test)
        chunks = _rows_of([images for images, _ in parts], rows)
        images = yield from collect(chunks, len(rows), shape, spec, staging, f"Reading {info.title}")
        labels = np.concatenate([labels for _, labels in parts])[rows]
        return Gathered(
            info.title, images, is_test=is_test[rows], labels=labels, class_names=CLASS_NAMES[spec.source]
        )

    stamps = [_stamp(root, name) for name in info.files]
    how = (shape, spec.fit, spec.background, spec.n_images, spec.seed, spec.validation_fraction)
    return Plan(cache_key(spec.source, stamps, how), not is_idx or shape != info.image_shape, read)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """An IDX file of bytes (format: Y. LeCun's MNIST page), mapped; or its ``.gz`` beside it, unpacked.

    Raises
    ------
    DataError
        If the file is damaged or of another kind.
    """
    try:
        if path.is_file():
            data: NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        else:
            packed = path.with_name(path.name + ".gz")
            data = np.frombuffer(gzip.decompress(packed.read_bytes()), dtype=np.uint8)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{path} cannot be read ({error}): delete it and download the set again.") from error
    n_dims = int(data[3]) if len(data) >= 4 else 0
    header = 4 + 4 * n_dims
    if len(data) < header or tuple(data[:3]) != (0, 0, _IDX_UINT8) or n_dims == 0:
        raise DataError(f"{path} is not an IDX file of bytes: delete it and download the set again.")
    shape = tuple(int(side) for side in np.frombuffer(data[4:header].tobytes(), dtype=">i4"))
    if len(data) - header != int(np.prod(shape, dtype=np.int64)):
        raise DataError(
            f"{path} is incomplete ({len(data) - header:,} bytes for {shape}): delete it and download again."
        )
    pixels: NDArray[np.uint8] = data[header:].reshape(shape)
    return pixels


def _idx_parts(source: SourceName) -> Callable[[Path], list[_Part]]:
    def read(root: Path) -> list[_Part]:
        names = SOURCE_INFO[source].files
        parts = []
        for image_name, label_name in (names[:2], names[2:]):
            images = read_idx(root / image_name)
            labels = read_idx(root / label_name).astype(np.int64)
            if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
                raise DataError(f"{root / image_name} and its labels do not belong together.")
            if source == "emnist-letters":
                images = images.transpose(0, 2, 1)  # stored lying on their side
                labels = labels - 1  # 1 is A
            parts.append((images[:, None], labels))
        return parts

    return read


def _cifar10(root: Path) -> list[_Part]:
    from torchvision.datasets import CIFAR10

    try:
        parts = [CIFAR10(root, train=train) for train in (True, False)]  # checks every file's digest
    except RuntimeError as error:
        raise _damaged("cifar10", root / "cifar-10-batches-py") from error
    return [(part.data.transpose(0, 3, 1, 2), np.asarray(part.targets, dtype=np.int64)) for part in parts]


def _svhn(root: Path) -> list[_Part]:
    from torchvision.datasets import SVHN

    try:
        parts = [SVHN(root, split=split) for split in ("train", "test")]
    except RuntimeError as error:
        raise _damaged("svhn", root) from error
    return [(part.data, part.labels.astype(np.int64)) for part in parts]


_READERS: dict[SourceName, Callable[[Path], list[_Part]]] = {
    **{name: _idx_parts(name) for name in ("mnist", "fashion-mnist", "kmnist", "emnist-letters")},
    "cifar10": _cifar10,
    "svhn": _svhn,
}


def _damaged(source: SourceName, place: Path) -> DataError:
    title = SOURCE_INFO[source].title
    return DataError(f"The files of {title} in {place} are damaged: delete them and download the set again.")


def _rows_of(parts: list[NDArray[np.uint8]], rows: NDArray[np.int64]) -> Iterator[NDArray[np.uint8]]:
    """Chunks of the chosen `rows`, counted over all parts."""
    start = 0
    for images in parts:
        mine = rows[(rows >= start) & (rows < start + len(images))] - start
        for chunk in row_chunks(len(mine), int(np.prod(images.shape[1:]))):
            yield images[mine[chunk]]
            release_pages(images)  # the chunk is a copy
        start += len(images)


def _stamp(root: Path, name: str) -> tuple[str, int, int]:
    path = root / name
    info = (path if path.is_file() else path.with_name(path.name + ".gz")).stat()
    return (str(path), info.st_size, info.st_mtime_ns)
