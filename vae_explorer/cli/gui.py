"""``vae-explorer gui``, also without the word: what the window opens with."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from vae_explorer.cli.inputs import find_run
from vae_explorer.cli.window import show_window
from vae_explorer.errors import DataError, RunError

__all__ = ["gui"]

COMMANDS = ("gui", "train", "evaluate", "encode", "decode", "interpolate", "models", "runs")


def gui(
    folder: Annotated[
        str | None,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of pictures, an .npy or .npz file, or a run folder.",
            show_default=False,
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="A run folder, or the name of a run or shipped model."),
    ] = None,
) -> None:
    """Open the window; this is what "vae-explorer" without a command does.

    \b
    vae-explorer
    vae-explorer PICTURES
    vae-explorer --run RUN
    """
    pictures = None
    if folder is not None:
        pictures = Path(folder).expanduser()
        if not pictures.exists():
            raise DataError(_no_such(folder))
        if (pictures / "run.json").is_file() and run is None:
            run, pictures = folder, None
    opened = None
    if run is not None:
        opened = find_run(run)
        if not (opened / "run.json").is_file() and opened.name != "run.json":
            raise RunError(f"{opened} is not a run folder: it has no run.json.")
    raise typer.Exit(show_window(opened, pictures))


def _no_such(word: str) -> str:
    close = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean 'vae-explorer {close[0]}'?" if close else "see 'vae-explorer --help'."
    return f"There is no folder and no command '{word}'; {hint}"
