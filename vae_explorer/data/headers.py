"""Pictures by their headers alone: size and colour without decoding, and the size that a folder suggests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from PIL import Image

from vae_explorer.data.fitting import native_size
from vae_explorer.data.picture_kinds import DEFAULT_SIDE, PICTURE_FORMATS

__all__ = ["N_LOOKED_AT", "Header", "common_size", "default_size", "read_header", "spread"]

N_LOOKED_AT = 256  # pictures: some milliseconds on a local disk, and a stray other size is hardly missed
_ORIENTATION = 0x0112  # EXIF
_SIDEWAYS = range(5, 9)  # orientations that swap width and height
_EXIF_AT_HAND = ("JPEG", "WEBP", "TIFF")  # elsewhere it may lie behind the pixels
_GREY_MODES = ("1", "L", "LA", "La", "I", "F")

_File = TypeVar("_File", Path, str)


class Header(NamedTuple):
    """What a picture says about itself; sizes in pixels, turned upright."""

    height: int
    width: int
    is_grey: bool  # False: the pixels may still all be grey


def read_header(path: Path) -> Header | None:
    """The header of `path`; None if it is no picture or cannot be read."""
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as file:
            width, height = file.size
            if file.format in _EXIF_AT_HAND and file.getexif().get(_ORIENTATION) in _SIDEWAYS:
                width, height = height, width
            is_grey = file.mode in _GREY_MODES or file.mode.startswith("I;")
            return Header(height, width, is_grey)
    except Exception:  # decoders of damaged files raise nearly everything; reading it will say why
        return None


def common_size(files: Sequence[Path]) -> tuple[int, int] | None:
    """(height, width) that all pictures share, by a look at a few hundred over the whole list; None if none."""
    found: tuple[int, int] | None = None
    for path in spread(files, N_LOOKED_AT):
        header = read_header(path)
        if header is None:
            continue
        size = (header.height, header.width)
        if found not in (None, size):
            return None
        found = size
    return found


def default_size(files: Sequence[Path]) -> tuple[int, int]:
    """(height, width) of images from `files` where nobody names one.

    The pictures' own size if they share one of at most 64 pixels a side (never below what networks take),
    else 64 × 64.
    """
    size = common_size(files)
    if size is None or max(size) > DEFAULT_SIDE:
        return DEFAULT_SIDE, DEFAULT_SIDE
    return native_size(*size)


def spread(files: Sequence[_File], n: int) -> list[_File]:
    """At most `n` files, evenly over the whole list, so that every class has its chance."""
    if len(files) <= n:
        return list(files)
    return [files[k * (len(files) - 1) // (n - 1)] for k in range(n)]
