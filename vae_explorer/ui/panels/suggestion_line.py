"""``SuggestionLine``: says that the settings were suggested for other pictures, and gives the old ones back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.suggestions import suggested_config, with_edits
from vae_explorer.ui.theme import SPACE_XS
from vae_explorer.ui.widgets.eliding_label import ElidingLabel

__all__ = ["SuggestionLine"]


class SuggestionLine(QWidget):
    """Hidden until other pictures bring other settings.

    Knows what the program itself put into the fields, so that what differs is the person's and is kept.

    Signals
    -------
    previous_wanted
        The settings before are wanted back: see `previous`.
    """

    previous_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("suggestionLine")
        self._shown: RunConfig = RunConfig()  # as the program filled the fields
        self._known_data: object = None  # what these settings are for; None: nothing chosen yet
        self._before = self._shown_before = self._shown  # what the last suggestion replaced
        self._text = ElidingLabel()
        self._text.setProperty("role", "caption")
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.keep = QPushButton("Keep previous")
        self.keep.setObjectName("keepPreviousButton")
        self.keep.setProperty("variant", "link")
        self.keep.setToolTip("Put the settings back that were here before")
        self.keep.setAccessibleName("Keep the previous settings")
        self.keep.setWhatsThis(
            "Other pictures train best with other settings, so these were suggested. This puts back what stood "
            "here before; what you changed yourself stays in any case."
        )
        self.keep.clicked.connect(self.previous_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._text, 1)
        row.addWidget(self.keep)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def settings_shown(self, config: RunConfig) -> None:
        """The fields were filled from a run: its settings are for its data."""
        self._shown = config
        self._known_data = _data_of(config)
        self.hide()

    def suggested(self, now: RunConfig, images: ImageSet) -> RunConfig | None:
        """Other settings if `now`, what the fields hold, is for other data than before; says that it did so."""
        if _data_of(now) == self._known_data:
            return None
        self._known_data = _data_of(now)
        n_images, channels, height, width = images.images.shape
        suggested = suggested_config(now.data, n_images, (channels, height, width))
        config = with_edits(suggested, self._shown, now)
        self.setVisible(config != now)
        if config == now:
            return None
        self._before, self._shown_before, self._shown = now, self._shown, config
        self._text.setText(f"Settings suggested for {images.name}")
        self._text.setToolTip(f"Settings suggested for {images.name}, {n_images:,} pictures")
        return config

    def previous(self, now: RunConfig) -> RunConfig:
        """The settings that the last suggestion replaced, with what the person changed since."""
        config = with_edits(self._before, self._shown, now).model_copy(update={"data": now.data})
        self._shown = self._shown_before
        self.hide()
        return config


def _data_of(config: RunConfig) -> tuple[str, str]:
    return config.data.source, str(config.data.path or "")
