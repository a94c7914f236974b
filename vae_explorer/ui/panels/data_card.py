"""The data card of the setup: what the next training learns from, and how to choose something else."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QVBoxLayout, QWidget

from vae_explorer.data.events import LoadProgressed, MissingDataSet
from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.sources import SOURCE_INFO, is_available
from vae_explorer.data.spec import DataSpec, SourceName
from vae_explorer.data.summary import describe
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.panels.missing_pictures import MissingPictures
from vae_explorer.ui.panels.samples import N_SAMPLES, keep_samples, typical_rows
from vae_explorer.ui.panels.time_words import duration
from vae_explorer.ui.theme import SPACE_S
from vae_explorer.ui.widgets.card import Section
from vae_explorer.ui.widgets.eliding_label import ElidingLabel
from vae_explorer.ui.widgets.form import ChoiceBox, InlineProblem
from vae_explorer.ui.widgets.thumbnail_row import ThumbnailRow

__all__ = ["DataCard"]


class DataCard(Section):
    """Thumbnails, a chooser of sources, one line about the set, progress while it loads.

    Signals
    -------
    source_requested
        `DataSpec` of a known set that was chosen.
    folder_requested, array_requested
        The person wants to choose a folder or a file.
    cancel_requested
        The load under way is no longer wanted.
    download_requested, data_root_requested
        The missing pictures of the model on screen are to be downloaded, or lie elsewhere.
    """

    source_requested = Signal(object)
    folder_requested = Signal()
    array_requested = Signal()
    cancel_requested = Signal()
    download_requested = Signal()
    data_root_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Data", parent)
        self._spec = DataSpec()
        self._thumbnails = ThumbnailRow()
        self.selector = ChoiceBox()
        self.selector.setObjectName("dataSelector")
        self.selector.setAccessibleName("Data")
        self.selector.setToolTip(EXPLANATIONS["data"].tooltip)
        self.selector.setWhatsThis(EXPLANATIONS["data"].whats_this)
        self._about = ElidingLabel()
        self._about.setProperty("role", "muted")
        self._problem = InlineProblem()
        self.missing = MissingPictures()
        self._progress = self._make_progress()
        self.column.setSpacing(SPACE_S)
        self.column.addWidget(self._thumbnails)
        self.column.addWidget(self.selector)
        self.column.addWidget(self._about)
        self.column.addWidget(self._progress)
        self.column.addWidget(self._problem)
        self.column.addWidget(self.missing)
        self._about.setText("No pictures loaded yet.")
        self.refresh_sources()
        self.selector.currentIndexChanged.connect(self._on_selector_current_index_changed)
        self.missing.download_requested.connect(self.download_requested)
        self.missing.data_root_requested.connect(self.data_root_requested)

    @property
    def spec(self) -> DataSpec:
        """What the next training uses."""
        return self._spec

    @property
    def problem(self) -> str:
        return self._problem.text()

    def set_data(self, images: ImageSet | None, spec: DataSpec) -> None:
        """Show a loaded set, or (None) the name of one that is not loaded yet."""
        self._spec = spec
        self._problem.show_problem("")
        self.missing.set_missing(None)
        self._about.show()
        name = images.name if images is not None else _name_of(spec)
        self._thumbnails.set_images(
            None if images is None else images.images[typical_rows(images, N_SAMPLES)]
        )
        self._about.setText("Not loaded yet." if images is None else describe(images))
        self._about.setToolTip("" if images is None else f"{name}: {describe(images)}")
        self.refresh_sources(name)
        if images is not None:
            keep_samples(images, spec)

    def set_loading(self, progress: LoadProgressed | None) -> None:
        """Show how far loading is; None when nothing loads."""
        self._progress.setVisible(progress is not None)
        self.missing.setVisible(progress is None and self.missing.missing is not None)
        if progress is None:
            self._select_current()
            return
        self._problem.show_problem("")
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(1000 * progress.done // progress.total)
        unit = " MB" if progress.unit == "MB" else ""
        parts = [
            f"{progress.done:,} / {progress.total:,}{unit}" if progress.total else f"{progress.done:,}{unit}"
        ]
        if progress.per_s:
            parts.append(f"{progress.per_s:,.0f}{unit}/s")
        if progress.remaining_s is not None:
            parts.append(f"{duration(progress.remaining_s)} left")
        self._doing.setText(progress.doing)
        self._rate.setText(" · ".join(parts))

    def show_problem(self, sentence: str) -> None:
        """Why the chosen data could not be used; what was there before stays."""
        self._problem.show_problem(sentence)
        self._select_current()

    def show_missing(self, sentence: str, missing: MissingDataSet) -> None:
        """Say that a known set can be downloaded or looked for elsewhere; `sentence`: what went wrong, or empty."""
        self._problem.show_problem(sentence)
        self.missing.set_missing(missing)
        self._about.hide()  # says less
        self.missing.setVisible(self._progress.isHidden())

    def set_editable(self, editable: bool, why: str = "") -> None:
        self.selector.setEnabled(editable)
        self.selector.setToolTip(EXPLANATIONS["data"].tooltip + ("" if editable else f". {why}"))

    def refresh_sources(self, name: str = "") -> None:
        """List the sources anew; a set that is not on this disk says how much a download takes."""
        name = name or _name_of(self._spec)
        self.selector.blockSignals(True)
        self.selector.clear()
        if self._spec.source in ("folder", "array"):
            self.selector.addItem(
                icon("folder" if self._spec.source == "folder" else "array"), name, "current"
            )
        for source, info in SOURCE_INFO.items():
            if source in ("folder", "array"):
                continue
            there = is_available(source, self._spec.data_root)
            text = info.title if there else f"{info.title}  ({info.download_mb:,.0f} MB download)"
            self.selector.addItem(icon("images" if there else "download"), text, source)
        self.selector.insertSeparator(self.selector.count())
        self.selector.addItem(icon("folder"), "Folder of pictures…", "folder")
        self.selector.addItem(icon("array"), "NumPy file…", "array")
        self.selector.blockSignals(False)
        self._select_current()

    @Slot(int)
    def _on_selector_current_index_changed(self, _place: int) -> None:
        chosen = self.selector.value
        if chosen == "folder":
            self._select_current()
            self.folder_requested.emit()
        elif chosen == "array":
            self._select_current()
            self.array_requested.emit()
        elif chosen in SOURCE_INFO and chosen != self._spec.source:
            self._problem.show_problem("")
            self.source_requested.emit(
                DataSpec.model_validate({"source": chosen, "data_root": self._spec.data_root})
            )

    def _select_current(self) -> None:
        """The chooser shows what is in force, not what was wished for."""
        self.selector.blockSignals(True)
        own = self._spec.source in ("folder", "array")
        self.selector.set_value("current" if own else self._spec.source)
        self.selector.blockSignals(False)

    def _make_progress(self) -> QWidget:
        box = QWidget()
        self._doing = QLabel()
        self._doing.setProperty("role", "caption")
        self._rate = ElidingLabel()
        self._rate.setProperty("role", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setProperty("slim", "true")
        self._bar.setAccessibleName("Loading progress")
        self._bar.setToolTip("How much of the data is read")
        self._bar.setWhatsThis(
            "Pictures are read once and kept in a cache. Opening the same data again is quick."
        )
        cancel = QToolButton()
        cancel.setObjectName("cancelLoadingButton")
        cancel.setIcon(icon("close"))
        cancel.setAutoRaise(True)
        cancel.setToolTip("Cancel loading")
        cancel.setAccessibleName("Cancel loading")
        cancel.setWhatsThis("Stops reading or downloading. The data chosen before stays in use.")
        cancel.clicked.connect(self.cancel_requested)
        head = QHBoxLayout()
        head.addWidget(self._doing, 1)
        head.addWidget(cancel)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S // 2)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._rate)
        box.hide()
        return box


def _name_of(spec: DataSpec) -> str:
    source: SourceName = spec.source
    if spec.path is not None:
        return spec.path.name or str(spec.path)
    return SOURCE_INFO[source].title
