"""Writes the report of an evaluation in the format that its name ends with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from vae_explorer.latent.pictures import written

if TYPE_CHECKING:
    from vae_explorer.evaluation.report.report import Report

__all__ = ["save_report"]


def save_report(path: Path, report: Report, suffix: str) -> None:
    """The report as ``.html``, ``.csv`` or anything else as JSON; whole, or not there at all.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    from vae_explorer.evaluation.report.html import as_html
    from vae_explorer.evaluation.report.machine import as_csv, as_json

    if suffix == ".html":
        text = as_html(report)
    elif suffix == ".csv":
        text = as_csv(report)
    else:
        text = json.dumps(as_json(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def fill(target: Path) -> None:
        target.write_text(text, encoding="utf-8", newline="")

    written(path, fill)
