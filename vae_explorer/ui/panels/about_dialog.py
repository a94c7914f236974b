"""``AboutDialog``: what this program is, which versions it runs with, where it keeps things."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from vae_explorer import __version__
from vae_explorer.locations import cache_folder, runs_folder, settings_folder
from vae_explorer.ui.icons import icon
from vae_explorer.ui.theme import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS
from vae_explorer.ui.widgets.card import Card

__all__ = ["AboutDialog", "details"]

_LIBRARIES = ("torch", "torchvision", "PySide6-Essentials", "numpy", "scikit-learn")
_PAPER = "https://arxiv.org/abs/1312.6114"


def details() -> list[tuple[str, str]]:
    """Versions and folders as (name, value), without importing anything heavy."""
    rows = [
        ("vae-explorer", __version__),
        ("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        ("Qt", qVersion()),
    ]
    for name in _LIBRARIES:
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:  # installed under another name, e.g. by a distribution
            continue
    folders = (("Runs", runs_folder()), ("Settings", settings_folder()), ("Cache", cache_folder()))
    return rows + [(name, str(folder)) for name, folder in folders]


class AboutDialog(QDialog):
    """Logo, one sentence, the paper, versions that can be copied into a report."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setWindowTitle("About vae-explorer")
        logo = QLabel()
        logo.setPixmap(icon("vae-explorer").pixmap(72, 72))
        title = QLabel("vae-explorer")
        title.setProperty("role", "title")
        number = QLabel(f"Version {__version__}")
        number.setProperty("role", "muted")
        words = QLabel(
            "See what a variational autoencoder has learned: train one on your pictures and walk through "
            f'its latent space. After <a href="{_PAPER}">Kingma and Welling, Auto-Encoding Variational '
            "Bayes</a> (2014)."
        )
        words.setWordWrap(True)
        words.setOpenExternalLinks(True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        names = QVBoxLayout()
        names.setSpacing(SPACE_XS)
        names.addWidget(title)
        names.addWidget(number)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(logo)
        head.addLayout(names, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = QPushButton(icon("copy"), "Copy details")
        self.copy_button.setToolTip("Put versions and folders on the clipboard, for a report")
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        layout.setSpacing(SPACE_L)
        layout.addLayout(head)
        layout.addWidget(words)
        layout.addWidget(_table())
        layout.addWidget(buttons)
        self.setFixedWidth(500)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name}: {value}" for name, value in details()))
        self.copy_button.setText("Copied")
        self.copy_button.setIcon(icon("check", "good"))


def _table() -> Card:
    card = Card()
    grid = QGridLayout()
    grid.setHorizontalSpacing(SPACE_L)
    grid.setVerticalSpacing(SPACE_S)
    grid.setColumnStretch(1, 1)
    for place, (name, value) in enumerate(details()):
        left, right = QLabel(name), QLabel(value)
        left.setProperty("role", "muted")
        right.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        right.setWordWrap(True)
        grid.addWidget(left, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(right, place, 1)
    card.column.addLayout(grid)
    return card
