"""``folder``: a folder of JPEGs read for the first time beside a plain Pillow loop, and again from the cache."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmarks.measuring import alternating
from benchmarks.photographs import own_folder, write_photographs
from benchmarks.rows import Row, paired
from vae_explorer.data.listing import list_pictures
from vae_explorer.data.load import LoadFinished, load
from vae_explorer.data.spec import DataSpec
from vae_explorer.locations import cache_folder

__all__ = ["run"]

_SIDE = 64  # pixels
_N_PICTURES, _N_QUICK = 1_500, 120
_N_OPENINGS = 5  # from the cache, after each first reading


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``folder``."""
    with tempfile.TemporaryDirectory(prefix="photographs-") as made:
        folder = own_folder()
        if folder is None:
            folder = Path(made)
            write_photographs(folder, _N_QUICK if quick else _N_PICTURES)
        return _measure(name, folder, rounds=2 if quick else 3)


def _measure(name: str, folder: Path, rounds: int) -> list[Row]:
    files = list_pictures(folder).files
    n_bytes = sum(len(path.read_bytes()) for path in files)  # in the file cache from here on, for both
    spec = DataSpec(source="folder", path=folder, height=_SIDE, width=_SIDE, channels=3)
    pixels: dict[str, NDArray[np.uint8]] = {}
    openings: list[float] = []

    def ours() -> float:
        shutil.rmtree(cache_folder(), ignore_errors=True)
        seconds, finished = _load(spec)
        assert not finished.from_cache
        pixels["ours"] = finished.images.images
        for _ in range(_N_OPENINGS):
            again, finished = _load(spec)
            assert finished.from_cache
            openings.append(again)
        return seconds

    def plain() -> float:
        begin = time.perf_counter()
        pixels["plain"] = _plain_loop(files)
        return time.perf_counter() - begin

    found = alternating({"ours": ours, "plain": plain}, rounds)
    difference = np.abs(pixels["ours"].astype(np.int16) - pixels["plain"].astype(np.int16))
    case = f"{len(files):,} JPEGs → {_SIDE}×{_SIDE}"
    return [
        paired(
            name,
            f"{case} · first time",
            found["ours"],
            found["plain"],
            "s",
            better="lower",
            must_ratio=1.6,
            note=(
                f"{n_bytes / 1e6:,.0f} MB in the file cache; reference: one thread, Image.open, exif_transpose, "
                'convert("RGB"), ImageOps.fit(LANCZOS), asarray. Ours decodes JPEGs at twice the size asked for '
                "or more, in as many threads as there are cores; its pixels differ from the reference's by "
                f"{difference.mean():.2f} of 255 grey levels in the mean, {np.percentile(difference, 99):.0f} in "
                "the 99th percentile"
            ),
            extra={"mean_difference": float(difference.mean()), "n_bytes": n_bytes},
        ),
        Row(
            name,
            f"{case} · from cache",
            median(openings),
            "s",
            must=0.1,
            better="lower",
            samples=tuple(openings),
            note="listing the folder and the time of every file included",
        ),
    ]


def _load(spec: DataSpec) -> tuple[float, LoadFinished]:
    """Seconds and result; the first time where the cache is empty."""
    begin = time.perf_counter()
    *_, finished = load(spec)
    seconds = time.perf_counter() - begin
    assert isinstance(finished, LoadFinished)
    return seconds, finished


def _plain_loop(files: Sequence[Path]) -> NDArray[np.uint8]:
    """What one writes first: every picture whole, one after the other; (N, 3, H, W)."""
    images = []
    for path in files:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
        images.append(np.asarray(ImageOps.fit(picture, (_SIDE, _SIDE), Image.Resampling.LANCZOS)))
    return np.stack(images).transpose(0, 3, 1, 2)
