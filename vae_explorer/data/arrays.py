"""Images from a NumPy file: its layout and range of values, understood and brought to uint8 (N, C, H, W)."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.array_labels import DSPRITES_FACTORS, DSPRITES_SHAPES, read_factors, read_labels
from vae_explorer.data.array_rows import ArrayFile, StoredArray
from vae_explorer.data.cache import cache_key
from vae_explorer.data.colour import hex_to_rgb
from vae_explorer.data.events import LoadProgressed, Pace
from vae_explorer.data.fitting import MIN_SIDE
from vae_explorer.data.gathering import Gathered, Plan, Reading, collect, target_shape
from vae_explorer.data.spec import DataSpec
from vae_explorer.data.splitting import choose_subset
from vae_explorer.errors import DataError

__all__ = ["array_shape", "plan_array"]

_LISTED = 3  # arrays named in a message
_IMAGE_NAMES = ("images", "imgs", "arr_0", "x", "X", "data")


def plan_array(spec: DataSpec) -> Plan:
    """How to read `spec.path`; images under ``images``, ``imgs`` (dSprites) or ``arr_0``, labels optional.

    Raises
    ------
    DataError
        If the file is missing, damaged, or holds no images.
    """
    if spec.path is None:
        raise DataError("No file is named: choose an .npy or .npz file.")
    path = spec.path.expanduser().absolute()
    file = ArrayFile(path)
    stored = _find_images(file)
    layout = _Layout.of(stored)
    shape = target_shape(spec, (1 if layout.channels == 1 else 3, layout.height, layout.width))
    n = stored.shape[0]
    rows = choose_subset(n, spec.n_images, spec.seed)

    def read(staging: Path) -> Reading:
        labels, class_names = read_labels(file, n)
        factors, factor_names = read_factors(file, n)
        if labels is None and factor_names == DSPRITES_FACTORS and factors is not None:
            labels, class_names = factors[:, 1].astype(np.int64), DSPRITES_SHAPES
        scale = yield from _Scale.of(stored)
        chunks = _images(stored, layout, scale, rows, spec.background)
        images = yield from collect(chunks, len(rows), shape, spec, staging, f"Reading {path.name}")
        return Gathered(
            path.stem,
            images,
            labels=None if labels is None else labels[rows],
            class_names=class_names,
            factors=None if factors is None else factors[rows],
            factor_names=factor_names,
        )

    info = path.stat()
    how = (shape, spec.fit, spec.background, spec.n_images, spec.seed, spec.validation_fraction)
    return Plan(cache_key("array", str(path), info.st_size, info.st_mtime_ns, how), True, read)


def array_shape(path: Path) -> tuple[int, int, int]:
    """(C, H, W) of the images in the file `path`, C is 1 or 3; reads headers only.

    Raises
    ------
    DataError
        If the file is missing, damaged, or holds no images.
    """
    layout = _Layout.of(_find_images(ArrayFile(path.expanduser().absolute())))
    return (1 if layout.channels == 1 else 3, layout.height, layout.width)


@dataclass(frozen=True)
class _Layout:
    """Where channels, rows and columns lie in one image of the array."""

    channels: int  # 1, 2 (grey and alpha), 3 or 4 (with alpha)
    height: int
    width: int
    channels_last: bool

    @classmethod
    def of(cls, stored: StoredArray) -> _Layout:
        shape = stored.shape
        if shape[0] < 2:
            raise DataError(f"{stored.label} holds {shape[0]} images: at least two are needed.")
        if len(shape) == 2:
            side = math.isqrt(shape[1])
            if side * side == shape[1] and side >= MIN_SIDE:
                return cls(1, side, side, False)
        if len(shape) == 3 and min(shape[1:]) >= 2:
            return cls(1, shape[1], shape[2], False)
        if len(shape) == 4:
            first, last = shape[1] in (1, 2, 3, 4), shape[3] in (1, 2, 3, 4)
            if first and last:  # the side that leaves a sensible picture wins; torch's order on a draw
                first = min(shape[2:]) >= MIN_SIDE or min(shape[1:3]) < MIN_SIDE
            if first:
                return cls(shape[1], shape[2], shape[3], False)
            if last:
                return cls(shape[3], shape[1], shape[2], True)
        raise DataError(
            f"{stored.label} has the shape {shape}: images need (N, H, W), (N, H, W, C) or (N, C, H, W) "
            "with 1, 3 or 4 channels."
        )

    def apply(self, rows: NDArray[Any]) -> NDArray[Any]:  # Any: any number
        """Rows of the array as (B, C, H, W)."""
        if self.channels_last:
            return rows.transpose(0, 3, 1, 2)
        return rows.reshape(len(rows), self.channels, self.height, self.width)


@dataclass(frozen=True)
class _Scale:
    """byte = (value + offset) · gain."""

    offset: float
    gain: float

    @classmethod
    def of(cls, stored: StoredArray) -> Generator[LoadProgressed, None, _Scale]:
        """From the kind of number and the range of values; reads the array up to the first decisive value.

        bool, and integers in 0–1, become black and white; integers up to 255 stay; 16-bit integers are scaled
        by their type. Floats are in 0–1, in −1–1, or in 0–255.
        """
        dtype = stored.dtype
        if dtype.kind == "b":
            return cls(0, 255)
        if dtype.kind not in "uif":
            raise DataError(f"{stored.label} holds {dtype}: images need whole or real numbers.")
        low, high = math.inf, -math.inf
        pace = Pace(stored.shape[0], "images", "Looking at the range of values")
        done = 0
        for rows in stored.chunks():
            done += len(rows)
            if event := pace.report(done):
                yield event
            low, high = min(low, float(rows.min())), max(high, float(rows.max()))
            if not math.isfinite(low + high):
                raise DataError(f"{stored.label} holds values that are not finite: replace NaN and infinity.")
            if dtype == np.uint8 and high > 1:
                return cls(0, 1)
        ranges = cls._of_float(low, high) if dtype.kind == "f" else cls._of_integer(low, high, dtype)
        if ranges is None:
            raise DataError(
                f"{stored.label} holds values from {low:g} to {high:g}: bring them to 0–1 or 0–255."
            )
        return ranges

    @classmethod
    def _of_float(cls, low: float, high: float) -> _Scale | None:
        slack = 1e-3  # resampled images overshoot a little
        if low >= -slack and high <= 1 + slack:
            return cls(0, 255)
        if low >= -1 - slack and high <= 1 + slack:
            return cls(1, 127.5)
        return cls(0, 1) if low >= -0.5 and high <= 255.5 else None

    @classmethod
    def _of_integer(cls, low: float, high: float, dtype: np.dtype[Any]) -> _Scale | None:  # Any: any integer
        if low < 0:
            return None
        if high <= 1:
            return cls(0, 255)
        if high <= 255:
            return cls(0, 1)
        return cls(0, 255 / 65535) if high <= 65535 and dtype.itemsize >= 2 else None

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:  # Any: any number
        if values.dtype == np.uint8 and (self.offset, self.gain) == (0, 1):
            return values
        scaled = (values.astype(np.float32) + np.float32(self.offset)) * np.float32(self.gain)
        as_bytes: NDArray[np.uint8] = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
        return as_bytes


def _find_images(file: ArrayFile) -> StoredArray:
    for name in _IMAGE_NAMES:
        if name in file.arrays and len(file.arrays[name].shape) >= 2:
            return file.arrays[name]
    candidates = [array for array in file.arrays.values() if len(array.shape) in (3, 4)]
    if len(candidates) == 1:
        return candidates[0]
    if file.pickled and not file.arrays:
        raise DataError(
            f"{file.path} holds Python objects (a pickle), which are never opened: save numbers instead."
        )
    if {"mu", "log_var"} <= file.arrays.keys():
        raise DataError(f"{file.path.name} holds codes of images (mu, log_var), not images: name the images.")
    known = [f"{name} {array.shape}" for name, array in file.arrays.items()]
    there = ", ".join(known[:_LISTED]) or "no arrays"
    if len(known) > _LISTED:
        there += f" and {len(known) - _LISTED} more"
    raise DataError(
        f"{file.path.name} has no images under “images”, “imgs” or “arr_0”, but {there}: rename the array."
    )


def _images(
    stored: StoredArray, layout: _Layout, scale: _Scale, rows: NDArray[np.int64], background: str
) -> Iterator[NDArray[np.uint8]]:
    """Chunks of the chosen `rows` as uint8 (B, C, H, W), C is 1 or 3."""
    start = 0
    for chunk in stored.chunks():
        mine = rows[np.searchsorted(rows, start) : np.searchsorted(rows, start + len(chunk))] - start
        start += len(chunk)
        if len(mine):
            picked = chunk if len(mine) == len(chunk) else chunk[mine]
            yield _over_background(scale.apply(layout.apply(picked)), background)


def _over_background(images: NDArray[np.uint8], background: str) -> NDArray[np.uint8]:
    """Lay grey or colour with alpha, the last of 2 or 4 channels, over the background."""
    if images.shape[1] in (1, 3):
        return images
    colour = images[:, :-1].repeat(3 if images.shape[1] == 2 else 1, axis=1).astype(np.float32)
    alpha = images[:, -1:].astype(np.float32) / 255
    ground = np.array(hex_to_rgb(background), dtype=np.float32)[None, :, None, None]
    laid: NDArray[np.uint8] = np.rint(ground + alpha * (colour - ground)).astype(np.uint8)
    return laid
