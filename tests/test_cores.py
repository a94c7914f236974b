"""Cores that may be used."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vae_explorer.cores import core_taken, is_core_taken, openmp_environment, usable_cores


def test_that_there_is_at_least_one_core_and_not_more_than_the_machine_has():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process to cores")
def test_that_a_process_bound_to_one_core_counts_one():
    core = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{core}}}); from vae_explorer.cores import usable_cores; print(usable_cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_that_a_core_is_taken_while_any_thread_computes() -> None:
    assert not is_core_taken()
    with core_taken():
        with core_taken():  # another thread's
            assert is_core_taken()
        assert is_core_taken()
    assert not is_core_taken()


def test_that_a_core_is_given_back_after_a_failure() -> None:
    with pytest.raises(ValueError, match="no"), core_taken():
        raise ValueError("no")
    assert not is_core_taken()


def test_that_only_a_program_that_trains_lets_idle_threads_spin_for_long() -> None:
    trains, reads = (openmp_environment(trains=trains) for trains in (True, False))
    assert trains["OMP_WAIT_POLICY"] == reads["OMP_WAIT_POLICY"] == "PASSIVE"
    assert int(trains["GOMP_SPINCOUNT"]) > int(reads["GOMP_SPINCOUNT"])
