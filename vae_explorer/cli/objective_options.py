"""The options of ``vae-explorer train`` about objective, prior and posterior; None means not given."""

from __future__ import annotations

from typing import Annotated

import typer

from vae_explorer.cli.training_options import MODEL, option
from vae_explorer.cli.values import number, whole_number
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

OBJECTIVE = "Objective"  # panel of the help


def _number(name: str, metavar: str, text: str, field: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = option(
        name, metavar, text, OBJECTIVE, default=(ObjectiveConfig, field), parser=number
    )
    return found


def _whole(name: str, metavar: str, text: str, field: str) -> typer.models.OptionInfo:
    found: typer.models.OptionInfo = option(
        name, metavar, text, OBJECTIVE, default=(ObjectiveConfig, field), parser=whole_number
    )
    return found


Prior = Annotated[
    str | None,
    option(
        "--prior",
        "NAME",
        "normal: N(0, I); mixture: learned Gaussians; vamp: posteriors of learned pseudo-inputs.",
        MODEL,
        default=(ModelConfig, "prior"),
    ),
]
Components = Annotated[
    int | None,
    option(
        "--components",
        "K",
        "mixture, vamp: how many.",
        MODEL,
        default=(ModelConfig, "components"),
        parser=whole_number,
    ),
]
PosteriorKind = Annotated[
    str | None,
    option(
        "--posterior",
        "NAME",
        "gaussian (diagonal), or iaf: bent by an inverse autoregressive flow.",
        MODEL,
        default=(ModelConfig, "posterior"),
    ),
]
Flows = Annotated[
    int | None,
    option(
        "--flows",
        "N",
        "iaf: transformations in a row.",
        MODEL,
        default=(ModelConfig, "n_flows"),
        parser=whole_number,
    ),
]
Conditional = Annotated[
    bool | None,
    typer.Option(
        "--conditional/--unconditional",
        help="Give the networks each image's class, so that pictures of a chosen class can be made. Default: not.",
        show_default=False,
        rich_help_panel=MODEL,
    ),
]
Cycle = Annotated[
    float | None,
    _number(
        "--cycle", "EPOCHS", "Begin the warm-up of β anew every so many epochs; 0: once.", "cycle_epochs"
    ),
]
Capacity = Annotated[float | None, _number("--capacity", "NATS", "capacity: what KL is led to.", "capacity")]
CapacityEpochs = Annotated[
    float | None,
    _number("--capacity-epochs", "EPOCHS", "capacity: over which it rises there from 0.", "capacity_epochs"),
]
CapacityWeight = Annotated[
    float | None,
    _number("--capacity-weight", "G", "capacity: weight of KL's distance from it.", "capacity_weight"),
]
FreeBits = Annotated[
    float | None,
    _number("--free-bits", "NATS", "free-bits: KL of each dimension that costs nothing.", "free_bits"),
]
TcEstimator = Annotated[
    str | None,
    option(
        "--tc-estimator",
        "NAME",
        "tcvae: mss (stratified) or mws (weighted sampling).",
        OBJECTIVE,
        default=(ObjectiveConfig, "tc_estimator"),
    ),
]
TcWeight = Annotated[
    float | None, _number("--tc-weight", "G", "factor: weight of the total correlation.", "tc_weight")
]
DiscriminatorWidth = Annotated[
    int | None,
    _whole(
        "--discriminator-width",
        "N",
        "factor: units in each of the discriminator's six layers; 1000 in the paper.",
        "discriminator_width",
    ),
]
DipWeight = Annotated[
    float | None,
    _number("--dip-weight", "L", "dip-i, dip-ii: weight of covariances between dimensions.", "dip_weight"),
]
MmdWeight = Annotated[
    float | None,
    _number("--mmd-weight", "L", "infovae: weight of the discrepancy between codes and prior.", "mmd_weight"),
]
Samples = Annotated[int | None, _whole("--samples", "K", "iwae: samples of z an image.", "n_samples")]
Dreg = Annotated[
    bool | None,
    typer.Option(
        "--dreg/--no-dreg",
        help="iwae: doubly reparameterised gradients, less noisy. Default: not.",
        show_default=False,
        rich_help_panel=OBJECTIVE,
    ),
]
Labels = Annotated[
    int | None,
    _whole("--labels", "N", "m2: training images whose class is used, as many of each.", "n_labels"),
]
Alpha = Annotated[
    float | None, _number("--alpha", "A", "m2: weight of the classifier's cross-entropy.", "alpha")
]
Noise = Annotated[
    float | None, _number("--noise", "S", "denoising: σ of the noise on pixels in [0, 1].", "noise")
]
