"""The small parts of training: random streams, the letter box, Adam's state, the clock."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.training.control import Changes, TrainControl
from vae_explorer.training.optimiser import Adam
from vae_explorer.training.pace import Clock, Rate
from vae_explorer.training.randomness import epoch_order, seed_for
from vae_explorer.training.warm_up import warm_up


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6), st.integers(1, 300))
def test_that_an_epoch_visits_each_image_once(seed: int, epoch: int, n: int) -> None:
    index = np.arange(n, dtype=np.int64) * 3 + 5
    order = epoch_order(seed, epoch, index)
    np.testing.assert_array_equal(np.sort(order), index)
    np.testing.assert_array_equal(order, epoch_order(seed, epoch, index))


def test_that_epochs_and_seeds_have_their_own_orders_and_noise() -> None:
    index = np.arange(100, dtype=np.int64)
    orders = {epoch_order(seed, epoch, index).tobytes() for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25  # above all: seed 1, epoch 0 is not seed 0, epoch 1
    seeds = {seed_for(seed, "noise", step) for seed in range(20) for step in range(1000)}
    assert len(seeds) == 20_000
    assert len({seed % 2**32 for seed in seeds}) == 20_000  # the CPU generator uses the low half


def test_that_the_noise_of_steps_is_uncorrelated() -> None:
    draws = torch.stack(
        [
            torch.randn(64, generator=torch.Generator().manual_seed(seed_for(0, "noise", s)))
            for s in range(512)
        ]
    )
    correlation = torch.corrcoef(draws) - torch.eye(512)
    assert correlation.abs().max() < 0.75  # 5.5 standard errors of 1/√63 over 131,000 pairs
    assert correlation.std().item() == pytest.approx(63**-0.5, rel=0.05)


def test_that_the_letter_box_gives_the_newest_wishes_once() -> None:
    control = TrainControl()
    assert control.take() is None
    control.set_beta(2.0)
    control.set_beta(3.0)
    control.set_learning_rate(0.01)
    control.request_snapshot()
    assert control.take() == Changes(beta=3.0, learning_rate=0.01, snapshot=True)
    assert control.take() is None


def test_that_no_wish_is_lost_between_threads() -> None:
    control = TrainControl()
    wishes = [float(k) for k in range(1, 1001)]
    writer = threading.Thread(target=lambda: list(map(control.set_beta, wishes)))
    seen: list[float] = []
    writer.start()
    while not seen or seen[-1] != wishes[-1]:
        changes = control.take()
        if changes is not None and changes.beta is not None:
            seen.append(changes.beta)
    writer.join()
    assert seen == sorted(seen)


def test_that_adam_continues_exactly_from_its_packed_state() -> None:
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(5, generator=generator) for _ in range(6)]

    def steps(optimiser: Adam, chosen: list[torch.Tensor]) -> None:
        for gradient in chosen:
            optimiser.step([gradient], 0.1)

    whole = torch.nn.Parameter(torch.ones(5))
    steps(Adam([whole]), gradients)
    first = torch.nn.Parameter(torch.ones(5))
    optimiser = Adam([first])
    steps(optimiser, gradients[:3])
    second = torch.nn.Parameter(first.detach().clone())
    resumed = Adam([second])
    resumed.unpack(optimiser.pack())
    steps(resumed, gradients[3:])
    assert torch.equal(whole, second)


def test_that_adam_takes_the_published_step() -> None:
    """Kingma & Ba 2015, algorithm 1, written out."""
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimiser = Adam([weight])
    expected, m, v = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for t, g in enumerate(([0.3, -4.0], [0.1, 2.0], [-0.2, 0.0]), start=1):
        optimiser.step([torch.tensor(g, dtype=torch.float64)], 0.05)
        m, v = 0.9 * m + 0.1 * np.array(g), 0.999 * v + 0.001 * np.square(g)
        expected -= 0.05 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(weight.detach().numpy(), expected, rtol=1e-9)


def test_that_adam_is_torchs_adam_and_keeps_the_memory_order_of_channels_last_weights() -> None:
    def convolution() -> torch.nn.Conv2d:
        torch.manual_seed(0)
        return torch.nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)

    x = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    mine, theirs = convolution(), convolution()
    ours, torchs = Adam(mine.parameters()), torch.optim.Adam(theirs.parameters(), lr=0.01, fused=True)
    for step in range(6):
        if step == 3:  # through a file, whose tensors are contiguous
            stored, ours = ours.pack(), Adam(mine.parameters())
            assert all(tensor.is_contiguous() for tensor in stored.values())
            ours.unpack(stored)
        ours.step(ours.gradients(mine(x).square().sum()), 0.01)
        torchs.zero_grad()
        theirs(x).square().sum().backward()
        torchs.step()
    assert torch.equal(mine.weight, theirs.weight)
    assert torch.equal(mine.bias, theirs.bias)


def test_that_a_fresh_adam_has_an_empty_state_that_restores() -> None:
    weight = torch.nn.Parameter(torch.ones(2))
    assert Adam([weight]).pack() == {}
    Adam([weight]).unpack({})


def test_that_the_clock_stands_still_while_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.count(0.0, 1.0)
    monkeypatch.setattr("vae_explorer.training.pace.time.perf_counter", lambda: next(now))
    clock = Clock()  # 0
    assert clock.now() == 1.0
    with clock.paused():  # 2
        next(now)  # 3
        next(now)  # 4
    assert clock.now() == 3.0  # 6 seconds, less the pause from 2 to 5


def test_that_the_rate_follows_a_change_within_seconds() -> None:
    rate = Rate()
    assert rate.add(100, 0.1) == pytest.approx(1000)
    for _ in range(200):
        rate.add(20, 0.05)
    assert rate.per_s == pytest.approx(400, rel=0.01)
    assert rate.add(5, 0.0) == rate.per_s


def test_that_warming_up_leaves_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    warm_up("cpu")
    assert torch.equal(before, torch.random.get_rng_state())
