"""Training on a CUDA device: the same as on the CPU to rounding, recorded or not. Needs such a device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig, settled
from vae_explorer.runs.folder import RunFolder
from vae_explorer.training.captured import CapturedSteps
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.events import EpochFinished, Finished, Started
from vae_explorer.training.execution import Execution
from vae_explorer.training.train import train
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.binarisation import fixed_draw
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.cross_entropy import cross_entropy
from vae_explorer.vae.pixels import Pixels

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

CPU, CUDA = torch.device("cpu"), torch.device("cuda:0")
OBJECTIVES = (
    "vae", "capacity", "free-bits", "tcvae", "factor", "dip-i", "dip-ii", "infovae", "iwae", "autoencoder", "denoising",
)  # fmt: skip
NETWORKS = ("mlp", "gated", "conv", "burgess", "residual")
LIKELIHOODS = (
    "bernoulli", "continuous-bernoulli", "gaussian", "gaussian-learned", "gaussian-optimal", "laplace",
    "logistic-mixture",
)  # fmt: skip


@pytest.fixture
def pictures() -> ImageSet:
    """150 smooth colour images of 32 × 32 pixels with three classes, all for training."""
    rng = np.random.default_rng(0)
    coarse = rng.uniform(0, 255, (150, 3, 4, 4))
    pixels = coarse.repeat(8, 2).repeat(8, 3).astype(np.uint8)
    labels = np.arange(150, dtype=np.int64) % 3
    return ImageSet("tiles", pixels, np.zeros(150, np.uint8), "tiles", labels, ("a", "b", "c"))


def _config(**model: object) -> RunConfig:
    values = {"network": "mlp", "hidden": (32,), "latent_dim": 4, "width": 8, **model}
    return RunConfig(model=ModelConfig.model_validate(values), batch_size=32, epochs=6, device="cuda")


def _sums(config: RunConfig, images: ImageSet, execution: Execution, device: torch.device = CUDA) -> object:
    trainer = Trainer(config, images, device, execution)
    sums = []
    for _ in range(5):
        for _ in range(trainer.steps_per_epoch):
            trainer.train_step()
        sums.append(trainer.sums())
        trainer.finish_epoch()
    if execution.captured:
        assert trainer._captured is not None
        assert trainer._captured.sizes == {32, 150 % 32}
    trainer.close()
    return sums


def _check_that_replays_agree(config: RunConfig, images: ImageSet, rtol: float = 2e-3) -> None:
    computed, replayed = (_sums(config, images, Execution(captured=captured)) for captured in (False, True))
    np.testing.assert_allclose(replayed, computed, rtol=rtol, atol=1e-2)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_that_every_objective_is_recorded(pictures: ImageSet, name: str) -> None:
    objective = ObjectiveConfig.model_validate({"name": name, "warmup_epochs": 1.0})
    _check_that_replays_agree(_config().model_copy(update={"objective": objective}), pictures, rtol=1e-2)


@pytest.mark.parametrize("network", NETWORKS)
def test_that_every_network_is_recorded(pictures: ImageSet, network: str) -> None:
    _check_that_replays_agree(_config(network=network), pictures)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_that_every_likelihood_is_recorded(pictures: ImageSet, likelihood: str) -> None:
    _check_that_replays_agree(_config(likelihood=likelihood), pictures)


@pytest.mark.parametrize(
    "model",
    [
        {"prior": "mixture"},
        {"prior": "vamp", "components": 20},
        {"posterior": "iaf"},
        {"conditional": True},
        {"binarisation": "dynamic"},
        {"binarisation": "static"},
    ],
)
def test_that_priors_posteriors_labels_and_draws_are_recorded(
    pictures: ImageSet, model: dict[str, object]
) -> None:
    _check_that_replays_agree(_config(**model), pictures)


@pytest.mark.parametrize("memory_format", ["contiguous", "channels_last"])
def test_that_bfloat16_is_recorded(pictures: ImageSet, memory_format: str) -> None:
    how = Execution("bfloat16", memory_format, captured=True)  # type: ignore[arg-type]
    plain = _sums(_config(network="residual"), pictures, Execution())
    np.testing.assert_allclose(_sums(_config(network="residual"), pictures, how), plain, rtol=0.02, atol=1.0)


def test_that_labelled_images_train_without_recording(pictures: ImageSet) -> None:
    objective = ObjectiveConfig(name="m2", n_labels=30)
    config = _config(conditional=True).model_copy(update={"objective": objective})
    config = settled(config, pictures)
    execution = choose_execution(config, pictures.image_shape, CUDA)
    assert not execution.captured
    assert np.isfinite(_sums(config, pictures, execution)).all()


def test_that_the_first_losses_are_those_of_the_cpu(pictures: ImageSet) -> None:
    """At z = mu: noise is another on another device."""
    config = _config().model_copy(update={"objective": ObjectiveConfig(name="autoencoder")})
    on_the_cpu = _sums(config, pictures, Execution(), CPU)
    np.testing.assert_allclose(_sums(config, pictures, Execution(captured=True)), on_the_cpu, rtol=1e-3)


def test_that_a_fixed_draw_is_the_same_on_every_device(pictures: ImageSet) -> None:
    index = np.array([5, 149, 0], dtype=np.int64)
    batch = Pixels(pictures.images, CUDA).batch(index, draw=7)
    np.testing.assert_array_equal(batch.cpu().numpy(), fixed_draw(pictures.images[index], index, 7))


def test_that_settings_changed_within_an_epoch_are_seen_by_recorded_steps(pictures: ImageSet) -> None:
    config = _config().model_copy(update={"schedule": "one-cycle"})
    found = []
    for captured in (False, True):
        trainer = Trainer(config, pictures, CUDA, Execution(captured=captured))
        for step in range(5 * trainer.steps_per_epoch):
            if step == 17:
                trainer.beta = 50.0
            if step == 18:
                trainer.set_learning_rate(0.0)
            trainer.train_step()
            if trainer.step_in_epoch == trainer.steps_per_epoch:
                found.append((captured, trainer.epoch, *trainer.sums()))
                trainer.finish_epoch()
        trainer.close()
    computed, replayed = ([row[1:] for row in found if row[0] is kind] for kind in (False, True))
    np.testing.assert_allclose(replayed, computed, rtol=2e-3, atol=1e-2)


def test_that_a_step_that_reads_a_number_back_goes_on_without_a_record(expected_log: list[str]) -> None:
    noise = torch.Generator(CUDA)
    steps, drawn = CapturedSteps(CUDA, [noise]), []
    total = torch.zeros((), device=CUDA)

    def compute() -> None:
        total.add_(torch.randn((), generator=noise, device=CUDA))
        drawn.append(total.item())

    expected_log.append("kernel by kernel")
    for number in range(8):
        noise.manual_seed(number)
        steps.step(4, compute)
    assert steps.sizes == frozenset()
    alone = torch.Generator(CUDA)
    expected = [torch.randn((), generator=alone.manual_seed(k), device=CUDA).item() for k in range(8)]
    np.testing.assert_allclose(drawn, np.cumsum(expected), rtol=1e-5, atol=1e-6)
    torch.cuda.synchronize()
    torch.cuda.empty_cache()  # nothing is left that waits for the end of a record


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_that_cross_entropy_is_that_of_double_precision(scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = scale * torch.randn(8, 1, 28, 28, generator=generator)
    x = torch.rand(8, 1, 28, 28, generator=generator)
    ours, exact = logits.to(CUDA).requires_grad_(), logits.double().requires_grad_()
    sums = cross_entropy(ours, x.to(CUDA))
    reference = (
        functional.binary_cross_entropy_with_logits(exact, x.double(), reduction="none").flatten(1).sum(1)
    )
    torch.testing.assert_close(sums.cpu().double(), reference, rtol=1e-5, atol=1e-4)
    gradient, exact_gradient = (
        torch.autograd.grad(s.sum(), at)[0] for s, at in ((sums, ours), (reference, exact))
    )
    torch.testing.assert_close(gradient.cpu().double(), exact_gradient, rtol=1e-4, atol=1e-6)


def test_that_a_run_trains_resumes_and_is_evaluated(images: ImageSet, tmp_path: Path) -> None:
    config = RunConfig(model=ModelConfig(network="mlp", hidden=(32,), latent_dim=2), epochs=3, batch_size=32)
    run = RunFolder.create(tmp_path / "run", config, images)
    events = list(train(config.model_copy(update={"device": "cuda"}), images, run))
    assert isinstance(events[0], Started)
    assert events[0].device == "cuda:0"
    assert isinstance(events[-1], Finished)
    assert run.info.machine is not None
    assert run.info.machine.captured
    longer = config.model_copy(update={"device": "cuda", "epochs": 5})
    more = [
        event for event in train(longer, images, RunFolder.open(run.path)) if isinstance(event, EpochFinished)
    ]
    assert [event.record.epoch for event in more] == [4, 5]
    whole = [e for e in train(longer, images) if isinstance(e, EpochFinished)]
    assert more[-1].record.train.recon == pytest.approx(whole[-1].record.train.recon, rel=1e-3)
