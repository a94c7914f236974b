"""Declares a model: network, latent dimension, likelihood, objective."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "LATENT_DIM_MAX",
    "LikelihoodName",
    "ModelConfig",
    "NetworkName",
    "ObjectiveConfig",
    "ObjectiveName",
]

NetworkName = Literal["mlp", "conv", "residual", "burgess"]
LikelihoodName = Literal["bernoulli", "gaussian", "gaussian-learned"]
ObjectiveName = Literal["vae", "autoencoder"]

LATENT_DIM_MAX = 512


class ModelConfig(BaseModel):
    """Everything that decides the shape of the weights, besides the image shape."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: NetworkName = "residual"
    # MLP: widths of the encoder; the decoder mirrors them
    hidden: tuple[Annotated[int, Field(ge=1, le=8192)], ...] = Field(
        default=(400,), min_length=1, max_length=8
    )
    # conv, residual: channels at the first scale; the default trains live on one CPU core
    width: int = Field(default=16, ge=4, le=256)
    latent_dim: int = Field(default=2, ge=1, le=LATENT_DIM_MAX)
    likelihood: LikelihoodName = "bernoulli"
    # σ of a pixel in [0, 1]; gaussian: fixed, gaussian-learned: where it starts
    sigma: float = Field(default=0.1, gt=0.0, le=10.0)


class ObjectiveConfig(BaseModel):
    """What training minimises; later objectives join `ObjectiveName`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ObjectiveName = "vae"
    beta: float = Field(default=1.0, ge=0.0, le=1000.0)  # weight of kl
    warmup_epochs: float = Field(default=0.0, ge=0.0)  # beta rises linearly from 0 over these
