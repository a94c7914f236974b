"""Seconds to a test −ELBO of 105.5 nats on grey MNIST, beside ten epochs of the dataloader loop; and that speed costs
no truth: automatic settings against float32, both with the plain schedule."""

from __future__ import annotations

import dataclasses
import os
import statistics
import time
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.measuring import Worker, data_root
from benchmarks.reference_training import ExampleVAE, dataloader_steps, negative_elbo, rate
from benchmarks.rows import Row, paired

__all__ = ["run"]

TARGET = 105.5  # nats an image
FAST = {"batch_size": 256, "epochs": 5, "learning_rate": 1.2e-2, "schedule": "one-cycle"}
PLAIN = {"batch_size": 128, "epochs": 10}
SEEDS = (0, 1, 2)


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``time-to-quality``; none without MNIST, whose quality is meant."""
    if data_root() is None:
        print("time-to-quality needs MNIST: set VAE_EXPLORER_TEST_DATA to a folder with MNIST/raw.")
        return []
    seeds = SEEDS[:1] if quick else SEEDS
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rates = {n: _reference_rate(n) for n in sorted({1, n_cores})}
    n_threads = max(rates, key=lambda n: rates[n])
    fast, theirs = [], []
    with Worker(ours.ENVIRONMENT) as us, Worker({"OMP_NUM_THREADS": str(n_threads)}) as reference:
        for seed in seeds:
            fast.append(us.call(train_once, {**FAST, "seed": seed}))
            theirs.append(reference.call(reference_once, seed, 1 if quick else 10))
        how = fast[-1]["how"]
        automatic = us.call(train_once, {**PLAIN, "seed": 0, **({"epochs": 1} if quick else {})})
        plain = us.call(
            train_once, {**PLAIN, "seed": 0, "precision": "float32", **({"epochs": 1} if quick else {})}
        )
    recipe = "batch 256, one cycle up to 1.2e-2, 5 epochs"
    elbo = statistics.median(outcome["test"] for outcome in theirs)
    return [
        paired(
            name,
            "seconds to the last step",
            [outcome["seconds"] for outcome in fast],
            [outcome["seconds"] * (10 if quick else 1) for outcome in theirs],
            "s",
            better="lower",
            must_ratio=6.0,
            aim_ratio=12.0,
            note=f"ours: {recipe}, {how}; the dataloader loop: 10 epochs, batch 128, {n_threads} of {n_cores} threads, "
            f"test −ELBO {elbo:.2f}; both train on all 60,000 images",
        ),
        Row(
            name,
            f"test −ELBO, {recipe}",
            max(outcome["test"] for outcome in fast),
            "nats",
            reference=elbo,
            must=TARGET,
            better="lower",
            statistic=f"worst of {len(seeds)} seeds",
            samples=tuple(outcome["test"] for outcome in fast),
            reference_samples=tuple(outcome["test"] for outcome in theirs),
        ),
        Row(
            name,
            "test −ELBO, automatic against float32",
            automatic["test"] - plain["test"],
            "nats",
            must=0.5,
            better="lower",
            statistic="difference",
            note=f"batch 128, 10 epochs, constant rate: {automatic['test']:.2f} with {automatic['how']} in "
            f"{automatic['seconds']:.1f} s, {plain['test']:.2f} with {plain['how']} in {plain['seconds']:.1f} s",
        ),
    ]


def train_once(settings: dict[str, Any]) -> dict[str, Any]:
    """Train 784-400-20; seconds to the end of the last epoch, test −ELBO (nats), and how it was computed."""
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.events import EpochFinished, Finished, Started
    from vae_explorer.training.train import train
    from vae_explorer.vae.config import ModelConfig

    configure_threads(leave_one_free=False)
    model = ModelConfig(network="mlp", hidden=(400,), latent_dim=20)
    config = RunConfig.model_validate({"model": model, "device": "cpu", **settings})
    images = _all_training(ours.mnist())
    how, seconds, test = "", 0.0, float("nan")
    begin = time.perf_counter()
    for event in train(config, images):
        match event:
            case Started():
                how = f"{event.precision}, {event.n_threads} threads"
            case EpochFinished():
                seconds = time.perf_counter() - begin
            case Finished():
                assert event.test is not None
                test = event.test.recon + event.test.kl
    return {"seconds": seconds, "test": test, "how": how}


def reference_once(seed: int, epochs: int) -> dict[str, float]:
    """The dataloader loop from fresh weights: seconds and test −ELBO."""
    import torch

    torch.manual_seed(seed)
    pixels, labels, test = _arrays()
    model = ExampleVAE()
    begin, n_images = time.perf_counter(), 0
    for n in dataloader_steps(pixels, labels, model):
        n_images += n
        if n_images >= epochs * len(pixels):
            break
    return {"seconds": time.perf_counter() - begin, "test": negative_elbo(model, test)}


def _reference_rate(n_threads: int) -> float:
    with Worker({"OMP_NUM_THREADS": str(n_threads)}) as worker:
        return float(worker.call(brief_rate))


def brief_rate() -> float:
    """Images a second of the dataloader loop."""
    pixels, labels, _ = _arrays()
    steps = dataloader_steps(pixels, labels, ExampleVAE())
    rate(steps, 0.5)
    return rate(steps, 3.0)


def _arrays() -> tuple[Any, Any, Any]:
    images = _all_training(ours.mnist())
    train = images.split == 0
    return images.images[train][:, 0], images.labels[train], images.images[~train][:, 0]


def _all_training(images: Any) -> Any:
    """The published 60,000 for training, without a validation part."""
    split = np.where(images.split == 2, 2, 0).astype(np.uint8)
    return dataclasses.replace(images, split=split, fingerprint=f"{images.fingerprint}-all")
