"""Bars, histograms and curves of an evaluation as SVG."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vae_explorer.evaluation.figures import Bars, Curve, Histogram
from vae_explorer.evaluation.report.axes import Axis, Plot

__all__ = ["plot_of"]

_BINS = 40
_LABELS_MAX = 16  # beside each other


def plot_of(finding: Bars | Curve | Histogram) -> str:
    """The plot of a finding; empty if it has no finite value."""
    if isinstance(finding, Bars):
        return _bars(finding)
    if isinstance(finding, Histogram):
        return _histogram(finding)
    return _curve(finding)


def _bars(bars: Bars) -> str:
    n = len(bars.values)
    if not n or not np.isfinite(bars.values).all():
        return ""
    low, high = min(float(bars.values.min()), 0.0), max(float(bars.values.max()), bars.threshold or 0.0)
    plot = Plot(bars.title, Axis(0.0, n, ""), _roomy(low, high, bars.unit), with_x_ticks=False)
    every = -(-n // _LABELS_MAX)
    for k in range(0, n, every):
        plot.label(k + 0.5, bars.labels[k])
    for k, value in enumerate(bars.values):
        plot.bar(k + 0.12, k + 0.88, float(value), f"{bars.labels[k]}: {value:.4g} {bars.unit}")
    if bars.threshold is not None:
        plot.line([(0.0, bars.threshold), (n, bars.threshold)], "threshold")
    return plot.svg()


def _histogram(histogram: Histogram) -> str:
    values = histogram.values[np.isfinite(histogram.values)]
    if not len(values):
        return ""
    counts, edges = np.histogram(values, bins=min(_BINS, max(5, len(values) // 5)))
    plot = Plot(
        histogram.title,
        Axis(float(edges[0]), float(edges[-1]), histogram.unit),
        _roomy(0.0, float(counts.max()), "images"),
    )
    for count, left, right in zip(counts, edges, edges[1:], strict=False):
        plot.bar(float(left), float(right), float(count), f"{left:.4g} to {right:.4g}: {count}")
    return plot.svg()


def _curve(curve: Curve) -> str:
    keep = np.isfinite(curve.x) & np.isfinite(curve.y)
    x, y = curve.x[keep], curve.y[keep]
    marks = [mark for mark in curve.marks if np.isfinite(mark[1:]).all()]
    if not len(x):
        return ""
    error = np.zeros_like(y) if curve.standard_error is None else np.nan_to_num(curve.standard_error[keep])
    all_x, all_y = _with(x, [m[1] for m in marks]), _with(np.r_[y - error, y + error], [m[2] for m in marks])
    plot = Plot(
        curve.title,
        _around(all_x, curve.x_label, is_log=curve.is_log_x),
        _around(all_y, curve.y_label),
    )
    points = list(zip(x.tolist(), y.tolist(), strict=True))
    if curve.is_line and len(points) > 1:
        if error.any():
            plot.band(
                list(zip(x.tolist(), (y + error).tolist(), strict=True)),
                list(zip(x.tolist(), (y - error).tolist(), strict=True)),
            )
        plot.line(points)
    for px, py in points:
        plot.point(px, py, f"{px:.4g}: {py:.5g}")
    for name, px, py in marks:
        plot.point(px, py, f"{name}: {px:.4g}, {py:.5g}", name=name, style="dot marked")
    return plot.svg()


def _with(values: NDArray[np.float64], more: list[float]) -> NDArray[np.float64]:
    return np.concatenate([values, np.asarray(more, dtype=np.float64)])


def _roomy(low: float, high: float, label: str) -> Axis:
    """From `low` to a little above `high`."""
    span = high - low or 1.0
    return Axis(low - (0.05 * span if low < 0 else 0.0), low + 1.06 * span, label)


def _around(values: NDArray[np.float64], label: str, *, is_log: bool = False) -> Axis:
    """A little more than all `values`."""
    low, high = float(values.min()), float(values.max())
    if is_log and low > 0:
        return Axis(low / 1.15, max(high, low * 1.01) * 1.15, label, is_log=True)
    room = 0.06 * (high - low) or max(abs(high) * 0.05, 0.5)
    return Axis(low - room, high + room, label)
