"""Threads that share a training's operations, each on a core of its own; a single one anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
import torch

from vae_explorer.training import pinned_team
from vae_explorer.training.pinned_team import PinnedTeam, openmp_threads

needs_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2 or pinned_team._openmp() is None,
    reason="needs Linux, two cores and GNU's OpenMP",
)
# In a process of its own: tests run with one thread, and a team that was once bound stays with its thread.
_SCRIPT = """
import os, threading, torch
from pathlib import Path
from functools import partial
from vae_explorer.training.pinned_team import PinnedTeam, openmp_threads
n = len(os.sched_getaffinity(0))
torch.set_num_threads(n)
tasks = lambda: {int(path.name) for path in Path("/proc/self/task").iterdir()}
here = threading.get_native_id()
before = tasks()
x = torch.ones(4_000_000)
x.mul_(2.0)
others = tasks() - before
cores = lambda: [sorted(os.sched_getaffinity(task)) for task in (here, *sorted(others))]
every = sorted(os.sched_getaffinity(0))
"""


def run(code: str) -> str:
    """What the script prints in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT + code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


@needs_cores
def test_that_each_thread_of_a_team_that_fills_the_machine_has_a_core_of_its_own() -> None:
    code = """
team = PinnedTeam(n, partial(openmp_threads, n))
team.place(True)
x.mul_(2.0)
bound = cores()
print(len(others) == n - 1, all(len(found) == 1 for found in bound), sorted(sum(bound, [])) == every)
"""
    assert run(code) == "True True True"


@needs_cores
def test_that_a_single_thread_may_run_anywhere_and_a_closed_team_too() -> None:
    code = """
team = PinnedTeam(n, partial(openmp_threads, n))
team.place(True)
team.place(False)
print(cores()[0] == every, all(len(found) == 1 for found in cores()[1:]))
team.place(True)
print(len(cores()[0]) == 1)
team.close()
print(all(found == every for found in cores()))
"""
    assert run(code).split() == ["True"] * 4


@needs_cores
def test_that_a_team_that_does_not_fill_the_machine_is_bound_to_nothing() -> None:
    code = """
team = PinnedTeam(n + 1, partial(openmp_threads, n + 1))
team.place(True)
print(all(found == every for found in cores()))
"""
    assert run(code) == "True"


@needs_cores
def test_that_a_training_binds_its_team_and_lets_it_go_where_its_events_are_taken() -> None:
    code = """
import numpy as np
from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training import train as module
from vae_explorer.training.execution import Execution
from vae_explorer.training.events import Progressed
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import ModelConfig
module.choose_execution = lambda *_: Execution(n_threads=n, elastic=True)
seen = set()
plain = Trainer._compute
def compute(*arguments, **options):
    seen.add(len(os.sched_getaffinity(0)))
    plain(*arguments, **options)
Trainer._compute = compute
images = np.random.default_rng(0).integers(0, 256, (64, 1, 16, 16), dtype=np.uint8)
config = RunConfig(model=ModelConfig(network="mlp", hidden=(64,), latent_dim=2), device="cpu", batch_size=8, epochs=3)
for event in module.train(config, ImageSet("noise", images, np.zeros(64, np.uint8), "")):
    assert cores()[0] == every
print(seen == {1}, all(found == every for found in cores()))
"""
    assert run(code) == "True True"


@needs_cores
def test_that_a_crew_is_bound_too() -> None:
    code = """
from vae_explorer.training.crew import Crew
crew = Crew(n)
team = PinnedTeam(n, crew.other_threads)
team.place(True)
meet = threading.Barrier(n)
def where():
    meet.wait()  # so that each thread takes one task
    return sorted(os.sched_getaffinity(0))
found = crew.run([where] * n)
print(sorted(sum(found, [])) == every)
team.close()
print(all(found == every for found in crew.run([where] * n)))
crew.close()
"""
    assert run(code).split() == ["True"] * 2


def test_that_nothing_happens_without_gnus_openmp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned_team, "_openmp", lambda: None)
    before = _cores()
    team = PinnedTeam(2, partial(openmp_threads, 2))
    for together in (True, False, True):
        team.place(together)
    team.close()
    assert _cores() == before


def test_that_a_core_that_went_away_is_borne() -> None:
    pinned_team._bind(threading.get_native_id(), {100_000})
    assert torch.ones(2).sum() == 2.0


def test_that_another_openmp_library_is_not_taken_for_gnus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Path, "read_text", lambda *_: "7f00-7f01 r-xp 0 00:00 1 /usr/lib/libiomp5.so\n7f02-7f03 rw-p\n"
    )
    assert pinned_team._openmp.__wrapped__() is None


def _cores() -> object:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
