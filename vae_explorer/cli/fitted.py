"""What was done to images that had another shape than the model takes, in words and for machines."""

from __future__ import annotations

from dataclasses import dataclass

from vae_explorer.data.native import NativeShape

__all__ = ["Fitted"]


@dataclass(frozen=True)
class Fitted:
    """Images brought from their own shape to `to`, the (C, H, W) of a model."""

    native: NativeShape
    to: tuple[int, int, int]

    @classmethod
    def between(cls, native: NativeShape, to: tuple[int, int, int]) -> Fitted | None:
        """None if nothing had to change."""
        c, h, w = to
        return None if native == (c, (h, w)) else cls(native, to)

    @property
    def sentence(self) -> str:
        c, h, w = self.to
        height, width = self.native.size or (0, 0)
        size = f"{width}×{height}" if self.native.size else "several sizes in"
        return f"Images were fitted from {size} {_colour(self.native.channels)} to {w}×{h} {_colour(c)}."

    def as_json(self) -> dict[str, object]:
        """Sizes in pixels, None where the images had several."""
        c, h, w = self.to
        height, width = self.native.size or (None, None)
        return {
            "from": {"width": width, "height": height, "channels": self.native.channels},
            "to": {"width": w, "height": h, "channels": c},
        }


def _colour(channels: int) -> str:
    return "grey" if channels == 1 else "colour"
