"""A batch computed in shares on several threads: the same step as on one, the same bits each time."""

from __future__ import annotations

import platform
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.training import arenas, crew, devices, elastic
from vae_explorer.training.crew import Crew, shares_of
from vae_explorer.training.devices import threads_set
from vae_explorer.training.events import EpochFinished, Started
from vae_explorer.training.execution import Execution
from vae_explorer.training.train import train
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.objectives import NegativeElbo, Terms

CPU = torch.device("cpu")
SHARED = Execution(n_threads=3, sharing="batch")


@given(st.integers(1, 300), st.integers(1, 20))
def test_that_shares_cover_the_batch_evenly_and_none_is_empty(n_images: int, n_threads: int) -> None:
    shares = shares_of(n_images, n_threads)
    assert [k for share in shares for k in range(n_images)[share]] == list(range(n_images))
    sizes = [len(range(n_images)[share]) for share in shares]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    assert len(shares) == min(n_images, n_threads)


def test_that_the_threads_of_a_crew_have_memory_apart_where_there_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = threading.get_ident()
    dealt: dict[int, int] = {here: 1}
    lock = threading.Lock()

    def arena() -> int:  # the library deals out 1, 1, 2, 1, 1, 2, …: as if two of three arenas were one
        with lock:
            me = threading.get_ident()
            return dealt.setdefault(me, 2 if len(dealt) % 3 == 0 else 1)

    monkeypatch.setattr(crew, "arena", arena)
    two = Crew(2)
    try:
        assert [dealt[ident] for ident in two.run([threading.get_ident, threading.get_ident])] == [1, 2]
    finally:
        two.close()
    three = Crew(3)  # which cannot be: the best there is
    try:
        assert len(set(three.other_threads())) == 2
    finally:
        three.close()


def test_that_each_thread_of_a_crew_computes_alone_whatever_torch_is_told_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "_threads_by_default", 2)
    with threads_set(2):
        pair = Crew(2)
        try:
            with threads_set(1):
                assert pair.run([torch.get_num_threads] * 2) == [1, 1]
        finally:
            pair.close()


def test_that_a_thread_knows_its_arena_where_the_c_library_has_some() -> None:
    own = arenas.arena()
    assert own == arenas.arena()
    found: list[int | None] = []
    other = threading.Thread(target=lambda: found.append(arenas.arena()))
    other.start()
    other.join()
    assert (own is None) is (found[0] is None)
    if sys.platform.startswith("linux") and platform.libc_ver()[0] == "glibc" and sys.maxsize > 2**32:
        assert isinstance(own, int)
    else:
        assert own is None


def test_that_a_crew_works_side_by_side_and_answers_in_order() -> None:
    crew, meet = Crew(3), threading.Barrier(3, timeout=20.0)

    def task(k: int) -> tuple[int, int]:
        meet.wait()  # passes only if all three are at work
        return k, threading.get_ident()

    found = crew.run([lambda k=k: task(k) for k in range(3)])
    crew.close()
    assert [k for k, _ in found] == [0, 1, 2]
    assert found[0][1] == threading.get_ident()
    assert len({thread for _, thread in found}) == 3


def test_that_one_thread_does_the_work_of_all_with_the_same_results() -> None:
    crew = Crew(3)
    tasks = [lambda k=k: (k, threading.get_ident()) for k in range(3)]
    crew.set_threads(1)
    assert crew.run(tasks) == [(k, threading.get_ident()) for k in range(3)]
    crew.set_threads(3)
    assert [k for k, _ in crew.run(tasks)] == [0, 1, 2]
    crew.close()


@pytest.mark.parametrize("n", [1, 2, 4])
def test_that_a_crew_tells_which_threads_it_has(n: int) -> None:
    crew = Crew(n)
    found = set(crew.other_threads())
    assert len(found) == n - 1
    assert threading.get_native_id() not in found
    assert found <= {thread.native_id for thread in threading.enumerate()}
    crew.close()


