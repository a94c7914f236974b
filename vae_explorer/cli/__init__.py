"""The command line: every result of the window has a command. Imports neither torch nor Qt."""

from vae_explorer.cli.app import main

__all__ = ["main"]
