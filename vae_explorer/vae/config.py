"""Declares a model: network, latent dimension, likelihood, prior, posterior, objective."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from vae_explorer.errors import ConfigError

__all__ = [
    "CONVOLUTIONAL",
    "DENSE",
    "GATED_HIDDEN",
    "LATENT_DIM_MAX",
    "OBJECTIVE_SETTINGS",
    "PLUGIN_PREFIX",
    "START_BETA",
    "WITH_SIGMA",
    "BinarisationName",
    "LikelihoodName",
    "ModelConfig",
    "NetworkName",
    "ObjectiveConfig",
    "ObjectiveName",
    "PosteriorName",
    "PriorName",
    "TcEstimator",
    "check_fit",
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
PriorName = Literal["normal", "mixture", "vamp"]
PosteriorName = Literal["gaussian", "iaf"]
TcEstimator = Literal["mss", "mws"]
ObjectiveName = Literal[
    "vae", "capacity", "free-bits", "tcvae", "factor", "dip-i", "dip-ii", "infovae", "iwae", "m2",
    "autoencoder", "denoising",
]  # fmt: skip

_BETA = ("beta", "warmup_epochs", "cycle_epochs")
# Which fields of `ObjectiveConfig` an objective uses; it ignores the others.
OBJECTIVE_SETTINGS: Mapping[ObjectiveName, tuple[str, ...]] = {
    "vae": _BETA,
    "capacity": ("capacity", "capacity_epochs", "capacity_weight"),
    "free-bits": (*_BETA, "free_bits"),
    "tcvae": (*_BETA, "tc_estimator"),
    "factor": (*_BETA, "tc_weight", "discriminator_width"),
    "dip-i": (*_BETA, "dip_weight"),
    "dip-ii": (*_BETA, "dip_weight"),
    "infovae": (*_BETA, "mmd_weight"),
    "iwae": ("n_samples", "dreg"),
    "m2": (*_BETA, "n_labels", "alpha"),
    "autoencoder": (),
    "denoising": ("noise",),
}
# β to begin with where 1 would make the objective the plain bound, or hide what it adds.
START_BETA: Mapping[str, float] = {"tcvae": 6.0, "infovae": 0.1}

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
    # residual: dense layers between the latent and the decoder's first map
    start_layers: int = Field(default=1, ge=1, le=8)
    latent_dim: int = Field(default=2, ge=1, le=LATENT_DIM_MAX)
    likelihood: LikelihoodName = "bernoulli"
    # σ of a pixel in [0, 1]; gaussian, laplace: fixed, gaussian-learned: where it starts
    sigma: float = Field(default=0.1, gt=0.0, le=10.0)
    # logistic-mixture: logistics a pixel; "about 5" suffice (Salimans et al. 2017, section 2.1)
    logistics: int = Field(default=5, ge=1, le=50)
    # pixels become black or white with their grey value as probability: by one fixed draw, or anew in each step
    binarisation: BinarisationName = "none"
    binarisation_seed: int = Field(default=0, ge=0, le=2**63 - 1)  # of the fixed draw, also in evaluations
    prior: PriorName = "normal"
    # mixture: Gaussians; vamp: pseudo-inputs
    components: int = Field(default=50, ge=1, le=10_000)
    posterior: PosteriorName = "gaussian"
    # iaf: autoregressive transformations in a row
    n_flows: int = Field(default=2, ge=1, le=32)
    # p(x|z, y) and q(z|x, y) with the label y; semi-supervised training implies it
    conditional: bool = False
    # of a conditional model; taken from the images when a run begins
    n_classes: int = Field(default=0, ge=0, le=1000)

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
    """What training minimises; `OBJECTIVE_SETTINGS` says which fields matter to which objective."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ObjectiveName = "vae"
    beta: float = Field(default=1.0, ge=0.0, le=1000.0)  # weight of kl; tcvae: of the total correlation
    warmup_epochs: float = Field(default=0.0, ge=0.0)  # beta rises linearly from 0 over these
    cycle_epochs: float = Field(default=0.0, ge=0.0)  # and again every so many; 0: once
    capacity: float = Field(default=25.0, ge=0.0, le=10_000.0)  # nats that kl is led to
    capacity_epochs: float = Field(default=10.0, ge=0.0)  # over which it rises there from 0
    capacity_weight: float = Field(default=30.0, ge=0.0, le=10_000.0)  # γ of |kl − capacity|
    free_bits: float = Field(default=0.1, ge=0.0, le=100.0)  # nats a dimension that cost nothing
    tc_estimator: TcEstimator = "mss"
    tc_weight: float = Field(default=10.0, ge=0.0, le=1000.0)  # factor: γ
    discriminator_width: int = Field(default=256, ge=8, le=4096)  # units in each of its layers; paper: 1000
    dip_weight: float = Field(
        default=10.0, ge=0.0, le=10_000.0
    )  # λ_od; λ_d is 10 times it for I, equal for II
    mmd_weight: float = Field(default=100.0, ge=0.0, le=100_000.0)
    n_samples: int = Field(default=8, ge=1, le=512)  # of z an image
    dreg: bool = False  # doubly reparameterised gradients
    n_labels: int = Field(default=100, ge=1)  # training images whose label is used
    alpha: float = Field(default=1.0, ge=0.0, le=10_000.0)  # weight of the classifier's cross-entropy
    noise: float = Field(default=0.3, ge=0.0, le=10.0)  # σ of what is added to pixels in [0, 1]

    @property
    def is_variational(self) -> bool:
        """Whether there is a posterior and a prior; plain autoencoders have neither."""
        return self.name not in ("autoencoder", "denoising")

    @property
    def needs_gaussian(self) -> bool:
        """Whether it needs the marginals of q(z|x), which only a Gaussian posterior gives."""
        return self.name in ("tcvae", "dip-i", "dip-ii") or (self.name == "iwae" and self.dreg)

    @property
    def uses_beta(self) -> bool:
        """Whether β, also changed while training, has an effect."""
        return "beta" in OBJECTIVE_SETTINGS[self.name]


def check_fit(model: ModelConfig, objective: ObjectiveConfig) -> None:
    """Refuse combinations without a meaning.

    Raises
    ------
    ConfigError
        If the objective needs the marginals of a Gaussian posterior and the model has another.
    """
    if objective.needs_gaussian and model.posterior != "gaussian":
        what = "iwae with --dreg" if objective.name == "iwae" else objective.name
        raise ConfigError(
            f"{what} needs the marginals of a Gaussian posterior, and the posterior is {model.posterior}: choose "
            "--posterior gaussian or another objective."
        )
