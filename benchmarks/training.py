"""Images a second of ``train()`` beside the loop of the PyTorch basic VAE example, alternating in one run.

``python -m benchmarks.training [seconds]``: prints one line a model. The reference is the example as
published: a ``DataLoader`` over single images, Adam, and a loss that is read back every step.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.events import Progressed
from vae_explorer.training.train import train
from vae_explorer.training.warm_up import warm_up
from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.model import build_model
from vae_explorer.vae.objectives import make_objective

BATCH = 128
N_IMAGES = 20_000
ROUNDS = 3  # the best of them counts: others on the machine only ever slow down

MODELS = {
    "MLP 784-400-20": (ModelConfig(network="mlp", hidden=(400,), latent_dim=20), (1, 28, 28)),
    "conv 16, 32 × 32 colour": (ModelConfig(network="conv"), (3, 32, 32)),
    "residual 16, 32 × 32 colour": (ModelConfig(network="residual"), (3, 32, 32)),
}


def main() -> None:
    """Measure all models."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    torch.set_num_threads(1)
    warm_up("cpu")
    print(f"{'model':30}{'train()':>12}{'example loop':>15}{'ratio':>8}   (images/s, 1 thread)")
    for name, (model, shape) in MODELS.items():
        config = RunConfig(model=model, epochs=1000, batch_size=BATCH, device="cpu")
        images = _images(shape)
        ours = theirs = 0.0
        for _ in range(ROUNDS):
            ours = max(ours, _train_rate(config, images, seconds))
            theirs = max(theirs, _example_rate(config, images, seconds))
        print(f"{name:30}{ours:12,.0f}{theirs:15,.0f}{ours / theirs:8.2f}")


def _images(shape: tuple[int, int, int]) -> ImageSet:
    pixels = np.random.default_rng(0).integers(0, 256, (N_IMAGES, *shape), dtype=np.uint8)
    return ImageSet("noise", pixels, np.zeros(N_IMAGES, np.uint8), "noise")


def _train_rate(config: RunConfig, images: ImageSet, seconds: float) -> float:
    """Images a second with all events that a window asks for."""
    began, first = 0.0, 0.0
    for event in train(config, images):
        if not isinstance(event, Progressed):
            continue
        if not began:
            began, first = time.perf_counter(), event.fraction
        elif (passed := time.perf_counter() - began) > seconds:
            return (event.fraction - first) * config.epochs * N_IMAGES / passed
    raise AssertionError("a thousand epochs ended within seconds")


def _example_rate(config: RunConfig, images: ImageSet, seconds: float) -> float:
    """The same model and objective in the example's loop."""
    model = build_model(config.model, config.objective, images.image_shape)
    objective = make_objective(config.objective)
    optimiser = torch.optim.Adam(model.parameters(), lr=config.learning_rate)
    data = TensorDataset(torch.from_numpy(images.images).float() / 255)
    loader = DataLoader(data, batch_size=BATCH, shuffle=True)
    n_images, total, began = 0, 0.0, time.perf_counter()
    while True:
        for (x,) in loader:
            optimiser.zero_grad()
            terms = objective(model, x, 1.0, None)
            torch.autograd.backward(terms.loss)
            total += terms.loss.item()
            optimiser.step()
            n_images += len(x)
            if (passed := time.perf_counter() - began) > seconds:
                return n_images / passed


if __name__ == "__main__":
    main()
