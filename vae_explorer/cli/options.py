"""Options that several commands share, with one wording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from vae_explorer.cli.values import whole_number
from vae_explorer.data.spec import DataSpec, SourceName
from vae_explorer.locations import models_folder
from vae_explorer.runs.presets import PRESETS

__all__ = [
    "DataRoot",
    "Device",
    "Download",
    "Json",
    "Run",
    "Step",
    "default_of",
    "presets_starting_with",
    "sources_starting_with",
]

SOURCES = get_args(SourceName)[:-2]  # the named ones; the last two are a folder and an array file


def sources_starting_with(incomplete: str) -> list[str]:
    """For the shell's completion."""
    return [name for name in SOURCES if name.startswith(incomplete)]


def presets_starting_with(incomplete: str) -> list[str]:
    """For the shell's completion."""
    return [preset.name for preset in PRESETS if preset.name.startswith(incomplete)]


def runs_starting_with(incomplete: str) -> list[str]:
    """For the shell's completion: shipped models."""
    names = sorted(folder.parent.name for folder in models_folder().glob("*/run.json"))
    return [name for name in names if name.startswith(incomplete)]


def default_of(model: type[DataSpec] | type, field: str) -> str:
    """The default of a config's field, for help texts."""
    default = model.model_fields[field].default  # type: ignore[union-attr]  # every config is a pydantic model
    return ",".join(map(str, default)) if isinstance(default, tuple) else f"{default}"


Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run folder, the name of one of your runs, or a shipped model such as blooms-2d.",
        autocompletion=runs_starting_with,
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout for machines, and nothing else.")]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", metavar="FOLDER", help="Where downloaded sets lie, in torchvision's layout."),
]
Download = Annotated[bool, typer.Option("--download", help="Allow downloading a set that is not on disk.")]
Device = Annotated[
    str,
    typer.Option("--device", metavar="NAME", help="auto, cpu, cuda, cuda:1 or mps."),
]
Step = Annotated[
    int | None,
    typer.Option(
        "--step", metavar="N", parser=whole_number, help="Weights of that training step; default: the newest."
    ),
]
