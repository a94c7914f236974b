"""Images a second on the 784-400-20 net: beside the dataloader loop, with a busy neighbour, and beside the limit."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np

from benchmarks import ours
from benchmarks.measuring import Worker, alternating, busy_neighbour
from benchmarks.rows import Row, paired

__all__ = ["run"]

_STATE: dict[str, Any] = {}  # of this worker


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``train-mlp``, ``train-mlp-busy`` or ``train-limit``."""
    # Short turns: a shared host changes its speed every half a minute, for both sides or for one. Each holds an epoch's end.
    rounds, seconds = (2, 1.0) if quick else (21, 1.4)
    if name == "train-limit":
        return _against_limit(rounds, seconds)
    return _against_dataloader(name, rounds, seconds)


def config_json() -> str:
    """784-400-20, batch 128, automatic settings."""
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.config import ModelConfig

    model = ModelConfig(network="mlp", hidden=(400,), latent_dim=20)
    return RunConfig(model=model, epochs=1000, batch_size=128, device="cpu").model_dump_json()


def _against_dataloader(name: str, rounds: int, seconds: float) -> list[Row]:
    busy = name == "train-mlp-busy"
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with busy_neighbour() if busy else nullcontext(), Worker(ours.ENVIRONMENT) as us:
        how = us.call(ours.start, config_json(), "mnist")
        references = {n: Worker({"OMP_NUM_THREADS": str(n)}) for n in sorted({1, n_cores})}
        for worker in references.values():
            worker.call(start_reference)
        measures = {"ours": lambda: float(us.call(ours.train_rate, seconds))}
        for n, worker in references.items():
            measures[str(n)] = lambda worker=worker: float(worker.call(reference_rate, seconds))
        found = alternating(measures, rounds)
        for worker in references.values():
            with worker:
                pass
    best = max(references, key=lambda n: sorted(found[str(n)])[rounds // 2])
    neighbour = "one other process keeps a core busy; " if busy else ""
    return [
        paired(
            name,
            "784-400-20, batch 128",
            found["ours"],
            found[str(best)],
            "images/s",
            better="higher",
            must_ratio=2.5,
            aim_ratio=5.0 if busy else 4.0,
            note=f"{neighbour}ours chose {how}; the dataloader loop is best with {best} of {n_cores} threads",
        )
    ]


def start_reference() -> None:
    """Begin the dataloader loop in this worker."""
    from benchmarks.reference_training import ExampleVAE, dataloader_steps, rate

    images = ours.mnist()
    train = images.split == 0
    labels = images.labels[train] if images.labels is not None else np.zeros(int(train.sum()), np.int64)
    _STATE["steps"] = dataloader_steps(images.images[train][:, 0], labels, ExampleVAE())
    rate(_STATE["steps"], 0.5)


def reference_rate(seconds: float) -> float:
    """Images a second of the loop in this worker."""
    from benchmarks.reference_training import rate

    return rate(_STATE["steps"], seconds)


def _against_limit(rounds: int, seconds: float) -> list[Row]:
    with Worker(ours.ENVIRONMENT) as us, Worker(ours.ENVIRONMENT) as limit:
        how = us.call(ours.start, config_json(), "mnist")
        limit.call(start_limit, config_json(), us.call(ours.execution))
        found = alternating(
            {
                "ours": lambda: float(us.call(ours.train_rate, seconds)),
                "limit": lambda: float(limit.call(reference_rate, seconds)),
            },
            rounds,
        )
    return [
        paired(
            "train-limit",
            "784-400-20, batch 128",
            found["ours"],
            found["limit"],
            "images/s",
            better="higher",
            must_ratio=0.90,
            aim_ratio=0.97,
            note=f"the limit: forward, backward and fused Adam on one fixed batch, {how}, denormals flushed on both sides",
        )
    ]


def start_limit(config: str, execution: Any) -> None:  # Any: Execution
    """Forward, backward and step on one batch of MNIST, for ever, in the way that ours computes."""
    import torch

    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training.execution import keep_freed_memory
    from vae_explorer.training.pinned_team import PinnedTeam, openmp_threads
    from vae_explorer.vae.model import build_model
    from vae_explorer.vae.objectives import make_objective

    torch.set_num_threads(execution.n_threads)
    if execution.elastic:
        PinnedTeam(execution.n_threads, partial(openmp_threads, execution.n_threads)).place(True)
    torch.set_flush_denormal(True)
    keep_freed_memory()
    run = RunConfig.model_validate_json(config)
    model = build_model(run.model, run.objective, (1, 28, 28))
    objective = make_objective(run.objective)
    optimiser = torch.optim.Adam(model.parameters(), lr=run.learning_rate, fused=True)
    x = torch.from_numpy(ours.mnist().images[: run.batch_size].copy()).float() / 255
    noise = torch.Generator()

    def steps():  # type: ignore[no-untyped-def]
        while True:
            optimiser.zero_grad(set_to_none=True)
            with execution.products():
                with execution.autocast(x.device):
                    loss = objective(model, x, 1.0, noise).loss
                torch.autograd.backward(loss)
            optimiser.step()
            yield len(x)

    _STATE["steps"] = steps()
    reference_rate(0.5)
