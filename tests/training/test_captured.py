"""Recorded steps, on the CPU with a recorder of single operations, which sees no number that Python has changed since."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.captured import WARM_STEPS, CapturedSteps
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.epoch_plan import EpochPlan
from vae_explorer.training.execution import Execution
from vae_explorer.training.run_ahead import APART_MS, MARKS, MOST_STEPS, RunAhead
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.losses import mean_losses
from vae_explorer.vae.objectives.schedules import capacity_at
from vae_explorer.vae.pixels import Pixels

CPU = torch.device("cpu")


class _Recorder(TorchDispatchMode):
    """Notes every operation with the very tensors that it read and made."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            raise RuntimeError("operation not permitted when stream is capturing")
        made = func(*args, **(kwargs or {}))
        self.operations.append((func, args, kwargs or {}, made))
        return made


class _Graph:
    """As a CUDA graph: the operations of one call of `compute`, done again to the same memory, without any Python of it.

    A CPU has computed once when all is noted, which a CUDA device has not; so the first replay does nothing.
    """

    def __init__(self, compute: Callable[[], None]) -> None:
        with _Recorder() as recorder:
            compute()
        self._operations = recorder.operations
        self._is_done = True

    @torch.no_grad()
    def replay(self) -> None:
        if self._is_done:
            self._is_done = False
            return
        for func, args, kwargs, made in self._operations:
            if func.is_view:
                continue
            again = func(*args, **kwargs)
            for old, new in zip(tree_flatten(made)[0], tree_flatten(again)[0], strict=True):
                if isinstance(old, torch.Tensor) and old.data_ptr() != new.data_ptr():
                    old.copy_(new)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recording works without CUDA; images are resident."""
    monkeypatch.setattr(CapturedSteps, "_captured", lambda _self, compute: _Graph(compute))
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda _device: None)
    begin = Pixels.__init__

    def resident(self: Pixels, images: NDArray[np.uint8], device: torch.device) -> None:
        begin(self, images, device)
        self._resident = torch.from_numpy(images.copy())

    monkeypatch.setattr(Pixels, "__init__", resident)


def _weights_after(
    config: RunConfig,
    images: ImageSet,
    *,
    captured: bool,
    epochs: int = 6,
    before: Callable[[Trainer], None] = lambda trainer: None,
) -> tuple[list[torch.Tensor], list[tuple[float, float]], frozenset[int]]:
    """Weights, sums of each epoch, and batch sizes that were recorded."""
    trainer = Trainer(config, images, CPU, Execution(captured=captured))
    sums = []
    for _ in range(epochs):
        for _ in range(trainer.steps_per_epoch):
            before(trainer)
            trainer.train_step()
        sums.append(trainer.sums())
        assert trainer.snapshot("run") is not None
        index = np.arange(40, dtype=np.int64)
        mean_losses(trainer.model, trainer.pixels, index, 16, torch.Generator().manual_seed(1))
        trainer.finish_epoch()
    sizes = trainer._captured.sizes if trainer._captured is not None else frozenset()
    return [tensor.clone() for tensor in trainer.model.state_dict().values()], sums, sizes


@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
@pytest.mark.parametrize(
    ("objective", "model"),
    [
        ("vae", {}),
        ("vae", {"network": "conv", "width": 4}),
        ("vae", {"likelihood": "gaussian-optimal"}),
        ("vae", {"binarisation": "dynamic"}),
        ("vae", {"binarisation": "static"}),
        ("vae", {"prior": "vamp", "components": 8, "posterior": "iaf"}),
        ("capacity", {}),
        ("tcvae", {}),
        ("factor", {}),
        ("iwae", {}),
    ],
)
def test_that_replayed_steps_train_as_computed_ones(
    recorder: None, images: ImageSet, config: RunConfig, schedule: str, objective: str, model: dict[str, Any]
) -> None:
    settings = {"name": objective, "warmup_epochs": 2.0} if objective != "capacity" else {"name": objective}
    config = RunConfig.model_validate(
        {
            **config.model_dump(),
            "schedule": schedule,
            "epochs": 6,
            "objective": settings,
            "model": {**config.model.model_dump(), **model},
        }
    )
    computed, sums, _ = _weights_after(config, images, captured=False)
    replayed, its_sums, sizes = _weights_after(config, images, captured=True)
    assert sizes == {32, 150 % 32}  # whole batches, and an epoch's last one
    np.testing.assert_allclose(its_sums, sums, rtol=2e-4)
    for ours, theirs in zip(replayed, computed, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=2e-3, atol=2e-4)


def test_that_a_new_learning_rate_holds_from_the_next_step_on(
    recorder: None, images: ImageSet, config: RunConfig
) -> None:
    trainer = Trainer(config, images, CPU, Execution(captured=True))
    for _ in range(WARM_STEPS + 1):
        trainer.train_step()
    trainer.set_learning_rate(0.0)
    before = [tensor.clone() for tensor in trainer.model.parameters()]
    trainer.train_step()
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))
    trainer.set_learning_rate(1e-2)
    trainer.finish_epoch()
    trainer.train_step()
    assert not all(torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))


def test_that_settings_changed_within_an_epoch_are_seen_by_recorded_steps(
    recorder: None, images: ImageSet, config: RunConfig
) -> None:
    def change(trainer: Trainer) -> None:
        if trainer.step == 22:
            trainer.beta = 50.0
        if trainer.step == 23:
            trainer.set_learning_rate(2e-3)

    steady, *_ = _weights_after(config, images, captured=True)
    replayed, sums, _ = _weights_after(config, images, captured=True, before=change)
    computed, its_sums, _ = _weights_after(config, images, captured=False, before=change)
    np.testing.assert_allclose(sums, its_sums, rtol=2e-4)
    assert any((a - b).abs().max() > 0.01 for a, b in zip(steady, replayed, strict=True))
    for ours, theirs in zip(replayed, computed, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=2e-3, atol=2e-4)


def test_that_the_state_continues_where_recorded_steps_left_it(
    recorder: None, images: ImageSet, config: RunConfig
) -> None:
    first = Trainer(config, images, CPU, Execution(captured=True))
    for _ in range(WARM_STEPS + 1):
        first.train_step()
    state = first.state()
    assert state is not None
    tensors = {name: tensor.clone() for name, tensor in state.tensors.items()}
    second = Trainer(config, images, CPU, Execution(captured=True))
    second.restore(type(state)(tensors, dict(state.meta)))
    for trainer in (first, second):
        trainer.train_step()
    assert first.sums() == pytest.approx(second.sums(), rel=1e-6)


def test_that_a_step_that_reads_a_number_back_is_computed(
    recorder: None, monkeypatch: pytest.MonkeyPatch, expected_log: list[str]
) -> None:
    noise = torch.Generator()
    steps, drawn = CapturedSteps(CPU, [noise]), []

    def compute() -> None:
        drawn.append(float(torch.randn(1, generator=noise).item()))

    expected_log.append("not permitted")
    for number in range(2 * WARM_STEPS):
        noise.manual_seed(number)
        steps.step(8, compute)
    assert steps.sizes == frozenset()
    # What was drawn for the record that failed is drawn again for the step itself.
    assert drawn == [
        torch.randn(1, generator=torch.Generator().manual_seed(k)).item() for k in range(2 * WARM_STEPS)
    ]


def test_that_a_step_that_cannot_be_recorded_is_computed(
    monkeypatch: pytest.MonkeyPatch, expected_log: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_self: CapturedSteps, compute: Callable[[], None]) -> None:
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))
    monkeypatch.setattr(CapturedSteps, "_captured", refuse)
    expected_log.append("not permitted")
    steps, taken = CapturedSteps(CPU, []), []
    with caplog.at_level(logging.INFO, logger="vae_explorer.training.captured"):
        for number in range(3 * WARM_STEPS):
            steps.step(8, lambda number=number: taken.append(number))  # type: ignore[misc]
    assert taken == list(range(3 * WARM_STEPS))
    assert steps.sizes == frozenset()
    assert sum("not permitted" in record.message for record in caplog.records) == 1


class _Device:
    """A device whose steps take `step_ms` each, and the marks between them."""

    def __init__(self, step_ms: float) -> None:
        self.step_ms = step_ms
        self.n_queued = self.n_done = self.most_ahead = 0
        self.ahead = RunAhead(CPU, lambda: _Mark(self))  # type: ignore[arg-type, return-value]

    def queue(self, n: int) -> None:
        for _ in range(n):
            self.n_queued += 1
            self.ahead.step()
            self.most_ahead = max(self.most_ahead, self.n_queued - self.n_done)


class _Mark:
    def __init__(self, device: _Device) -> None:
        self._device = device
        self.place = device.n_queued

    def synchronize(self) -> None:
        self._device.n_done = max(self._device.n_done, self.place)

    def elapsed_time(self, later: _Mark) -> float:
        return (later.place - self.place) * self._device.step_ms


@pytest.mark.parametrize(
    ("step_ms", "steps"), [(0.05, MOST_STEPS), (0.5, 40), (4.0, 5), (30.0, 1), (500.0, 1)]
)
def test_that_the_host_runs_ahead_for_hundredths_of_a_second(step_ms: float, steps: int) -> None:
    device = _Device(step_ms)
    device.queue(1000)
    assert device.ahead.steps_between_marks == steps
    assert device.most_ahead <= (MARKS + 1) * steps
    assert steps in (1, MOST_STEPS) or steps * step_ms == APART_MS


def test_that_slower_steps_are_followed_more_closely() -> None:
    device = _Device(1.0)
    device.queue(500)
    device.step_ms, device.most_ahead = 20.0, 0
    device.queue(500)
    assert device.ahead.steps_between_marks <= 2
    assert device.n_queued - device.n_done <= 6


def test_that_the_plan_gives_each_step_its_images_and_settings() -> None:
    order = np.array([4, 0, 3, 1, 2], np.int64)
    settings = np.array([[0.1, 1e-3, 0.0], [0.2, 2e-3, 0.5], [0.3, 3e-3, 1.0]], np.float32)
    plan, asked = EpochPlan(CPU, n_images=5, batch_size=2), []

    def order_now() -> NDArray[np.int64]:
        asked.append("order")
        return order

    plan.hold("first", 0, order_now, lambda: settings)
    found = [plan.next(2), plan.next(2)]
    plan.hold("first", 2, order_now, lambda: settings)  # known already: the counter is left alone
    found.append(plan.next(1))
    assert asked == ["order"]
    assert [torch.as_tensor(each.index).tolist() for each in found] == [[4, 0], [3, 1], [2]]
    rows = [[float(each.beta), float(each.learning_rate), float(each.epoch)] for each in found]
    np.testing.assert_allclose(rows, settings)
    plan.hold("second", 1, order_now, lambda: settings * 2)
    again = plan.next(2)
    assert torch.as_tensor(again.index).tolist() == [3, 1]
    assert float(again.beta) == pytest.approx(0.4)


@pytest.mark.parametrize(("epoch", "rise"), [(0.0, 4.0), (1.5, 4.0), (9.0, 4.0), (0.0, 0.0), (3.0, 0.0)])
def test_that_the_capacity_is_the_same_from_a_number_and_from_a_scalar(epoch: float, rise: float) -> None:
    assert float(capacity_at(torch.tensor(epoch), 8.0, rise)) == pytest.approx(
        float(capacity_at(epoch, 8.0, rise))
    )


def test_that_steps_of_other_devices_plugins_and_changing_shapes_are_not_recorded(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vae_explorer.training import choice

    mlp = RunConfig(model=ModelConfig(network="mlp"))
    m2 = mlp.model_copy(update={"objective": ObjectiveConfig(name="m2")})
    cuda = torch.device("cuda:0")
    assert choice._may_be_captured(mlp, cuda)
    assert not choice._may_be_captured(mlp, CPU)
    assert not choice._may_be_captured(m2, cuda)
    monkeypatch.setattr(choice, "is_plugin", lambda _network: True)
    assert not choice._may_be_captured(mlp, cuda)
    monkeypatch.undo()
    assert not choose_execution(mlp, (1, 8, 8), CPU).captured
