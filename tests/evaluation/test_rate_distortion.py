"""Rate and distortion of runs, as points, curve, table and page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.elbo import evaluate
from vae_explorer.evaluation.rate_distortion import (
    curve_of,
    iterate_point,
    measure_point,
    sweep_csv,
    sweep_html,
    table_of,
)
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.runs.sweep_file import Sweep, SweepPoint


def _point(beta: float, rate: float, distortion: float) -> SweepPoint:
    return SweepPoint(beta=beta, run=f"beta-{beta:g}", epochs=3, split="test", n_images=10, rate=rate,
                      rate_error=0.1, distortion=distortion, distortion_error=0.2, label="odd, <label>")  # fmt: skip


SWEEP = Sweep(base="run", data="MNIST", points=(_point(0.5, 20.0, 80.0), _point(2.0, 10.0, 95.0)))


def test_that_rate_and_distortion_are_kl_and_recon(
    noise_images: Callable[..., ImageSet], tiny_snapshot: Callable[..., Snapshot]
) -> None:
    point = measure_point(tiny_snapshot(), noise_images(), split=Split.TRAIN, seed=0, device="cpu")
    plain = evaluate(tiny_snapshot(), noise_images())[Split.TRAIN]
    assert point.rate == pytest.approx(plain.kl)
    assert point.distortion == pytest.approx(plain.recon, rel=0.01)
    assert (point.split, point.n_images, point.beta) == ("train", 60, 1.0)
    assert "not a likelihood" in point.label
    assert point.step == tiny_snapshot().step
    assert point.rate_error is not None
    assert point.distortion_error is not None
    assert point.bound_error is not None
    # sd(R + D) ≤ sd(R) + sd(D)
    assert 0.0 < point.bound_error <= point.rate_error + point.distortion_error + 1e-9
    assert point.active_units is not None
    assert 0 <= point.active_units <= tiny_snapshot().model.latent_dim


def test_that_a_measurement_tells_how_far_it_is_and_ends_with_the_point(
    noise_images: Callable[..., ImageSet], tiny_snapshot: Callable[..., Snapshot]
) -> None:
    *told, last = iterate_point(tiny_snapshot(), noise_images(), split=Split.TRAIN, seed=0, device="cpu")
    fractions = [each for each in told if isinstance(each, float)]
    assert len(fractions) == len(told) >= 2
    assert fractions == sorted(fractions)
    assert isinstance(last, SweepPoint)


def test_that_the_curve_runs_by_rate_and_marks_the_current_run() -> None:
    curve = curve_of(SWEEP, _point(1.0, 15.0, 86.0).model_copy(update={"run": "mine"}))
    assert curve.x.tolist() == [10.0, 20.0]
    assert curve.y.tolist() == [95.0, 80.0]
    assert curve.marks[-1] == ("mine", 15.0, 86.0)


def test_that_csv_and_table_hold_every_run() -> None:
    rows = list(csv.DictReader(io.StringIO(sweep_csv(SWEEP))))
    assert [(row["beta"], row["rate"], row["label"]) for row in rows] == [
        ("0.5", "20.0", "odd, <label>"),
        ("2.0", "10.0", "odd, <label>"),
    ]
    assert [row["neg_elbo"] for row in rows] == ["100.0", "105.0"]
    assert [row["active_units"] for row in rows] == ["", ""]
    assert [row[5] for row in table_of(SWEEP).rows] == [100.0, 105.0]


def test_that_the_page_draws_the_curve_and_escapes_words() -> None:
    html = sweep_html(SWEEP, _point(1.0, 15.0, 86.0))
    assert html.count("<svg") == 1
    assert "odd, &lt;label&gt;" in html
    assert "odd, <label>" not in html
