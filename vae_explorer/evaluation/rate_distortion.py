"""Rate and distortion of a sweep over β: how many nats the code costs, and what they buy."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.figures import Curve, Table
from vae_explorer.evaluation.report.html import page, table_html
from vae_explorer.evaluation.report.plots import plot_of
from vae_explorer.evaluation.report.report import Report
from vae_explorer.evaluation.suite import SuiteProgressed, SuiteSettings, iterate_suite
from vae_explorer.runs.files import write_atomically
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.runs.sweep_file import Sweep, SweepPoint, write_sweep

__all__ = [
    "CSV_HEADER",
    "LINES",
    "PAGE",
    "curve_of",
    "iterate_point",
    "measure_point",
    "save_sweep",
    "sweep_csv",
    "sweep_html",
    "table_of",
]

PAGE, LINES = "rate-distortion.html", "rate-distortion.csv"  # beside sweep.json
CSV_HEADER = (
    "beta,rate,rate_error,distortion,distortion_error,neg_elbo,neg_elbo_error,active_units,unit,split,n_images,epochs,"
    "run,label"
)


def iterate_point(
    snapshot: Snapshot, images: ImageSet, *, split: Split | None, seed: int, device: str
) -> Iterator[float | SweepPoint]:
    """Rate and distortion of one run over every image of a split, with one sample of z an image.

    Rate R = E_x KL(q(z|x) ‖ p(z)) bounds the information that z carries about x from above; distortion
    D = E_x E_q[−log p(x|z)] (Alemi et al. 2018, *Fixing a broken ELBO*, section 2). −ELBO = D + R.

    Yields
    ------
    float or SweepPoint
        The fraction done, 0 to 1, again and again, and last the point. Consumers may leave at any time.

    Raises
    ------
    ConfigError
        If the images do not fit the model or the split is empty.
    """
    report = Report()
    settings = SuiteSettings(split=split, seed=seed, device=device, groups=("bound", "latents"))
    for event in iterate_suite(snapshot, images, settings):
        if isinstance(event, SuiteProgressed):
            yield event.fraction
        report.add(event)
    recon, kl, bound = (report.figure(name) for name in ("recon", "kl", "neg_elbo"))
    active = report.figure("active_units")
    assert recon is not None
    assert kl is not None
    yield SweepPoint(
        beta=snapshot.objective.beta,
        run=snapshot.run_name,
        epochs=int(snapshot.epoch),
        split=recon.split,
        n_images=recon.n_images,
        rate=kl.value,
        rate_error=kl.standard_error,
        distortion=recon.value,
        distortion_error=recon.standard_error,
        label=recon.label,
        step=snapshot.step,
        bound_error=None if bound is None else bound.standard_error,
        active_units=None if active is None else int(active.value),
    )


def measure_point(
    snapshot: Snapshot, images: ImageSet, *, split: Split | None, seed: int, device: str
) -> SweepPoint:
    """The point that `iterate_point` ends with.

    Raises
    ------
    ConfigError
        If the images do not fit the model or the split is empty.
    """
    *_, point = iterate_point(snapshot, images, split=split, seed=seed, device=device)
    assert isinstance(point, SweepPoint)
    return point


def save_sweep(folder: Path, sweep: Sweep) -> None:
    """Write ``sweep.json``, and curve and table as a page and as lines, into `folder`.

    Raises
    ------
    RunError
        If they cannot be written.
    """
    write_sweep(folder, sweep)
    write_atomically(folder / LINES, sweep_csv(sweep).encode())
    write_atomically(folder / PAGE, sweep_html(sweep, sweep.current).encode())


def curve_of(sweep: Sweep, current: SweepPoint | None = None) -> Curve:
    """Distortion over rate, by ascending rate; `current` is marked on it."""
    points = sorted(sweep.points, key=lambda point: point.rate)
    marks = [(f"β = {point.beta:g}", point.rate, point.distortion) for point in points]
    if current is not None:
        marks.append((current.run, current.rate, current.distortion))
    return Curve(
        "rate_distortion",
        "Rate–distortion",
        np.array([point.rate for point in points], dtype=np.float64),
        np.array([point.distortion for point in points], dtype=np.float64),
        "rate KL(q(z|x) ‖ p(z)), nats/image",
        "distortion, nats/image",
        standard_error=np.array([point.distortion_error or 0.0 for point in points], dtype=np.float64),
        marks=tuple(marks),
        note=points[0].label if points else "",
    )


def table_of(sweep: Sweep) -> Table:
    """One row a run, by ascending β."""
    return Table(
        "rate_distortion",
        "Runs",
        (
            "β",
            "rate",
            "± error",
            "distortion",
            "± error",
            "−ELBO",
            "± error",
            "active",
            "epochs",
            "split",
            "images",
            "run",
        ),
        tuple(
            (
                point.beta,
                point.rate,
                point.rate_error,
                point.distortion,
                point.distortion_error,
                point.bound,
                point.bound_error,
                point.active_units,
                point.epochs,
                point.split,
                point.n_images,
                point.run,
            )
            for point in sweep.points
        ),
        note="nats an image; errors are one standard error over images",
    )


def sweep_csv(sweep: Sweep) -> str:
    """One line a run under `CSV_HEADER`."""
    lines = [CSV_HEADER]
    for p in sweep.points:
        cells = [
            p.beta,
            p.rate,
            p.rate_error,
            p.distortion,
            p.distortion_error,
            p.bound,
            p.bound_error,
            p.active_units,
        ]
        numbers = ",".join("" if cell is None else repr(cell) for cell in cells)
        lines.append(f'{numbers},nats/image,{p.split},{p.n_images},{p.epochs},{p.run},"{p.label}"')
    return "\n".join(lines) + "\n"


def sweep_html(sweep: Sweep, current: SweepPoint | None = None) -> str:
    """A page with the curve and the table that loads nothing from anywhere."""
    curve = curve_of(sweep, current)
    label = f'<p class="warning">{escape(curve.note)}</p>' if curve.note else ""
    body = (
        f"<h1>Rate–distortion</h1><p class='lead'>{escape(sweep.data)}, settings of {escape(sweep.base)}</p>"
        f"{label}<section><figure>{plot_of(curve)}</figure></section>"
        f"<section>{table_html(table_of(sweep))}</section>"
    )
    return page("Rate–distortion", body)
