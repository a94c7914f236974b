"""Threads that follow the machine: all or one for a step, by what steps took of late; never by what they compute."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.info import Machine
from vae_explorer.training import choice, elastic, probe
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.devices import threads_set
from vae_explorer.training.elastic import (
    APART_S,
    APART_STEPS,
    BLOCK,
    MOST_APART,
    TRIAL,
    ElasticThreads,
)
from vae_explorer.training.execution import Execution
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import ModelConfig

CPU = torch.device("cpu")
MLP = RunConfig(model=ModelConfig(network="mlp", hidden=(64,), latent_dim=2), device="cpu", batch_size=32)


class _Machine:
    """A clock, and torch's threads, of which steps take as long as `seconds` says."""

    def __init__(self) -> None:
        self.now, self.threads = 0.0, 4
        self.seconds = {1: 2.0e-3, 4: 1.0e-3}
        self.steps: list[int] = []  # threads of each
        self.is_core_taken = False
        self.placed: list[bool] = []  # what was told before each step
        self.elastic = ElasticThreads(
            4,
            set_threads=self._set,
            place=self.placed.append,
            is_core_taken=lambda: self.is_core_taken,
            clock=lambda: self.now,
        )

    def _set(self, n_threads: int) -> None:
        self.threads = n_threads

    def run(self, n_steps: int) -> list[int]:
        """How many threads each step had."""
        self.steps.clear()
        for _ in range(n_steps):
            with self.elastic.step():
                self.steps.append(self.threads)
                self.now += self.seconds[self.threads]
            assert self.threads == 4
        return self.steps


def test_that_all_threads_stay_while_they_are_faster() -> None:
    machine = _Machine()
    steps = machine.run(10_000)
    assert machine.elastic.n_threads_now == 4
    assert 0 < steps.count(1) < 0.015 * len(steps)


def test_that_one_is_taken_while_another_program_is_busy_and_all_again_afterwards() -> None:
    machine = _Machine()
    machine.run(1_000)
    machine.seconds[4] = 5.0e-3
    machine.run(1_000)
    assert machine.elastic.n_threads_now == 1
    assert machine.run(2_000).count(4) < 0.05 * 2_000
    machine.seconds[4] = 1.0e-3
    machine.run(8_000)
    assert machine.elastic.n_threads_now == 4


def test_that_threads_that_gain_nothing_are_left_to_others() -> None:
    machine = _Machine()
    machine.seconds = {1: 1.0e-3, 4: 1.0e-3}
    machine.run(10_000)
    assert machine.elastic.n_threads_now == 1


def test_that_trials_take_turns_and_lie_apart_in_time_and_in_steps() -> None:
    machine = _Machine()
    machine.seconds[1] = 1.1e-3
    trial = ([4] * BLOCK + [1] * BLOCK) * 2
    assert machine.run(2 * TRIAL) == [4] * TRIAL + trial
    assert machine.run(APART_STEPS).count(1) == 0  # enough steps, but it is not long ago
    machine.now += APART_S
    assert machine.run(TRIAL) == trial


def test_that_the_first_step_after_a_change_does_not_count() -> None:
    machine = _Machine()
    machine.run(TRIAL)
    for _ in range(40):
        for k in range(TRIAL):
            with machine.elastic.step():
                machine.now += (
                    1.0 if k % BLOCK == 0 and machine.threads == 4 else machine.seconds[machine.threads]
                )
        machine.run(round(MOST_APART) * APART_STEPS)
        machine.now += MOST_APART * APART_S
    assert machine.elastic.n_threads_now == 4


def test_that_trials_whose_answer_is_clear_come_more_rarely() -> None:
    machine = _Machine()
    machine.run(60_000)  # a minute
    assert machine.run(60_000).count(1) // (TRIAL // 2) in (7, 8)
    machine.seconds[1] = 1.1e-3
    machine.run(10_000)
    assert machine.run(60_000).count(1) // (TRIAL // 2) > 50


def test_that_a_second_trial_may_lie_far_from_a_clear_first_one() -> None:
    machine = _Machine()
    machine.elastic = ElasticThreads(4, set_threads=machine._set, apart=4.0, clock=lambda: machine.now)
    machine.run(2 * TRIAL)
    assert machine.run(8 * APART_STEPS).count(1) == 0
    machine.now += 8 * APART_S
    assert machine.run(TRIAL).count(1) == TRIAL // 2


def test_that_steps_leave_a_core_to_another_thread_of_the_program_and_trials_wait() -> None:
    machine = _Machine()
    machine.seconds[1] = 1.1e-3
    machine.run(2 * TRIAL)
    machine.is_core_taken = True
    machine.now += APART_S
    assert machine.run(3 * APART_STEPS) == [1] * 3 * APART_STEPS
    machine.is_core_taken = False
    assert machine.elastic.n_threads_now == 4  # nothing was learned from it
    assert machine.run(APART_STEPS) == [4] * APART_STEPS
    assert machine.run(TRIAL).count(1) == TRIAL // 2


