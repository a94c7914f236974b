"""An evaluation as one HTML page that loads nothing from anywhere."""

from __future__ import annotations

import math
from html import escape
from importlib import resources

from vae_explorer.evaluation.conditions import Conditions
from vae_explorer.evaluation.figures import Bars, Curve, Figure, Histogram, Pictures, Table, Warned
from vae_explorer.evaluation.report.plots import plot_of
from vae_explorer.evaluation.report.report import Group, Report
from vae_explorer.evaluation.report.strips import png_uri, strip

__all__ = ["as_html", "page", "table_html"]

_NUMBER = ' class="number"'
_ROWS_OPEN = 16  # of a table; longer ones are folded


def as_html(report: Report) -> str:
    """The whole report: conditions, every figure with its error, plots, pictures."""
    conditions = report.conditions
    name = conditions.run if conditions else "Evaluation"
    parts = [f"<h1>{escape(name)}</h1>"]
    if conditions is not None:
        parts.append(f'<p class="lead">{escape(_lead(conditions))}</p>')
    parts += [f'<p class="warning">{escape(warned.message)}</p>' for warned in report.warnings]
    parts += [_group(group) for group in report.groups]
    if conditions is not None:
        parts.append(_conditions(conditions, report.made.isoformat(sep=" ")))
    return page(f"{name} · evaluation", "\n".join(parts))


def page(title: str, body: str) -> str:
    """`body` in the report's style."""
    style = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _lead(conditions: Conditions) -> str:
    return (
        f"{conditions.data}, {conditions.split} split: {conditions.n_images:,} of {conditions.n_split:,} images, "
        f"{conditions.n_samples:,} samples of z each for the likelihood. Pixels: {conditions.pixels}. "
        f"log p(x|z) is a {conditions.number}. {conditions.classes}".rstrip()
    )


def _group(group: Group) -> str:
    parts = [f"<h2>{escape(group.title)}</h2>"]
    if group.skipped:
        parts.append(f'<p class="note">{escape(group.skipped)}</p>')
    if group.figures:
        parts.append(_figures(group.figures))
    for finding in group.findings:
        if isinstance(finding, Table):
            parts.append(table_html(finding))
        elif isinstance(finding, Pictures):
            parts.append(_pictures(finding))
        elif not isinstance(finding, Figure | Warned):
            parts.append(_plot(finding))
    return f"<section>\n{''.join(parts)}\n</section>"


def _figures(figures: list[Figure]) -> str:
    head = '<tr><th>figure</th><th class="number">value</th><th class="number">95 % interval</th>'
    head += '<th class="number">images</th><th class="number">samples</th></tr>'
    rows = []
    for figure in figures:
        label = f'<span class="label">{escape(figure.label)}</span>' if figure.label else ""
        note = f'<span class="note">{escape(figure.note)}</span>' if figure.note else ""
        cells = [
            figure.text,
            figure.bounds_text,
            f"{figure.n_images:,}",
            "" if figure.n_samples is None else f"{figure.n_samples:,}",
        ]
        numbers = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
        rows.append(f"<tr><td>{escape(figure.title)}{label}{note}</td>{numbers}</tr>")
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>'


def table_html(table: Table) -> str:
    """A table with its title and note; a long one is folded."""
    numeric = [any(isinstance(row[k], int | float) for row in table.rows) for k in range(len(table.columns))]
    head = "".join(
        f"<th{_NUMBER if number else ''}>{escape(column)}</th>"
        for column, number in zip(table.columns, numeric, strict=True)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, row, numeric))}</tr>" for row in table.rows)
    body = f'<div class="wide"><table><tr>{head}</tr>{rows}</table></div>{_caption(table.note, "p")}'
    if len(table.rows) > _ROWS_OPEN:
        return f"<details><summary>{escape(table.title)}</summary>{body}</details>"
    return f"<h3>{escape(table.title)}</h3>{body}"


def _cell(value: str | float | int | None, is_number: bool) -> str:
    if isinstance(value, str):
        text = escape(value)
    elif value is None or not math.isfinite(value):
        text = "–"
    else:
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    return f"<td{_NUMBER if is_number else ''}>{text}</td>"


def _plot(finding: Bars | Curve | Histogram) -> str:
    drawing = plot_of(finding)
    if not drawing:
        return ""
    return f"<figure><h3>{escape(finding.title)}</h3>{drawing}{_caption(finding.note)}</figure>"


def _pictures(pictures: Pictures) -> str:
    rows = "".join(
        f'<figcaption>{escape(caption)}</figcaption><img class="strip" alt="{escape(caption)}" '
        f'src="{png_uri(strip(row))}">'
        for caption, row in pictures.rows
        if len(row)
    )
    return f"<figure><h3>{escape(pictures.title)}</h3>{rows}{_caption(pictures.note)}</figure>"


def _caption(note: str, tag: str = "figcaption") -> str:
    return f'<{tag} class="note">{escape(note)}</{tag}>' if note else ""


def _conditions(conditions: Conditions, made: str) -> str:
    c, h, w = conditions.image_shape
    facts = {
        "Run": f"{conditions.run}, epoch {conditions.epoch:g}, step {conditions.step:,}",
        "Model": f"{conditions.network}, {conditions.latent_dim} latent dimensions, {conditions.likelihood}",
        "Objective": f"{conditions.objective}, β = {conditions.beta:g}",
        "Data": f"{conditions.data}, {w} × {h} pixels, {c} channel{'s' if c > 1 else ''}, {conditions.data_fingerprint}",
        "Split": f"{conditions.split}, {conditions.n_split:,} images; {conditions.n_images:,} chosen at random for "
        "what is costly",
        "Pixels": conditions.pixels,
        "log p(x|z)": conditions.number,
        **({"Classes": conditions.classes} if conditions.classes else {}),
        "Samples": f"{conditions.n_samples:,} an image for the likelihood; {conditions.n_aggregate:,} in all of q(z)",
        "Seed": f"{conditions.seed}",
        "Errors": "± is one standard error over images; intervals are 95 %, bootstrap of the mean where images are "
        "averaged, Wilson's of shares, else ± 1.96 standard errors",
        "Computed": f"on {conditions.device}, vae-explorer {conditions.program_version}, torch "
        f"{conditions.torch_version}, {made}",
    }
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<section>\n<h2>How it was measured</h2><dl>{rows}</dl>\n</section>"
