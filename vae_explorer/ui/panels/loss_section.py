"""``LossSection``: the losses of the run on screen, as curves and as one number."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from vae_explorer.runs.history import History, Losses, SettingMark
from vae_explorer.ui.bits import ToBits, bits_note, bits_text
from vae_explorer.ui.panels.controls import Caption
from vae_explorer.ui.panels.run_settings import chart_mark, history_rows, history_terms
from vae_explorer.ui.widgets.card import Section
from vae_explorer.ui.widgets.loss_chart import LossChart
from vae_explorer.ui.widgets.loss_terms import LOSS_TERMS
from vae_explorer.ui.widgets.numbers import signed
from vae_explorer.vae.recon_label import Measure, ReconLabel

__all__ = ["LossSection"]

_CHART_PX = 168
_LARGE_NATS = 1_000.0
_MARKED = {"elbo": "−ELBO", "recon": "recon", "iwae": LOSS_TERMS["iwae"].name}  # curves that contain recon


class LossSection(Section):
    """Curves under a title that ends in the newest −ELBO."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Loss", parent, framed=False)
        self.chart = LossChart()
        self.chart.setObjectName("lossChart")
        self.chart.setMinimumHeight(_CHART_PX)
        self.caption = Caption()
        self.caption.setWordWrap(True)
        self.caption.setVisible(False)
        self._label = ReconLabel(Measure.PROBABILITY)
        self._losses: Losses | None = None
        self._to_bits: ToBits | None = None
        self.column.addWidget(self.chart)
        self.column.addWidget(self.caption)

    @Slot(object)
    def set_label(self, label: ReconLabel) -> None:
        """What the losses are: their names, and words under the chart where some are needed."""
        self._label = label
        self.chart.set_names({name: label.named(text) for name, text in _MARKED.items()})
        self.caption.setText(label.caption)
        self.caption.setVisible(bool(label.caption))
        self.show_losses(self._losses)

    def set_bits(self, to_bits: ToBits | None) -> None:
        """How −ELBO is told in bits per dimension beside nats; None where that means nothing."""
        if (to_bits is None) != (self._to_bits is None):
            self._to_bits = to_bits
            self.show_losses(self._losses)
        self._to_bits = to_bits
        self.chart.set_bits(to_bits)

    def show_history(self, history: History, marks: tuple[SettingMark, ...]) -> None:
        """Finished epochs, and where a setting was changed."""
        self.chart.set_history(
            history_rows(history.epochs, "train"),
            history_rows(history.epochs, "validation"),
            [chart_mark(mark) for mark in marks],
            history_terms(history.epochs),
        )
        last = history.epochs[-1] if history.epochs else None
        self.show_losses((last.validation or last.train) if last is not None else None)

    def show_losses(self, losses: Losses | None) -> None:
        """The newest; None clears them."""
        self._losses = losses
        if losses is None:
            self.aside.setText("")
            self.aside.setToolTip("")
            return
        bound, recon = self._label.named("−ELBO"), self._label.named("recon")
        bits = bits_text(self._to_bits, -losses.elbo)
        decimals = 0 if bits and abs(losses.elbo) >= _LARGE_NATS else 1  # the line is as wide as the rail
        nats = signed(-losses.elbo, decimals)
        self.aside.setText(f"{bound} <b>{nats}</b> nats{f' · {bits}' if bits else ''}")
        words = f"{recon} {signed(losses.recon, 1)} + KL {signed(losses.kl, 2)} nats an image"
        self.aside.setToolTip(f"{words}. {bits_note(self._label)}" if bits else words)
