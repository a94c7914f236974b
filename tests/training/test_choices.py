"""Every likelihood and network trains on built-in pictures with finite losses, by every way of computing."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import load_now
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.choice import choose_execution
from vae_explorer.training.events import Finished
from vae_explorer.training.train import train
from vae_explorer.vae.config import LikelihoodName, ModelConfig, NetworkName


@pytest.fixture(scope="module", params=["digits", "blooms"])
def pictures(request: pytest.FixtureRequest) -> ImageSet:
    """A few of a built-in set, blooms in half their size."""
    size = {"height": 16, "width": 16} if request.param == "blooms" else {}
    return load_now(DataSpec(source=request.param, n_images=120, **size))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("likelihood", get_args(LikelihoodName))
def test_that_every_likelihood_trains_to_lower_and_finite_losses(
    pictures: ImageSet, likelihood: LikelihoodName, seed: int
) -> None:
    model = ModelConfig(network="conv", width=4, likelihood=likelihood, sigma=0.2)
    config = RunConfig(
        model=model, epochs=3, batch_size=16, learning_rate=3e-3, seed=seed, device="cpu", precision="float32"
    )
    *_, last = train(config, pictures)
    assert isinstance(last, Finished)
    assert last.validation is not None
    assert torch.isfinite(torch.tensor([last.train.elbo, last.validation.elbo])).all()
    untrained = train(config.model_copy(update={"epochs": 1, "learning_rate": 1e-12}), pictures)
    *_, before = untrained
    assert isinstance(before, Finished)
    assert last.train.elbo > before.train.elbo


@pytest.mark.parametrize("network", get_args(NetworkName))
def test_that_the_brief_measurement_takes_every_network_and_the_largest_likelihood(
    home: object, network: NetworkName
) -> None:
    model = ModelConfig(network=network, width=4, hidden=(8,), likelihood="logistic-mixture", logistics=2)
    config = RunConfig(model=model, batch_size=8, device="cpu")
    execution = choose_execution(config, (3, 16, 16), torch.device("cpu"))
    assert execution.n_threads >= 1
    assert execution.casts or network in ("mlp", "gated")
