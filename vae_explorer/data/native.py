"""The shape that a source's images have of their own, before they are fitted; without reading them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from vae_explorer.data.arrays import array_shape
from vae_explorer.data.headers import common_size, read_header, spread
from vae_explorer.data.listing import list_pictures
from vae_explorer.data.pictures import Frame, UnreadablePicture, decode_picture
from vae_explorer.data.sources import SOURCE_INFO
from vae_explorer.data.spec import DataSpec

__all__ = ["NativeShape", "native_shape"]

_N_DECODED = 16  # pictures: enough to tell colour from grey kept in colour files


class NativeShape(NamedTuple):
    """Of a source; None for a size that its pictures do not share."""

    channels: int  # 1 or 3
    size: tuple[int, int] | None  # (height, width) in pixels


def native_shape(spec: DataSpec) -> NativeShape:
    """What the images of `spec` were before fitting; of a folder by a look at some of its pictures.

    Blooms are drawn at the size asked for and have no other.

    Raises
    ------
    DataError
        If a folder or file cannot be read.
    """
    c, h, w = SOURCE_INFO[spec.source].image_shape
    if spec.source == "blooms":
        return NativeShape(c, (spec.height or h, spec.width or w))
    if spec.source == "array" and spec.path is not None:
        c, h, w = array_shape(spec.path)
    if spec.source == "folder" and spec.path is not None:
        files = list_pictures(spec.path.expanduser()).files
        return NativeShape(3 if _has_colour(files) else 1, common_size(files))
    return NativeShape(c, (h, w))


def _has_colour(files: Sequence[Path]) -> bool:
    for path in spread(files, _N_DECODED):
        header = read_header(path)
        if header is None or header.is_grey:
            continue
        try:
            rgb = decode_picture(path, Frame(64, 64, "stretch", "#000000"))  # (64, 64, 3)
        except UnreadablePicture:
            continue
        if (rgb[..., :1] != rgb[..., 1:]).any():
            return True
    return False
