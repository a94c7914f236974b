"""What a run on some pictures is best begun with."""

from __future__ import annotations

from pathlib import Path

import pytest

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.suggestions import suggested_config, with_edits
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

GREY, COLOUR = (1, 28, 28), (3, 32, 32)


@pytest.mark.parametrize(
    ("spec", "shape", "likelihood"),
    [
        (DataSpec(source="blooms"), COLOUR, "gaussian"),
        (DataSpec(source="cifar10"), COLOUR, "gaussian"),
        (DataSpec(source="folder", path=Path("a")), GREY, "gaussian"),
        (DataSpec(source="array", path=Path("a.npy")), COLOUR, "gaussian"),
        (DataSpec(source="array", path=Path("a.npy")), GREY, "bernoulli"),
        (DataSpec(source="mnist"), GREY, "bernoulli"),
    ],
)
def test_that_the_likelihood_suits_the_pictures(
    spec: DataSpec, shape: tuple[int, int, int], likelihood: str
) -> None:
    config = suggested_config(spec, 10_000, shape)
    assert (config.model.likelihood, config.model.network, config.model.latent_dim) == (
        likelihood,
        "residual",
        2,
    )
    assert config.data == spec
    assert likelihood == "bernoulli" or config.model.sigma == 0.3


@pytest.mark.parametrize("n", [12, 300, 1_797, 4_999, 5_000, 10_000, 70_000, 1_000_000])
def test_that_the_number_of_epochs_suits_the_size_of_the_set(n: int) -> None:
    config = suggested_config(DataSpec(source="digits"), n, GREY)
    assert config.batch_size == (64 if n < 5_000 else 128)
    assert 10 <= config.epochs <= 200
    steps = config.epochs * 0.9 * n / config.batch_size
    assert 6_000 <= steps <= 10_000 or config.epochs in (10, 200)


def test_that_what_a_person_changed_is_kept() -> None:
    before = RunConfig(model=ModelConfig(latent_dim=10, sigma=0.05), epochs=8, seed=3, device="cpu")
    now = before.model_copy(
        update={
            "epochs": 33,
            "model": before.model.model_copy(update={"width": 24}),
            "objective": ObjectiveConfig(beta=4.0),
        }
    )
    suggested = suggested_config(DataSpec(source="blooms"), 10_000, COLOUR)
    config = with_edits(suggested, before, now)
    assert (config.epochs, config.model.width, config.objective.beta) == (33, 24, 4.0)
    assert (config.model.latent_dim, config.model.sigma) == (2, 0.3)
    assert (config.seed, config.device) == (3, "cpu")
    assert config.data.source == "blooms"
