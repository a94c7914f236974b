"""Probes on codes whose best accuracy is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vae_explorer.errors import DataError
from vae_explorer.evaluation import probes
from vae_explorer.evaluation.probes import LabelledCodes, linear_probe, nearest_probe
from vae_explorer.evaluation.steps import drained


def _clouds(n: int, distance: float, seed: int) -> LabelledCodes:
    """Two equally likely classes N(±distance/2, 1) along the first of three dimensions."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    codes = rng.normal(size=(n, 3))
    codes[:, 0] += distance * (labels - 0.5)
    return LabelledCodes(codes, labels)


def test_that_the_linear_probe_reaches_the_best_possible_accuracy_of_two_gaussians() -> None:
    probe = drained(linear_probe(_clouds(4000, 2.0, 0), _clouds(4000, 2.0, 1)))
    best = 0.5 * (1 + math.erf(1 / math.sqrt(2)))  # Φ(distance / 2)
    assert abs(probe.accuracy - best) < 3 * probe.standard_error
    assert probe.standard_error == pytest.approx(math.sqrt(probe.accuracy * (1 - probe.accuracy) / 4000))
    assert (probe.n_train, probe.n_test) == (4000, 4000)
    assert probe.majority == pytest.approx(0.5, abs=0.03)


def test_that_the_linear_probe_does_not_depend_on_units_or_constant_dimensions() -> None:
    train, test = _clouds(500, 2.0, 0), _clouds(500, 2.0, 1)

    def changed(of: LabelledCodes) -> LabelledCodes:
        return LabelledCodes(np.hstack((of.codes * [1e-3, 50.0, 1.0] + 7.0, np.ones((500, 1)))), of.labels)

    assert (
        drained(linear_probe(changed(train), changed(test))).accuracy
        == drained(linear_probe(train, test)).accuracy
    )


def test_that_the_nearest_probe_is_a_vote_of_the_ten_nearest() -> None:
    train, test = _clouds(300, 1.5, 2), _clouds(200, 1.5, 3)
    distance = np.linalg.norm(test.codes[:, None] - train.codes[None], axis=2)
    votes = train.labels[np.argsort(distance, axis=1)[:, :10]].sum(axis=1)
    named = (votes > 5).astype(int)  # a draw goes to the lower label
    assert drained(nearest_probe(train, test)).accuracy == pytest.approx((named == test.labels).mean())
    assert drained(nearest_probe(train, test)).settings["n_neighbours"] == 10


def test_that_neighbours_are_found_in_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    train, test = _clouds(300, 1.5, 2), _clouds(200, 1.5, 3)
    whole = drained(nearest_probe(train, test))
    monkeypatch.setattr(probes, "_DISTANCES_AT_ONCE", 300 * 30)
    assert [round(share, 3) for share in nearest_probe(train, test)][:2] == [0.15, 0.3]
    assert drained(nearest_probe(train, test)) == whole


def test_that_the_nearest_probe_sees_what_is_not_linear() -> None:
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(2000, 2))
    labels = (np.linalg.norm(codes, axis=1) > 1.1774).astype(int)  # half of the mass is inside
    train, test = LabelledCodes(codes[:1000], labels[:1000]), LabelledCodes(codes[1000:], labels[1000:])
    assert drained(nearest_probe(train, test)).accuracy > 0.95
    assert drained(linear_probe(train, test)).accuracy < 0.6


def test_that_fewer_images_than_neighbours_are_all_asked() -> None:
    probe = drained(nearest_probe(_clouds(6, 4.0, 0), _clouds(50, 4.0, 1)))
    assert probe.settings["n_neighbours"] == 6


def test_that_a_single_class_or_no_images_are_refused_in_words() -> None:
    train, test = _clouds(20, 1.0, 0), _clouds(20, 1.0, 1)
    alone = LabelledCodes(train.codes, np.zeros(20, int))
    nobody = LabelledCodes(np.zeros((0, 3)), np.zeros(0, int))
    for probe in (linear_probe, nearest_probe):
        with pytest.raises(DataError, match="two classes"):
            drained(probe(alone, test))
        with pytest.raises(DataError, match="needs labelled images"):
            drained(probe(train, nobody))
    with pytest.raises(ValueError, match=r"codes \(N, D\)"):
        LabelledCodes(np.zeros((3, 2)), np.zeros(4, int))
