"""A folder of pictures: listing, classes from sub-folders, decoding in parallel, preview of one file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.cache import cache_key
from vae_explorer.data.events import Pace, SkippedFile
from vae_explorer.data.gathering import Gathered, Plan, Reading
from vae_explorer.data.headers import default_size
from vae_explorer.data.pictures import (
    FOREIGN_SUFFIXES,
    PICTURE_SUFFIXES,
    Frame,
    UnreadablePicture,
    decode_picture,
)
from vae_explorer.data.pixels import PixelWriter, row_chunks
from vae_explorer.data.resize import to_channels
from vae_explorer.data.spec import DataSpec
from vae_explorer.data.splitting import choose_subset
from vae_explorer.errors import DataError

__all__ = ["Listing", "list_pictures", "plan_folder", "preview"]

_BATCH = 16  # files a task: small enough to cancel at once, large enough to keep the threads busy
_MAX_THREADS = 8
_POLL_S = 0.2  # how often a slow disk lets the consumer cancel


class Listing(NamedTuple):
    """Files in a fixed order, and the names of their classes (empty without sub-folders)."""

    files: list[Path]
    classes: list[str]


def list_pictures(root: Path) -> Listing:
    """All picture files below `root`, ordered by their path; hidden files and folders are ignored.

    The class of a file is the first folder below the deepest folder that holds all pictures; deeper folders
    belong to it, as in torchvision's ``ImageFolder``. Pictures beside class folders form a class named after
    the folder that they lie in.

    Raises
    ------
    DataError
        If `root` is not a folder or cannot be read.
    """
    files = [path for path in _walk(root) if path.suffix.lower() in PICTURE_SUFFIXES]
    return Listing(files, _distinct(_class_of_each(files)))


def preview(path: Path, spec: DataSpec) -> NDArray[np.uint8]:
    """One file as `load` would fit it; uint8, (C, H, W), C is 3 unless the spec asks for grey.

    Sizes that the spec leaves open are 64 pixels here: the other files of the folder are not looked at.

    Raises
    ------
    DataError
        If the file cannot be used; the message says why.
    """
    try:
        rgb = decode_picture(path, _frame(spec))
    except UnreadablePicture as reason:
        raise DataError(f"{path.name} cannot be used: {reason}.") from reason
    images: NDArray[np.uint8] = np.ascontiguousarray(rgb.transpose(2, 0, 1))[None]  # (1, 3, H, W)
    fitted: NDArray[np.uint8] = to_channels(images, spec.channels or 3)[0]
    return fitted


def plan_folder(spec: DataSpec) -> Plan:
    """How to read the folder `spec.path`; the key covers every file's path, size and time of change.

    Raises
    ------
    DataError
        If there is no such folder, or no picture in it.
    """
    if spec.path is None:
        raise DataError("No folder is named: choose the folder that holds the pictures.")
    root = spec.path.expanduser().absolute()
    everything = _walk(root)
    files = [path for path in everything if path.suffix.lower() in PICTURE_SUFFIXES]
    foreign = tuple(
        SkippedFile(path, f"{path.suffix[1:].upper()} pictures are not read; save it as PNG or JPEG")
        for path in everything
        if path.suffix.lower() in FOREIGN_SUFFIXES
    )
    if not files:
        there = (
            f" ({len(foreign)} of a kind that is not read, such as {foreign[0].path.name})" if foreign else ""
        )
        raise DataError(f"There are no PNG, JPEG, WebP, BMP, TIFF or GIF pictures in {root}{there}.")
    frame = _frame(spec, files)
    classes = _class_of_each(files)
    chosen = choose_subset(len(files), spec.n_images, spec.seed)
    files, classes = [files[k] for k in chosen], [classes[k] for k in chosen] if classes else []

    def read(staging: Path) -> Reading:
        return _read(root, files, classes, foreign, spec, frame, staging)

    stamps = [
        (path.relative_to(root).as_posix(), *_stamp(path)) for path in (*files, *(s.path for s in foreign))
    ]
    shape = (spec.channels, *frame.__dict__.values(), spec.validation_fraction, spec.seed)
    return Plan(cache_key("folder", str(root), shape, stamps), True, read)


def _read(
    root: Path,
    files: Sequence[Path],
    classes: Sequence[str],
    foreign: tuple[SkippedFile, ...],
    spec: DataSpec,
    frame: Frame,
    staging: Path,
) -> Reading:
    channels = spec.channels or 3
    pace = Pace(len(files), "pictures", "Reading pictures")
    used: list[int] = []
    skipped: list[SkippedFile] = []
    all_grey = True
    done = 0
    with PixelWriter(staging, len(files), (channels, frame.height, frame.width)) as writer:
        for batch in _decode_all(files, frame):
            if isinstance(batch, _StillWaiting):
                yield pace.now(done)  # a chance to cancel
                continue
            good = [pixels for pixels in batch if not isinstance(pixels, UnreadablePicture)]
            for offset, pixels in enumerate(batch):
                if isinstance(pixels, UnreadablePicture):
                    skipped.append(SkippedFile(files[done + offset], str(pixels)))
                else:
                    used.append(done + offset)
            if good:
                rgb = np.stack(good)  # (B, H, W, 3)
                all_grey = all_grey and bool((rgb[..., :1] == rgb[..., 1:]).all())
                writer.append(to_channels(rgb.transpose(0, 3, 1, 2), channels))
            done += len(batch)
            if event := pace.report(done):
                yield event
        images = writer.finish()
    _check_enough(root, len(images), len(files), skipped)
    if spec.channels is None and all_grey:
        images = _first_channel(images, staging)
    names = _distinct([classes[k] for k in used]) if classes else []
    index = {name: k for k, name in enumerate(names)}
    return Gathered(
        root.name or str(root),
        images,
        labels=np.array([index[classes[k]] for k in used], dtype=np.int64) if names else None,
        class_names=tuple(names),
        skipped=(*skipped, *foreign),
    )


class _StillWaiting:
    """Stands in the stream of batches for a moment in which none was ready."""


_Batch = list[NDArray[np.uint8] | UnreadablePicture]


def _decode_all(files: Sequence[Path], frame: Frame) -> Iterator[_Batch | _StillWaiting]:
    """Batches in the order of `files`; leaving the iterator early cancels what has not begun."""
    n_threads = min(_MAX_THREADS, os.cpu_count() or 1)
    batches = (files[k : k + _BATCH] for k in range(0, len(files), _BATCH))
    pending: deque[Future[_Batch]] = deque()
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="decode")
    try:
        for batch in batches:
            pending.append(pool.submit(_decode_batch, batch, frame))
            if len(pending) >= 2 * n_threads:
                yield from _next_ready(pending)
        while pending:
            yield from _next_ready(pending)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _next_ready(pending: deque[Future[_Batch]]) -> Iterator[_Batch | _StillWaiting]:
    while True:
        try:
            batch = pending[0].result(timeout=_POLL_S)
        except TimeoutError:
            yield _StillWaiting()
        else:
            pending.popleft()
            yield batch
            return


def _decode_batch(files: Sequence[Path], frame: Frame) -> _Batch:
    batch: _Batch = []
    for path in files:
        try:
            batch.append(decode_picture(path, frame))
        except UnreadablePicture as reason:
            batch.append(reason)
    return batch


def _first_channel(images: NDArray[np.uint8], staging: Path) -> NDArray[np.uint8]:
    n, _, h, w = images.shape
    with PixelWriter(staging, n, (1, h, w)) as writer:
        for rows in row_chunks(n, 3 * h * w):
            writer.append(images[rows, :1])
        return writer.finish()


def _check_enough(root: Path, n_usable: int, n_files: int, skipped: Sequence[SkippedFile]) -> None:
    if n_usable >= 2:
        return
    if n_usable == 1:
        why = f" ({len(skipped)} were skipped)" if skipped else ""
        raise DataError(f"Only one picture in {root} can be used{why}: at least two are needed.")
    first = skipped[0]
    which = "the only picture" if n_files == 1 else f"any of the {n_files:,} pictures"
    raise DataError(f"Cannot use {which} in {root}: {first.path.name}, for one: {first.reason}.")


def _frame(spec: DataSpec, files: Sequence[Path] = ()) -> Frame:
    height, width = (spec.height, spec.width) if spec.height and spec.width else default_size(files)
    return Frame(spec.height or height, spec.width or width, spec.fit, spec.background)


def _walk(root: Path) -> list[Path]:
    if not root.is_dir():
        raise DataError(f"{root} is not a folder: choose the folder that holds the pictures.")
    problems: list[OSError] = []
    found = []
    for folder, folders, names in os.walk(root, onerror=problems.append):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        found += [Path(folder, name) for name in names if not _is_hidden(name)]
    if problems and not found:
        raise DataError(f"{root} cannot be read: {problems[0].strerror}.")
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _class_of_each(files: Sequence[Path]) -> list[str]:
    """The class of each file; empty if all lie in one folder."""
    if not files:
        return []
    top = Path(os.path.commonpath([path.parent for path in files]))
    classes = [(path.relative_to(top).parts[0] if path.parent != top else top.name) for path in files]
    return classes if any(path.parent != top for path in files) else []


def _distinct(classes: Sequence[str]) -> list[str]:
    return sorted(set(classes))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        info = path.stat()
    except OSError:
        return (-1, -1)
    return (info.st_size, info.st_mtime_ns)
