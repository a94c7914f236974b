"""Decoded sets on disk, so that they open at once the next time; safe to delete at any moment.

One folder an entry, named by a key of everything that shaped it: ``card.json`` and ``.npy`` files, no pickle.
An entry is written beside its place and renamed into it, so that a kill leaves either all of it or nothing.
Sets larger than the memory budget are only ever held on disk and mapped into memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.events import SkippedFile
from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.pixels import memory_budget_bytes
from vae_explorer.data.scattered import expect_scattered_reads, outgrows_memory
from vae_explorer.locations import cache_folder

__all__ = ["cache_key", "find", "find_by_fingerprint", "staging_folder", "store"]

_FORMAT = 1  # raised when entries change their layout or a decoder its output
_CARD = "card.json"
_STAGING_MARK = ".staging-"
_STAGING_MAX_AGE_S = 24 * 3600  # left behind by a kill; a living one is younger
_LIMIT_BYTES = 16 << 30  # all entries together; the longest unused go first

_log = logging.getLogger(__name__)


def cache_key(*parts: object) -> str:
    """A folder name for everything that shapes a set; each part must have a faithful ``repr``."""
    return hashlib.blake2b(repr((_FORMAT, *parts)).encode(), digest_size=16).hexdigest()


@contextlib.contextmanager
def staging_folder() -> Iterator[Path]:
    """A place for half-made files, on the cache's own disk where possible; gone afterwards."""
    root = _root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        folder = Path(tempfile.mkdtemp(prefix=_STAGING_MARK, dir=root))
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="vae-explorer-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find(key: str) -> tuple[ImageSet, tuple[SkippedFile, ...]] | None:
    """The entry of `key`, or None if there is none or it is damaged."""
    return _open(_root() / key)


def find_by_fingerprint(fingerprint: str) -> ImageSet | None:
    """A cached set with this content, whatever it was made from."""
    for card in sorted(_root().glob(f"*/{_CARD}")):
        with contextlib.suppress(OSError, ValueError):
            if json.loads(card.read_text("utf-8")).get("fingerprint") == fingerprint:
                found = _open(card.parent)
                if found is not None:
                    return found[0]
    return None


def store(key: str, staging: Path, images: ImageSet, skipped: tuple[SkippedFile, ...]) -> ImageSet:
    """Write an entry and return the set: as it is where it is in memory and may be, else as opened from the entry.

    Pixels that already lie in a file under `staging` are moved, not copied. The caller must hold no other
    reference to them (Windows cannot move a mapped file).

    Raises
    ------
    OSError
        If the cache cannot be written.
    """
    entry = Path(tempfile.mkdtemp(prefix="entry-", dir=staging))
    arrays = {"split": images.split, "labels": images.labels, "factors": images.factors}
    for name, values in arrays.items():
        if values is not None:
            np.save(entry / f"{name}.npy", values, allow_pickle=False)
    card = {
        "format": _FORMAT,
        "name": images.name,
        "fingerprint": images.fingerprint,
        "shape": list(images.images.shape),
        "class_names": list(images.class_names),
        "factor_names": list(images.factor_names),
        "skipped": [[str(s.path), s.reason] for s in skipped],
    }
    (entry / _CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1), "utf-8")
    mapped = images.images.filename if isinstance(images.images, np.memmap) else None
    # Read back, it would be in memory twice until the caller lets go of the one it gave.
    stays = images if mapped is None and images.images.nbytes <= memory_budget_bytes() else None
    if mapped is not None and Path(mapped).parent == staging:
        del images
        try:
            Path(mapped).replace(entry / "images.npy")
        except PermissionError:  # Windows, and somebody still holds it
            shutil.copyfile(mapped, entry / "images.npy")
    else:
        np.save(entry / "images.npy", images.images, allow_pickle=False)
    place = _root() / key
    _publish(entry, place)
    _prune(keep=key)
    if stays is not None:
        return stays
    opened = _open(place)
    if opened is None:
        raise OSError(f"the new cache entry {place} cannot be read back")
    return opened[0]


def _publish(entry: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    for attempt in range(2):
        try:
            entry.replace(place)
            return
        except OSError:
            if _open(place) is not None:  # another process was faster
                return
            if attempt:
                raise
            shutil.rmtree(place, ignore_errors=True)  # damaged


def _open(folder: Path) -> tuple[ImageSet, tuple[SkippedFile, ...]] | None:
    try:
        card: dict[str, Any] = json.loads((folder / _CARD).read_text("utf-8"))  # Any: foreign until checked
        if card["format"] != _FORMAT:
            return None
        shape = tuple(int(n) for n in card["shape"])
        path = folder / "images.npy"
        is_big = path.stat().st_size > memory_budget_bytes()
        pixels = np.load(path, mmap_mode="r" if is_big else None, allow_pickle=False)
        if is_big and outgrows_memory(pixels.nbytes):
            expect_scattered_reads(pixels)
        split = np.load(folder / "split.npy", allow_pickle=False)
        labels, factors = _optional(folder / "labels.npy"), _optional(folder / "factors.npy")
        if (
            pixels.shape != shape
            or pixels.dtype != np.uint8
            or any(values is not None and len(values) != len(pixels) for values in (split, labels, factors))
        ):
            return None
        images = ImageSet(
            name=str(card["name"]),
            images=pixels,
            split=split,
            fingerprint=str(card["fingerprint"]),
            labels=labels,
            class_names=tuple(card["class_names"]),
            factors=factors,
            factor_names=tuple(card["factor_names"]),
        )
        skipped = tuple(SkippedFile(Path(path), reason) for path, reason in card["skipped"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        _log.info("Cache entry %s is damaged and will be made again: %s", folder, error)
        return None
    for values in (pixels, split, labels, factors):
        if values is not None:
            values.setflags(write=False)
    with contextlib.suppress(OSError):
        os.utime(folder / _CARD)  # its time tells how long the entry has not been used
    return images, skipped


def _optional(path: Path) -> NDArray[Any] | None:  # Any: int64 labels or float64 factors
    if not path.exists():
        return None
    values: NDArray[Any] = np.load(path, allow_pickle=False)
    return values


def _root() -> Path:
    return cache_folder() / "images"


def _sweep(root: Path) -> None:
    for folder in root.glob(f"{_STAGING_MARK}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STAGING_MAX_AGE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _prune(keep: str) -> None:
    entries = []
    for card in _root().glob(f"*/{_CARD}"):
        with contextlib.suppress(OSError):
            size = sum(file.stat().st_size for file in card.parent.iterdir())
            entries.append((card.stat().st_mtime, size, card.parent))
    total = sum(size for _, size, _ in entries)
    for _, size, folder in sorted(entries):
        if total <= _LIMIT_BYTES:
            return
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)
            total -= size
