"""The commands of the program ``vae-explorer``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from vae_explorer import __version__
from vae_explorer.cli import anomaly, encode, evaluate, gui, listings, pictures, sweep, train

__all__ = ["COMMANDS", "app", "run_command", "with_default_command"]

app = typer.Typer(
    name="vae-explorer",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """`command` with Ctrl-C as an Abort in every version of typer; newer ones make it a silent exit."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> None:  # whatever typer found in the command's signature
        try:
            command(*arguments, **options)
        except KeyboardInterrupt:
            raise typer.Abort from None

    return run


def _reflowed(text: str) -> str:
    """Lines of a paragraph joined for the terminal to wrap; one that begins with a backspace stays."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(p if p.startswith("\b") else " ".join(p.split("\n")) for p in paragraphs)


for _command in (
    gui.gui,
    train.train,
    evaluate.evaluate,
    sweep.sweep,
    anomaly.anomaly,
    encode.encode,
    pictures.decode,
    pictures.interpolate,
    listings.models,
    listings.runs,
    listings.networks,
    listings.presets,
):
    app.command(_command.__name__, help=_reflowed(_command.__doc__ or ""))(_interruptible(_command))

COMMANDS = tuple(command.name for command in app.registered_commands if command.name)
_OF_THE_PROGRAM = ("-h", "--help", "--version", "--install-completion", "--show-completion")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"vae-explorer {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """See what a variational autoencoder has learned: train, walk, compare and measure a latent space.

    Without a command the window opens; the other commands need no display.

    \b
    vae-explorer                        open the window
    vae-explorer PICTURES               open it with a folder of your pictures
    vae-explorer --run RUN              open it with a run
    vae-explorer train --data digits    train on a built-in set
    vae-explorer evaluate blooms-2d     measure a shipped model
    vae-explorer decode blooms-2d --z 0.5,-1.2 --out flower.png

    RUN is a run folder, the name of one of yours, or the name of a shipped model ("vae-explorer models").
    """


def run_command(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` begin with; its exit code.

    Raises
    ------
    KeyboardInterrupt
        If it was interrupted.
    Exception
        typer's own for arguments that are none, and the command's.
    """
    try:
        result = typer.main.get_command(app).main(
            args=list(arguments), prog_name="vae-explorer", standalone_mode=False
        )
    except typer.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def with_default_command(arguments: list[str]) -> list[str]:
    """`arguments` with ``gui`` before them unless they name a command or ask about the program."""
    if arguments and (arguments[0] in COMMANDS or arguments[0].split("=")[0] in _OF_THE_PROGRAM):
        return arguments
    return ["gui", *arguments]
