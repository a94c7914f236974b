"""The cards of the start page: a data source, a shipped model, a recent run."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from vae_explorer.data.sources import SOURCE_INFO, SourceInfo
from vae_explorer.data.spec import SourceName
from vae_explorer.runs.cards import RunCard
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.samples import read_samples
from vae_explorer.ui.panels.time_words import ago
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS, theme_manager
from vae_explorer.ui.widgets.card import Card
from vae_explorer.ui.widgets.eliding_label import ElidingLabel
from vae_explorer.ui.widgets.picture import draw_picture
from vae_explorer.ui.widgets.thumbnail_row import ThumbnailRow

__all__ = ["ModelCard", "RunRow", "SourceCard", "run_words"]

_COVER_PX = 112
_SAMPLE_PX = 48
_SIGNS = {"folder": "folder", "array": "array"}


def run_words(card: RunCard, now: datetime | None = None) -> str:
    """E.g. ``Blooms · 2-D · −ELBO 142.6 nats · stopped · 3 h ago``."""
    parts = [card.data_name, f"{card.latent_dim}-D"]
    if card.elbo is not None:
        parts.append(f"{card.label.bound_name} {-card.elbo:,.1f} nats".replace(" -", " −"))
    if now is not None:
        if card.status != "finished":
            parts.append("interrupted" if card.status == "running" else card.status)
        parts.append(ago(card.created.astimezone(), now))
    return " · ".join(parts)


class SourceCard(Card):
    """What a person should know before choosing a data source."""

    def __init__(self, source: SourceName, info: SourceInfo, *, is_there: bool) -> None:
        super().__init__(clickable=True)
        self.source = source
        self.setObjectName(f"sourceCard_{source}")
        self.thumbnails = ThumbnailRow(32, _SIGNS.get(source, "images" if is_there else "download"))
        self.thumbnails.set_pictures(read_samples(source))
        title = QLabel(info.title)
        title.setProperty("role", "strong")
        words = QLabel(info.description)
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        facts = []
        if info.n_images:
            c, h, w = info.image_shape
            facts.append(f"{info.n_images:,} · {w}×{h}")
            facts.append("grey" if c == 1 else "colour")
        if not is_there:
            facts[1:] = []  # the room is needed for what matters more
            facts.append(f"↓ {info.download_mb:,.0f} MB")
        about = ElidingLabel(" · ".join(facts) or info.licence)
        about.setProperty("role", "caption")
        self.column.setSpacing(SPACE_XS)
        self.column.addWidget(self.thumbnails)
        self.column.addSpacing(SPACE_XS)
        self.column.addWidget(title)
        self.column.addWidget(words, 1)
        self.column.addWidget(about)
        cost = "" if is_there else f"\nNot on this disk yet: {info.download_mb:,.0f} MB to download."
        self.setToolTip(f"{info.description}{cost}\nLicence: {info.licence}")
        self.setAccessibleName(f"{info.title}. {info.description}")
        self.setWhatsThis(
            f"Makes “{info.title}” the pictures of the next training. "
            + ("" if is_there else "You are asked before anything is downloaded. ")
            + f"Licence: {info.licence}."
        )


class ModelCard(Card):
    """A shipped model with its picture."""

    def __init__(self, card: RunCard) -> None:
        super().__init__(clickable=True)
        self.path = card.path
        self.setObjectName(f"modelCard_{card.path.name}")
        self.column.setContentsMargins(1, 1, 1, SPACE_M)
        self.column.setSpacing(SPACE_XS)
        self.cover = _Cover(card.path / "thumbnail.png", _samples_named(card.data_name))
        title = ElidingLabel(card.title)
        title.setProperty("role", "strong")
        about = ElidingLabel(run_words(card))
        about.setProperty("role", "caption")
        text = QVBoxLayout()
        text.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, 0)
        text.setSpacing(SPACE_XS)
        text.addWidget(title)
        text.addWidget(about)
        self.column.addWidget(self.cover)
        self.column.addLayout(text)
        self.setToolTip("Open this model on the map")
        self.setAccessibleName(f"{card.title}. {run_words(card)}")
        self.setWhatsThis("A trained model that comes with the program. Opening it needs no training.")


class RunRow(Card):
    """One line about a run of the person's own."""

    forget_requested = Signal(object)  # Path

    def __init__(self, card: RunCard, now: datetime) -> None:
        super().__init__(clickable=True)
        self.path = card.path
        self.setObjectName(f"runRow_{card.path.name}")
        self.column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        sign = QLabel()
        sign.setPixmap(icon("history", "muted").pixmap(16, 16))
        title = ElidingLabel(card.title)
        title.setProperty("role", "strong")
        about = ElidingLabel(run_words(card, now))
        about.setProperty("role", "muted")
        about.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(sign)
        row.addWidget(title, 2)
        row.addWidget(about, 3)
        self.column.addLayout(row)
        self.setToolTip(str(card.path))
        self.setAccessibleName(f"{card.title}. {run_words(card, now)}")
        self.setWhatsThis(
            "A model that you trained. Opening it puts its map on screen; training can go on from it."
        )

    @Slot()
    def _on_forget_triggered(self) -> None:
        self.forget_requested.emit(self.path)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.addAction(icon("folder-open"), "Open", self.clicked.emit)
        menu.addAction(icon("close"), "Remove from this list", self._on_forget_triggered)
        menu.exec(event.globalPos())
        menu.deleteLater()


def _samples_named(data_name: str) -> tuple[QImage, ...]:
    """Samples of the source that a person calls `data_name`."""
    for source, info in SOURCE_INFO.items():
        if info.title == data_name:
            return read_samples(source)
    return ()


class _Cover(QWidget):
    """A picture that fills the top of a card; else a few samples of the data, else a sign."""

    def __init__(self, path: Path, samples: tuple[QImage, ...]) -> None:
        super().__init__()
        self._picture = QImage(str(path)) if path.is_file() else QImage()
        self._samples = samples
        self.setFixedHeight(_COVER_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def has_picture(self) -> bool:
        return not self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(0, 0, self.width(), self.height() + 8), 7, 7)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(theme_manager().theme.ground))
        if self._picture.isNull():
            self._paint_samples(painter)
            return
        size = self._picture.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        area = QRect((self.width() - size.width()) // 2, (self.height() - size.height()) // 2, 0, 0)
        area.setSize(size)
        painter.drawImage(area, self._picture)

    def _paint_samples(self, painter: QPainter) -> None:
        side = 32 if not self._samples else _SAMPLE_PX
        n = max(1, min(len(self._samples), (self.width() - SPACE_S) // (side + SPACE_S)))
        left = (self.width() - n * side - (n - 1) * SPACE_S) // 2
        for place in range(n):
            square = QRect(left + place * (side + SPACE_S), (self.height() - side) // 2, side, side)
            if self._samples:
                draw_picture(painter, square, self._samples[place])
            else:
                icon("layers", "muted").paint(painter, square)