def test_that_a_trial_that_is_disturbed_begins_again() -> None:
    machine = _Machine()
    machine.run(TRIAL + BLOCK + 2)
    machine.is_core_taken = True
    machine.run(1)
    machine.is_core_taken = False
    assert machine.run(TRIAL) == ([4] * BLOCK + [1] * BLOCK) * 2


def test_that_before_each_step_its_threads_are_told() -> None:
    machine = _Machine()
    steps = machine.run(10 * TRIAL)
    assert machine.placed == [n == 4 for n in steps]
    assert not all(machine.placed)


def test_that_threads_that_lose_clearly_are_given_up_within_two_steps_and_tried_ever_more_rarely() -> None:
    machine = _Machine()
    machine.run(1_000)
    machine.seconds[4] = 20.0e-3
    machine.run(200)
    assert machine.elastic.n_threads_now == 1
    began = machine.now
    steps = machine.run(20_000)  # more than half a minute
    assert (
        steps.count(4) // 2 <= (machine.now - began) / (MOST_APART * APART_S) + 3
    )  # at first after 1, 2 and 4 s
    assert max(len(run) for run in "".join(map(str, steps)).split("1")) == 2
    machine.seconds[4] = 1.0e-3
    machine.run(20_000)
    assert machine.elastic.n_threads_now == 4


def test_that_steps_that_become_slow_are_not_borne_until_the_next_trial_is_due() -> None:
    machine = _Machine()
    machine.run(1_000)
    machine.seconds[4] = 20.0e-3
    assert machine.run(200).count(4) < 50


def test_that_one_stall_does_not_change_the_number() -> None:
    machine = _Machine()
    machine.run(10_000)
    machine.now += APART_S
    for k in range(TRIAL):
        with machine.elastic.step():
            machine.now += 0.1 if k == 2 else machine.seconds[machine.threads]
    assert machine.elastic.n_threads_now == 4


def test_that_a_failed_step_leaves_all_threads() -> None:
    machine = _Machine()
    machine.run(TRIAL + BLOCK)

    def fail() -> None:
        with machine.elastic.step():
            assert machine.threads == 1
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert machine.threads == 4


def test_that_the_number_of_threads_changes_no_bit(images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic, "APART_S", 0.0)
    monkeypatch.setattr(
        elastic, "APART_STEPS", 0
    )  # one trial after the other: every second block has one thread
    found = []
    with threads_set(2):
        for execution in (Execution(n_threads=2), Execution(n_threads=2, elastic=True)):
            trainer = Trainer(MLP, images, CPU, execution)
            counts = set()
            for _ in range(3 * TRIAL):
                trainer.train_step()
                counts.add(torch.get_num_threads())
                if trainer.step_in_epoch == trainer.steps_per_epoch:
                    trainer.finish_epoch()
            assert counts == {2}
            found.append(list(trainer.model.state_dict().values()))
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


def test_that_an_mlp_is_elastic_where_the_bits_agree(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(probe.Probe, "seconds", lambda _self, found: dict.fromkeys(found, 1.0))
    shape = (1, 16, 16)
    with threads_set(2):
        chosen = choose_execution(MLP, shape, CPU)
        assert chosen.elastic
        assert chosen.n_threads == 2
        fixed = choose_execution(MLP.model_copy(update={"n_threads": 2}), shape, CPU)
        assert not fixed.elastic  # as the person said
        known = Machine(device="CPU · 2 threads", n_threads=2, elastic=True)
        assert choose_execution(MLP, shape, CPU, known).elastic
        assert not choose_execution(MLP, shape, CPU, known.model_copy(update={"n_threads": 1})).elastic
        fewer = known.model_copy(update={"n_threads": 4})  # tried with four, two are left
        assert not choose_execution(MLP, shape, CPU, fewer).elastic
        conv = MLP.model_copy(update={"model": ModelConfig(network="conv", width=8)})
        assert not choose_execution(conv, shape, CPU).elastic
        monkeypatch.setattr(probe.Probe, "agree", lambda *_: False)
        monkeypatch.setattr(choice, "LOOK_AGAIN_S", 0.0)
        assert choose_execution(MLP, shape, CPU) == Execution(chosen.precision, casts=chosen.casts)


def test_that_agreement_is_tried_with_batches_of_the_trainings_size(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: set[int] = set()
    plain = Trainer.train_step

    def step(trainer: Trainer) -> None:
        sizes.add(len(trainer.train_index))
        plain(trainer)

    monkeypatch.setattr(Trainer, "train_step", step)
    monkeypatch.setattr(probe, "PROBE_VALUES", 16 * 16 * 4)  # four images are enough for the time of a step
    with threads_set(2):
        assert probe.Probe(MLP, (1, 16, 16), CPU).agree(Execution(), Execution(n_threads=2))
    assert sizes == {MLP.batch_size}


def test_that_agreement_is_of_bits(home: Path) -> None:
    tried = probe.Probe(MLP, (1, 16, 16), CPU)
    with threads_set(2):
        assert tried.agree(Execution(), Execution(n_threads=2))
        assert not tried.agree(Execution(), Execution("bfloat16", n_threads=2))
        assert torch.get_num_threads() == 2
