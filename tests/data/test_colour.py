"""Colour conversions against published values and Pillow."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vae_explorer.data.colour import hex_to_rgb, luma, oklch_to_srgb


@pytest.mark.parametrize(
    ("lightness", "chroma", "hue", "expected"),
    [  # CSS Color Module Level 4, section 9 and its sample values
        (1.0, 0.0, 0.0, (255, 255, 255)),
        (0.0, 0.0, 0.0, (0, 0, 0)),
        (0.627955, 0.257683, 29.2339, (255, 0, 0)),
        (0.519752, 0.176858, 142.4953, (0, 128, 0)),
        (0.452014, 0.313214, 264.0520, (0, 0, 255)),
    ],
)
def test_that_oklch_agrees_with_css(
    lightness: float, chroma: float, hue: float, expected: tuple[int, int, int]
) -> None:
    np.testing.assert_allclose(oklch_to_srgb(lightness, chroma, hue) * 255, expected, atol=1.0)


def test_that_a_colour_outside_srgb_gives_up_chroma_and_keeps_its_hue() -> None:
    vivid = oklch_to_srgb(0.7, 0.4, 150.0)
    modest = oklch_to_srgb(0.7, 0.1, 150.0)
    assert vivid.min() >= 0
    assert vivid.max() <= 1
    assert vivid.argsort().tolist() == modest.argsort().tolist()


def test_that_luma_agrees_with_pillow() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    pillow = np.asarray(Image.fromarray(rgb).convert("L"))
    ours = luma(rgb.transpose(2, 0, 1)[None])[0, 0]
    np.testing.assert_allclose(ours.astype(int), pillow.astype(int), atol=1)


def test_that_luma_keeps_grey_exactly() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    np.testing.assert_array_equal(luma(np.repeat(grey, 3, axis=1)), grey)


def test_that_hex_is_read() -> None:
    assert hex_to_rgb("#0aFf10") == (10, 255, 16)
