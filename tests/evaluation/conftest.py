"""Small untrained models on noise, whole enough for the suite of measures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SHAPE = (1, 8, 8)


@pytest.fixture
def noise_images() -> Callable[..., ImageSet]:
    """Makes images of noise: `binary` ones are black and white."""

    def make(counts: tuple[int, int, int] = (60, 20, 30), *, binary: bool = False) -> ImageSet:
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (sum(counts), *SHAPE), dtype=np.uint8)
        if binary:
            pixels = np.where(pixels > 127, 255, 0).astype(np.uint8)
        split = np.repeat([0, 1, 2], counts).astype(np.uint8)
        return ImageSet("noise", pixels, split, "fingerprint")

    return make


@pytest.fixture
def tiny_snapshot() -> Callable[..., Snapshot]:
    """Makes the weights of an untrained model."""

    def make(*, objective: str = "vae", likelihood: str = "bernoulli") -> Snapshot:
        config = ModelConfig.model_validate(
            {"network": "mlp", "hidden": (16,), "latent_dim": 3, "likelihood": likelihood}
        )
        goal = ObjectiveConfig.model_validate({"name": objective})
        model = build_model(config, goal, SHAPE, seed=3)
        return Snapshot("run <1>", 7, 1.0, config, goal, SHAPE, model.state_dict())

    return make
