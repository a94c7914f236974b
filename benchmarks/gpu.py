"""``gpu``: training throughput and quality a minute on a CUDA device; no rows where there is none."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import ours
from benchmarks.measuring import alternating, data_root
from benchmarks.rows import Row, paired

__all__ = ["run"]

CASES: dict[str, tuple[str, tuple[int, int, int], tuple[int, ...]]] = {
    "784-400-20": ("mlp", (1, 28, 28), (128, 512, 2048, 8192)),
    "burgess, 64 × 64 colour": ("burgess", (3, 64, 64), (128, 512, 2048)),
    "residual, 64 × 64 colour": ("residual", (3, 64, 64), (128, 512, 2048)),
}
N_IMAGES = 20_480  # whole batches of every size
WITHIN_S = (1.0, 5.0, 15.0, 60.0)
QUALITY: dict[str, dict[str, Any]] = {
    "784-400-20": {"network": "mlp", "hidden": (400,), "latent_dim": 20},
    "residual": {"network": "residual", "latent_dim": 20},
}


def run(name: str, *, quick: bool) -> list[Row]:
    """Images a second by network and batch size, beside the same net as a plain loop; −ELBO reached in a minute."""
    import torch

    if not torch.cuda.is_available():
        print("gpu needs a CUDA device; there is none here.")
        return []
    rows = [
        _rate_row(name, case, network, shape, batch_size, quick=quick)
        for case, (network, shape, batch_sizes) in CASES.items()
        for batch_size in (batch_sizes[:2] if quick else batch_sizes)
    ]
    if data_root() is not None:
        rows.append(_dataloader_row(name, quick=quick))
        for case, model in QUALITY.items():
            rows += _quality_rows(name, case, model, WITHIN_S[:2] if quick else WITHIN_S)
    return rows


def _config(model: dict[str, Any], batch_size: int, learning_rate: float = 1e-3) -> Any:
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.config import ModelConfig

    return RunConfig(
        model=ModelConfig.model_validate(model),
        epochs=100_000,
        batch_size=batch_size,
        learning_rate=learning_rate,
        device="cuda",
    )


def _rate_row(
    name: str, case: str, network: str, shape: tuple[int, int, int], batch_size: int, *, quick: bool
) -> Row:
    """Ours beside the same layers and loss in a plain loop: float32 NCHW, resident on the device, Adam as torch has it."""
    from benchmarks import train_conv
    from benchmarks.reference_training import rate, resident_steps
    from vae_explorer.vae.model import build_model

    config = _config({"network": network, "hidden": (400,), "latent_dim": 20}, batch_size)
    model = build_model(config.model, config.objective, shape).to("cuda")
    pixels = ours.noise_pixels(N_IMAGES, shape)
    theirs = resident_steps(model, train_conv.plain_loss, pixels, batch_size, "cuda")
    how = ours.start(config.model_dump_json(), (N_IMAGES, shape))
    rounds, seconds = (2, 0.5) if quick else (3, 1.0)
    for warm in (lambda: ours.train_rate(0.5), lambda: rate(theirs, 0.5)):
        warm()
    found = alternating(
        {"ours": lambda: ours.train_rate(seconds), "plain": lambda: rate(theirs, seconds)}, rounds
    )
    ours.end()
    note = f"{how}; the plain loop: float32, NCHW, images on the device"
    return paired(
        name, f"{case}, batch {batch_size}", found["ours"], found["plain"], "images/s", better="higher", note=note
    )  # fmt: skip


def _dataloader_row(name: str, *, quick: bool) -> Row:
    """784-400-20 on MNIST at batch 128 beside the loop of PyTorch's basic example on the same device."""
    from benchmarks.reference_training import ExampleVAE, dataloader_steps, rate

    images = ours.mnist()
    train = images.split == 0
    loop = dataloader_steps(images.images[train][:, 0], images.labels[train], ExampleVAE(), "cuda")
    how = ours.start(_config(QUALITY["784-400-20"], 128).model_dump_json(), "mnist")
    rate(loop, 1.0)
    seconds = 1.0 if quick else 2.0
    found = alternating(
        {"ours": lambda: ours.train_rate(seconds), "loop": lambda: rate(loop, seconds)}, 2 if quick else 3
    )
    ours.end()
    note = f"{how}; reference: the dataloader loop, its model on the device"
    return paired(
        name, "784-400-20 on MNIST, batch 128", found["ours"], found["loop"], "images/s", better="higher", note=note
    )  # fmt: skip


def _quality_rows(name: str, case: str, model: dict[str, Any], within_s: tuple[float, ...]) -> list[Row]:
    """Lowest validation −ELBO (nats) of the epochs that ended within so many seconds of a training's start."""
    from vae_explorer.training.events import EpochFinished, Started
    from vae_explorer.training.train import train

    reached: list[tuple[float, float]] = []  # seconds, −ELBO
    begin = time.perf_counter()
    how = ""
    for event in train(_config(model, 512, 2e-3), ours.mnist()):
        passed = time.perf_counter() - begin
        if passed > within_s[-1]:
            break
        if isinstance(event, Started):
            how = event.device_label
        elif isinstance(event, EpochFinished) and event.record.validation is not None:
            reached.append((passed, event.record.validation.recon + event.record.validation.kl))
    rows = []
    for limit in within_s:
        losses = [loss for passed, loss in reached if passed <= limit]
        if losses:
            note = f"grey MNIST, batch 512, Adam 2e-3; {len(losses):,} epochs; {how}; in a process that has trained before"
            rows.append(Row(name, f"validation −ELBO within {limit:g} s, {case}", min(losses), "nats", better="lower",
                            statistic="lowest", note=note))  # fmt: skip
    return rows
