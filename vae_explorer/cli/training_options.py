"""The options of ``vae-explorer train``; None means not given: the default, or the resumed run's value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from vae_explorer.cli.options import SOURCES, default_of, presets_starting_with, sources_starting_with
from vae_explorer.cli.values import number, whole_number
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

IMAGES, MODEL, TRAINING = "Images", "Model", "Training"  # panels of the help


def option(
    name: str,
    metavar: str,
    help_text: str,
    panel: str | None,
    *,
    default: tuple[type[BaseModel], str] | str | None = None,
    **more: Any,  # passed on to typer.Option
) -> Any:
    """An option whose help shows the default that its config declares."""
    shown = default_of(*default) if isinstance(default, tuple) else default
    text = help_text if shown is None else f"{help_text} Default: {shown}."
    return typer.Option(name, metavar=metavar, help=text, rich_help_panel=panel, show_default=False, **more)


Data = Annotated[
    str | None,
    option(
        "--data",
        "SOURCE",
        f"{', '.join(SOURCES)}; a folder of pictures (sub-folders are classes); or an .npy or .npz file.",
        IMAGES,
        default=(DataSpec, "source"),
        autocompletion=sources_starting_with,
    ),
]
Size = Annotated[
    str | None,
    option(
        "--size",
        "WxH",
        "Bring images to this many pixels, 8 to 256 a side.",
        IMAGES,
        default="as the source has them; a folder of larger or mixed pictures 64x64",
    ),
]
Fit = Annotated[
    str | None,
    option(
        "--fit", "HOW", "pad, crop or stretch images of another shape.", IMAGES, default=(DataSpec, "fit")
    ),
]
Background = Annotated[
    str | None,
    option(
        "--background",
        "#RRGGBB",
        "Colour behind transparency and padding.",
        IMAGES,
        default=(DataSpec, "background"),
    ),
]
Grey = Annotated[
    bool | None,
    typer.Option(
        "--grey/--colour",
        help="Force one or three channels. Default: as the source.",
        show_default=False,
        rich_help_panel=IMAGES,
    ),
]
Limit = Annotated[int | None, option("--limit", "N", "Use N images only.", IMAGES, parser=whole_number)]
ValidationFraction = Annotated[
    float | None,
    option(
        "--validation-fraction",
        "SHARE",
        "Share of the images held out for validation.",
        IMAGES,
        default=(DataSpec, "validation_fraction"),
        parser=number,
    ),
]
DataSeed = Annotated[
    int | None,
    option(
        "--data-seed",
        "N",
        "Of generated images and of the split.",
        IMAGES,
        default=(DataSpec, "seed"),
        parser=whole_number,
    ),
]
Preset = Annotated[
    str | None,
    option(
        "--preset",
        "NAME",
        "Begin with a recipe that ships with the program ('vae-explorer presets' lists them); other options override it.",
        MODEL,
        autocompletion=presets_starting_with,
    ),
]
Net = Annotated[
    str | None,
    option(
        "--net",
        "NAME",
        "mlp, gated, conv, residual, burgess or plugin:NAME ('vae-explorer networks' lists them).",
        MODEL,
        default=(ModelConfig, "network"),
    ),
]
Hidden = Annotated[
    str | None,
    option(
        "--hidden",
        "N,N…",
        "mlp, gated: units of the encoder's layers; the decoder mirrors them.",
        MODEL,
        default="400; gated 300,300",
    ),
]
Width = Annotated[
    int | None,
    option(
        "--width",
        "N",
        "conv, residual: channels at the first scale.",
        MODEL,
        default=(ModelConfig, "width"),
        parser=whole_number,
    ),
]
StartLayers = Annotated[
    int | None,
    option(
        "--start-layers",
        "N",
        "residual: dense layers between the latent and the decoder's first map; 3 make a map of two dimensions sharper.",
        MODEL,
        default=(ModelConfig, "start_layers"),
        parser=whole_number,
    ),
]
LatentDim = Annotated[
    int | None,
    option(
        "--latent-dim",
        "D",
        "Latent dimensions, 1 to 512.",
        MODEL,
        default=(ModelConfig, "latent_dim"),
        parser=whole_number,
    ),
]
Likelihood = Annotated[
    str | None,
    option(
        "--likelihood",
        "NAME",
        "bernoulli, continuous-bernoulli, gaussian (σ fixed), gaussian-learned, gaussian-optimal (σ from the error), "
        "laplace or logistic-mixture (of 8-bit levels, in bits per dimension).",
        MODEL,
        default=(ModelConfig, "likelihood"),
    ),
]
Sigma = Annotated[
    float | None,
    option(
        "--sigma",
        "S",
        "gaussian, laplace: σ of a pixel in [0, 1]; gaussian-learned: where it starts.",
        MODEL,
        default=(ModelConfig, "sigma"),
        parser=number,
    ),
]
Logistics = Annotated[
    int | None,
    option(
        "--logistics",
        "N",
        "logistic-mixture: logistics a pixel.",
        MODEL,
        default=(ModelConfig, "logistics"),
        parser=whole_number,
    ),
]
Binarisation = Annotated[
    str | None,
    option(
        "--binarisation",
        "NAME",
        "bernoulli: none (grey pixels: a cross-entropy, no likelihood), static (pixels drawn black or white once) or "
        "dynamic (anew in each step).",
        MODEL,
        default=(ModelConfig, "binarisation"),
    ),
]
BinarisationSeed = Annotated[
    int | None,
    option(
        "--binarisation-seed",
        "N",
        "Of the fixed draw of the pixels: static's, and that of every evaluation.",
        MODEL,
        default=(ModelConfig, "binarisation_seed"),
        parser=whole_number,
    ),
]
Autoencoder = Annotated[
    bool, typer.Option("--autoencoder", help="Same as --objective autoencoder.", rich_help_panel=MODEL)
]
Objective = Annotated[
    str | None,
    option(
        "--objective",
        "NAME",
        "vae, capacity, free-bits, tcvae, factor, dip-i, dip-ii, infovae, iwae, m2 (semi-supervised), autoencoder "
        "(no KL, z = mu) or denoising.",
        MODEL,
        default=(ObjectiveConfig, "name"),
    ),
]
Beta = Annotated[
    float | None,
    option(
        "--beta",
        "B",
        "Weight of the KL; tcvae: of the total correlation.",
        TRAINING,
        default="1; tcvae 6, infovae 0.1",
        parser=number,
    ),
]
Warmup = Annotated[
    float | None,
    option(
        "--warmup",
        "EPOCHS",
        "β rises linearly from 0 over these epochs.",
        TRAINING,
        default=(ObjectiveConfig, "warmup_epochs"),
        parser=number,
    ),
]
Epochs = Annotated[
    int | None,
    option(
        "--epochs",
        "N",
        "Passes over the training images, counted from the run's beginning.",
        TRAINING,
        default=(RunConfig, "epochs"),
        parser=whole_number,
    ),
]
BatchSize = Annotated[
    int | None,
    option(
        "--batch-size",
        "N",
        "Images a step.",
        TRAINING,
        default=(RunConfig, "batch_size"),
        parser=whole_number,
    ),
]
LearningRate = Annotated[
    float | None,
    option(
        "--lr",
        "RATE",
        "Learning rate of Adam.",
        TRAINING,
        default=(RunConfig, "learning_rate"),
        parser=number,
    ),
]
Schedule = Annotated[
    str | None,
    option(
        "--schedule",
        "NAME",
        "constant, or one-cycle: rises to --lr and falls to almost nothing at the last epoch.",
        TRAINING,
        default=(RunConfig, "schedule"),
    ),
]
Seed = Annotated[
    int | None,
    option(
        "--seed",
        "N",
        "Of weights, order of images and noise.",
        TRAINING,
        default=(RunConfig, "seed"),
        parser=whole_number,
    ),
]
TrainingDevice = Annotated[
    str | None,
    option("--device", "NAME", "auto, cpu, cuda, cuda:1 or mps.", TRAINING, default=(RunConfig, "device")),
]
Precision = Annotated[
    str | None,
    option(
        "--precision",
        "NAME",
        "float32, bfloat16 (of products; weights and evaluations stay float32), or auto: what is faster here.",
        TRAINING,
        default=(RunConfig, "precision"),
    ),
]
Threads = Annotated[
    int | None,
    option(
        "--threads",
        "N",
        "CPU threads of an operation.",
        TRAINING,
        default="1, or all cores where a brief measurement finds them faster",
        parser=whole_number,
    ),
]
Out = Annotated[
    Path | None,
    option("--out", "RUN", "New folder for the run.", None, default="a dated folder among your runs"),
]
Resume = Annotated[
    str | None,
    option(
        "--resume",
        "RUN",
        "Go on with this run exactly where it was left; --epochs, --lr, --beta, --device, --precision and --threads may "
        "change.",
        None,
    ),
]
