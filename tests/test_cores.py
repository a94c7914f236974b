"""Cores that may be used."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vae_explorer.cores import usable_cores


def test_that_there_is_at_least_one_core_and_not_more_than_the_machine_has():
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system binds no process to cores")
def test_that_a_process_bound_to_one_core_counts_one():
    core = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{core}}}); from vae_explorer.cores import usable_cores; print(usable_cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
