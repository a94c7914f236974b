"""Too little memory: one sentence for a person, and ways of computing that need too much are not chosen."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import DeviceError, is_out_of_memory
from vae_explorer.runs.config import RunConfig
from vae_explorer.training import probe
from vae_explorer.training.execution import Execution
from vae_explorer.training.stepper import Stepper
from vae_explorer.training.train import train

SHORT = torch.OutOfMemoryError(
    "CUDA out of memory. Tried to allocate 20.00 GiB.\nGPU 0 has a total capacity of 8 GiB"
)


def test_that_a_step_without_memory_says_what_to_do(
    images: ImageSet, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gradients(*_: object, **__: object) -> None:
        raise SHORT

    monkeypatch.setattr(Stepper, "gradients", gradients)
    with pytest.raises(
        DeviceError, match=r"CPU.*batches of 32 pictures of 10 × 8 pixels; choose a smaller batch"
    ):
        list(train(config, images))


def test_that_other_errors_pass_as_they_are(
    images: ImageSet, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gradients(*_: object, **__: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(Stepper, "gradients", gradients)
    with pytest.raises(RuntimeError, match="shapes"):
        list(train(config, images))


def test_that_errors_of_memory_are_known_by_what_they_say() -> None:
    assert is_out_of_memory(SHORT)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
    )
    assert is_out_of_memory(RuntimeError("CUDA error: out of memory"))  # of a context
    assert is_out_of_memory(RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"))
    assert is_out_of_memory(
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)")
    )
    assert not is_out_of_memory(RuntimeError("CUDA error: device-side assert triggered"))
    assert not is_out_of_memory(ValueError("not enough memory"))


def test_that_an_accelerator_tries_ways_alone_and_passes_over_those_without_memory(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[Execution] = []

    class _Trainer:
        def __init__(
            self, _config: RunConfig, images: ImageSet, _device: object, execution: Execution
        ) -> None:
            assert len(images) == 512  # whole batches: nothing less fills it
            self.execution = execution
            open_now.append(execution)
            assert len(open_now) == 1

        def close(self) -> None:
            open_now.remove(self.execution)

    def turn(_self: object, trainer: _Trainer) -> float:
        if trainer.execution.memory_format == "channels_last":
            raise SHORT
        return 1.0 if trainer.execution.precision == "float32" else 0.5

    monkeypatch.setattr(probe, "Trainer", _Trainer)
    monkeypatch.setattr(probe.Probe, "_turn", turn)
    tried = probe.Probe(config.model_copy(update={"batch_size": 512}), (3, 64, 64), torch.device("cuda:0"))
    ways = [Execution(p, f) for p in ("float32", "bfloat16") for f in ("contiguous", "channels_last")]  # type: ignore[arg-type]
    seconds = tried.seconds(ways)
    np.testing.assert_array_equal([seconds[way] for way in ways], [1.0, math.inf, 0.5, math.inf])
    assert not open_now
