"""``AnomalyPanel``: the strangest images first, and how strangeness is spread, brushed against the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSplitter, QWidget

from vae_explorer.ui.anomaly_scores import Score, SquaredErrors, known_scores
from vae_explorer.ui.panels.anomaly_choices import AnomalyChoices
from vae_explorer.ui.panels.controls import ElidedCaption, header, labelled
from vae_explorer.ui.panels.empty_state import FilledPanel
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.panels.strange_images import StrangeImages
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.brush_histogram import BrushHistogram

if TYPE_CHECKING:
    from vae_explorer.latent.encodings import Encodings

__all__ = ["AnomalyPanel"]

CALM_MS = 250  # between two looks at the codes while they keep changing

Values = NDArray[np.float64]
_NONE = np.empty(0, dtype=np.int64)


class AnomalyPanel(FilledPanel):
    """Thumbnails at the left, worst first; the histogram at the right. A range of it is a lasso on the map."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("anomalyPanel")
        self._session = session
        self._index = _NONE  # images that have a score, (n,)
        self._scores: Values = np.empty(0)  # theirs, (n,)
        self._own_lasso = _NONE  # what the histogram chose last
        self._errors_of: Encodings | None = None  # whose squared errors are known
        self._errors: Values = np.empty(0)
        self._errors_wanted_of: Encodings | None = None
        self._histogram: BrushHistogram | None = None
        self._waits = True  # to be refreshed when it is seen
        self._measure = SquaredErrors(session)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CALM_MS)
        self.choices = AnomalyChoices(self)
        self.score, self.share = self.choices.score, self.choices.share
        self.select_button, self.clear_button = self.choices.select_button, self.choices.clear_button
        self.pictures = StrangeImages(session)
        self.grid = self.pictures.grid
        self.note = ElidedCaption()
        self.error = InlineError()
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.pictures)
        column = self.column
        column.addWidget(
            header(
                self.score,
                labelled("Worst %", self.share),
                self.select_button,
                self.clear_button,
                self.grid.size_slider(),
                self.note,
            )
        )
        column.addWidget(self.error)
        column.addWidget(self._splitter, 1)

    def _connect(self) -> None:
        session = self._session
        self._timer.timeout.connect(self.refresh)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.images_changed.connect(self._on_session_changed)
        session.recon_label_changed.connect(self._on_session_changed)
        session.training_state_changed.connect(self._on_session_changed)
        session.explorer_changed.connect(self._on_session_changed)
        session.lasso_changed.connect(self._on_session_lasso_changed)
        self.score.currentIndexChanged.connect(self.refresh)
        self.share.problem_changed.connect(self._on_share_problem_changed)
        self.select_button.clicked.connect(self._on_select_clicked)
        self.clear_button.clicked.connect(self._on_clear_clicked)
        self.grid.save_failed.connect(self.error.show_sentence)
        self._measure.progressed.connect(self._on_measure_progressed)
        self._measure.finished.connect(self._on_measure_finished)
        self._measure.failed.connect(self._on_measure_failed)

    # --- what is there -------------------------------------------------------------------------

    @property
    def is_measuring(self) -> bool:
        """Whether squared errors are being measured."""
        return self._measure.is_busy

    @property
    def histogram(self) -> BrushHistogram | None:
        """None until the panel has been seen with something to show."""
        return self._histogram

    @property
    def shown(self) -> NDArray[np.int64]:
        """Images in the grid, worst first, (k,)."""
        return self.pictures.shown

    @property
    def chosen_score(self) -> Score:
        return self.choices.chosen_score

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Score the images on the map anew, if the panel is seen."""
        encodings, explorer = self._session.encodings, self._session.explorer
        score = self.chosen_score
        words = self._missing(score)
        if words is not None:
            self.show_words(*words)
            return
        # Behind another tab there is nothing to see of it, though Qt calls it visible there too.
        self._waits = self.visibleRegion().isEmpty()
        if self._waits:
            return
        assert encodings is not None
        self.show_content()
        values = known_scores(encodings, score.key)
        if values is None:
            values = self._squared_errors(encodings)
        if explorer is not None and score.is_variational and not explorer.variational:
            self.error.show_sentence(
                "A plain autoencoder has no KL: choose the reconstruction loss or squared error."
            )
            values = np.full(len(encodings), np.nan)
        elif values is not None:
            self.error.clear()
        self._show(encodings.index, np.full(len(encodings), np.nan) if values is None else values)

    def select_worst(self, per_cent: float) -> None:
        """Put that share of the images with the highest scores into the lasso, at least one."""
        n = len(self._scores)
        if n and self._histogram is not None:
            k = max(1, round(n * per_cent / 100.0))
            low = float(np.sort(self._scores)[n - k])
            self._histogram.set_range((low, float(self._scores.max())))
            self._select_range(low, float(self._scores.max()))

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_session_encodings_changed(self, encodings: object) -> None:
        if encodings is None:
            self._measure.cancel()
            self._errors_of = self._errors_wanted_of = None
            self.refresh()
        elif not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _on_session_changed(self, _value: object) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _on_session_lasso_changed(self, lasso: NDArray[np.int64]) -> None:
        if self._histogram is not None and lasso is not self._own_lasso:
            self._own_lasso = _NONE
            self._histogram.set_range(None)
        self._show_marked()

    @Slot(str)
    def _on_share_problem_changed(self, problem: str) -> None:
        self.error.show_sentence(problem)
        self._update_choices()

    @Slot()
    def _on_select_clicked(self) -> None:
        if not self.share.problem:
            self.select_worst(self.share.value)

    @Slot()
    def _on_clear_clicked(self) -> None:
        self._session.set_lasso(_NONE)

    @Slot(object)
    def _on_histogram_brushed(self, chosen: tuple[float, float] | None) -> None:
        if chosen is None:
            self._session.set_lasso(_NONE)
        else:
            self._select_range(*chosen)

    @Slot(int, int)
    def _on_measure_progressed(self, done: int, total: int) -> None:
        self.note.setText(f"Measuring squared errors: {done:,} of {total:,} images …")

    @Slot(object)
    def _on_measure_finished(self, errors: Values) -> None:
        self._errors_of, self._errors = self._errors_wanted_of, errors
        self.refresh()

    @Slot(str)
    def _on_measure_failed(self, sentence: str) -> None:
        self.error.show_sentence(sentence)
        self._describe()

    # --- what follows --------------------------------------------------------------------------

    def _missing(self, score: Score) -> tuple[str, str] | None:
        session = self._session
        if session.latent_dim == 0:
            return "No model yet", "Start training or open a run, and its strangest images gather here."
        if session.encodings is None:
            return "No codes yet", "As soon as the map has points, their images are ordered by strangeness."
        return None

    def _squared_errors(self, encodings: Encodings) -> Values | None:
        """Those known for `encodings`; else they begin to be measured, if they can be."""
        if self._errors_of is encodings:
            return self._errors
        session = self._session
        if session.training_state.is_active:
            self._measure.cancel()
            self.error.show_sentence(
                "Squared errors are measured when the training has ended; the other scores follow it."
            )
        elif session.explorer is None or session.images is None:
            self.error.show_sentence(
                "Squared errors need the pictures: download them or choose their folder."
            )
        elif not (self._measure.is_busy and self._errors_wanted_of is encodings):
            self.error.clear()
            self._errors_wanted_of = encodings
            self.note.setText("Measuring squared errors …")
            self._measure.start(session.explorer, session.images, encodings.index)
        return None

    def _show(self, index: NDArray[np.int64], values: Values) -> None:
        known = np.isfinite(values)
        self._index, self._scores = index[known], values[known]
        if self._histogram is None:
            self._histogram = self._make_histogram()
        score = self.chosen_score
        keeps = self._histogram.range if len(self._own_lasso) else None
        self._histogram.set_values(self._scores, f"{score.name}, {score.unit}")
        self._histogram.set_range(keeps)
        self._show_marked()
        self.pictures.set_scores(self._index, self._scores)
        self._describe()

    def _make_histogram(self) -> BrushHistogram:
        histogram = BrushHistogram()
        histogram.setWhatsThis(
            "How the score is spread over the images on the map; heights are logarithmic, so that single strange images "
            "are seen. Drag over a range to select its images on the map; a lasso on the map marks its part here. With "
            "the keyboard: Left and Right move the lower end, with Shift the upper one, Escape lets go."
        )
        histogram.brushed.connect(self._on_histogram_brushed)
        self._splitter.addWidget(histogram)
        self._splitter.setSizes([3, 2])
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        return histogram

    def _select_range(self, low: float, high: float) -> None:
        inside = (self._scores >= low) & (self._scores <= high)
        self._own_lasso = self._index[inside]
        self._session.set_lasso(self._own_lasso)

    def _show_marked(self) -> None:
        self._update_choices()
        if self._histogram is not None:
            self._histogram.set_marked(self._scores[np.isin(self._index, self._session.lasso)])
            self._describe()

    def _update_choices(self) -> None:
        self.choices.set_state(has_scores=bool(len(self._scores)), has_lasso=bool(len(self._session.lasso)))

    def _describe(self) -> None:
        if self._measure.is_busy and self.chosen_score.key == "squared-error":
            return
        n, chosen = len(self._scores), int(np.isin(self._index, self._session.lasso).sum())
        text = f"{n:,} images" + (f", {chosen:,} selected" if chosen else "")
        caption = self._session.recon_label.caption
        if self.chosen_score.has_recon and caption:
            text += f" · {caption}"
        self.note.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._waits:  # the first picture since something changed: the panel has come to the front
            self._waits = False
            QTimer.singleShot(0, self, self.refresh)
