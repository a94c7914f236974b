"""The command line: every result of the window has a command. Imports neither torch nor Qt."""

from vae_explorer.cli.program import main

__all__ = ["main"]
