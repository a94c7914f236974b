"""``Chart``: one small plot with a title: bars, a histogram, or a curve with errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS, Theme, theme_manager
from vae_explorer.ui.widgets.plotting import dress_axes, line_pen, plotting

__all__ = ["Chart", "histogram_of"]

PLOT_HEIGHT_PX = 132
_BINS_MAX = 60
_LABELS_MAX = 12  # names under bars; more would touch

Floats = NDArray[np.float64]


def histogram_of(values: Floats, bins_max: int = _BINS_MAX) -> tuple[Floats, Floats]:
    """Counts and edges of the finite `values`, (b,) and (b + 1,), as many bins as √n up to `bins_max`.

    The bins span all values, however far the furthest lies: strange images are those at the end.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.zeros(1), np.array([0.0, 1.0])
    n_bins = int(np.clip(np.sqrt(len(finite)), 5, bins_max))
    counts, edges = np.histogram(finite, bins=n_bins)
    return counts.astype(np.float64), edges.astype(np.float64)


class Chart(QWidget):
    """Draws what its `show_…` methods are given, and again when the theme changes. Not for zooming.

    Parameters
    ----------
    title, note
        Above and below the plot.
    """

    def __init__(self, title: str, note: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draw: Callable[[Any, Theme], None] | None = None
        self._title = QLabel(title)
        self._title.setWordWrap(True)
        self._title.setProperty("role", "caption")
        self._plot = plotting().PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.setFixedHeight(PLOT_HEIGHT_PX)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().installEventFilter(self)
        self._plot.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addWidget(self._title)
        column.addWidget(self._plot)
        if note:
            words = QLabel(note)
            words.setWordWrap(True)
            words.setProperty("role", "caption")
            column.addWidget(words)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme_manager().changed.connect(self._on_theme_changed)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def plot(self) -> Any:
        """pyqtgraph's widget."""
        return self._plot

    # --- what is drawn -------------------------------------------------------------------------

    def show_bars(
        self, labels: Sequence[str], values: Floats, unit: str, threshold: float | None = None
    ) -> None:
        """One bar a label, (n,); a dashed line at `threshold`."""

        def draw(plot: Any, theme: Theme) -> None:
            place = np.arange(len(values), dtype=np.float64)
            bars = plotting().BarGraphItem(
                x=place, height=np.nan_to_num(values), width=0.72, brush=theme.accent_bright, pen=None
            )
            plot.addItem(bars)
            if threshold is not None:
                plot.addItem(
                    plotting().InfiniteLine(threshold, 0, pen=line_pen(theme.path, 1.0, dashed=True))
                )
            step = -(-len(labels) // _LABELS_MAX) if labels else 1
            plot.getAxis("bottom").setTicks([[(k, labels[k]) for k in range(0, len(labels), step)]])
            plot.setLabel("left", unit)

        self._show(draw)

    def show_histogram(self, values: Floats, unit: str) -> None:
        """How many images have each value; (n,)."""

        def draw(plot: Any, theme: Theme) -> None:
            counts, edges = histogram_of(values)
            bars = plotting().BarGraphItem(
                x0=edges[:-1],
                x1=edges[1:],
                height=counts,
                brush=theme.accent_bright,
                pen=line_pen(theme.ground, 0.5),
            )
            plot.addItem(bars)
            plot.setLabel("bottom", unit)
            plot.setLabel("left", "images")

        self._show(draw)

    def show_curve(
        self,
        x: Floats,
        y: Floats,
        *,
        x_label: str,
        y_label: str,
        error: Floats | None = None,
        marks: Sequence[tuple[str, float, float]] = (),
        is_line: bool = True,
        is_log_x: bool = False,
    ) -> None:
        """y over x, (n,) each, with ± 1.96 `error`; `marks` are named points."""

        def draw(plot: Any, theme: Theme) -> None:
            at = np.log10(np.maximum(x, 1e-12)) if is_log_x else x
            plot.getPlotItem().getAxis("bottom").setLogMode(is_log_x)
            if error is not None:
                bars = plotting().ErrorBarItem(
                    x=at, y=y, height=2 * 1.96 * error, beam=0.0, pen=line_pen(theme.muted, 1.0)
                )
                plot.addItem(bars)
            plot.plot(
                at,
                y,
                pen=line_pen(theme.accent_bright) if is_line else None,
                symbol="o",
                symbolSize=4,
                symbolBrush=theme.accent_bright,
                symbolPen=None,
            )
            for name, mark_x, mark_y in marks:
                mark_at = float(np.log10(max(mark_x, 1e-12))) if is_log_x else mark_x
                plot.plot([mark_at], [mark_y], pen=None, symbol="d", symbolSize=9, symbolBrush=theme.path)
                text = plotting().TextItem(name, color=theme.path, anchor=(0.5, 1.1))
                text.setPos(mark_at, mark_y)
                plot.addItem(text)
            plot.setLabel("bottom", x_label)
            plot.setLabel("left", y_label)

        self._show(draw)

    def _show(self, draw: Callable[[Any, Theme], None]) -> None:
        self._draw = draw
        self._redraw()

    def _redraw(self) -> None:
        if self._draw is not None:
            theme = theme_manager().theme
            self._plot.clear()
            self._draw(self._plot, theme)
            dress_axes(self._plot, theme)

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        self._redraw()

    # --- Qt ------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(280, super().sizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:  # the list of charts scrolls, not the plot
            event.ignore()
            return True
        return super().eventFilter(watched, event)
