"""Declares a model: network, latent dimension, likelihood, objective."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "CONVOLUTIONAL",
    "DENSE",
    "GATED_HIDDEN",
    "LATENT_DIM_MAX",
    "PLUGIN_PREFIX",
    "WITH_SIGMA",
    "BinarisationName",
    "LikelihoodName",
    "ModelConfig",
    "NetworkName",
    "ObjectiveConfig",
    "ObjectiveName",
]

NetworkName = Literal["mlp", "gated", "conv", "residual", "burgess"]  # or "plugin:NAME"
LikelihoodName = Literal[
    "bernoulli",
    "continuous-bernoulli",
    "gaussian",
    "gaussian-learned",
    "gaussian-optimal",
    "laplace",
    "logistic-mixture",
]
BinarisationName = Literal["none", "static", "dynamic"]
ObjectiveName = Literal["vae", "autoencoder"]

LATENT_DIM_MAX = 512
GATED_HIDDEN = (300, 300)  # Tomczak & Welling 2018: what gated begins with where nobody asks for other widths
PLUGIN_PREFIX = "plugin:"
DENSE: frozenset[str] = frozenset({"mlp", "gated"})  # networks that `hidden` shapes
CONVOLUTIONAL: frozenset[str] = frozenset({"conv", "residual"})  # networks that `width` shapes
WITH_SIGMA: frozenset[str] = frozenset({"gaussian", "gaussian-learned", "laplace"})  # that `sigma` matters to

_PLUGIN = re.compile(re.escape(PLUGIN_PREFIX) + r"[A-Za-z0-9][\w.-]*")


class ModelConfig(BaseModel):
    """Everything that decides the shape of the weights, besides the image shape, and what p(x|z) is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # a `NetworkName`, or "plugin:NAME": an installed plug-in, looked for when the model is built
    network: str = "residual"
    # mlp, gated: widths of the encoder; the decoder mirrors them
    hidden: tuple[Annotated[int, Field(ge=1, le=8192)], ...] = Field(
        default=(400,), min_length=1, max_length=8
    )
    # conv, residual: channels at the first scale; the default trains live on one CPU core
    width: int = Field(default=16, ge=4, le=256)
    latent_dim: int = Field(default=2, ge=1, le=LATENT_DIM_MAX)
    likelihood: LikelihoodName = "bernoulli"
    # σ of a pixel in [0, 1]; gaussian, laplace: fixed, gaussian-learned: where it starts
    sigma: float = Field(default=0.1, gt=0.0, le=10.0)
    # logistic-mixture: logistics a pixel; "about 5" suffice (Salimans et al. 2017, section 2.1)
    logistics: int = Field(default=5, ge=1, le=50)
    # pixels become black or white with their grey value as probability: by one fixed draw, or anew in each step
    binarisation: BinarisationName = "none"
    binarisation_seed: int = Field(default=0, ge=0, le=2**63 - 1)  # of the fixed draw, also in evaluations

    @property
    def fixed_draw(self) -> int | None:
        """Seed of the fixed draw that evaluations see the pixels by; None where they stay grey."""
        return None if self.binarisation == "none" else self.binarisation_seed

    @field_validator("network")
    @classmethod
    def _is_known_or_plugin(cls, network: str) -> str:
        if network not in get_args(NetworkName) and not _PLUGIN.fullmatch(network):
            expected = ", ".join(f"'{name}'" for name in get_args(NetworkName)) + f" or '{PLUGIN_PREFIX}NAME'"
            raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": expected})
        return network


class ObjectiveConfig(BaseModel):
    """What training minimises; later objectives join `ObjectiveName`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ObjectiveName = "vae"
    beta: float = Field(default=1.0, ge=0.0, le=1000.0)  # weight of kl
    warmup_epochs: float = Field(default=0.0, ge=0.0)  # beta rises linearly from 0 over these
