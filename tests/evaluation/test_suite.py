"""The suite: what it tells, that it repeats, that one may leave, and that measures join it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.elbo import evaluate
from vae_explorer.evaluation.figures import Bars, Curve, Figure, Finding, Histogram, Pictures, Warned
from vae_explorer.evaluation.measure import Measure, Step
from vae_explorer.evaluation.registry import groups, load_measures
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.subject import Subject
from vae_explorer.evaluation.suite import Found, Skipped, SuiteProgressed, SuiteStarted, iterate_suite
from vae_explorer.runs.snapshot import Snapshot

Images = Callable[..., ImageSet]
Weights = Callable[..., Snapshot]

OWN = ("bound", "likelihood", "latents", "aggregate", "reconstructions")
SETTINGS = SuiteSettings(n_samples=32, n_images=20, n_aggregate=200, groups=OWN)


def _figures(snapshot: Snapshot, images: ImageSet, settings: SuiteSettings = SETTINGS) -> dict[str, Figure]:
    events = iterate_suite(snapshot, images, settings)
    findings = [event.finding for event in events if isinstance(event, Found)]
    return {each.name: each for each in findings if isinstance(each, Figure)}


def test_that_every_figure_says_what_it_is_made_of(noise_images: Images, tiny_snapshot: Weights) -> None:
    found = _figures(tiny_snapshot(), noise_images())
    assert {"recon", "kl", "neg_elbo", "nll", "effective_samples", "active_units", "mutual_information",
            "total_correlation", "dimension_wise_kl", "marginal_kl", "log_n", "mmd2"} <= set(found)  # fmt: skip
    assert {figure.split for figure in found.values()} == {"test"}
    assert (found["neg_elbo"].n_images, found["nll"].n_images, found["nll"].n_samples) == (30, 20, 32)
    for name in ("recon", "kl", "nll", "mutual_information"):
        assert found[name].standard_error is not None
    low, high = found["nll"].interval or (math.nan, math.nan)
    assert low < found["nll"].value < high
    assert found["log_n"].value == pytest.approx(math.log(30))


def test_that_the_bound_is_that_of_the_plain_evaluation(noise_images: Images, tiny_snapshot: Weights) -> None:
    found = _figures(tiny_snapshot(), noise_images())
    plain = evaluate(tiny_snapshot(), noise_images())[Split.TEST]
    assert found["kl"].value == pytest.approx(plain.kl)
    assert found["recon"].value == pytest.approx(plain.recon, rel=0.01)  # another draw
    assert found["neg_elbo"].value == pytest.approx(found["recon"].value + found["kl"].value)


def test_that_the_likelihood_is_no_worse_than_the_bound(noise_images: Images, tiny_snapshot: Weights) -> None:
    found = _figures(tiny_snapshot(), noise_images())
    assert found["bound_gap"].value >= 0
    assert found["nll"].value < found["neg_elbo"].value + 3 * (found["neg_elbo"].standard_error or 0)


def test_that_the_parts_of_kl_add_up(noise_images: Images, tiny_snapshot: Weights) -> None:
    found = _figures(tiny_snapshot(), noise_images())
    parts = sum(
        found[name].value for name in ("mutual_information", "total_correlation", "dimension_wise_kl")
    )
    assert parts == pytest.approx(found["kl"].value, abs=1e-5)  # of float32 posteriors


def test_that_numbers_on_grey_pixels_are_labelled_and_those_on_black_and_white_are_not(
    noise_images: Images, tiny_snapshot: Weights
) -> None:
    grey, binary = (
        _figures(tiny_snapshot(), noise_images()),
        _figures(tiny_snapshot(), noise_images(binary=True)),
    )
    for name in ("recon", "neg_elbo", "nll", "bound_gap"):
        assert "not a likelihood" in grey[name].label
        assert binary[name].label == ""
    assert grey["kl"].label == ""
    assert "nll_bits" not in grey
    assert binary["nll_bits"].value == pytest.approx(binary["nll"].value / (64 * math.log(2)))


def test_that_the_same_seed_repeats_every_figure_whatever_else_is_measured(
    noise_images: Images, tiny_snapshot: Weights
) -> None:
    whole = _figures(tiny_snapshot(), noise_images())
    alone = _figures(
        tiny_snapshot(), noise_images(), SuiteSettings(n_samples=32, n_images=20, groups=("likelihood",))
    )
    assert alone["nll"] == whole["nll"]
    other = _figures(
        tiny_snapshot(),
        noise_images(),
        SuiteSettings(n_samples=32, n_images=20, seed=1, groups=("likelihood",)),
    )
    assert other["nll"].value != whole["nll"].value


def test_that_plots_and_pictures_come_with_the_figures(noise_images: Images, tiny_snapshot: Weights) -> None:
    events = list(iterate_suite(tiny_snapshot(), noise_images(), SETTINGS))
    findings = {event.finding.name: event.finding for event in events if isinstance(event, Found)}
    bars, curve = findings["kl_per_dim"], findings["bound_by_samples"]
    assert isinstance(bars, Bars)
    assert isinstance(curve, Curve)
    kl = findings["kl"]
    assert isinstance(kl, Figure)
    assert bars.values.sum() == pytest.approx(kl.value, rel=1e-6)
    assert curve.x.tolist() == [1, 2, 4, 8, 16, 32]
    assert (np.diff(curve.y) <= 0).all()
    assert isinstance(findings["nll_spread"], Histogram)
    pictures = findings["reconstructions"]
    assert isinstance(pictures, Pictures)
    assert [row.shape for _, row in pictures.rows] == [(12, 1, 8, 8)] * 3


def test_that_progress_grows_to_the_end(noise_images: Images, tiny_snapshot: Weights) -> None:
    events = list(iterate_suite(tiny_snapshot(), noise_images(), SETTINGS))
    assert isinstance(events[0], SuiteStarted)
    assert (events[0].conditions.n_split, events[0].conditions.n_images) == (30, 20)
    fractions = [event.fraction for event in events if isinstance(event, SuiteProgressed)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_that_an_autoencoder_is_told_what_it_has_not(noise_images: Images, tiny_snapshot: Weights) -> None:
    events = list(iterate_suite(tiny_snapshot(objective="autoencoder"), noise_images(), SETTINGS))
    skipped = {event.group: event.reason for event in events if isinstance(event, Skipped)}
    assert set(skipped) == {"likelihood", "latents", "aggregate"}
    assert "no q(z|x)" in skipped["likelihood"]
    names = [event.finding.name for event in events if isinstance(event, Found)]
    assert names == ["recon", "reconstructions"]


def test_that_few_effective_samples_are_warned_of(noise_images: Images, tiny_snapshot: Weights) -> None:
    snapshot = tiny_snapshot(likelihood="gaussian")
    weights = {
        name: 6.0 * tensor for name, tensor in snapshot.weights.items()
    }  # a decoder that is far too sure
    sharp = Snapshot("run", 0, 0.0, snapshot.model, snapshot.objective, snapshot.image_shape, weights)
    events = list(iterate_suite(sharp, noise_images(), SETTINGS))
    warned = [
        event.finding for event in events if isinstance(event, Found) and isinstance(event.finding, Warned)
    ]
    assert [each.name for each in warned] == ["effective_samples"]
    assert "fewer than 10 effective samples of 32" in warned[0].message


def test_that_a_measure_joins_with_a_few_lines_and_may_be_left(
    noise_images: Images, tiny_snapshot: Weights
) -> None:
    closed = []

    def run(subject: Subject) -> Iterator[Step | Finding]:
        try:
            for batch in subject.batches(subject.chosen, 8):
                yield Step(batch.done, batch.total)
            yield subject.mean_figure("brightness", "brightness", np.ones(20), "")
        finally:
            closed.append(True)

    measure = Measure("light", "Light", run)
    events = iterate_suite(tiny_snapshot(), noise_images(), SETTINGS, measures=[measure])
    seen = [event for event in events if isinstance(event, Found)]
    assert [event.finding.name for event in seen] == ["brightness"]
    left = iterate_suite(tiny_snapshot(), noise_images(), SETTINGS, measures=[measure])
    for event in left:
        if isinstance(event, SuiteProgressed) and event.fraction > 0:
            break
    left.close()  # type: ignore[attr-defined]  # a generator
    assert closed == [True, True]


def test_that_a_measure_that_cannot_go_on_does_not_cost_the_others(
    noise_images: Images, tiny_snapshot: Weights
) -> None:
    def run(subject: Subject) -> Iterator[Step | Finding]:
        yield Step(0, 1)
        raise ConfigError(f"It cannot be measured on {subject.images.name}.")

    measures = [Measure("light", "Light", run), *load_measures(["latents"])]
    events = list(iterate_suite(tiny_snapshot(), noise_images(), SETTINGS, measures=measures))
    assert Skipped("light", "Light", "It cannot be measured on noise.") in events
    assert any(isinstance(event, Found) and event.group == "latents" for event in events)


def test_that_every_registered_group_has_its_measure() -> None:
    assert [measure.group for measure in load_measures()] == list(groups())


def test_that_wrong_wishes_are_refused_in_words(noise_images: Images, tiny_snapshot: Weights) -> None:
    with pytest.raises(ConfigError, match="no group of measures 'taste': choose from bound, "):
        load_measures(["taste"])
    with pytest.raises(ConfigError, match="no test images: choose from train, validation"):
        list(iterate_suite(tiny_snapshot(), noise_images((5, 5, 0)), SuiteSettings(split=Split.TEST)))
    with pytest.raises(ConfigError, match="at least 1 sample an image, got 0"):
        SuiteSettings(n_samples=0)
    with pytest.raises(ConfigError, match="at least 2 images, got 1"):
        SuiteSettings(n_images=1)
