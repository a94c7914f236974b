"""One picture file of any common kind becomes an RGB image that fills a frame."""

from __future__ import annotations

import contextlib
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from vae_explorer.data.colour import hex_to_rgb
from vae_explorer.data.fitting import place
from vae_explorer.data.picture_kinds import PICTURE_FORMATS
from vae_explorer.data.pixels import row_chunks
from vae_explorer.data.spec import Fit

__all__ = ["MAX_PICTURE_PIXELS", "Frame", "UnreadablePicture", "decode_picture"]

MAX_PICTURE_PIXELS = 89_478_485  # Pillow's bomb limit: 256 MB of RGB
_BIG_PICTURE_PIXELS = 16_000_000  # from here on one at a time, so that eight threads need no eightfold memory
_DRAFT_OVERSAMPLING = (
    2  # a JPEG is decoded at no less than twice the frame: the final filter has enough to work on
)
_SIXTEEN_BIT = 65535 / 255

_one_big_picture = threading.Lock()

# As Pillow advises: a bomb is an error, not a line on stderr. Set once: filters are shared by threads.
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # remarks on metadata help nobody


class UnreadablePicture(Exception):  # noqa: N818 — never leaves the data package; its text is the reason
    """A file cannot be used; ``str(error)`` says why in a few words."""


@dataclass(frozen=True)
class Frame:
    """What every picture is brought to; sizes in pixels, `background` behind alpha and padding."""

    height: int
    width: int
    fit: Fit
    background: str


def decode_picture(path: Path, frame: Frame) -> NDArray[np.uint8]:
    """Decode, turn upright, lay over the background and fit; uint8, (H, W, 3).

    Raises
    ------
    UnreadablePicture
        If the file is no picture, damaged, too large, or cannot be read.
    """
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as file:
            n_pixels = file.width * file.height
            if n_pixels > MAX_PICTURE_PIXELS:
                raise Image.DecompressionBombError
            with _one_big_picture if n_pixels > _BIG_PICTURE_PIXELS else contextlib.nullcontext():
                return _fit(_to_rgb(_upright(file, frame), frame.background), frame)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        limit = MAX_PICTURE_PIXELS // 1_000_000
        raise UnreadablePicture(f"too large: more than {limit} million pixels") from error
    except UnidentifiedImageError as error:
        raise UnreadablePicture(_not_a_picture(path)) from error
    except FileNotFoundError as error:
        raise UnreadablePicture("the file has vanished") from error
    except PermissionError as error:
        raise UnreadablePicture("no permission to read the file") from error
    except MemoryError as error:
        raise UnreadablePicture("not enough memory to decode it") from error
    except Exception as error:  # decoders of damaged files raise nearly everything, struct.error too
        raise UnreadablePicture(_damage(error)) from error


def _upright(file: Image.Image, frame: Frame) -> Image.Image:
    """The first frame, decoded no larger than needed, turned as its EXIF says."""
    side = _DRAFT_OVERSAMPLING * max(frame.height, frame.width)
    file.draft(None, (side, side))  # JPEG only; others ignore it
    file.load()
    with contextlib.suppress(Exception):  # a broken EXIF block spoils the orientation, not the picture
        ImageOps.exif_transpose(file, in_place=True)
    return file


def _to_rgb(picture: Image.Image, background: str) -> Image.Image:
    if picture.mode in ("I", "F") or picture.mode.startswith("I;"):
        return Image.fromarray(_deep_to_bytes(np.asarray(picture))).convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in picture.info:
        if picture.mode == "La":
            picture = picture.convert("LA")
        ground = Image.new("RGBA", picture.size, (*hex_to_rgb(background), 255))
        return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _deep_to_bytes(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """16-bit, 32-bit and float greys as bytes; the scale follows the kind of number, not the picture.

    Integers are 16-bit unless a value is larger; floats are in 0–1, else in 0–255, else in 0–65,535.
    Beyond these ranges the smallest value becomes black and the largest white.
    """
    lines = list(
        row_chunks(len(values), values[:1].size * 8)
    )  # eight bytes a pixel only a few lines at a time
    ends = [(float(grey.min()), float(grey.max())) for grey in (_finite(values[rows]) for rows in lines)]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    offset, gain = 0.0, 1.0
    if low < 0 or high > 65535:
        offset, gain = low, 255 / (high - low)
    elif np.issubdtype(values.dtype, np.integer) or high > 255:
        gain = 1 / _SIXTEEN_BIT
    elif high <= 1:
        gain = 255.0
    pixels = np.empty(values.shape, dtype=np.uint8)
    for rows in lines:
        pixels[rows] = np.rint((_finite(values[rows]) - offset) * gain)
    return pixels


def _finite(values: NDArray[np.generic]) -> NDArray[np.float64]:
    finite: NDArray[np.float64] = np.nan_to_num(values.astype(np.float64))
    return finite


def _fit(picture: Image.Image, frame: Frame) -> NDArray[np.uint8]:
    spot = place(picture.width, picture.height, frame.width, frame.height, frame.fit)
    if spot.size != picture.size or spot.box != (0.0, 0.0, *picture.size):
        picture = picture.resize(spot.size, Image.Resampling.LANCZOS, box=spot.box, reducing_gap=3.0)
    if spot.size == (frame.width, frame.height):
        return np.asarray(picture)
    canvas = Image.new("RGB", (frame.width, frame.height), hex_to_rgb(frame.background))
    canvas.paste(picture, spot.offset)
    return np.asarray(canvas)


def _not_a_picture(path: Path) -> str:
    with contextlib.suppress(OSError):
        if path.stat().st_size == 0:
            return "the file is empty"
    return f"not a {path.suffix.lstrip('.').upper()} picture, whatever its name says"


def _damage(error: Exception) -> str:
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "truncated" in text.lower():
        return "the file is truncated"
    return f"the file is damaged ({text[:80]})"
