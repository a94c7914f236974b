"""A small set with something to learn, and ways to read a stream of events."""

from __future__ import annotations

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training import devices
from vae_explorer.vae.config import ModelConfig


@pytest.fixture(autouse=True)
def _no_policy_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not configured its threads."""
    monkeypatch.setattr(devices, "_training_threads", None)
    monkeypatch.setattr(devices, "_threads_by_default", None)


@pytest.fixture
def images() -> ImageSet:
    """200 blurred blobs, 8 × 10 grey: 150 train, 30 validation, 20 test."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:8, :10]
    centre, width = rng.uniform(2, 7, (200, 2, 1, 1)), rng.uniform(1, 2, (200, 1, 1))
    blobs = np.exp(-((x - centre[:, 1]) ** 2 + (y - centre[:, 0]) ** 2) / (2 * width**2))
    split = np.repeat([0, 1, 2], [150, 30, 20]).astype(np.uint8)
    return ImageSet("blobs", (blobs[:, None] * 255).astype(np.uint8), rng.permutation(split), "blobs-1")


@pytest.fixture
def config() -> RunConfig:
    """Three epochs of five steps."""
    model = ModelConfig(network="mlp", hidden=(16,), latent_dim=2)
    return RunConfig(model=model, epochs=3, batch_size=32, learning_rate=1e-2, seed=4, device="cpu")
