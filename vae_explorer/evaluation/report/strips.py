"""Rows of pictures as PNG inside a page."""

from __future__ import annotations

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["png_uri", "strip"]

_GAP_PX = 2


def strip(row: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures (n, C, H, W) beside each other with transparent gaps: RGBA, (H, n·(W + gap) − gap, 4)."""
    n, c, h, w = row.shape
    sheet = np.zeros((h, n * (w + _GAP_PX) - _GAP_PX, 4), dtype=np.uint8)
    for k, picture in enumerate(row):
        left = k * (w + _GAP_PX)
        sheet[:, left : left + w, :3] = np.broadcast_to(picture, (3, h, w)).transpose(1, 2, 0) if c == 1 else (
            picture.transpose(1, 2, 0)
        )  # fmt: skip
        sheet[:, left : left + w, 3] = 255
    return sheet


def png_uri(rgba: NDArray[np.uint8]) -> str:
    """``data:image/png;base64,…`` of an array (H, W, 4)."""
    file = io.BytesIO()
    Image.fromarray(rgba).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
