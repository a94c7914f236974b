"""``python -m benchmarks.objectives``: trains every objective, prior and posterior briefly, and measures its claim.

Small networks on `digits` and on 2,000 `blooms`, three seeds. Each kind is beside the plain VAE of the same seed; the
last column says whether it moved what it is made to move. Figures are over all training images, nats an image;
the total correlation is that of the whole aggregate posterior, not of batches.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.data.load import load_now
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.objectives.aggregate import aggregate_log_probs
from vae_explorer.vae.objectives.dip import covariance
from vae_explorer.vae.objectives.info import squared_mmd
from vae_explorer.vae.unlabelled import unlabelled_bound

Figures = dict[str, float]

LATENT_DIM, HIDDEN, BATCH, LEARNING_RATE = 6, (200,), 64, 1e-3
EPOCHS = {"digits": 40, "blooms": 25}
N_BLOOMS = 2000
FREE, CAPACITY, NOISE, LABELS, K = 0.5, 5.0, 0.5, 100, 8
ROWS_AT_ONCE = 250

KINDS: dict[str, dict[str, Any]] = {  # Any: fields of both configs
    "vae": {},
    "vae, β = 0.1": {"beta": 0.1},
    "vae, cyclical β": {"warmup_epochs": 4.0, "cycle_epochs": 8.0},
    "capacity": {"name": "capacity", "capacity": CAPACITY, "capacity_epochs": 8.0},
    "free bits": {"name": "free-bits", "free_bits": FREE},
    "β-TCVAE": {"name": "tcvae", "beta": 6.0},
    "β-TCVAE, mws": {"name": "tcvae", "beta": 6.0, "tc_estimator": "mws"},
    "FactorVAE": {"name": "factor", "tc_weight": 10.0},
    "DIP-VAE I": {"name": "dip-i"},
    "DIP-VAE II": {"name": "dip-ii"},
    "InfoVAE, β = 0.1": {"name": "infovae", "beta": 0.1},
    "IWAE": {"name": "iwae", "n_samples": K},
    "IWAE, DReG": {"name": "iwae", "n_samples": K, "dreg": True},
    "autoencoder": {"name": "autoencoder"},
    "denoising": {"name": "denoising", "noise": NOISE},
    "mixture prior": {"prior": "mixture", "components": 20},
    "VampPrior": {"prior": "vamp", "components": 20},
    "flow": {"posterior": "iaf", "n_flows": 2},
    "conditional": {"conditional": True},
    "M2": {"name": "m2", "n_labels": LABELS, "alpha": 10.0},
}
# What a kind claims: the figure, and whether its value (first) beside the reference's (second) agrees.
CLAIMS: dict[str, tuple[str, str, Callable[[float, float], bool], str]] = {
    "capacity": ("kl", "vae", lambda own, _: abs(own - CAPACITY) < 0.25, f"KL within 0.25 of {CAPACITY:g}"),
    "free bits": ("least kl", "vae", lambda own, _: own > 0.95 * FREE, f"every KL_j above {FREE:g} (−5 %)"),
    "β-TCVAE": ("tc", "vae", lambda own, vae: own < vae, "TC below the VAE's"),
    "β-TCVAE, mws": ("tc", "vae", lambda own, vae: own < vae, "TC below the VAE's"),
    "FactorVAE": ("tc", "vae", lambda own, vae: own < vae, "TC below the VAE's"),
    "DIP-VAE I": ("covariance of mu", "vae", lambda own, vae: own < vae, "Σ Cov[mu]² off the diagonal below"),
    "DIP-VAE II": ("covariance of z", "vae", lambda own, vae: own < vae, "Σ Cov[z]² off the diagonal below"),
    "InfoVAE, β = 0.1": ("mmd", "vae, β = 0.1", lambda own, vae: own < vae, "MMD² below the VAE's of this β"),
    "IWAE": ("iwae", "vae", lambda own, vae: own < vae, f"bound of {K} samples better"),
    "IWAE, DReG": ("iwae", "vae", lambda own, vae: own < vae, f"bound of {K} samples better"),
    "autoencoder": ("recon at mu", "vae", lambda own, vae: own < vae, "recon at mu below"),
    "denoising": (
        "recon from noisy",
        "autoencoder",
        lambda own, ae: own < ae,
        "recon from noisy images below",
    ),
    "mixture prior": ("−elbo", "vae", lambda own, vae: own < vae, "−ELBO below"),
    "VampPrior": ("−elbo", "vae", lambda own, vae: own < vae, "−ELBO below"),
    "flow": ("−elbo", "vae", lambda own, vae: own < vae, "−ELBO below"),
    "conditional": ("−elbo", "vae", lambda own, vae: own < vae, "−ELBO given the class below"),
    "M2": ("accuracy", "vae", lambda own, _: own > 0.8, "held-out accuracy above 80 %"),
}


def trained(images: ImageSet, data: str, kind: str, seed: int) -> Trainer:
    """A model of `kind` after the epochs of `data`."""
    fields = KINDS[kind]
    model = {name: value for name, value in fields.items() if name in ModelConfig.model_fields}
    goal = {name: value for name, value in fields.items() if name in ObjectiveConfig.model_fields}
    config = RunConfig(
        model=ModelConfig(network="mlp", hidden=HIDDEN, latent_dim=LATENT_DIM).model_copy(update=model),
        objective=ObjectiveConfig.model_validate(goal),
        epochs=EPOCHS[data],
        batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        seed=seed,
    )
    trainer = Trainer(config, images, torch.device("cpu"))
    for _ in range(config.epochs):
        for _ in range(trainer.steps_per_epoch):
            trainer.train_step()
        trainer.finish_epoch()
    return trainer


@torch.no_grad()
def measured(trainer: Trainer, images: ImageSet) -> Figures:
    """Figures over all training images (accuracy: over the held-out ones)."""
    model, generator = trainer.model.eval(), torch.Generator().manual_seed(0)
    if model.classifier is not None:
        index = images.indices(Split.VALIDATION)
        x = torch.from_numpy(images.images[index]).float() / 255
        bound = unlabelled_bound(model, x, generator)
        assert images.labels is not None
        right = bound.log_q.argmax(1).numpy() == images.labels[index]
        return {
            "recon": bound.recon.mean().item(),
            "kl": bound.kl.mean().item(),
            "−elbo": (bound.recon + bound.kl).mean().item(),
            "accuracy": float(np.mean(right)),
        }
    index = trainer.train_index
    x = torch.from_numpy(images.images[index]).float() / 255
    y = trainer.labels.of(index)
    posterior = model.encode(x, y)
    z = posterior.sample(generator) if model.variational else posterior.mu

    def recon(source: torch.Tensor) -> float:
        return -model.likelihood.log_prob(x, model.decode(source, y)).mean().item()

    noisy = model.encode(x + NOISE * torch.randn(x.shape, generator=generator), y).mu
    found = {"recon": recon(z), "recon at mu": recon(posterior.mu), "recon from noisy": recon(noisy)}
    found["kl"] = model.kl(posterior, z).mean().item()
    found["−elbo"] = found["recon"] + found["kl"]
    if not model.variational or not posterior.is_gaussian:
        return found
    found["least kl"] = posterior.kl().mean(0).min().item()
    found |= {"covariance of mu": _off(posterior.mu), "covariance of z": _off(z)}
    found["mmd"] = squared_mmd(z, model.prior.sample(len(z), generator)).item()
    weights = torch.full((1, len(z)), -math.log(len(z)))
    parts = [aggregate_log_probs(part, posterior, weights) for part in z.split(ROWS_AT_ONCE)]
    joint, product = (torch.cat(each) for each in zip(*parts, strict=True))
    found["tc"] = (joint - product).mean().item()
    many = posterior.repeated(K)
    draws = many.sample(generator)
    log_p = model.likelihood.log_prob(
        x.repeat(K, 1, 1, 1), model.decode(draws, None if y is None else y.repeat(K))
    )
    log_w = (log_p + model.prior.log_prob(draws) - many.log_prob(draws)).view(K, -1)
    found["iwae"] = -(torch.logsumexp(log_w, 0) - math.log(K)).mean().item()
    return found


def _off(codes: torch.Tensor) -> float:
    v = covariance(codes)
    return (v.square().sum() - v.diagonal().square().sum()).item()


def table(results: list[dict[str, Any]]) -> str:
    """Markdown: a row a kind and data set, figures as mean ± half the range over seeds."""
    lines = [
        "| data | kind | recon | KL | what it claims | its figure | reference | seeds that agree |",
        "|" + "---|" * 8,
    ]
    by = {(r["data"], r["kind"], r["seed"]): r["figures"] for r in results}
    for data in EPOCHS:
        for kind in KINDS:
            own = {seed: figures for (d, k, seed), figures in by.items() if (d, k) == (data, kind)}
            if not own:
                continue
            row = [data, kind, _mean(own.values(), "recon"), _mean(own.values(), "kl")]
            if kind in CLAIMS:
                name, reference, holds, words = CLAIMS[kind]
                beside = {seed: by[data, reference, seed] for seed in own}
                agree = sum(holds(own[s][name], beside[s].get(name, math.nan)) for s in own)
                row += [
                    words,
                    _mean(own.values(), name),
                    _mean(beside.values(), name),
                    f"{agree} of {len(own)}",
                ]
            else:
                row += ["", "", "", ""]
            lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def _mean(rows: Any, name: str) -> str:  # rows: values of a dict
    values = [row[name] for row in rows if name in row]
    if not values:
        return "–"
    spread = (max(values) - min(values)) / 2
    return f"{statistics.mean(values):.3g} ± {spread:.1g}"


def main(
    data: Annotated[list[str] | None, typer.Option(help="digits, blooms; default both.")] = None,
    seed: Annotated[list[int] | None, typer.Option(help="Default 0, 1 and 2.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Default all.")] = None,
    kept: Annotated[Path, typer.Option(help="JSON lines to add to, and to make the table from.")] = Path(
        "objectives.jsonl"
    ),
) -> None:
    """Train, measure, and print the table of all that `kept` holds."""
    torch.set_num_threads(1)
    results = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.is_file() else []
    done = {(r["data"], r["kind"], r["seed"]) for r in results}
    for name in data or EPOCHS:
        spec = DataSpec(source="digits") if name == "digits" else DataSpec(source="blooms", n_images=N_BLOOMS)
        images = load_now(spec)
        for each in seed or (0, 1, 2):
            for which in kind or KINDS:
                needs_labels = which in ("conditional", "M2")
                if (name, which, each) in done or (needs_labels and images.labels is None):
                    continue
                figures = measured(trained(images, name, which, each), images)
                assert all(map(math.isfinite, figures.values())), (name, which, each, figures)
                results.append({"data": name, "kind": which, "seed": each, "figures": figures})
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(results[-1], ensure_ascii=False) + "\n")
    print(table(results))


if __name__ == "__main__":
    typer.run(main)
