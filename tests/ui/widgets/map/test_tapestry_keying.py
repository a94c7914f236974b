"""Tiles laid on the ground of the map."""

from __future__ import annotations

import numpy as np

from vae_explorer.ui.widgets.map.tapestry_keying import Background, Key, background_of, keyed_mosaic, reduced

INK = (200, 210, 220)


def strokes(n=4, c=1, size=16, ground=0, ink=255):
    images = np.full((n, c, size, size), ground, dtype=np.uint8)
    images[:, :, 6:10, 6:10] = ink
    return images


def test_that_strokes_may_touch_the_border_of_an_even_background():
    images = strokes()
    images[:, :, :, 6:10] = 255
    assert background_of(images).key is Key.DARK


def test_that_even_corners_are_taken_for_the_background():
    assert background_of(strokes()) == Background(Key.DARK, (0, 0, 0))
    assert background_of(strokes(ground=250, ink=0)).key is Key.PAPER
    noise = np.random.default_rng(0).integers(0, 256, size=(4, 3, 16, 16), dtype=np.uint8)
    assert background_of(noise).key is Key.NONE


def test_that_grey_strokes_become_ink_on_nothing():
    mosaic = keyed_mosaic(strokes(), 2, Background(Key.DARK), INK, light=False)
    assert mosaic.shape == (36, 36, 4)  # a gap of one pixel around each tile
    assert mosaic[2, 2, 3] == 0
    np.testing.assert_array_equal(mosaic[9, 9], (INK[2], INK[1], INK[0], 255))


def test_that_dark_strokes_on_paper_become_ink_too():
    images = strokes(ground=255, ink=0)
    mosaic = keyed_mosaic(images, 2, background_of(images), INK, light=False)
    assert mosaic[2, 2, 3] == 0
    np.testing.assert_array_equal(mosaic[9, 9, :3], INK[::-1])


def test_that_colours_on_a_dark_background_keep_their_colour_and_lose_it():
    images = strokes(c=3, ground=20)
    images[:, :, 6:10, 6:10] = np.array([220, 120, 20], dtype=np.uint8)[:, None, None]
    mosaic = keyed_mosaic(images, 2, background_of(images), INK, light=True)
    assert mosaic[2, 2, 3] == 0
    np.testing.assert_array_equal(mosaic[9, 9], (0, 95, 195, 195))


def test_that_pixels_are_premultiplied():
    rng = np.random.default_rng(1)
    for key in Key:
        for c in (1, 3):
            images = rng.integers(0, 256, size=(4, c, 8, 8), dtype=np.uint8)
            mosaic = keyed_mosaic(images, 2, Background(key, (30, 30, 30)), INK, light=True)
            assert np.all(mosaic[..., :3].max(axis=-1) <= mosaic[..., 3])


def test_that_photographs_stay_as_they_are():
    images = np.random.default_rng(2).integers(0, 256, size=(1, 3, 8, 8), dtype=np.uint8)
    mosaic = keyed_mosaic(images, 1, Background(), INK, light=False)
    np.testing.assert_array_equal(mosaic[1:-1, 1:-1, 2::-1], images[0].transpose(1, 2, 0))


def test_that_large_tiles_are_averaged_down_and_small_ones_kept():
    images = np.random.default_rng(3).integers(0, 256, size=(2, 3, 64, 128), dtype=np.uint8)
    small = reduced(images, 45)
    assert small.shape == (2, 3, 32, 64)
    assert abs(float(small.mean()) - float(images.mean())) < 1.0
    assert reduced(images, 100) is images
