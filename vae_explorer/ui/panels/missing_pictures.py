"""``MissingPictures``: that a known set is not on this machine, and the two ways to get it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from vae_explorer.data.events import MissingDataSet
from vae_explorer.data.sources import SOURCE_INFO, resolve_root
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import set_help
from vae_explorer.ui.theme import SPACE_S

__all__ = ["MissingPictures"]


class MissingPictures(QWidget):
    """A sentence with *Download* and *Choose folder…*; not an error, for the model works without.

    Signals
    -------
    download_requested, data_root_requested
    """

    download_requested = Signal()
    data_root_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._missing: MissingDataSet | None = None
        self._text = QLabel()
        self._text.setProperty("role", "caption")
        self._text.setWordWrap(True)
        self.download_button = QPushButton(icon("download"), "Download")
        self.download_button.setObjectName("downloadPicturesButton")
        self.folder_button = QPushButton(icon("folder"), "Choose folder…")
        self.folder_button.setObjectName("choosePicturesButton")
        set_help(
            self.download_button,
            "Download the pictures of this model",
            "Fetches the pictures once and keeps them on this machine. Originals, reconstructions and differences "
            "then show; the map and the decoder work without.",
        )
        set_help(
            self.folder_button,
            "Choose the folder of data sets that holds them",
            "If the pictures are on this machine already, choose the folder that holds them in the layout of "
            "torchvision. Nothing is downloaded.",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._text)
        column.addWidget(self.download_button)
        column.addWidget(self.folder_button)
        self.download_button.clicked.connect(self.download_requested)
        self.folder_button.clicked.connect(self.data_root_requested)
        self.hide()

    @property
    def missing(self) -> MissingDataSet | None:
        return self._missing

    @property
    def text(self) -> str:
        return self._text.text()

    def set_missing(self, missing: MissingDataSet | None) -> None:
        """Name the set; None hides everything."""
        self._missing = missing
        self.setVisible(missing is not None)
        if missing is None:
            return
        if missing.root == resolve_root(None):
            sentence = f"{missing.title}, which this model was trained on, is not on this machine."
        else:  # chosen by the person, who wants to know why it will not do
            wanted = SOURCE_INFO[missing.source].files[0]
            sentence = (
                f"{missing.title} is not in the folder “{missing.root.name}”, which should hold {wanted}."
            )
        self._text.setText(sentence)
        self._text.setToolTip(f"Looked for in {missing.root}")
        self.download_button.setText(f"Download ({missing.size_mb:,.0f} MB)")
        self.download_button.setToolTip(f"Download {missing.title} into {missing.root}")
