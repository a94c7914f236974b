"""``ClassPicker``: which class a conditional model draws."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow

__all__ = ["ClassPicker"]

_WORDS = (
    "The class that pictures are drawn of, here and in all panels",
    "This model was told each picture's class, so the same place of the map can be drawn as any of them. Decoded "
    "picture, tapestry, samples, ways and traversals follow; reconstructions keep the class of their image.",
)


class ClassPicker(FormRow):
    """One class of the model on screen; hidden for models without classes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        self.box = ChoiceBox()
        self.box.setObjectName("classBox")
        super().__init__("Class", self.box, *_WORDS, parent=parent)
        self._session = session
        self.box.currentIndexChanged.connect(self._on_box_current_index_changed)
        session.explorer_changed.connect(self._show_state)
        session.images_changed.connect(self._show_state)
        session.encodings_changed.connect(self._show_state)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        explorer = self._session.explorer
        if explorer is None or explorer.label is None:
            if explorer is not None or self._session.latent_dim == 0:
                self.hide()
            return
        names = self._names(explorer.n_classes)
        self.box.blockSignals(True)
        if names != [self.box.itemText(k) for k in range(self.box.count())]:
            self.box.clear()
            for number, name in enumerate(names):
                self.box.addItem(name, str(number))
        self.box.setCurrentIndex(explorer.label)
        self.box.blockSignals(False)
        self.show()

    def _names(self, n_classes: int) -> list[str]:
        for known in (self._session.images, self._session.encodings):
            if known is not None and len(known.class_names) == n_classes:
                return list(known.class_names)
        return [str(number) for number in range(n_classes)]

    @Slot(int)
    def _on_box_current_index_changed(self, number: int) -> None:
        if number >= 0:
            self._session.set_label(number)
