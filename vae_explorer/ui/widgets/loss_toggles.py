"""``LossToggles``: the buttons under the loss chart: a curve each, further terms in a second row, the log scale."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_XS, Theme, term_colours
from vae_explorer.ui.widgets.loss_terms import term_named

__all__ = ["LossToggles", "is_loss"]

_LOSSES = (("elbo", "−ELBO", True), ("recon", "recon", False), ("kl", "KL", True))
_WHATS_THIS = {
    "elbo": "−ELBO is what training minimises: reconstruction loss plus KL, in nats an image. Lower is "
    "better; the negative of it is a lower bound on the log-likelihood of an image.",
    "recon": "The reconstruction loss tells how badly images come back after passing through their latent, "
    "summed over pixels. It falls as the decoder learns to draw.",
    "kl": "KL measures how much each image's posterior says beyond the prior p(z), summed over latent "
    "dimensions. Near zero the latent carries nothing; a large value means a precise but scattered map.",
}


def is_loss(key: str) -> bool:
    """Whether `key` is "elbo", "recon" or "kl", which every run has, rather than a further term."""
    return key in _WHATS_THIS


class LossToggles(QWidget):
    """Which curves are wanted; a term that was wanted of one run is wanted of the next that has it.

    Signals
    -------
    changed
        Another choice of curves.
    log_toggled
        ``bool``, of the logarithmic scale.
    """

    changed = Signal()
    log_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: dict[str, str] = {}  # where a curve is called otherwise
        self._buttons: dict[str, QToolButton] = {}
        self._terms: tuple[str, ...] = ()
        self.log = QToolButton()
        self.log.setText("log")
        self.log.setCheckable(True)
        self.log.setProperty("variant", "chip")
        self.log.setToolTip("Logarithmic scale at the left")
        self.log.setWhatsThis("Spreads small losses over more of the chart. Losses must be positive for it.")
        self.log.toggled.connect(self.log_toggled)
        first = QHBoxLayout()
        self._second = QWidget()
        self._second_row = QHBoxLayout(self._second)
        self._second_row.setContentsMargins(0, 0, 0, 0)
        for row in (first, self._second_row):
            row.setSpacing(SPACE_XS)
        for key, name, on in _LOSSES:
            first.addWidget(self._make(key, name, on=on))
        first.addStretch(1)
        first.addWidget(self.log)
        self._second_row.addStretch(1)
        self._second.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(first)
        column.addWidget(self._second)

    @property
    def terms(self) -> tuple[str, ...]:
        """The further terms on offer."""
        return self._terms

    @property
    def keys(self) -> tuple[str, ...]:
        """Every curve on offer: the losses, then the terms."""
        return (*_WHATS_THIS, *self._terms)

    def button(self, key: str) -> QToolButton:
        """The button of a curve that is or was on offer."""
        return self._buttons[key]

    def is_on(self, key: str) -> bool:
        """Whether the curve is wanted."""
        return self._buttons[key].isChecked()

    def name(self, key: str) -> str:
        """How the curve is called."""
        return self._buttons[key].text()

    def set_names(self, names: Mapping[str, str]) -> None:
        """Call curves otherwise, also those that are not on offer yet."""
        self._names.update(names)
        for key, button in self._buttons.items():
            self._tell(key, button)

    def set_terms(self, terms: tuple[str, ...]) -> None:
        """Offer these further terms, and no others."""
        self._terms = terms
        for key in terms:
            if key not in self._buttons:
                self._second_row.insertWidget(
                    self._second_row.count() - 1, self._make(key, term_named(key).name, on=False)
                )
        for key, button in self._buttons.items():
            if not is_loss(key):
                button.setVisible(key in terms)
        self._second.setVisible(bool(terms))

    def colours(self, theme: Theme) -> dict[str, str]:
        """A colour for each of `keys`; the buttons that are on wear it."""
        found = {"elbo": theme.accent_bright, "recon": theme.path, "kl": theme.good}
        found |= dict(zip(self._terms, term_colours(len(self._terms), theme), strict=True))
        for key, colour in found.items():
            self._buttons[key].setStyleSheet(f"QToolButton:checked {{ color: {colour}; }}")
        return found

    def _make(self, key: str, name: str, *, on: bool) -> QToolButton:
        button = self._buttons[key] = QToolButton()
        button.setText(name)
        button.setCheckable(True)
        button.setChecked(on)
        button.setProperty("variant", "chip")
        button.setWhatsThis(_WHATS_THIS.get(key) or term_named(key).words)
        button.toggled.connect(self._on_button_toggled)
        self._tell(key, button)
        return button

    def _tell(self, key: str, button: QToolButton) -> None:
        """Name and tooltip."""
        name = self._names.get(key) or button.text()
        button.setText(name)
        if is_loss(key):
            button.setToolTip(f"Show {name}, in nats (solid: training, dashed: validation)")
            return
        term = term_named(key)
        unit = f"in {term.unit}" if term.unit else "without unit"
        scale = "" if term.beside_losses else ", scale at the right"
        button.setToolTip(f"Show {name}, {unit} (training{scale}). {term.words}")

    @Slot()
    def _on_button_toggled(self) -> None:
        self.changed.emit()
