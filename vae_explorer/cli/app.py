"""The program ``vae-explorer``: its commands, and what becomes of their errors."""

from __future__ import annotations

import functools
import inspect
import io
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer

from vae_explorer import __version__
from vae_explorer.cli import anomaly, encode, evaluate, gui, listings, pictures, sweep, train
from vae_explorer.cli.problems import NotesForLater, sentence_of
from vae_explorer.cores import openmp_environment

__all__ = ["COMMANDS", "app", "main"]

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells say it
_TRAINING_COMMANDS = ("gui", "sweep", "train")

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


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 2 a person's error, 130 interrupted.

    Parameters
    ----------
    argv
        Arguments without the program's name; None: those of the process.
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal that knows no "−" must not end the program
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if argv is None else argv)
    arguments = with_default_command(words)
    prepare_environment(arguments[0])
    notes = NotesForLater()
    try:
        with notes:
            result = typer.main.get_command(app).main(
                args=arguments, prog_name="vae-explorer", standalone_mode=False
            )
    except (typer.Abort, KeyboardInterrupt):
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        sentence = sentence_of(error)
        if sentence is None:  # a defect: its traceback is worth more than words
            raise
        if arguments != words:  # nobody wrote "gui": point to the command that was written, or to all of them
            meant = next((f" {word}" for word in words if word in COMMANDS), "")
            sentence = sentence.replace("'vae-explorer gui --help'", f"'vae-explorer{meant} --help'")
        print(f"Error: {sentence}", file=sys.stderr)
        return EXIT_USER_ERROR
    for note in notes.messages:
        print(f"Note: {note}", file=sys.stderr)
    return result if isinstance(result, int) else 0


def prepare_environment(command: str = "gui") -> None:
    """What torch reads when it is imported, see `openmp_environment`. What the person has set stays."""
    for name, value in openmp_environment(trains=command in _TRAINING_COMMANDS).items():
        os.environ.setdefault(name, value)


def with_default_command(arguments: list[str]) -> list[str]:
    """`arguments` with ``gui`` before them unless they name a command or ask about the program."""
    if arguments and (arguments[0] in COMMANDS or arguments[0].split("=")[0] in _OF_THE_PROGRAM):
        return arguments
    return ["gui", *arguments]
