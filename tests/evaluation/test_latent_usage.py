"""Active units and collapse on codes that are made to be so."""

from __future__ import annotations

import numpy as np

from vae_explorer.evaluation.latent_usage import active_units, collapsed_dimensions, mean_variances


def test_that_a_dimension_is_active_above_the_threshold_only() -> None:
    z = np.random.default_rng(0).normal(size=(50_000, 4))
    mu = z * np.sqrt([1.0, 0.0125, 0.0075, 0.0])
    np.testing.assert_allclose(mean_variances(mu), [1.0, 0.0125, 0.0075, 0.0], rtol=0.02)
    assert active_units(mean_variances(mu)).tolist() == [True, True, False, False]


def test_that_a_constant_offset_does_not_make_a_dimension_active() -> None:
    assert not active_units(mean_variances(np.full((10, 1), 3.0))).any()


def test_that_noise_of_estimated_means_makes_no_dimension_active() -> None:
    rng = np.random.default_rng(1)
    mu = rng.normal(size=(50_000, 2)) * np.sqrt([0.02, 0.0])
    first, second = mu + rng.normal(0, 0.3, mu.shape), mu + rng.normal(0, 0.3, mu.shape)
    np.testing.assert_allclose(mean_variances(first, second), [0.02, 0.0], atol=0.002)
    assert (mean_variances(first) > 0.08).all()


def test_that_a_dimension_collapses_where_nearly_every_image_has_no_kl() -> None:
    kl = np.zeros((1000, 3))
    kl[:20, 0] = 1.0  # 2 % still use it
    kl[:5, 1] = 1.0
    assert collapsed_dimensions(kl).tolist() == [False, True, True]
