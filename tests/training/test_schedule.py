"""The learning rate over a training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.control import TrainControl
from vae_explorer.training.events import EpochFinished
from vae_explorer.training.schedule import END, RISE, START, learning_rate_share
from vae_explorer.training.train import train


def test_that_a_constant_rate_is_constant() -> None:
    assert {learning_rate_share("constant", step, 50) for step in range(60)} == {1.0}


def test_that_one_cycle_is_torchs_own() -> None:
    """torch.optim.lr_scheduler.OneCycleLR with the same shares, a library's answer to the same paper."""
    n_steps = 200
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=1.0, total_steps=n_steps, pct_start=RISE, div_factor=1 / START,
        final_div_factor=START / END, cycle_momentum=False,
    )  # fmt: skip
    theirs = []
    for _ in range(n_steps):
        theirs.append(scheduler.get_last_lr()[0])
        optimiser.step()
        if len(theirs) < n_steps:
            scheduler.step()
    ours = [learning_rate_share("one-cycle", step, n_steps) for step in range(n_steps)]
    np.testing.assert_allclose(ours, theirs, atol=0.03)  # the peak lies on a step there, between two here
    assert ours[0] == pytest.approx(START)
    assert ours[-1] == pytest.approx(END)


@given(st.integers(0, 10_000), st.integers(1, 5_000))
def test_that_one_cycle_stays_positive_and_below_its_peak(step: int, n_steps: int) -> None:
    assert 0.0 < learning_rate_share("one-cycle", step, n_steps) <= 1.0


def test_that_a_training_follows_its_schedule_and_a_change_scales_it(
    images: ImageSet, config: RunConfig
) -> None:
    cycle = config.model_copy(update={"schedule": "one-cycle", "epochs": 6})
    rates = [e.record.learning_rate for e in train(cycle, images) if isinstance(e, EpochFinished)]
    assert rates[0] < max(rates)
    assert rates[-1] < 0.05 * max(rates)
    control = TrainControl()
    control.set_learning_rate(cycle.learning_rate / 2)
    halved = [
        e.record.learning_rate for e in train(cycle, images, None, control) if isinstance(e, EpochFinished)
    ]
    np.testing.assert_allclose(halved, np.array(rates) / 2)
