"""Drawn pixels: white as often as they are bright, each image by its own place, the same on every way there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats

from vae_explorer.vae.binarisation import THRESHOLDS, draw_anew, fixed_draw, uniform_bits
from vae_explorer.vae.pixels import Pixels


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (40, 3, 5, 7)).astype(np.uint8)


def test_that_thresholds_are_grey_levels_as_probabilities() -> None:
    assert THRESHOLDS[0] == 0
    assert THRESHOLDS[255] == 2**16
    np.testing.assert_allclose(THRESHOLDS / 2**16, np.arange(256) / 255, atol=2**-16)


def test_that_a_pixel_is_white_as_often_as_it_is_bright() -> None:
    for level in (0, 3, 127, 250, 255):
        n = 40_000
        grey = np.full((n // 100, 1, 10, 10), level, dtype=np.uint8)
        fixed = fixed_draw(grey, np.arange(n // 100), seed=1)
        drawn = draw_anew(torch.from_numpy(grey).float() / 255, torch.Generator().manual_seed(2))
        p = level / 255
        for white in (int(fixed.sum()), int(drawn.sum())):
            assert stats.binomtest(white, n, p).pvalue > 1e-4


def test_that_uniform_bits_are_uniform_and_unrelated_between_neighbours() -> None:
    bits = uniform_bits(np.arange(200), 501, seed=0).astype(float) / 2**16
    assert stats.kstest(bits.ravel(), "uniform").pvalue > 1e-3
    others = uniform_bits(np.arange(200), 501, seed=1).astype(float) / 2**16
    pairs = (bits[:-1], bits[1:]), (bits[:, :-1], bits[:, 1:]), (bits, others)
    for one, two in pairs:
        assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 4 / np.sqrt(one.size)


def test_that_the_fixed_draw_depends_on_seed_and_place_alone(images: np.ndarray) -> None:
    index = np.arange(40)
    whole = fixed_draw(images, index, seed=7)
    some = np.array([31, 2, 2, 17])
    np.testing.assert_array_equal(fixed_draw(images[some], some, seed=7), whole[some])
    assert (fixed_draw(images, index, seed=8) != whole).any()
    assert (fixed_draw(images, index + 1, seed=7) != whole).any()
    assert fixed_draw(images, index, seed=2**63 - 1).any()


def test_that_a_fixed_draw_stays_the_same_in_all_versions() -> None:
    """Published figures of static binarisation rest on it."""
    assert uniform_bits(np.array([0, 1, 59_999]), 5, seed=0).tolist() == [
        [24943, 64375, 45394, 16769, 40290],
        [18710, 59546, 3040, 25982, 13138],
        [59713, 32345, 43065, 1735, 10396],
    ]


@pytest.mark.parametrize("seed", [0, 12, 2**63 - 1])
def test_that_uniform_bits_are_those_of_splitmix_in_plain_integers(seed: int) -> None:
    """Steele, Lea & Flood 2014, figure 17, in Python's own integers."""
    golden = 0x9E3779B97F4A7C15

    def mixed(z: int) -> int:
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    stream = mixed((mixed(4) + seed * golden) % 2**64)  # of place 3
    words = [mixed((stream + k * golden) % 2**64) for k in (1, 2)]
    expected = [(word >> (16 * part)) % 2**16 for word in words for part in range(4)]
    assert uniform_bits(np.array([3]), 7, seed)[0].tolist() == expected[:7]


def test_that_batches_of_a_file_and_of_memory_are_drawn_alike(images: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, images)
    index = np.array([5, 39, 0])
    expected = fixed_draw(images[index], index, seed=3).astype(np.float32)
    for array in (images, np.load(path, mmap_mode="r")):
        batch = Pixels(array, torch.device("cpu")).batch(index, draw=3)
        assert batch.dtype == torch.float32
        np.testing.assert_array_equal(batch.numpy(), expected)


def test_that_resident_images_are_drawn_alike(images: np.ndarray) -> None:
    """As on an accelerator: a batch at a time, and once all are drawn also by an index that lies there."""
    pixels = Pixels(images, torch.device("cpu"))
    assert not pixels.keep_resident()
    pixels._resident = torch.from_numpy(images)
    index = np.array([5, 39, 0])
    expected = fixed_draw(images[index], index, 3).astype(np.float32)
    np.testing.assert_array_equal(pixels.batch(index, draw=3).numpy(), expected)
    assert pixels.keep_resident(draw=3)
    np.testing.assert_array_equal(pixels.batch(torch.from_numpy(index), draw=3).numpy(), expected)
    np.testing.assert_array_equal(pixels.batch(index, draw=3).numpy(), expected)
    np.testing.assert_allclose(
        pixels.batch(torch.from_numpy(index)).numpy(), images[index] / 255.0, rtol=1e-6
    )


def test_that_a_draw_of_all_images_is_not_kept_where_memory_is_short(
    images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = Pixels(images, torch.device("cpu"))
    pixels._resident = torch.from_numpy(images)
    monkeypatch.setattr("vae_explorer.vae.pixels._fits", lambda _n_bytes, _device: False)
    assert pixels.keep_resident()
    assert not pixels.keep_resident(draw=3)


def test_that_a_new_draw_follows_its_generator() -> None:
    x = torch.rand((4, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    first = draw_anew(x, torch.Generator().manual_seed(1))
    assert torch.equal(first, draw_anew(x, torch.Generator().manual_seed(1)))
    assert not torch.equal(first, draw_anew(x, torch.Generator().manual_seed(2)))
    assert set(first.unique().tolist()) == {0.0, 1.0}
