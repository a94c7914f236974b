"""``LossChart``: −ELBO, reconstruction loss and KL over epochs, training solid, validation dashed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from vae_explorer.ui.theme import FONT_CAPTION_PX, SPACE_M, SPACE_XS, Theme, theme_manager
from vae_explorer.ui.widgets.live_curve import LiveCurve
from vae_explorer.ui.widgets.loss_plot import LossPlot, PlotCurve
from vae_explorer.ui.widgets.numbers import signed

__all__ = ["ChartMark", "LossChart", "thinned"]

_CURVES = (("elbo", "−ELBO", True), ("recon", "recon", False), ("kl", "KL", True))
_WHATS_THIS = {
    "elbo": "−ELBO is what training minimises: reconstruction loss plus KL, in nats an image. Lower is "
    "better; the negative of it is a lower bound on the log-likelihood of an image.",
    "recon": "The reconstruction loss tells how badly images come back after passing through their latent, "
    "summed over pixels. It falls as the decoder learns to draw.",
    "kl": "KL measures how much each image's posterior says beyond the prior N(0, I), summed over latent "
    "dimensions. Near zero the latent carries nothing; a large value means a precise but scattered map.",
}
MOST_POINTS = 600  # of a painted curve: the rail is about 250 px wide, and a paint costs by the point
_CURVE_PX = 1.5
DRAW_MS = 300  # between redraws while training reports
_LEAST_EPOCHS, _MARGIN = 1e-3, 0.01  # across the chart; at its sides, of the whole
_START_SHARE = 0.08  # of the epochs: the first fall does not decide the range
_Rows = NDArray[np.float64]  # (E, 3): epoch, recon, kl


@dataclass(frozen=True)
class ChartMark:
    """A setting that changed at a fractional epoch."""

    epoch: float
    text: str  # "β 4"


def thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_POINTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A curve of about `most` points that shows the same peaks: lowest and highest of each stretch, and the end.

    Parameters
    ----------
    x, y
        (n,); y may hold values that are not finite.
    """
    n = len(x)
    if n <= most:
        return x, y
    stretch = -(-n // (most // 2))
    whole = n // stretch * stretch
    parts = y[:whole].reshape(-1, stretch)
    low = np.where(np.isfinite(parts), parts, np.inf).argmin(axis=1)
    high = np.where(np.isfinite(parts), parts, -np.inf).argmax(axis=1)
    begins = np.arange(0, whole, stretch)
    keep = np.unique(np.concatenate((begins + low, begins + high, np.arange(whole, n), [n - 1])))
    return x[keep], y[keep]


class LossChart(QWidget):
    """A quiet chart with toggles for its curves, a log scale, and a readout under the mouse."""

    log_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._train: _Rows = np.empty((0, 3))
        self._validation: _Rows = np.empty((0, 3))
        self._live = LiveCurve()
        self._marks: tuple[ChartMark, ...] = ()
        self._log = False
        self._curves: dict[tuple[str, str], PlotCurve] = {}
        self._pens: dict[tuple[str, str], QPen] = {}
        self._plot = LossPlot()
        self._readout = QLabel(self._plot)
        self._readout.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._readout.hide()
        self._empty = QLabel("Losses appear here while a model trains.", self._plot)
        self._empty.setProperty("role", "caption")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        middle = QVBoxLayout(self._plot)
        middle.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        middle.addWidget(self._empty)
        self._toggles = {name: self._toggle(name, text, on) for name, text, on in _CURVES}
        self._log_button = QToolButton()
        self._log_button.setText("log")
        self._log_button.setCheckable(True)
        self._log_button.setProperty("variant", "chip")
        self._log_button.setToolTip("Logarithmic scale")
        self._log_button.setWhatsThis(
            "Spreads small losses over more of the chart. Losses must be positive for it."
        )
        self._log_button.toggled.connect(self.set_log)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for button in self._toggles.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self._log_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._plot, 1)
        layout.addLayout(row)
        self.setAccessibleName("Losses")
        self.setWhatsThis(
            "Losses over epochs, in nats an image: solid while training, dashed on images held back "
            "for validation. When the dashed line rises and the solid one falls, the model learns its "
            "pictures by heart."
        )
        self._plot.moved.connect(self._on_plot_moved)
        self._plot.left.connect(self._on_plot_left)
        self._drawing_soon = QTimer(self, singleShot=True, interval=DRAW_MS)
        self._drawing_soon.timeout.connect(self._draw)
        theme_manager().changed.connect(self._on_theme_changed)
        self._dress()

    @property
    def is_log(self) -> bool:
        return self._log

    def set_history(
        self,
        train: NDArray[np.float64],
        validation: NDArray[np.float64] | None = None,
        marks: Sequence[ChartMark] = (),
    ) -> None:
        """Show finished epochs.

        Parameters
        ----------
        train, validation
            (E, 3): epoch, recon, kl, in nats an image; rows that are not finite make gaps.
        marks
            Changes of settings, drawn as vertical lines.
        """
        self._train = np.asarray(train, dtype=np.float64).reshape(-1, 3)
        rows = np.empty((0, 3)) if validation is None else np.asarray(validation, dtype=np.float64)
        self._validation = rows.reshape(-1, 3)
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self._plot.set_marks([mark.epoch for mark in self._marks])
        self._draw()

    def set_names(self, names: Mapping[str, str]) -> None:
        """Call curves otherwise than −ELBO, recon and KL, by "elbo", "recon" and "kl"."""
        for name, text in names.items():
            self._toggles[name].setText(text)
            self._toggles[name].setToolTip(f"Show {text} (solid: training, dashed: validation)")

    def append_live(self, epoch: float, recon: float, kl: float) -> None:
        """Add training losses reported between epochs."""
        self._live.append(epoch, recon, kl)
        if not self._drawing_soon.isActive():
            self._drawing_soon.start()

    def clear_live(self) -> None:
        """Forget what was reported between epochs: another stretch of training begins."""
        self._live.clear()
        self._draw()

    def clear(self) -> None:
        """Forget everything: another run begins."""
        self._live.clear()
        self.set_history(np.empty((0, 3)))

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Logarithmic or linear nats; stays linear while a loss is not positive."""
        log = log and self._may_be_log()
        self._log_button.setChecked(log)
        if log != self._log:
            self._log = log
            self._draw()
            self.log_changed.emit(log)

    def curve(self, name: str, part: str) -> PlotCurve | None:
        """What is drawn of "elbo", "recon" or "kl" in "train" or "validation"; None: hidden, or no losses."""
        return self._curves.get((name, part))

    def set_curve_shown(self, name: str, shown: bool) -> None:
        """Show or hide "elbo", "recon" or "kl"."""
        self._toggles[name].setChecked(shown)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_toggle_toggled(self) -> None:
        self._draw()

    @Slot(object)
    def _on_theme_changed(self, _theme: Theme) -> None:
        self._dress()

    @Slot(object)
    def _on_plot_moved(self, at: QPointF) -> None:
        rows = self._training_rows()
        if not len(rows):
            return
        low, high = self._plot.x_range
        epoch = min(max(self._plot.at(at).x(), low), high)
        self._plot.set_place(epoch)
        self._readout.setText(self._words(epoch))
        self._readout.adjustSize()
        margin = 6
        left_half = at.x() < self._plot.width() / 2
        x = self._plot.width() - self._readout.width() - margin if left_half else 44
        self._readout.move(max(margin, int(x)), margin)
        self._readout.show()

    @Slot()
    def _on_plot_left(self) -> None:
        self._plot.set_place(None)
        self._readout.hide()

    # --- private -------------------------------------------------------------------------------

    def _toggle(self, name: str, text: str, on: bool) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setChecked(on)
        button.setProperty("variant", "chip")
        button.setToolTip(f"Show {text} (solid: training, dashed: validation)")
        button.setWhatsThis(_WHATS_THIS[name])
        button.toggled.connect(self._on_toggle_toggled)
        return button

    def _training_rows(self) -> _Rows:
        """Live means where there are some, means of whole epochs before them."""
        live = self._live.points()
        if not len(live):
            return self._train
        return np.concatenate([self._train[self._train[:, 0] < live[0, 0]], live])

    @Slot()
    def _draw(self) -> None:
        self._drawing_soon.stop()
        rows = {"train": self._training_rows(), "validation": self._validation}
        may_be_log = self._may_be_log()
        self._log_button.setEnabled(may_be_log)
        if self._log and not may_be_log:
            self.set_log(False)
            return
        lows, highs = [], []
        self._curves = {}
        for (name, part), pen in self._pens.items():
            x, y = rows[part][:, 0], _column(rows[part], name)
            if not self._toggles[name].isChecked() or len(x) == 0:
                continue
            y = np.log10(y) if self._log else y
            self._curves[name, part] = PlotCurve(*thinned(x, y), pen)
            settled = y[x >= _START_SHARE * x[-1]]
            settled = settled[np.isfinite(settled)]
            if len(settled):
                lows.append(float(settled.min()))
                highs.append(float(settled.max()))
        ends = [float(part[-1, 0]) for part in rows.values() if len(part)]
        self._empty.setVisible(not ends)
        if ends:
            last = max(*ends, _LEAST_EPOCHS)
            self._plot.set_range((-_MARGIN * last, (1.0 + _MARGIN) * last), None)
        if lows:
            room = 0.06 * (max(highs) - min(lows)) or 0.5
            self._plot.set_range(None, (min(lows) - room, max(highs) + room))
        self._plot.show_curves(tuple(self._curves.values()), log=self._log)
        self._describe(rows["train"])

    def _may_be_log(self) -> bool:
        values = np.concatenate(
            [self._training_rows()[:, 1:].sum(axis=1), self._validation[:, 1:].sum(axis=1)]
        )
        recon = np.concatenate([self._training_rows()[:, 1], self._validation[:, 1]])
        return len(values) == 0 or bool(np.nanmin(values) > 0.0 and np.nanmin(recon) > 0.0)

    def _words(self, epoch: float) -> str:
        """What the curves say at `epoch`, a line each."""
        lines = [f"epoch {epoch:.1f}"]
        low, high = self._plot.x_range
        for name, button in self._toggles.items():
            if button.isChecked():
                text = button.text()
                train = _value_at(self._training_rows(), name, epoch)
                validation = _value_at(self._validation, name, epoch)
                parts = [f"{value:.1f}" for value in (train, validation) if value is not None]
                lines.append(f"{text} {' / '.join(parts)} nats".replace("-", "−"))
        near = 0.02 * (high - low)
        lines += [mark.text for mark in self._marks if abs(mark.epoch - epoch) <= near]
        return "\n".join(lines)

    def _describe(self, train: _Rows) -> None:
        if not len(train):
            self.setAccessibleDescription("No losses yet")
            return
        text = f"Epoch {train[-1, 0]:.1f}: training −ELBO {signed(train[-1, 1] + train[-1, 2], 1)} nats"
        if len(self._validation):
            text += f", validation {signed(self._validation[-1, 1:].sum(), 1)} nats"
        self.setAccessibleDescription(text)

    def _dress(self) -> None:
        theme = theme_manager().theme
        colours = {"elbo": theme.accent_bright, "recon": theme.path, "kl": theme.good}
        for name, _, _ in _CURVES:
            for part, style in (("train", Qt.PenStyle.SolidLine), ("validation", Qt.PenStyle.DashLine)):
                self._pens[name, part] = pen = QPen(QColor(colours[name]), _CURVE_PX, style)
                pen.setCosmetic(True)
        for name, button in self._toggles.items():
            button.setStyleSheet(f"QToolButton:checked {{ color: {colours[name]}; }}")
        self._readout.setStyleSheet(
            f"background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line};"
            f"border-radius: 4px; padding: 3px 6px; font-size: {FONT_CAPTION_PX}px;"
        )
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(240, 168)


def _column(rows: _Rows, name: str) -> NDArray[np.float64]:
    chosen = {"elbo": slice(1, 3), "recon": slice(1, 2), "kl": slice(2, 3)}[name]
    column: NDArray[np.float64] = rows[:, chosen].sum(axis=1)
    return column


def _value_at(rows: _Rows, name: str, epoch: float) -> float | None:
    """The value of the nearest row, None where there is none."""
    if not len(rows):
        return None
    value = float(_column(rows, name)[int(np.argmin(np.abs(rows[:, 0] - epoch)))])
    return value if np.isfinite(value) else None
