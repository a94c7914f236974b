"""Training on drawn pixels: which draw a step and an evaluation see, and that stopping changes neither."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.training.events import Finished, Progressed
from vae_explorer.training.pace import Pace
from vae_explorer.training.train import train
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.binarisation import fixed_draw
from vae_explorer.vae.config import BinarisationName, LikelihoodName, ObjectiveConfig
from vae_explorer.vae.model import model_from_weights

EVERY_STEP = Pace(progress_s=0.0, snapshot_s=1e9, save_s=1e9, autosave_s=1e9, cost_share=1.0)


def _with(config: RunConfig, binarisation: BinarisationName, seed: int = 5) -> RunConfig:
    model = config.model.model_copy(update={"binarisation": binarisation, "binarisation_seed": seed})
    return config.model_copy(update={"model": model})


def _batches(config: RunConfig, images: ImageSet, n_steps: int) -> list[torch.Tensor]:
    """What the model sees: all training images in one batch a step, in the set's order."""
    whole = config.model_copy(update={"batch_size": 150})
    trainer = Trainer(whole, images, torch.device("cpu"))
    seen: list[torch.Tensor] = []
    encode = trainer.model.encoder.forward

    def spy(x: torch.Tensor) -> torch.Tensor:
        order = trainer._batch_from_now(0)
        seen.append(x.detach()[np.argsort(order)].clone())
        return encode(x)

    trainer.model.encoder.forward = spy  # type: ignore[method-assign]  # a spy
    for _ in range(n_steps):
        trainer.train_step()
        trainer.finish_epoch()
    return seen


def test_that_a_dynamic_draw_is_new_in_each_step_and_a_static_one_stays(
    config: RunConfig, images: ImageSet
) -> None:
    grey = _batches(_with(config, "none"), images, 1)[0]
    first, second, third = _batches(_with(config, "dynamic"), images, 3)
    once, again = _batches(_with(config, "static"), images, 2)
    for batch in (first, second, third, once):
        assert set(batch.unique().tolist()) == {0.0, 1.0}
        assert batch.mean().item() == pytest.approx(grey.mean().item(), abs=0.02)
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)
    assert torch.equal(once, again)
    index = images.indices(Split.TRAIN)
    np.testing.assert_array_equal(once.numpy(), fixed_draw(images.images[index], index, 5))
    repeated = _batches(_with(config, "dynamic"), images, 1)[0]
    assert torch.equal(first, repeated)


@pytest.mark.parametrize("binarisation", ["static", "dynamic"])
def test_that_evaluations_see_the_fixed_draw(
    config: RunConfig, images: ImageSet, binarisation: BinarisationName
) -> None:
    plain = _with(config, binarisation).model_copy(update={"objective": ObjectiveConfig(name="autoencoder")})
    *_, finished = train(plain, images)
    assert isinstance(finished, Finished)
    snapshot = finished.snapshot
    model = model_from_weights(snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights)
    index = images.indices(Split.VALIDATION)
    x = torch.from_numpy(fixed_draw(images.images[index], index, 5)).float()
    with torch.no_grad():
        recon = -model.likelihood.log_prob(x, model.decode(model.encode(x).mu))
    assert finished.validation is not None
    assert finished.validation.recon == pytest.approx(recon.mean().item(), rel=1e-5)
    explorer = Explorer.from_snapshot(snapshot)
    encodings = explorer.encode(images, index)
    np.testing.assert_allclose(encodings.recon, recon.numpy(), rtol=1e-4)
    shuffled = index[::-1].copy()
    again = explorer.reconstruct(images.images[shuffled], shuffled)
    np.testing.assert_allclose(again.recon[::-1], recon.numpy(), rtol=1e-4)
    mu, _ = explorer.encode_pictures(images.images[shuffled], shuffled)
    np.testing.assert_allclose(mu[::-1], encodings.mu, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("binarisation", "likelihood"),
    [("dynamic", "bernoulli"), ("static", "bernoulli"), ("none", "gaussian-optimal")],
)
def test_that_a_stopped_run_resumes_to_the_very_same_losses(
    tmp_path: Path,
    config: RunConfig,
    images: ImageSet,
    binarisation: BinarisationName,
    likelihood: LikelihoodName,
) -> None:
    config = _with(config, binarisation)
    model = config.model.model_copy(update={"likelihood": likelihood})
    config = config.model_copy(update={"model": model})
    *_, expected = train(config, images)
    run = RunFolder.create(tmp_path / "run", config, images)
    events = train(config, images, run, pace=EVERY_STEP)
    for event in events:
        if isinstance(event, Progressed) and event.step == 7:
            break
    events.close()  # type: ignore[attr-defined]  # a generator, typed as an iterator
    *_, finished = train(config, images, RunFolder.open(run.path))
    assert isinstance(finished, Finished)
    assert isinstance(expected, Finished)
    assert (finished.train, finished.validation, finished.test) == (
        expected.train,
        expected.validation,
        expected.test,
    )
    for name, weight in expected.snapshot.weights.items():
        assert torch.equal(weight, finished.snapshot.weights[name]), name
