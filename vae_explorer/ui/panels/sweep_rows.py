"""The points of a sweep as chart and table show them, with the run that they are compared with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vae_explorer.runs.betas import run_name_of
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import SweepPoint
from vae_explorer.ui.sweep_work import StoredSweep
from vae_explorer.ui.widgets.rate_distortion_drawing import ChartPoint

__all__ = ["SweepRow", "rows_of", "with_error"]


@dataclass(frozen=True)
class SweepRow:
    """A point with the folder of its run."""

    point: SweepPoint
    path: Path
    is_of_sweep: bool  # or the run that its points are compared with
    is_current: bool  # on screen

    @property
    def words(self) -> str:
        """All that is known, a line each."""
        point = self.point
        lines = [
            f"β = {point.beta:g}" + (", the run on screen" if self.is_current else ""),
            f"recon {with_error(point.distortion, point.distortion_error)} nats",
            f"KL {with_error(point.rate, point.rate_error)} nats",
            f"−ELBO {with_error(point.bound, point.bound_error)} nats",
        ]
        if point.active_units is not None:
            lines.append(f"{point.active_units} active unit{'s' if point.active_units != 1 else ''}")
        lines.append(f"{point.epochs:,} epochs; {point.n_images:,} images ({point.split})")
        return "\n".join(lines)

    @property
    def chart_point(self) -> ChartPoint:
        """As the chart draws it."""
        point, name = self.point, f"β = {self.point.beta:g}"
        if not self.is_of_sweep:
            is_of_another = point.run == run_name_of(point.beta)  # such names are everywhere the same
            name = f"{'this run' if is_of_another else point.run}, {name}"
        return ChartPoint(
            name=name,
            rate=point.rate,
            distortion=point.distortion,
            rate_error=point.rate_error or 0.0,
            distortion_error=point.distortion_error or 0.0,
            words=self.words,
            is_joined=self.is_of_sweep,
            is_current=self.is_current,
        )


def with_error(value: float, error: float | None) -> str:
    """A figure and its standard error, e.g. ``98.21 ± 0.27``."""
    text = f"{value:,.2f}" if error is None else f"{value:,.2f} ± {error:.2f}"
    return text.replace("-", "−")


def rows_of(
    stored: StoredSweep, screen: RunFolder | None, compared: RunFolder | None
) -> tuple[SweepRow, ...]:
    """By ascending β; last the run that the points are compared with, where it is measured and none of them.

    Parameters
    ----------
    screen
        The run on screen.
    compared
        The run on screen too, but while a sweep is under way the one that is swept.
    """
    rows = []
    for point in stored.sweep.points:
        path = stored.folder / point.run
        rows.append(
            SweepRow(point, path, is_of_sweep=True, is_current=screen is not None and path == screen.path)
        )
    current = stored.sweep.current
    if current is None or compared is None or any(row.path == compared.path for row in rows):
        return tuple(rows)
    if current.is_of(compared, stored.sweep.split or current.split):
        is_current = screen is not None and compared.path == screen.path
        rows.append(SweepRow(current, compared.path, is_of_sweep=False, is_current=is_current))
    return tuple(rows)
