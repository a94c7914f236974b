"""Images a second on convolutional nets, beside the same net as a plain float32 NCHW loop over a resident tensor."""

from __future__ import annotations

import os
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks import ours
from benchmarks.measuring import Worker, alternating
from benchmarks.rows import Row, paired

__all__ = ["plain_loss", "run"]

NETWORKS = ("burgess", "residual")
SIDES = (32, 64)
N_IMAGES = 4000

_STATE: dict[str, Any] = {}  # of this worker


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``train-conv``: 32 × 32, for which figures were asked, and 64 × 64."""
    rounds, seconds = (2, 1.5) if quick else (11, 1.4)  # short turns, see `train_mlp`
    return [
        _row(name, network, side, rounds, seconds)
        for side in SIDES[: 1 if quick else 2]
        for network in NETWORKS
    ]


def _row(name: str, network: str, side: int, rounds: int, seconds: float) -> Row:
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shape = (3, side, side)
    with Worker(ours.ENVIRONMENT) as us:
        how = us.call(ours.start, config_json(network), (N_IMAGES, shape))
        references = {n: Worker({"OMP_NUM_THREADS": str(n)}) for n in sorted({1, n_cores})}
        for worker in references.values():
            worker.call(start_reference, config_json(network), shape)
        measures = {"ours": lambda: float(us.call(ours.train_rate, seconds))}
        for n, worker in references.items():
            measures[str(n)] = lambda worker=worker: float(worker.call(reference_rate, seconds))
        found = alternating(measures, rounds)
        for worker in references.values():
            with worker:
                pass
    best = max(references, key=lambda n: sorted(found[str(n)])[rounds // 2])
    asked = {"must_ratio": 1.6, "aim_ratio": 2.3} if side == 32 else {}
    return paired(
        name,
        f"{network}, {side} × {side} colour",
        found["ours"],
        found[str(best)],
        "images/s",
        better="higher",
        note=f"ours chose {how}; the plain loop is best with {best} of {n_cores} threads",
        **asked,
    )


def config_json(network: str) -> str:
    """The program's own net with its default width, 10 latent dimensions, batch 128."""
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.config import ModelConfig

    model = ModelConfig.model_validate({"network": network, "latent_dim": 10})
    return RunConfig(model=model, epochs=1000, batch_size=128, device="cpu").model_dump_json()


def start_reference(config: str, shape: tuple[int, int, int]) -> None:
    """The same layers and loss in a plain loop."""
    from benchmarks.reference_training import rate, resident_steps
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.model import build_model

    run_config = RunConfig.model_validate_json(config)
    model = build_model(run_config.model, run_config.objective, shape)
    _STATE["steps"] = resident_steps(model, plain_loss, ours.noise_pixels(N_IMAGES, shape))
    rate(_STATE["steps"], 0.5)


def plain_loss(net: nn.Module, x: Tensor) -> Tensor:
    """Negative ELBO of images `x` (B, C, H, W), mean over the batch, nats."""
    posterior, _, params = net(x)
    recon = nn.functional.binary_cross_entropy_with_logits(params, x, reduction="none").flatten(1).sum(1)
    kl = -0.5 * (1 + posterior.log_var - posterior.mu.square() - posterior.log_var.exp()).sum(1)
    value: Tensor = torch.mean(recon + kl)
    return value


def reference_rate(seconds: float) -> float:
    """Images a second of the loop in this worker."""
    from benchmarks.reference_training import rate

    return rate(_STATE["steps"], seconds)
