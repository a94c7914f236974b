"""One line that tells a person what an `ImageSet` holds."""

from __future__ import annotations

from vae_explorer.data.image_set import ImageSet

__all__ = ["describe"]


def describe(images: ImageSet) -> str:
    """E.g. ``"70,000 · 28×28 · grey · 10 classes"``: number, width × height in pixels, colour, classes."""
    c, h, w = images.image_shape
    parts = [f"{len(images):,}", f"{w}×{h}", "grey" if c == 1 else "colour"]
    n = len(images.class_names)
    if n:
        parts.append("1 class" if n == 1 else f"{n} classes")
    return " · ".join(parts)
