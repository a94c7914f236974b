"""What a run on some pictures is best begun with: a rule that is quick to state, not a search."""

from __future__ import annotations

from math import ceil

from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

__all__ = ["suggested_config", "with_edits"]

_STEPS = 8_000  # optimiser steps after which a small network on small pictures has a settled map
_EPOCHS_MIN, _EPOCHS_MAX = 10, 200
_SMALL_SET = 5_000  # images; below it smaller batches give more steps an epoch
_SIGMA = 0.3  # of a pixel; smaller ones weigh pixels so much that a map of two dimensions tears


def suggested_config(spec: DataSpec, n_images: int, image_shape: tuple[int, int, int]) -> RunConfig:
    """Settings to begin with for `n_images` pictures of `image_shape` (C, H, W).

    Grey pictures are near black and white and take a Bernoulli likelihood; colour pictures and people's own
    folders a Gaussian one of fixed σ. Two dimensions, because they are a map. As many epochs as make about 8,000
    steps, 10 to 200.
    """
    grey = image_shape[0] == 1 and spec.source != "folder"
    batch_size = 64 if n_images < _SMALL_SET else 128
    steps_per_epoch = ceil(max(1.0, n_images * (1.0 - spec.validation_fraction)) / batch_size)
    model = ModelConfig(network="residual", latent_dim=2, likelihood="bernoulli" if grey else "gaussian")
    return RunConfig(
        data=spec,
        model=model if grey else model.model_copy(update={"sigma": _SIGMA}),
        objective=ObjectiveConfig(),
        epochs=min(max(round(_STEPS / steps_per_epoch), _EPOCHS_MIN), _EPOCHS_MAX),
        batch_size=batch_size,
        learning_rate=1e-3,
    )


def with_edits(suggested: RunConfig, before: RunConfig, now: RunConfig) -> RunConfig:
    """`suggested`, but with every setting that differs between `before` and `now`: a person's own.

    Seed and device stay those of `now` in any case: they say nothing about the pictures.
    """
    own = {
        name: getattr(now, name)
        for name in ("epochs", "batch_size", "learning_rate")
        if getattr(now, name) != getattr(before, name)
    }
    model = {
        name: getattr(now.model, name)
        for name in ModelConfig.model_fields
        if getattr(now.model, name) != getattr(before.model, name)
    }
    objective = {
        name: getattr(now.objective, name)
        for name in ObjectiveConfig.model_fields
        if getattr(now.objective, name) != getattr(before.objective, name)
    }
    return suggested.model_copy(
        update={
            **own,
            "model": suggested.model.model_copy(update=model),
            "objective": suggested.objective.model_copy(update=objective),
            "seed": now.seed,
            "device": now.device,
        }
    )
