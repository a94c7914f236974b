"""``show_window``: the window, or why there can be none."""

from __future__ import annotations

import sys
from pathlib import Path

from vae_explorer.cli.display import check_display

__all__ = ["show_window"]


def show_window(run: Path | None = None, folder: Path | None = None) -> int:
    """Open the window and stay until it closes; the process's exit code.

    Raises
    ------
    NoDisplayError
        If no window can open.
    """
    check_display()
    if sys.platform == "win32":
        import torch  # noqa: F401  # c10.dll cannot be loaded once Qt is

    from vae_explorer.ui.launch import launch

    return launch(run, folder)
