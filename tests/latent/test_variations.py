import numpy as np
import pytest

from vae_explorer.errors import ConfigError
from vae_explorer.latent.variations import fit_gaussian, prior_samples, variations


def test_that_samples_of_the_prior_have_its_moments_times_the_temperature() -> None:
    z = prior_samples(200_000, 3, np.random.default_rng(0), temperature=0.5)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=0.01)
    np.testing.assert_allclose(np.cov(z, rowvar=False), 0.25 * np.eye(3), atol=0.01)


def test_that_temperature_zero_gives_the_centre_of_the_prior() -> None:
    assert not prior_samples(5, 4, np.random.default_rng(0), temperature=0.0).any()


def test_that_a_fitted_gaussian_returns_the_moments_of_its_codes() -> None:
    rng = np.random.default_rng(1)
    mixing = np.array([[2.0, 0.0], [1.5, 0.3]])
    codes = rng.standard_normal((50_000, 2)) @ mixing.T + [3.0, -1.0]
    z = fit_gaussian(codes).sample(200_000, np.random.default_rng(2))
    np.testing.assert_allclose(z.mean(axis=0), [3.0, -1.0], atol=0.03)
    np.testing.assert_allclose(np.cov(z, rowvar=False), mixing @ mixing.T, atol=0.08)


def test_that_a_gaussian_is_fitted_to_codes_that_fill_only_a_line() -> None:
    along = np.linspace(-1.0, 1.0, 50)
    z = fit_gaussian(np.column_stack([along, 2.0 * along])).sample(100, np.random.default_rng(0))
    np.testing.assert_allclose(z[:, 1], 2.0 * z[:, 0], atol=1e-6)


def test_that_codes_that_are_not_finite_are_left_out_and_one_code_is_refused() -> None:
    codes = np.array([[0.0, 0.0], [np.nan, 1.0]])
    with pytest.raises(ConfigError, match="got 1"):
        fit_gaussian(codes)


def test_that_variations_step_by_the_strength_in_each_dimension() -> None:
    centre = np.array([1.0, -2.0, 0.5])
    steps = variations(centre, 100_000, 0.3, np.random.default_rng(0)) - centre
    np.testing.assert_allclose(steps.std(axis=0), 0.3, rtol=0.02)
    np.testing.assert_allclose(np.square(steps).sum(axis=1).mean(), 0.3**2 * 3, rtol=0.02)


def test_that_the_same_generator_gives_the_same_directions_at_every_strength() -> None:
    near = variations(np.zeros(2), 5, 0.1, np.random.default_rng(7))
    far = variations(np.zeros(2), 5, 0.2, np.random.default_rng(7))
    np.testing.assert_allclose(2.0 * near, far)
