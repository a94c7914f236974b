"""The lock of a run folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vae_explorer.errors import RunError
from vae_explorer.runs.lock import RunLock, is_locked


def test_that_a_second_training_is_refused_until_the_first_is_over(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    lock = RunLock(tmp_path)
    assert is_locked(tmp_path)
    with pytest.raises(RunError, match="being trained already"):
        RunLock(tmp_path)
    lock.release()
    lock.release()
    assert not is_locked(tmp_path)
    RunLock(tmp_path).release()


def test_that_the_lock_of_a_killed_program_is_free(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from vae_explorer.runs.lock import RunLock; "
        "lock = RunLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        assert is_locked(tmp_path)
        with pytest.raises(RunError, match="being trained already"):
            RunLock(tmp_path)
        other.kill()
        other.wait()
    assert not is_locked(tmp_path)
