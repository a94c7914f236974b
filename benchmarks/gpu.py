"""``gpu``: training throughput and quality a minute on a CUDA device; no rows where there is none."""

from __future__ import annotations

import time

from benchmarks import ours
from benchmarks.measuring import data_root
from benchmarks.rows import Row

__all__ = ["run"]

BATCHES = (128, 512, 2048)
N_IMAGES = 20_000


def run(name: str, *, quick: bool) -> list[Row]:
    """Images a second of the MLP, and of the residual net at 64 × 64, by batch size; −ELBO reached in a minute."""
    import torch

    if not torch.cuda.is_available():
        print("gpu needs a CUDA device; there is none here.")
        return []
    seconds = 3.0 if quick else 10.0
    label = torch.cuda.get_device_name(0)
    rows = []
    for case, network, shape in (
        ("784-400-20", "mlp", (1, 28, 28)),
        ("residual, 64 × 64", "residual", (3, 64, 64)),
    ):
        for batch_size in BATCHES:
            rows.append(
                Row(
                    name,
                    f"{case}, batch {batch_size}",
                    _rate(network, shape, batch_size, seconds),
                    "images/s",
                    note=f"{label}; {ours.chosen()}",
                )
            )
    if data_root() is not None:
        rows.append(
            Row(
                name,
                "−ELBO after a minute, 784-400-20",
                _elbo(10.0 if quick else 60.0),
                "nats",
                better="lower",
            )
        )
    return rows


def _config(network: str, batch_size: int, learning_rate: float = 1e-3) -> str:
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.config import ModelConfig

    model = ModelConfig.model_validate({"network": network, "hidden": (400,), "latent_dim": 20})
    return RunConfig(
        model=model, epochs=100_000, batch_size=batch_size, learning_rate=learning_rate, device="cuda"
    ).model_dump_json()


def _rate(network: str, shape: tuple[int, int, int], batch_size: int, seconds: float) -> float:
    ours.start(_config(network, batch_size), (N_IMAGES, shape))
    ours.train_rate(1.0)
    return ours.train_rate(seconds)


def _elbo(seconds: float) -> float:
    """Validation −ELBO (nats) of the last epoch that ended within `seconds`."""
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training.events import EpochFinished
    from vae_explorer.training.train import train

    reached, begin = float("nan"), time.perf_counter()
    for event in train(RunConfig.model_validate_json(_config("mlp", 512, 2e-3)), ours.mnist()):
        if isinstance(event, EpochFinished) and event.record.validation is not None:
            reached = event.record.validation.recon + event.record.validation.kl
        if time.perf_counter() - begin > seconds:
            break
    return reached
