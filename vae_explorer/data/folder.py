"""A folder of pictures: decoding in parallel, classes from sub-folders, preview of one file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.cache import cache_key
from vae_explorer.data.events import Pace, SkippedFile
from vae_explorer.data.gathering import Gathered, Plan, Reading
from vae_explorer.data.headers import N_LOOKED_AT, default_size, spread
from vae_explorer.data.listing import class_of_each, find_files, stamp
from vae_explorer.data.pictures import Frame, UnreadablePicture, decode_picture
from vae_explorer.data.pixels import PixelWriter, row_chunks
from vae_explorer.data.resize import to_channels
from vae_explorer.data.spec import DataSpec
from vae_explorer.data.splitting import choose_subset
from vae_explorer.errors import DataError

__all__ = ["plan_folder", "preview"]

_BATCH = 16  # files a task: small enough to cancel at once, large enough to keep the threads busy
_MAX_THREADS = 8
_POLL_S = 0.2  # how often a slow disk lets the consumer cancel


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
    found = find_files(root)
    if not found.pictures:
        n = len(found.foreign)
        there = f" ({n} of a kind that is not read, such as {Path(found.foreign[0]).name})" if n else ""
        raise DataError(f"There are no PNG, JPEG, WebP, BMP, TIFF or GIF pictures in {root}{there}.")
    frame = _frame(spec, [root / name for name in spread(found.pictures, N_LOOKED_AT)])
    classes = class_of_each(root, found.pictures)
    chosen = choose_subset(len(found.pictures), spec.n_images, spec.seed)
    names = [found.pictures[k] for k in chosen]
    classes = [classes[k] for k in chosen] if classes else []

    def read(staging: Path) -> Reading:
        files = [root / name for name in names]
        foreign = tuple(_foreign(root / name) for name in found.foreign)
        return _read(root, files, classes, foreign, spec, frame, staging)

    stamps = stamp(root, [*names, *found.foreign])
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
    class_names = sorted({classes[k] for k in used}) if classes else []
    number = {name: k for k, name in enumerate(class_names)}
    return Gathered(
        root.name or str(root),
        images,
        labels=np.array([number[classes[k]] for k in used], dtype=np.int64) if class_names else None,
        class_names=tuple(class_names),
        skipped=(*skipped, *foreign),
    )


def _foreign(path: Path) -> SkippedFile:
    return SkippedFile(path, f"{path.suffix[1:].upper()} pictures are not read; save it as PNG or JPEG")


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
