"""``StartPage``: where a person begins: a trained model, a run of their own, or new pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from vae_explorer.data.sources import SOURCE_INFO, is_available
from vae_explorer.data.spec import DataSpec, SourceName
from vae_explorer.runs.cards import RunCard
from vae_explorer.runs.recent import forget, recent_runs
from vae_explorer.runs.shipped import shipped_models
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.start_cards import ModelCard, RunRow, SourceCard
from vae_explorer.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS
from vae_explorer.ui.threads.latest_runner import LatestRunner
from vae_explorer.ui.widgets.card import Section
from vae_explorer.ui.widgets.card_grid import CardGrid

__all__ = ["StartPage"]

_CARD_WIDTH_PX = 208
_CONTENT_WIDTH_PX = 920  # longer lines are hard to survey
_N_RECENT = 6
_FIRST_SOURCES: tuple[SourceName, ...] = ("folder", "array")


@dataclass(frozen=True)
class _Lists:
    shipped: list[RunCard]
    recent: list[RunCard]
    available: dict[SourceName, bool]


class StartPage(QScrollArea):
    """Cards for shipped models, recent runs and data sources.

    Parameters
    ----------
    runner
        Reads the lists from disk off the GUI thread; without one they are read at once.

    Signals
    -------
    data_chosen
        `DataSpec` of a known set.
    folder_chosen, array_chosen
        The person wants to choose a folder of pictures or an array file.
    run_chosen
        `Path` of a run or shipped model.
    map_requested
        Back to the map, without opening anything.
    """

    data_chosen = Signal(object)
    folder_chosen = Signal()
    array_chosen = Signal()
    run_chosen = Signal(object)
    map_requested = Signal()

    def __init__(self, runner: LatestRunner | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startPage")
        self.setAccessibleName("Start page")
        self._runner = runner
        self._data_root: Path | None = None
        self.models = CardGrid(_CARD_WIDTH_PX)
        self.sources = CardGrid(_CARD_WIDTH_PX)
        self.runs = QVBoxLayout()
        self.runs.setSpacing(SPACE_S)
        self._no_runs = QLabel("Models that you train appear here, and can be continued or explored again.")
        self._no_runs.setProperty("role", "muted")
        self._models_section = Section("Explore a trained model", framed=False)
        self._models_section.column.addWidget(self.models)
        self._runs_section = Section("Recent runs", framed=False)
        self._runs_section.column.addLayout(self.runs)
        self._runs_section.column.addWidget(self._no_runs)
        sources = Section("Train a new model on", framed=False)
        sources.column.addWidget(self.sources)
        content = QWidget()
        content.setMaximumWidth(_CONTENT_WIDTH_PX)
        column = QVBoxLayout(content)
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        column.setSpacing(SPACE_XL)
        self.back_button = QPushButton("Back to the map")
        self.back_button.setIcon(icon("points"))
        self.back_button.setToolTip("Back to the map of the model that is open (Esc)")
        self.back_button.setWhatsThis(
            "Leaves this page. The model that was open is still there as you left it."
        )
        self.back_button.clicked.connect(self.map_requested)
        self.back_button.hide()
        head = _head()
        head.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        for section in (self._models_section, sources, self._runs_section):
            column.addWidget(section)
        column.addStretch(1)
        centred = QWidget()
        row = QHBoxLayout(centred)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(content, 100)
        row.addStretch(1)
        self.setWidget(centred)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.refresh()

    def set_data_root(self, root: Path | None) -> None:
        """Where the downloadable sets are looked for; None for the program's own folder."""
        if root != self._data_root:
            self._data_root = root
            self.refresh()

    def set_has_map(self, has_map: bool) -> None:
        """Offer the way back only if a model is open."""
        self.back_button.setVisible(has_map)

    @Slot()
    def refresh(self) -> None:
        """Read models, runs and what is on this disk anew."""
        root = self._data_root

        def work(_is_stale: object) -> _Lists:
            available: dict[SourceName, bool] = {source: is_available(source, root) for source in SOURCE_INFO}
            return _Lists(shipped_models(), recent_runs(_N_RECENT), available)

        if self._runner is None:
            self._show(work(None))
        else:
            self._runner.request("start page", work, self._show, priority=5)

    def _show(self, lists: _Lists) -> None:
        self._show_models(lists.shipped)
        self._show_sources(lists.available)
        self._show_runs(lists.recent)

    def _show_models(self, cards: list[RunCard]) -> None:
        self._models_section.setVisible(bool(cards))
        widgets: list[QWidget] = []
        for card in cards:
            widget = ModelCard(card)
            widget.clicked.connect(self._on_run_clicked)
            widgets.append(widget)
        self.models.set_cards(widgets)

    def _show_sources(self, available: dict[SourceName, bool]) -> None:
        order = [*_FIRST_SOURCES, *(source for source in SOURCE_INFO if source not in _FIRST_SOURCES)]
        widgets: list[QWidget] = []
        for source in order:
            widget = SourceCard(source, SOURCE_INFO[source], is_there=available[source])
            widget.clicked.connect(self._on_source_clicked)
            widgets.append(widget)
        self.sources.set_cards(widgets)

    def _show_runs(self, cards: list[RunCard]) -> None:
        while self.runs.count():
            item = self.runs.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        self._no_runs.setVisible(not cards)
        now = datetime.now().astimezone()
        for card in cards:
            row = RunRow(card, now)
            row.clicked.connect(self._on_run_clicked)
            row.forget_requested.connect(self._on_row_forget_requested)
            self.runs.addWidget(row)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_source_clicked(self) -> None:
        card = self.sender()
        if not isinstance(card, SourceCard):
            return
        if card.source == "folder":
            self.folder_chosen.emit()
        elif card.source == "array":
            self.array_chosen.emit()
        else:
            self.data_chosen.emit(DataSpec(source=card.source, data_root=self._data_root))

    @Slot()
    def _on_run_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, ModelCard | RunRow):
            self.run_chosen.emit(card.path)

    @Slot(object)
    def _on_row_forget_requested(self, path: Path) -> None:
        forget(path)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.back_button.isHidden():
            self.map_requested.emit()
        else:
            super().keyPressEvent(event)


def _head() -> QHBoxLayout:
    logo = QLabel()
    logo.setPixmap(icon("vae-explorer").pixmap(48, 48))
    title = QLabel("vae-explorer")
    title.setProperty("role", "title")
    words = QLabel(
        "See what a variational autoencoder has learned: train, walk, compare and measure a latent space."
    )
    words.setProperty("role", "muted")
    words.setWordWrap(True)
    text = QVBoxLayout()
    text.setSpacing(SPACE_XS)
    text.addWidget(title)
    text.addWidget(words)
    row = QHBoxLayout()
    row.setSpacing(SPACE_L)
    row.addWidget(logo, 0, Qt.AlignmentFlag.AlignTop)
    row.addLayout(text, 1)
    row.addSpacing(SPACE_M)
    return row
