"""Rate and distortion of a sweep over β: how many nats the code costs, and what they buy."""

from __future__ import annotations

from html import escape

import numpy as np

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.evaluation.figures import Curve, Table
from vae_explorer.evaluation.report.html import page, table_html
from vae_explorer.evaluation.report.plots import plot_of
from vae_explorer.evaluation.report.report import Report
from vae_explorer.evaluation.suite import SuiteSettings, iterate_suite
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.runs.sweep_file import Sweep, SweepPoint

__all__ = ["CSV_HEADER", "curve_of", "measure_point", "sweep_csv", "sweep_html", "table_of"]

CSV_HEADER = "beta,rate,rate_error,distortion,distortion_error,unit,split,n_images,epochs,run,label"


def measure_point(
    snapshot: Snapshot, images: ImageSet, *, split: Split | None, seed: int, device: str
) -> SweepPoint:
    """Rate and distortion of one run over every image of a split, with one sample of z an image.

    Rate R = E_x KL(q(z|x) ‖ p(z)) bounds the information that z carries about x from above; distortion
    D = E_x E_q[−log p(x|z)] (Alemi et al. 2018, *Fixing a broken ELBO*, section 2). −ELBO = D + R.

    Raises
    ------
    ConfigError
        If the images do not fit the model or the split is empty.
    """
    report = Report()
    settings = SuiteSettings(split=split, seed=seed, device=device, groups=("bound",))
    for event in iterate_suite(snapshot, images, settings):
        report.add(event)
    recon, kl = report.figure("recon"), report.figure("kl")
    assert recon is not None
    assert kl is not None
    return SweepPoint(
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
    )


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
        ("β", "rate", "± error", "distortion", "± error", "−ELBO", "epochs", "split", "images", "run"),
        tuple(
            (
                point.beta,
                point.rate,
                point.rate_error,
                point.distortion,
                point.distortion_error,
                point.rate + point.distortion,
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
        errors = ["" if error is None else f"{error!r}" for error in (p.rate_error, p.distortion_error)]
        lines.append(
            f"{p.beta!r},{p.rate!r},{errors[0]},{p.distortion!r},{errors[1]},nats/image,{p.split},{p.n_images},"
            f'{p.epochs},{p.run},"{p.label}"'
        )
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
