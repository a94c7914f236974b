"""An evaluation for machines: JSON with everything but the pictures, CSV with a line a figure."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from vae_explorer.evaluation.figures import Bars, Curve, Figure, Finding, Histogram, Pictures, Table, Warned
from vae_explorer.evaluation.report.report import Report

__all__ = ["CSV_COLUMNS", "as_csv", "as_json"]

FORMAT, FORMAT_VERSION = "vae-explorer evaluation", 1
CSV_COLUMNS = (
    "run", "data", "split", "group", "name", "title", "value", "standard_error", "low", "high", "unit",
    "n_images", "n_samples", "label", "note",
)  # fmt: skip


def as_json(report: Report) -> dict[str, Any]:
    """The report as what JSON can hold; what is not finite becomes null, pictures are left out."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made": report.made.isoformat(),
        "conditions": _plain(asdict(report.conditions)) if report.conditions else None,
        "groups": [
            {
                "group": group.name,
                "title": group.title,
                "skipped": group.skipped or None,
                "figures": [_finding(each) for each in group.findings if isinstance(each, Figure)],
                "tables": [_finding(each) for each in group.findings if isinstance(each, Table)],
                "plots": [
                    _finding(each) for each in group.findings if isinstance(each, Bars | Curve | Histogram)
                ],
                "warnings": [each.message for each in group.findings if isinstance(each, Warned)],
            }
            for group in report.groups
        ],
    }


def as_csv(report: Report, *, with_header: bool = True) -> str:
    """One line a figure, under `CSV_COLUMNS`, ready to be joined with those of other runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if with_header:
        writer.writerow(CSV_COLUMNS)
    run, data = (report.conditions.run, report.conditions.data) if report.conditions else ("", "")
    for group, figure in report.figures:
        low, high = figure.interval or ("", "")
        error = "" if figure.standard_error is None else figure.standard_error
        samples = "" if figure.n_samples is None else figure.n_samples
        writer.writerow(
            (
                *(
                    run,
                    data,
                    figure.split,
                    group.name,
                    figure.name,
                    figure.title,
                    figure.value,
                    error,
                    low,
                    high,
                ),
                *(figure.unit, figure.n_images, samples, figure.label, figure.note),
            )
        )
    return text.getvalue()


def _finding(finding: Finding) -> dict[str, Any]:
    assert not isinstance(finding, Pictures)
    kind = type(finding).__name__.lower()
    return {"kind": kind, **{name: _plain(value) for name, value in vars(finding).items()}}


def _plain(value: Any) -> Any:  # any field of a finding
    if isinstance(value, np.ndarray):
        return [_plain(each) for each in value.tolist()]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
