"""``main``: the program from its arguments to its exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from vae_explorer.cli.environment import prepare_environment
from vae_explorer.cli.notes import NotesForLater
from vae_explorer.cli.window import show_window

__all__ = ["EXIT_INTERRUPTED", "EXIT_USER_ERROR", "main"]

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells say it


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
    notes = NotesForLater()
    try:
        with notes:
            code = _run(words)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        sentence = _sentence(error, words)
        if sentence is None:  # a defect: its traceback is worth more than words
            raise
        print(f"Error: {sentence}", file=sys.stderr)
        return EXIT_USER_ERROR
    for note in notes.messages:
        print(f"Note: {note}", file=sys.stderr)
    return code


def _run(words: list[str]) -> int:
    if words in ([], ["gui"]):  # nothing to read: without the commands the window is there 0.1 s sooner
        prepare_environment()
        return show_window()
    from vae_explorer.cli.app import run_command, with_default_command

    arguments = with_default_command(words)
    prepare_environment(arguments[0])
    return run_command(arguments)


def _sentence(error: Exception, words: list[str]) -> str | None:
    """`error` for a person who wrote `words`, or None if it is a defect of the program."""
    from vae_explorer.cli.app import COMMANDS, with_default_command
    from vae_explorer.cli.problems import sentence_of

    sentence = sentence_of(error)
    if sentence is not None and with_default_command(words) != words:
        # Nobody wrote "gui": point to the command that was written, or to all of them.
        meant = next((f" {word}" for word in words if word in COMMANDS), "")
        sentence = sentence.replace("'vae-explorer gui --help'", f"'vae-explorer{meant} --help'")
    return sentence
