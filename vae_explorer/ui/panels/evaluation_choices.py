"""``EvaluationChoices``: what is to be measured, on which images, with how many samples."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton, QVBoxLayout, QWidget

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.ui.evaluation_desk import EvaluationWish
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import Caption, labelled, set_help
from vae_explorer.ui.panels.evaluation_groups import GROUPS
from vae_explorer.ui.panels.flow_layout import FlowLayout
from vae_explorer.ui.panels.inline_error import InlineError
from vae_explorer.ui.theme import SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["EvaluationChoices"]

_FIELD_WIDTH_PX = 76
_SPLITS = ((Split.TEST, "Test"), (Split.VALIDATION, "Validation"), (Split.TRAIN, "Training"))


class EvaluationChoices(QWidget):
    """Split, images, samples, groups and the button that starts.

    Signals
    -------
    start_requested
        `EvaluationWish`.
    """

    start_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reason = ""
        self.split = QComboBox()
        self.split.setAccessibleName("Split")
        self.split.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        set_help(
            self.split,
            "Which part of the images is measured",
            "Figures on images that training has not seen tell what the model understood; figures on training images "
            "also what it remembered. Without a choice: test images, or validation images where there are no others.",
        )
        self.images = NumberField("Images", NumberRange(2, 10_000_000, whole=True), 1000)
        self.images.setFixedWidth(_FIELD_WIDTH_PX)
        set_help(
            self.images,
            "Images, chosen at random, for what is costly",
            "The likelihood, sharpness and samples take so many images of the split; cheap figures always take all. "
            "More images make the errors smaller: four times as many halve them.",
        )
        self.samples = NumberField("Samples K", NumberRange(1, 1_000_000, whole=True), 500)
        self.samples.setFixedWidth(_FIELD_WIDTH_PX)
        set_help(
            self.samples,
            "Samples of z an image for the importance-sampled likelihood",
            "The more samples, the closer −log p(x) comes to the truth, from above. Papers take 500 to 5,000; the time "
            "grows in proportion.",
        )
        self.chips = {words.key: self._chip(words.name, words.tooltip, words.whats_this) for words in GROUPS}
        self.start_button = QPushButton(icon("chart", "on_accent"), "Evaluate")
        self.start_button.setObjectName("startEvaluationButton")
        self.start_button.setProperty("variant", "primary")
        self.start_button.clicked.connect(self._on_start_clicked)
        self.start_button.setWhatsThis(
            "Measures the model on screen in the background; figures appear one after another. The map stays usable, "
            "and Cancel keeps what was found until then."
        )
        self.reason = Caption()
        self.reason.setWordWrap(True)
        self.error = InlineError()
        self._lay_out()
        for field in (self.images, self.samples):
            field.problem_changed.connect(self._update)
            field.returnPressed.connect(self.start_button.click)
        self.set_images(None)

    def _chip(self, name: str, tooltip: str, whats_this: str) -> QToolButton:
        chip = QToolButton()
        chip.setText(name)
        chip.setCheckable(True)
        chip.setChecked(True)
        chip.setProperty("variant", "choice")
        chip.setAccessibleName(f"Measure: {name}")
        set_help(chip, tooltip, whats_this)
        chip.toggled.connect(self._update)
        return chip

    def _lay_out(self) -> None:
        settings = QWidget()
        line = FlowLayout(settings)
        for part in (
            self.start_button,
            labelled("on", self.split),
            labelled("Images", self.images),
            labelled("Samples K", self.samples),
        ):
            line.addWidget(part)
        measures = QWidget()
        flow = FlowLayout(measures)
        flow.setContentsMargins(flow.contentsMargins().left(), 0, flow.contentsMargins().right(), SPACE_XS)
        flow.set_gap(SPACE_XS + 2)
        for chip in self.chips.values():
            flow.addWidget(chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(settings)
        column.addWidget(measures)
        inset = QVBoxLayout()
        inset.setContentsMargins(flow.contentsMargins().left(), 0, SPACE_S, 0)
        inset.addWidget(self.reason)
        column.addLayout(inset)
        column.addWidget(self.error)

    # --- what is there -------------------------------------------------------------------------

    @property
    def groups(self) -> tuple[str, ...]:
        """Keys of the chips that are on."""
        return tuple(key for key, chip in self.chips.items() if chip.isChecked())

    @property
    def can_start(self) -> bool:
        return self.start_button.isEnabled()

    def wish(self) -> EvaluationWish:
        """What the controls say."""
        split: Split | None = self.split.currentData()
        return EvaluationWish(split, self.images.int_value, self.samples.int_value, self.groups)

    def set_images(self, images: ImageSet | None) -> None:
        """Offer the splits that `images` have, each with its size."""
        kept: Split | None = self.split.currentData()
        self.split.clear()
        for split, name in _SPLITS:
            n = 0 if images is None else len(images.indices(split))
            if n:
                self.split.addItem(f"{name} ({n:,})", split)
        if not self.split.count():
            self.split.addItem("Test", None)
        place = self.split.findData(kept)
        self.split.setCurrentIndex(max(place, 0))
        self.split.setEnabled(images is not None)

    def set_reason(self, reason: str) -> None:
        """Why nothing can be measured now, in a sentence; empty if it can."""
        self._reason = reason
        self._update()

    @Slot()
    def _update(self) -> None:
        problem = self.images.problem or self.samples.problem
        if not problem and not self.groups:
            problem = "Choose at least one kind of figure."
        self.error.show_sentence(problem)
        self.reason.setText(self._reason)
        self.reason.setVisible(bool(self._reason))
        why_not = self._reason or problem
        self.start_button.setEnabled(not why_not)
        self.start_button.setToolTip(why_not or "Measure the model on screen, in the background")

    @Slot()
    def _on_start_clicked(self) -> None:
        self.start_requested.emit(self.wish())