def test_that_a_trial_of_one_thread_changes_no_bit(
    images: ImageSet, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic, "APART_S", 0.0)
    monkeypatch.setattr(elastic, "APART_STEPS", 0)
    plain, numbers = Crew.set_threads, list[int]()

    def noting(crew: Crew, n: int) -> None:
        numbers.append(n)
        plain(crew, n)

    monkeypatch.setattr(Crew, "set_threads", noting)
    found = []
    for may_adapt in (True, False):
        trainer = Trainer(config, images, CPU, SHARED, may_adapt=may_adapt)
        for _ in range(3 * elastic.TRIAL):
            trainer.train_step()
            if trainer.step_in_epoch == trainer.steps_per_epoch:
                trainer.finish_epoch()
        trainer.close()
        found.append(list(trainer.model.state_dict().values()))
    assert numbers[:2] == [1, 3]
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))


def test_that_a_trainer_that_is_only_timed_keeps_its_threads(images: ImageSet, config: RunConfig) -> None:
    before = threading.active_count()
    trainer = Trainer(config, images, CPU, SHARED, may_adapt=False)
    trainer.train_step()
    assert threading.active_count() == before + 2
    trainer.close()


@pytest.mark.parametrize("number", [0, 1])
def test_that_a_failing_share_is_told_after_the_others_have_ended(number: int) -> None:
    crew, ended = Crew(2), threading.Event()

    def fail() -> None:
        raise ValueError("share")

    tasks = [ended.set, ended.set]
    tasks[number] = fail
    with pytest.raises(ValueError, match="share"):
        crew.run(tasks)
    assert ended.is_set()
    crew.close()


def test_that_shares_give_the_gradient_of_the_whole_batch(images: ImageSet, config: RunConfig) -> None:
    plain = config.model_copy(
        update={"objective": config.objective.model_copy(update={"name": "autoencoder"})}
    )
    one, three = Trainer(plain, images, CPU), Trainer(plain, images, CPU, SHARED)
    for trainer in (one, three):  # an autoencoder draws no noise, so both see the same loss
        for _ in range(5):
            trainer.train_step()
    three.close()
    assert three.sums() == pytest.approx(one.sums(), rel=1e-5)
    for a, b in zip(one.model.parameters(), three.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_that_images_of_different_shares_have_different_noise(
    images: ImageSet, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    recon: list[float] = []
    whole = NegativeElbo.__call__

    def noting(*arguments: Any, **more: Any) -> Terms:  # Any: as the stepper gives them
        terms = whole(*arguments, **more)
        recon.extend(terms.recon.tolist())
        return terms

    monkeypatch.setattr(NegativeElbo, "__call__", noting)
    same = replace(images, images=np.broadcast_to(images.images[:1], images.images.shape))
    trainer = Trainer(config, same, CPU, SHARED)
    trainer.train_step()
    trainer.close()
    assert len(recon) == 32
    assert len(set(recon)) == 32


def test_that_a_run_in_shares_repeats_and_resumes_to_the_very_same_losses(
    images: ImageSet, config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_explorer.training.devices._training_threads", 2)
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")  # else an MLP would leave its sharing to torch
    fixed = config.model_copy(update={"n_threads": 2, "precision": "float32"})

    def losses(events: object) -> list[object]:
        return [(e.record.train, e.record.validation) for e in events if isinstance(e, EpochFinished)]  # type: ignore[attr-defined]

    with threads_set(1):
        whole = losses(train(fixed, images))
        assert losses(train(fixed, images)) == whole
        run = RunFolder.create(tmp_path / "run", fixed, images)
        events = train(fixed, images, run)
        first = next(events)
        assert isinstance(first, Started)
        assert (first.n_threads, first.sharing) == (2, "batch")
        assert any(isinstance(event, EpochFinished) for event in events)
        events.close()  # type: ignore[attr-defined]  # a generator
        machine = run.info.machine
        assert machine is not None
        assert (machine.n_threads, machine.sharing) == (2, "batch")
        assert [*whole[:1], *losses(train(fixed, images, RunFolder.open(run.path)))] == whole


def test_that_no_thread_is_left_when_a_training_ends(images: ImageSet, config: RunConfig) -> None:
    before = threading.active_count()
    trainer = Trainer(config, images, CPU, SHARED)
    trainer.train_step()
    assert threading.active_count() > before
    trainer.close()
    assert threading.active_count() == before
