"""Commands on a CUDA device. Needs such a device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def test_that_a_run_is_trained_and_evaluated_on_it(program: Any, tmp_path: Path) -> None:
    run = tmp_path / "run"
    answer = program("train", "--data", "digits", "--device", "cuda", "--epochs", "2", "--out", run, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["status"] == "finished"
    answer = program("evaluate", run, "--device", "cuda", "--json")
    assert answer.code == 0, answer.err
    assert np.isfinite(answer.json["validation"]["elbo"])
