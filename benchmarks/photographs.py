"""A folder of JPEGs that decode like photographs: soft colour, texture and edges, in the sizes of cameras."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ["own_folder", "write_photographs"]

SIZES = ((640, 480), (800, 600), (1024, 768), (1280, 853), (1600, 1200))  # width, height in pixels
_ROTATIONS = (1, 1, 1, 1, 6, 1, 1, 8, 1, 3)  # EXIF orientations: three pictures in ten are stored turned
_ORIENTATION = 0x0112
_QUALITY = 88  # what cameras and web sites write
_GRAIN = 7.0  # standard deviation of the texture, in grey levels
_VARIABLE = "VAE_EXPLORER_BENCHMARK_FOLDER"


def own_folder() -> Path | None:
    """A folder to read instead, named by ``VAE_EXPLORER_BENCHMARK_FOLDER``; None: none."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else None


def write_photographs(folder: Path, n: int) -> int:
    """Write `n` JPEGs into `folder`; their bytes in all."""
    rng = np.random.default_rng(7)
    grain = rng.normal(0.0, _GRAIN, (1600, 1600, 1)).astype(np.float32)

    def one(number: int) -> int:
        path = folder / f"{number:05d}.jpg"
        _photograph(np.random.default_rng(number), grain, number).save(
            path, quality=_QUALITY, exif=_exif(_ROTATIONS[number % len(_ROTATIONS)])
        )
        return path.stat().st_size

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sum(pool.map(one, range(n)))


def _photograph(rng: np.random.Generator, grain: NDArray[np.float32], number: int) -> Image.Image:
    width, height = SIZES[number % len(SIZES)]
    if number % 4 == 3:
        width, height = height, width
    field = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(field).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(12):  # edges at all places and directions
        corners = rng.integers(0, max(width, height), (3, 2))
        draw.polygon([(int(x), int(y)) for x, y in corners], fill=tuple(rng.integers(0, 256, 3).tolist()))
    shift = rng.integers(0, 1600, 2)
    noise = np.roll(grain, tuple(shift.tolist()), (0, 1))[:height, :width]
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return exif
