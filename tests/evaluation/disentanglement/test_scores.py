"""Disentanglement scores of codes whose answer is known: identity, constant, duplicated, mixed, noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vae_explorer.errors import DataError
from vae_explorer.evaluation.disentanglement.beta_vae import beta_vae_score
from vae_explorer.evaluation.disentanglement.dci import completeness, dci, disentanglement
from vae_explorer.evaluation.disentanglement.factor_vae import factor_vae_score
from vae_explorer.evaluation.disentanglement.mig import gaps, mig
from vae_explorer.evaluation.disentanglement.modularity import code_modularity, modularity
from vae_explorer.evaluation.disentanglement.sap import sap, separations
from vae_explorer.evaluation.steps import drained

N_VALUES = (3, 4, 5, 6, 8)
FEW = {"n_train": 1000, "n_test": 500}


def _factors(n: int = 4000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, N_VALUES, (n, 5))


def _rng() -> np.random.Generator:
    return np.random.default_rng(7)


def _mixed(factors: np.ndarray) -> np.ndarray:
    """Standardised factors turned by a random rotation: every code knows a little of every factor."""
    turn, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(5, 5)))
    scaled = (factors - factors.mean(0)) / factors.std(0)
    return np.asarray(scaled @ turn)


def test_that_an_identity_code_scores_high_everywhere() -> None:
    factors = _factors()
    codes = factors.astype(np.float32)
    score = drained(mig(codes, factors, _rng()))
    assert 0.9 <= score.value <= 1.0
    assert min(score.per_factor) > 0.9
    assert drained(modularity(codes, factors, _rng())).value > 0.99
    assert drained(factor_vae_score(codes, factors, _rng(), **FEW)).value == 1.0
    assert drained(beta_vae_score(codes, factors, _rng(), **FEW)).value > 0.99
    found = drained(dci(codes, factors, _rng(), **FEW, n_trees=10))
    assert found.disentanglement.value > 0.97
    assert found.completeness.value > 0.97
    assert found.informativeness.value > 0.99
    np.testing.assert_array_equal(found.importance.argmax(0), range(5))


def test_that_a_factor_of_more_values_than_bins_bounds_the_gap() -> None:
    factors = np.random.default_rng(0).integers(0, 40, (20_000, 1))
    score = drained(mig(factors.astype(float), factors, _rng(), n_images=20_000, n_bins=20, n_resamples=0))
    assert score.value == pytest.approx(math.log(20) / math.log(40), abs=0.003)
    assert score.standard_error is None


def test_that_a_constant_code_scores_nothing() -> None:
    factors = _factors()
    codes = np.zeros((len(factors), 3))
    assert drained(mig(codes, factors, _rng())).value == pytest.approx(0.0, abs=1e-12)
    assert drained(modularity(codes, factors, _rng())).value == 0.0
    assert drained(factor_vae_score(codes, factors, _rng(), **FEW)).value == 0.0
    assert drained(beta_vae_score(codes, factors, _rng(), **FEW)).value == pytest.approx(1 / 5, abs=0.06)
    assert drained(sap(codes, factors[:, :2], _rng(), **FEW)).value == 0.0
    found = drained(dci(codes, factors, _rng(), **FEW, n_trees=3))
    assert found.disentanglement.value == found.completeness.value == 0.0


def test_that_duplicated_codes_have_no_gap() -> None:
    factors = _factors()
    twice = np.hstack((factors, factors)).astype(float)
    assert drained(mig(twice, factors, _rng())).value == pytest.approx(0.0, abs=1e-12)
    assert drained(sap(twice[:, [0, 5]], factors[:, :1], _rng(), **FEW)).value == pytest.approx(
        0.0, abs=1e-12
    )
    assert drained(modularity(twice, factors, _rng())).value > 0.99  # each still knows one factor only


def test_that_a_mixed_code_scores_below_an_identity_code() -> None:
    factors = _factors()
    codes = _mixed(factors)
    assert drained(mig(codes, factors, _rng())).value < 0.2
    assert drained(modularity(codes, factors, _rng())).value < 0.95
    assert drained(factor_vae_score(codes, factors, _rng(), **FEW)).value < 0.9
    assert drained(dci(codes, factors, _rng(), **FEW, n_trees=10)).disentanglement.value < 0.5


def test_that_noise_lets_one_guess_only() -> None:
    factors = _factors()
    codes = np.random.default_rng(9).normal(size=(len(factors), 4))
    assert drained(mig(codes, factors, _rng())).value < 0.02
    score = drained(factor_vae_score(codes, factors, _rng(), **FEW))
    assert abs(score.value - 0.2) < 4 * 0.02
    assert score.standard_error == pytest.approx(math.sqrt(score.value * (1 - score.value) / 500))


def test_that_the_gap_is_the_difference_of_the_two_best_over_the_entropy() -> None:
    information = np.array([[0.9, 0.0], [0.2, 0.3], [0.5, 0.1]])
    np.testing.assert_allclose(gaps(information, np.array([1.0, 0.4])), [0.4, 0.5])
    np.testing.assert_allclose(gaps(information[:1], np.array([1.0, 0.4])), [0.9, 0.0])
    np.testing.assert_allclose(separations(information), [0.4, 0.2])


def test_that_modularity_is_the_formula_of_the_paper() -> None:
    information = np.array([[2.0, 0.0, 0.0], [1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(code_modularity(information), [1.0, 0.0, 1 - 1 / 8, 0.0])


def test_that_a_diagonal_importance_matrix_is_disentangled_and_complete() -> None:
    importance = np.diag([0.5, 1.0, 3.0])
    assert disentanglement(importance) == 1.0
    assert completeness(importance) == 1.0
    assert disentanglement(np.ones((4, 3))) == pytest.approx(0.0, abs=1e-12)


def test_that_two_factors_a_code_cost_ln_2_over_ln_10() -> None:
    importance = np.eye(10) + np.roll(np.eye(10), 1, axis=1)
    assert disentanglement(importance) == pytest.approx(1 - math.log(2) / math.log(10), abs=1e-12)
    assert completeness(importance) == pytest.approx(1 - math.log(2) / math.log(10), abs=1e-12)


def test_that_codes_weigh_by_their_importance() -> None:
    importance = np.array([[3.0, 0.0], [0.5, 0.5]])  # one pure code, one mixed, weights 3/4 and 1/4
    assert disentanglement(importance) == pytest.approx(0.75)


def test_that_sap_is_the_difference_of_two_accuracies() -> None:
    rng = np.random.default_rng(2)
    factor = rng.integers(0, 2, (4000, 1))
    codes = np.column_stack((factor[:, 0] + 0.01 * rng.normal(size=4000), rng.normal(size=4000)))
    score = drained(sap(codes, factor, _rng(), **FEW))
    assert score.value == pytest.approx(0.5, abs=0.07)  # certain against a coin
    assert score.protocol["n_train"] == 1000


def test_that_one_factor_is_measured_where_it_can_be() -> None:
    factor = _factors()[:, :1]
    codes = np.column_stack((factor[:, 0], np.random.default_rng(0).normal(size=len(factor))))
    assert drained(mig(codes, factor, _rng())).value > 0.9
    assert math.isnan(drained(modularity(codes, factor, _rng())).value)
    found = drained(dci(codes, factor, _rng(), **FEW, n_trees=5))
    assert math.isnan(found.disentanglement.value)
    assert found.completeness.value > 0.9
    assert drained(factor_vae_score(codes, factor, _rng(), **FEW)).value == 1.0
    assert drained(beta_vae_score(codes, factor, _rng(), **FEW)).value == 1.0


def test_that_one_dimension_is_measured_where_it_can_be() -> None:
    factors = _factors()[:, :2]
    codes = factors[:, :1].astype(float)
    assert drained(mig(codes, factors, _rng())).value == pytest.approx(
        0.5, abs=0.02
    )  # one of two factors known
    found = drained(dci(codes, factors, _rng(), **FEW, n_trees=5))
    assert math.isnan(found.completeness.value)
    assert found.disentanglement.value == pytest.approx(0.0)  # the one code is all there is for both factors


def test_that_a_factor_of_one_value_is_refused_in_words() -> None:
    factors = np.column_stack((_factors()[:, 0], np.zeros(4000, int)))
    for measure in (mig, modularity, sap, dci, factor_vae_score, beta_vae_score):
        with pytest.raises(DataError, match="leave the constant ones out"):
            drained(measure(factors.astype(float), factors, _rng()))


def test_that_values_of_a_single_image_leave_no_pairs() -> None:
    factors = np.arange(30)[:, None]
    with pytest.raises(DataError, match="No two images share"):
        drained(factor_vae_score(factors.astype(float), factors, _rng(), **FEW))


def test_that_few_images_shrink_the_counts_and_say_so() -> None:
    factors = _factors(300)
    score = drained(sap(factors[:, :2].astype(float), factors[:, :2], _rng()))
    assert (score.protocol["n_train"], score.protocol["n_test"]) == (200, 100)
    assert score.n_images == 300
    assert drained(mig(factors.astype(float), factors, _rng())).n_images == 300


def test_that_the_same_seed_gives_the_same_scores() -> None:
    factors = _factors()
    codes = _mixed(factors)
    for measure in (factor_vae_score, beta_vae_score):
        assert (
            drained(measure(codes, factors, _rng(), **FEW)).value
            == drained(measure(codes, factors, _rng(), **FEW)).value
        )
    assert drained(mig(codes, factors, _rng())) == drained(mig(codes, factors, _rng()))


def test_that_the_standard_error_of_the_gap_is_its_spread_over_fresh_sets() -> None:
    def score(seed: int, n_resamples: int) -> tuple[float, float | None]:
        factors = _factors(1000, seed)
        codes = factors + np.random.default_rng(seed + 100).normal(size=factors.shape)
        found = drained(mig(codes, factors, _rng(), n_resamples=n_resamples))
        return found.value, found.standard_error

    spread = np.std([score(seed, 0)[0] for seed in range(40)], ddof=1)
    error = score(0, 60)[1]
    assert error is not None
    assert 0.5 < error / spread < 2.0


def test_that_sap_of_an_identity_code_is_below_that_of_two_values() -> None:
    factors = np.column_stack((_factors()[:, 4], np.random.default_rng(3).integers(0, 2, 4000)))
    score = drained(sap(factors.astype(float), factors, _rng(), **FEW))
    assert 0.0 < score.per_factor[0] < score.per_factor[1]
    assert score.per_factor[1] == pytest.approx(0.5, abs=0.07)
