"""How a training computes: the choice by measurement, what is recorded, and that it changes no result that matters."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.info import Machine
from vae_explorer.training import choice, devices, execution, probe, rounding_probe
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.devices import device_label, threads_set
from vae_explorer.training.events import EpochFinished, Finished, Started
from vae_explorer.training.execution import Execution, denormals_flushed
from vae_explorer.training.train import train
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.objectives import NegativeElbo

CPU = torch.device("cpu")
SHAPE = (3, 16, 16)
CONV = RunConfig(model=ModelConfig(network="conv", width=8), device="cpu")


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[dict[tuple[str, str, int], float]]:
    """Seconds of a step that the measurement finds, by (precision, memory format, threads); others take 9 s."""
    found: dict[tuple[str, str, int], float] = {}

    def seconds(_self: object, candidates: list[Execution]) -> dict[Execution, float]:
        return {c: found.get((c.precision, c.memory_format, c.n_threads), 9.0) for c in candidates}

    monkeypatch.setattr(probe.Probe, "seconds", seconds)
    monkeypatch.setattr(choice, "LOOK_AGAIN_S", 0.0)
    with threads_set(2):
        yield found


def test_that_the_fastest_is_chosen_and_remembered(costs: dict[tuple[str, str, int], float]) -> None:
    costs |= {("float32", "contiguous", 1): 1.0, ("bfloat16", "channels_last", 1): 0.5}
    assert choose_execution(CONV, SHAPE, CPU) == Execution("bfloat16", "channels_last", 1)
    costs |= {("float32", "contiguous", 1): 0.1}  # from now on: but the machine was measured already
    assert choose_execution(CONV, SHAPE, CPU) == Execution("bfloat16", "channels_last", 1)
    assert choose_execution(CONV, (3, 32, 32), CPU) == Execution("float32", "contiguous", 1)  # other images


@pytest.mark.parametrize(
    ("inside", "cast", "is_tried"), [(1.0, 0.5, False), (0.5, 1.0, True), (1.1, 1.0, True)]
)
def test_that_products_round_inside_in_a_trial_only_if_the_largest_does_not_lose_by_it(
    costs: dict[tuple[str, str, int], float],
    monkeypatch: pytest.MonkeyPatch,
    inside: float,
    cast: float,
    is_tried: bool,
) -> None:
    tried: list[Execution] = []
    products: list[tuple[int, ...]] = []

    def turn(way: Execution, x: torch.Tensor, weight: torch.Tensor, _bias: torch.Tensor) -> float:
        products.append((len(x), *weight.shape))
        return cast if way.casts else inside

    def seconds(_self: object, candidates: list[Execution]) -> dict[Execution, float]:
        tried.extend(candidates)
        return dict.fromkeys(candidates, 1.0)

    monkeypatch.setattr(rounding_probe, "_turn", turn)
    monkeypatch.setattr(probe.Probe, "seconds", seconds)
    mlp = RunConfig(model=ModelConfig(network="mlp", hidden=(96, 16)), batch_size=32, device="cpu")
    choose_execution(mlp, SHAPE, CPU)
    assert any(not way.casts for way in tried) is is_tried
    assert set(products) == {(32, 96, 768)}  # decoder and encoder are each other's mirror


def test_that_one_product_is_timed_both_ways_and_leaves_threads_and_precision_as_they_were() -> None:
    mlp = RunConfig(model=ModelConfig(network="mlp", hidden=(64,)), batch_size=16, device="cpu")
    before = torch.get_num_threads(), torch.get_float32_matmul_precision(), torch.random.get_rng_state()
    assert rounding_probe.rounding_may_pay(mlp, SHAPE, 16) in (True, False)
    after = torch.get_num_threads(), torch.get_float32_matmul_precision(), torch.random.get_rng_state()
    assert before[:2] == after[:2]
    assert torch.equal(before[2], after[2])
    assert rounding_probe.rounding_may_pay(CONV, SHAPE, 16) in (True, False)


def test_that_a_choice_for_want_of_memory_is_not_remembered(
    costs: dict[tuple[str, str, int], float],
) -> None:
    costs |= {("float32", "contiguous", 1): 1.0, ("bfloat16", "channels_last", 1): math.inf}
    assert choose_execution(CONV, SHAPE, CPU) == Execution("float32", "contiguous", 1)
    costs |= {("bfloat16", "channels_last", 1): 0.5}
    assert choose_execution(CONV, SHAPE, CPU) == Execution("bfloat16", "channels_last", 1)


def test_that_bfloat16_and_all_threads_must_be_worth_it(costs: dict[tuple[str, str, int], float]) -> None:
    costs |= {("float32", "contiguous", 1): 1.0, ("bfloat16", "contiguous", 1): 0.98}
    costs |= {("float32", "contiguous", 2): 0.97}
    assert choose_execution(CONV, SHAPE, CPU) == Execution("float32", "contiguous", 1)
    costs |= {("float32", "contiguous", 2): 0.6}
    assert choose_execution(CONV, SHAPE, CPU).n_threads == 2
    costs |= {("float32", "contiguous", 2): 5.0}  # another program came: threads are measured each time
    assert choose_execution(CONV, SHAPE, CPU).n_threads == 1


def test_that_what_the_person_fixes_stays(costs: dict[tuple[str, str, int], float]) -> None:
    costs |= {("bfloat16", "contiguous", 1): 0.1, ("bfloat16", "contiguous", 2): 0.01}
    fixed = CONV.model_copy(update={"precision": "float32", "n_threads": 1})
    assert choose_execution(fixed, SHAPE, CPU) == Execution("float32", "contiguous", 1)
    two = CONV.model_copy(update={"n_threads": 2, "precision": "bfloat16"})
    assert choose_execution(two, SHAPE, CPU) == Execution("bfloat16", "contiguous", 2, sharing="batch")


def test_that_a_resumed_run_goes_on_as_it_began(costs: dict[tuple[str, str, int], float]) -> None:
    costs |= {("float32", "contiguous", 1): 0.1}
    begun = Machine(
        device="CPU · 8 threads", n_threads=8, precision="bfloat16", memory_format="channels_last"
    )
    assert choose_execution(CONV, SHAPE, CPU, begun) == Execution("bfloat16", "channels_last", 2)
    mlp = CONV.model_copy(update={"model": ModelConfig(network="mlp")})
    assert not choose_execution(mlp, SHAPE, CPU, begun).casts  # as a run of before there was a choice
    assert choose_execution(mlp, SHAPE, CPU, begun.model_copy(update={"casts": True})).casts
    elsewhere = begun.model_copy(update={"system": "another machine"})
    assert choose_execution(CONV, SHAPE, CPU, elsewhere) == Execution("float32", "contiguous", 1)
    asked = CONV.model_copy(update={"precision": "float32"})
    assert choose_execution(asked, SHAPE, CPU, begun).precision == "float32"


@pytest.mark.parametrize("content", ["[]", "{", json.dumps({"x": 3}), ""])
def test_that_a_damaged_memory_of_choices_is_measured_anew(
    costs: dict[tuple[str, str, int], float], home: Path, content: str
) -> None:
    costs |= {("float32", "channels_last", 1): 0.1}
    choice._path().parent.mkdir(parents=True)
    choice._path().write_text(content, "utf-8")
    assert choose_execution(CONV, SHAPE, CPU) == Execution("float32", "channels_last", 1)
    entries = json.loads(choice._path().read_text("utf-8"))
    damaged = {name: ["float64", None] for name in entries}
    choice._path().write_text(json.dumps(damaged), "utf-8")
    assert choose_execution(CONV, SHAPE, CPU) == Execution("float32", "channels_last", 1)


@pytest.mark.parametrize(
    ("network", "policy", "expected"),
    [("mlp", "PASSIVE", "operation"), ("mlp", "ACTIVE", "batch"), ("conv", "PASSIVE", "batch")],
)
def test_that_fixed_threads_share_by_rule_not_by_measurement(
    costs: dict[tuple[str, str, int], float],
    monkeypatch: pytest.MonkeyPatch,
    network: str,
    policy: str,
    expected: str,
) -> None:
    monkeypatch.setattr(devices, "_training_threads", 2)
    monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    model = ModelConfig.model_validate({"network": network, "width": 8})
    fixed = RunConfig(model=model, device="cpu", precision="float32", n_threads=2)
    for of_torch in (1, 2):  # beside a window, and without one
        with threads_set(of_torch):
            assert choose_execution(fixed, SHAPE, CPU).sharing == expected


def test_that_on_few_cores_convolutions_never_leave_sharing_to_threads_that_spin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {}
    for n_cores in (2, 16):
        monkeypatch.setattr(devices, "_training_threads", n_cores)
        with threads_set(2):
            found[n_cores] = choice._ways_to_share(CONV)
    assert found == {2: ["batch"], 16: ["batch", "operation"]}


def test_that_one_thread_is_only_taken_after_further_looks(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    looks: list[dict[int, float]] = []

    def seconds(_self: object, candidates: list[Execution]) -> dict[Execution, float]:
        if all(c.n_threads == 1 for c in candidates):
            return dict.fromkeys(candidates, 1.0)
        look = looks.pop(0)
        return {c: look[c.n_threads] for c in candidates}

    monkeypatch.setattr(probe.Probe, "seconds", seconds)
    monkeypatch.setattr(choice, "LOOK_AGAIN_S", 0.0)
    with threads_set(2):
        looks += [{1: 1.0, 2: 1.5}, {1: 1.2, 2: 0.6}]
        assert choose_execution(CONV, SHAPE, CPU).n_threads == 2
        looks += [{1: 1.0, 2: 1.5}, {1: 1.2, 2: 1.4}, {1: 1.1, 2: 1.3}]
        assert choose_execution(CONV, SHAPE, CPU).n_threads == 1
        looks += [{1: 1.0, 2: 0.6}]
        assert choose_execution(CONV, SHAPE, CPU).n_threads == 2
    assert not looks


def test_that_a_batch_is_shared_only_where_images_do_not_depend_on_each_other(
    costs: dict[tuple[str, str, int], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = CONV.model_copy(update={"n_threads": 2})
    assert choose_execution(fixed, SHAPE, CPU).sharing == "batch"
    monkeypatch.setattr(NegativeElbo, "is_mean_over_images", False)
    assert choose_execution(fixed, SHAPE, CPU).sharing == "operation"


def test_that_the_real_measurement_finds_a_way_and_leaves_everything_as_it_was(home: Path) -> None:
    with threads_set(2):
        state = torch.random.get_rng_state()
        chosen = choose_execution(CONV, SHAPE, CPU)
        assert torch.get_num_threads() == 2
        assert torch.equal(state, torch.random.get_rng_state())
    assert chosen.precision in ("float32", "bfloat16")
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.tensor(1e-40).mul(1.0).item() > 0.0


def test_that_denormals_are_flushed_inside_only() -> None:
    tiny = torch.full((64,), 1e-40)
    with denormals_flushed():
        assert (tiny * 0.5).sum().item() == 0.0
        with denormals_flushed(False):
            assert (tiny * 0.5).sum().item() > 0.0
        assert (tiny * 0.5).sum().item() == 0.0
    assert (tiny * 0.5).sum().item() > 0.0


def test_that_the_consumer_of_events_computes_as_before(images: ImageSet, config: RunConfig) -> None:
    asked = config.model_copy(update={"precision": "bfloat16"})
    for _ in train(asked, images):
        assert torch.tensor(1e-40).mul(1.0).item() > 0.0
        assert torch.get_float32_matmul_precision() == "highest"
        assert not torch.is_autocast_enabled("cpu")


@pytest.mark.parametrize("network", ["mlp", "conv", "residual", "burgess"])
def test_that_bfloat16_learns_what_float32_learns(network: str, images: ImageSet) -> None:
    losses = {}
    for precision in ("float32", "bfloat16"):
        model = ModelConfig.model_validate({"network": network, "width": 8, "hidden": (32,), "latent_dim": 2})
        config = RunConfig.model_validate(
            {
                "model": model,
                "epochs": 4,
                "batch_size": 32,
                "learning_rate": 3e-3,
                "device": "cpu",
                "precision": precision,
            }
        )
        *_, last = train(config, images)
        assert isinstance(last, Finished)
        assert last.test is not None
        losses[precision] = last.test.recon + last.test.kl
    assert losses["bfloat16"] == pytest.approx(losses["float32"], rel=0.02)
    assert losses["bfloat16"] != losses["float32"]


@pytest.mark.parametrize(
    ("network", "batch_size", "expected"),
    [
        ("mlp", 64, [torch.bfloat16, torch.bfloat16, torch.float32]),  # 64, 64 and 22 images
        ("gated", 64, [torch.bfloat16, torch.bfloat16, torch.float32]),
        ("conv", 64, [torch.bfloat16] * 3),
        ("mlp", 75, [torch.bfloat16] * 2),
        ("mlp", 500, [torch.bfloat16]),  # all images are one batch
    ],
)
def test_that_only_a_smaller_last_batch_of_dense_layers_is_computed_in_float32(
    images: ImageSet, network: str, batch_size: int, expected: list[torch.dtype]
) -> None:
    model = ModelConfig.model_validate({"network": network, "width": 8, "hidden": (32,), "latent_dim": 2})
    config = RunConfig(model=model, batch_size=batch_size, device="cpu")
    trainer = Trainer(config, images, CPU, Execution("bfloat16"))
    found: list[torch.dtype] = []
    trainer.model.decoder.register_forward_hook(lambda _module, _given, params: found.append(params.dtype))
    for _ in range(trainer.steps_per_epoch):
        trainer.train_step()
    assert found == expected


@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_that_a_bfloat16_run_resumes_to_the_very_same_losses(
    network: str, images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ModelConfig.model_validate({"network": network, "width": 8, "hidden": (32,), "latent_dim": 2})
    config = RunConfig(
        model=model, epochs=3, batch_size=32, device="cpu", precision="bfloat16", schedule="one-cycle"
    )

    def losses(events: Iterator[object]) -> list[object]:
        return [(e.record.train, e.record.validation) for e in events if isinstance(e, EpochFinished)]

    whole = losses(train(config, images))
    run = RunFolder.create(tmp_path / "run", config, images)
    events = train(config, images, run)
    assert any(isinstance(event, EpochFinished) for event in events)
    events.close()  # type: ignore[attr-defined]  # a generator
    assert run.info.machine is not None
    assert run.info.machine.precision == "bfloat16"
    automatic = config.model_copy(update={"precision": "auto"})
    monkeypatch.setattr(probe.Probe, "seconds", _never)
    assert [*whole[:1], *losses(train(automatic, images, RunFolder.open(run.path)))] == whole


def test_that_the_label_says_bfloat16(images: ImageSet, config: RunConfig) -> None:
    first = next(train(config.model_copy(update={"precision": "bfloat16"}), images))
    assert isinstance(first, Started)
    assert first.precision == "bfloat16"
    assert first.device_label == f"{device_label(CPU)} · bfloat16"


def test_that_channels_last_weights_leave_as_contiguous_ones(images: ImageSet) -> None:
    from vae_explorer.training.trainer import Trainer

    trainer = Trainer(CONV, images, CPU, Execution("float32", "channels_last"))
    trainer.train_step()
    snapshot, state = trainer.snapshot("run"), trainer.state()
    assert snapshot is not None
    assert state is not None
    for tensor in (*snapshot.weights.values(), *state.tensors.values()):
        assert tensor.is_contiguous()
    plain = Trainer(CONV, images, CPU, replace(trainer.execution, memory_format="contiguous"))
    plain.restore(state)
    x = torch.from_numpy(np.asarray(images.images[:4], dtype=np.float32) / 255)
    torch.testing.assert_close(plain.model.encode(x).mu, trainer.model.encode(x).mu)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks glibc")
def test_that_a_c_library_without_mallopt_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    execution.keep_freed_memory.cache_clear()
    monkeypatch.setattr(execution.ctypes, "CDLL", lambda _name: object())
    assert execution.keep_freed_memory() is False
    execution.keep_freed_memory.cache_clear()
    monkeypatch.undo()
    assert execution.keep_freed_memory() is (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")


def _never(*_: object) -> None:
    raise AssertionError("a resumed run is not measured again")
