"""Writes a sweep as numbers or as a page, in the format that its name ends with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vae_explorer.latent.pictures import written

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from vae_explorer.runs.sweep_file import Sweep

__all__ = ["FILTERS", "save_curve"]

FILTERS = {
    ".png": "Picture (*.png)",
    ".csv": "CSV (*.csv)",
    ".json": "JSON (*.json)",
    ".html": "Web page (*.html)",
}


def save_curve(path: Path, sweep: Sweep, picture: QImage, suffix: str) -> None:
    """The `picture` of the curve as ``.png``, else its points as ``.csv``, ``.html`` or anything else as JSON.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    if suffix == ".png":
        from vae_explorer.ui.widgets.picture import save_picture

        save_picture(picture, path)
        return
    from vae_explorer.evaluation.rate_distortion import sweep_csv, sweep_html

    if suffix == ".csv":
        text = sweep_csv(sweep)
    elif suffix == ".html":
        text = sweep_html(sweep, sweep.current)
    else:
        text = sweep.model_dump_json(indent=2) + "\n"

    def fill(target: Path) -> None:
        target.write_text(text, encoding="utf-8", newline="")

    written(path, fill)
