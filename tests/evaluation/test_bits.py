"""Bits per dimension against hand-computed values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from vae_explorer.evaluation.bits import bits_per_dim
from vae_explorer.vae.recon_label import Measure


def test_that_bits_of_a_uniform_mass_are_eight() -> None:
    assert bits_per_dim(12 * math.log(256), 12, Measure.PROBABILITY) == pytest.approx(8.0)


def test_that_bits_of_a_fair_coin_are_one() -> None:
    assert bits_per_dim(64 * math.log(2), 64, Measure.PROBABILITY) == pytest.approx(1.0)


def test_that_bits_of_a_wide_density_are_those_of_its_discretised_mass() -> None:
    levels = np.arange(256)
    mean, sigma = 0.5, 0.1
    mass = norm.cdf((levels + 0.5) / 255, mean, sigma) - norm.cdf((levels - 0.5) / 255, mean, sigma)
    seen = levels[80:160]
    nats = -norm.logpdf(seen / 255, mean, sigma).sum()
    assert bits_per_dim(nats, len(seen), Measure.DENSITY) == pytest.approx(
        -np.log2(mass[seen]).mean(), abs=1e-4
    )


def test_that_a_grey_cross_entropy_has_no_bits() -> None:
    assert bits_per_dim(100.0, 784, Measure.CROSS_ENTROPY) is None
