"""``PresetBox``: chooses one of the recipes that ship with the program."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from vae_explorer.runs.presets import PRESETS
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.widgets.form import ChoiceBox

__all__ = ["PresetBox"]

_CUSTOM = ("", "Custom")  # settings of nobody's recipe


class PresetBox(ChoiceBox):
    """Shows the preset that the settings follow, or "Custom"; the tooltips say what each was measured with.

    Signals
    -------
    chosen
        A person wants the preset of this name.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((_CUSTOM, *((preset.name, preset.title) for preset in PRESETS)), parent)
        for place, preset in enumerate(PRESETS, start=1):
            self.setItemData(place, f"{preset.about}\n{preset.figure}", Qt.ItemDataRole.ToolTipRole)
        self._followed = ""
        self.activated.connect(self._on_activated)

    def show_preset(self, name: str) -> None:
        """Say that the settings follow the preset `name`; empty: none."""
        self._followed = name
        self.set_value(name)
        self.show_words()

    def show_words(self) -> None:
        """The tooltip says what the preset on show was measured with, unless it says why it cannot be changed."""
        words = self.itemData(self.currentIndex(), Qt.ItemDataRole.ToolTipRole)
        if self.isEnabled():
            self.setToolTip(str(words) if words else EXPLANATIONS["preset"].tooltip)

    @Slot()
    def _on_activated(self) -> None:
        if self.value:
            self.chosen.emit(self.value)
        else:  # settings do not become custom by being called so
            self.set_value(self._followed)
