"""Scaling by matrices against Pillow, padding, and channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from vae_explorer.data.fitting import place
from vae_explorer.data.resize import background_pixel, to_channels, to_shape

_SIDE = st.integers(8, 40)


def _smooth(n: int, h: int, w: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:h, 0:w]
    waves = [127 + 120 * np.sin(x / (3 + k) + k) * np.cos(y / 5) for k in range(n)]
    return np.stack(waves).astype(np.uint8)[:, None]


@settings(max_examples=40, deadline=None)
@given(_SIDE, _SIDE, _SIDE, _SIDE, st.sampled_from(["crop", "stretch"]))
def test_that_matrices_scale_as_pillow_does(h: int, w: int, h2: int, w2: int, fit: str) -> None:
    images = _smooth(2, h, w)
    ours = to_shape(images, (1, h2, w2), fit, "#000000")  # type: ignore[arg-type]  # hypothesis knows only str
    box = place(w, h, w2, h2, fit).box  # type: ignore[arg-type]  # hypothesis knows only str
    for image, small in zip(images, ours, strict=True):
        pillow = Image.fromarray(image[0]).resize((w2, h2), Image.Resampling.LANCZOS, box=box)
        np.testing.assert_allclose(small[0].astype(int), np.asarray(pillow).astype(int), atol=2)


def test_that_padding_has_the_background_and_the_picture_lies_in_the_middle() -> None:
    white = np.full((3, 1, 10, 20), 255, dtype=np.uint8)
    padded = to_shape(white, (3, 20, 20), "pad", "#102030")
    np.testing.assert_array_equal(padded[0, :, 0, 0], (0x10, 0x20, 0x30))
    np.testing.assert_array_equal(padded[0, :, -1, 7], (0x10, 0x20, 0x30))
    np.testing.assert_array_equal(padded[:, :, 5:15], 255)


@pytest.mark.parametrize("level", [0, 1, 77, 255])
def test_that_a_flat_image_stays_flat_at_every_scale(level: int) -> None:
    flat = np.full((1, 3, 13, 31), level, dtype=np.uint8)
    for shape in ((3, 8, 8), (3, 40, 9), (1, 64, 64)):
        np.testing.assert_array_equal(to_shape(flat, shape, "crop", "#ffffff"), level)


def test_that_images_of_the_right_shape_are_passed_on_unchanged() -> None:
    images = _smooth(2, 9, 11)
    assert to_shape(images, (1, 9, 11), "crop", "#000000") is images


def test_that_grey_becomes_colour_by_repetition_and_back_without_loss() -> None:
    images = _smooth(2, 8, 8)
    colour = to_channels(images, 3)
    assert colour.shape == (2, 3, 8, 8)
    np.testing.assert_array_equal(to_channels(colour, 1), images)


def test_that_the_background_is_grey_where_images_are() -> None:
    assert background_pixel("#ffffff", 1).tolist() == [255]
    assert background_pixel("#010203", 3).tolist() == [1, 2, 3]
