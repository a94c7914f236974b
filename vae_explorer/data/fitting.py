"""Where a picture of any size lands in a frame of a chosen size: pad, crop or stretch."""

from __future__ import annotations

from dataclasses import dataclass

from vae_explorer.data.spec import Fit

__all__ = ["MAX_SIDE", "MIN_SIDE", "Placement", "native_size", "place"]

MIN_SIDE, MAX_SIDE = 8, 256  # pixels: what the networks take


@dataclass(frozen=True)
class Placement:
    """Take `box` of the picture, scale it to `size`, and lay it at `offset` in the frame.

    Attributes
    ----------
    box
        (left, top, right, bottom) in source pixels, fractional.
    size, offset
        (width, height) and (left, top) in frame pixels; what they leave free is background.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    offset: tuple[int, int]


def place(width: int, height: int, frame_width: int, frame_height: int, fit: Fit) -> Placement:
    """Fit a `width` × `height` picture into the frame.

    ``"stretch"`` ignores the aspect ratio; ``"crop"`` keeps it and fills the frame with the picture's centre;
    ``"pad"`` keeps it, shows the whole picture centred and leaves bars. Works for every size ≥ 1 × 1.
    """
    whole = (0.0, 0.0, float(width), float(height))
    frame = (frame_width, frame_height)
    if fit == "stretch" or width * frame_height == height * frame_width:
        return Placement(whole, frame, (0, 0))
    is_wide = width * frame_height > height * frame_width  # wider than the frame
    if fit == "crop":
        if is_wide:
            kept = height * frame_width / frame_height
            left = (width - kept) / 2
            return Placement((left, 0.0, min(left + kept, float(width)), float(height)), frame, (0, 0))
        kept = width * frame_height / frame_width
        top = (height - kept) / 2
        return Placement((0.0, top, float(width), min(top + kept, float(height))), frame, (0, 0))
    if is_wide:
        scaled = max(1, round(height * frame_width / width))
        return Placement(whole, (frame_width, scaled), (0, (frame_height - scaled) // 2))
    scaled = max(1, round(width * frame_height / height))
    return Placement(whole, (scaled, frame_height), ((frame_width - scaled) // 2, 0))


def native_size(height: int, width: int) -> tuple[int, int]:
    """(height, width) nearest to the source's own that the networks take; aspect ratio kept if it can be."""
    scale = 1.0
    if max(height, width) > MAX_SIDE:
        scale = MAX_SIDE / max(height, width)
    elif min(height, width) < MIN_SIDE:
        scale = MIN_SIDE / min(height, width)

    def clamp(side: int) -> int:
        return min(max(round(side * scale), MIN_SIDE), MAX_SIDE)

    return clamp(height), clamp(width)
