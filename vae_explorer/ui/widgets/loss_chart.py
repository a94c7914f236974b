"""``LossChart``: −ELBO, reconstruction loss, KL and further terms over epochs, training solid, validation dashed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from vae_explorer.ui.theme import FONT_CAPTION_PX, SPACE_M, SPACE_XS, Theme, rgb, theme_manager
from vae_explorer.ui.widgets.loss_plot import LossPlot, PlotCurve
from vae_explorer.ui.widgets.loss_series import LossSeries, Part, thinned
from vae_explorer.ui.widgets.loss_terms import term_named
from vae_explorer.ui.widgets.loss_toggles import LossToggles, is_loss
from vae_explorer.ui.widgets.numbers import signed

__all__ = ["ChartMark", "LossChart"]

_CURVE_PX = 1.5
_READOUT_ALPHA = 0.86  # curves show through what is written over them
DRAW_MS = 300  # between redraws while training reports
_LEAST_EPOCHS, _MARGIN = 1e-3, 0.01  # across the chart; at its sides, of the whole
_START_SHARE = 0.08  # of the epochs: the first fall does not decide the range
_PARTS: tuple[tuple[Part, Qt.PenStyle], ...] = (
    ("train", Qt.PenStyle.SolidLine),
    ("validation", Qt.PenStyle.DashLine),
)


@dataclass(frozen=True)
class ChartMark:
    """A setting that changed at a fractional epoch."""

    epoch: float
    text: str  # "β 4"


class LossChart(QWidget):
    """A quiet chart with toggles for its curves, a log scale, and a readout under the mouse.

    Signals
    -------
    log_changed
        ``bool``, whether the scale at the left is logarithmic.
    terms_changed
        Other further terms are on offer; a row of buttons comes or goes with them.
    """

    log_changed = Signal(bool)
    terms_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series = LossSeries()
        self._to_bits: Callable[[float], float] | None = None
        self._marks: tuple[ChartMark, ...] = ()
        self._log = False
        self._curves: dict[tuple[str, str], PlotCurve] = {}
        self._pens: dict[tuple[str, Part], QPen] = {}
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
        self._toggles = LossToggles()
        self._toggles.log_toggled.connect(self.set_log)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._plot, 1)
        layout.addWidget(self._toggles)
        self.setAccessibleName("Losses")
        self.setWhatsThis(
            "Losses over epochs, in nats an image: solid while training, dashed on images held back "
            "for validation. When the dashed line rises and the solid one falls, the model learns its "
            "pictures by heart. Further terms of the objective have buttons in the second row."
        )
        self._plot.moved.connect(self._on_plot_moved)
        self._plot.left.connect(self._on_plot_left)
        self._toggles.changed.connect(self._on_toggles_changed)
        self._drawing_soon = QTimer(self, singleShot=True, interval=DRAW_MS)
        self._drawing_soon.timeout.connect(self._draw)
        theme_manager().changed.connect(self._on_theme_changed)
        self._dress()

    @property
    def n_live(self) -> int:
        """Points kept of what was reported between epochs."""
        return self._series.n_live

    @property
    def term_names(self) -> tuple[str, ...]:
        """Further terms of the objective that have a button, in the order of the buttons."""
        return self._toggles.terms

    @property
    def is_log(self) -> bool:
        return self._log

    def set_history(
        self,
        train: NDArray[np.float64],
        validation: NDArray[np.float64] | None = None,
        marks: Sequence[ChartMark] = (),
        terms: Mapping[str, NDArray[np.float64]] | None = None,
    ) -> None:
        """Show finished epochs.

        Parameters
        ----------
        train, validation
            (E, 3): epoch, recon, kl, in nats an image; rows that are not finite make gaps.
        marks
            Changes of settings, drawn as vertical lines.
        terms
            Further terms of the objective on training images by name, (E, 2) each: epoch and value.
        """
        self._series.set_history(train, validation, terms or {})
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self._plot.set_marks([mark.epoch for mark in self._marks])
        self._draw()

    def set_names(self, names: Mapping[str, str]) -> None:
        """Call curves otherwise than −ELBO, recon, KL or their term's name, by "elbo", "recon", "kl" or the term."""
        self._toggles.set_names(names)

    def set_bits(self, to_bits: Callable[[float], float] | None) -> None:
        """How −ELBO in nats an image is told in bits per dimension as well; None where that means nothing."""
        self._to_bits = to_bits

    def append_live(
        self, epoch: float, recon: float, kl: float, terms: Mapping[str, float] | None = None
    ) -> None:
        """Add training losses reported between epochs, with the objective's further terms by name."""
        self._series.append_live(epoch, recon, kl, terms or {})
        if not self._drawing_soon.isActive():
            self._drawing_soon.start()

    def clear_live(self) -> None:
        """Forget what was reported between epochs: another stretch of training begins."""
        self._series.clear_live()
        self._draw()

    def clear(self) -> None:
        """Forget everything: another run begins."""
        self._series.clear_live()
        self.set_history(np.empty((0, 3)))

    @Slot(bool)
    def set_log(self, log: bool) -> None:
        """Logarithmic or linear nats; stays linear while a loss is not positive."""
        log = log and self._series.are_positive()
        self._toggles.log.setChecked(log)
        if log != self._log:
            self._log = log
            self._draw()
            self.log_changed.emit(log)

    def curve(self, name: str, part: str) -> PlotCurve | None:
        """What is drawn of "elbo", "recon", "kl" or a further term in "train" or "validation"; None: nothing."""
        return self._curves.get((name, part))

    def set_curve_shown(self, name: str, shown: bool) -> None:
        """Show or hide "elbo", "recon", "kl" or a further term that the run has."""
        self._toggles.button(name).setChecked(shown)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_toggles_changed(self) -> None:
        self._draw()

    @Slot(object)
    def _on_theme_changed(self, _theme: Theme) -> None:
        self._dress()

    @Slot(object)
    def _on_plot_moved(self, at: QPointF) -> None:
        if not len(self._series.rows("train")):
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

    @Slot()
    def _draw(self) -> None:
        self._drawing_soon.stop()
        series = self._series
        if series.term_names != self._toggles.terms:
            self._toggles.set_terms(series.term_names)
            self._make_pens()
            self.terms_changed.emit()
        may_be_log = series.are_positive()
        self._toggles.log.setEnabled(may_be_log)
        if self._log and not may_be_log:
            self.set_log(False)
            return
        ranges: dict[bool, list[float]] = {False: [], True: []}  # lows and highs, by: at the right
        self._curves = {}
        for (name, part), pen in self._pens.items():
            x, y = series.column(name, part)
            if not self._toggles.is_on(name) or len(x) == 0:
                continue
            at_right = not is_loss(name) and not term_named(name).beside_losses
            if self._log and not at_right:
                y = np.log10(np.where(y > 0.0, y, np.nan))
            self._curves[name, part] = PlotCurve(*thinned(x, y), pen, at_right)
            settled = y[x >= _START_SHARE * x[-1]]
            settled = settled[np.isfinite(settled)]
            if len(settled):
                ranges[at_right] += [float(settled.min()), float(settled.max())]
        ends = [float(series.rows(part)[-1, 0]) for part, _ in _PARTS if len(series.rows(part))]
        self._empty.setVisible(not ends)
        if ends:
            last = max(*ends, _LEAST_EPOCHS)
            self._plot.set_range((-_MARGIN * last, (1.0 + _MARGIN) * last), None)
        self._plot.set_range(None, _with_room(ranges[False]))
        self._plot.set_right_range(_with_room(ranges[True]))
        self._plot.show_curves(tuple(self._curves.values()), log=self._log)
        self._describe()

    def _words(self, epoch: float) -> str:
        """What the curves say at `epoch`, a line each."""
        lines = [f"epoch {epoch:.1f}"]
        low, high = self._plot.x_range
        for key in self._toggles.keys:
            if not self._toggles.is_on(key):
                continue
            found = [self._series.value_at(key, part, epoch) for part, _ in _PARTS]
            values = [value for value in found if value is not None]
            name = self._toggles.name(key)
            if is_loss(key):
                lines.append(f"{name} {' / '.join(signed(value, 1) for value in values)} nats")
            elif values:
                lines.append(f"{name} {term_named(key).text(values[0])}")
            if key == "elbo" and values and self._to_bits is not None:
                lines.append(f"{' / '.join(signed(self._to_bits(value), 3) for value in values)} bits/dim")
        near = 0.02 * (high - low)
        lines += [mark.text for mark in self._marks if abs(mark.epoch - epoch) <= near]
        return "\n".join(lines)

    def _describe(self) -> None:
        train, validation = self._series.rows("train"), self._series.rows("validation")
        if not len(train):
            self.setAccessibleDescription("No losses yet")
            return
        text = f"Epoch {train[-1, 0]:.1f}: training −ELBO {signed(train[-1, 1] + train[-1, 2], 1)} nats"
        if len(validation):
            text += f", validation {signed(validation[-1, 1:].sum(), 1)} nats"
        self.setAccessibleDescription(text)

    def _make_pens(self) -> None:
        self._pens.clear()
        for name, colour in self._toggles.colours(theme_manager().theme).items():
            for part, style in _PARTS:
                self._pens[name, part] = pen = QPen(QColor(colour), _CURVE_PX, style)
                pen.setCosmetic(True)

    def _dress(self) -> None:
        theme = theme_manager().theme
        self._make_pens()
        ground = ", ".join(map(str, rgb(theme.raised)))
        self._readout.setStyleSheet(
            f"background: rgba({ground}, {_READOUT_ALPHA}); color: {theme.text}; border: 1px solid {theme.line};"
            f"border-radius: 4px; padding: 3px 6px; font-size: {FONT_CAPTION_PX}px;"
        )
        self._draw()

    def sizeHint(self) -> QSize:
        return QSize(240, 168)


def _with_room(ends: list[float]) -> tuple[float, float] | None:
    """The range of these values with a little room at both sides; None without any."""
    if not ends:
        return None
    room = 0.06 * (max(ends) - min(ends)) or 0.5
    return min(ends) - room, max(ends) + room
