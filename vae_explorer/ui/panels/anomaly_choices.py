"""``AnomalyChoices``: which score makes an image strange, and the buttons that select the worst or let go."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QComboBox

from vae_explorer.ui.anomaly_scores import SCORES, Score
from vae_explorer.ui.panels.controls import set_help, tool_button
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["AnomalyChoices"]


class AnomalyChoices(QObject):
    """Holds four controls, which stand in the panel's header, and says why one of them is off."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_scores = self._has_lasso = False
        self.score = QComboBox()
        self.score.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.score.setAccessibleName("Score of strangeness")
        for score in SCORES:
            self.score.addItem(score.name, score.key)
        set_help(
            self.score,
            "What makes an image strange",
            "−ELBO and its parts come with the codes on the map: reconstruction loss is high where the model cannot "
            "draw an image, KL where its code lies far from the prior. Squared error compares pixels and is measured "
            "when you choose it.",
        )
        self.share = NumberField("Share of the worst images", NumberRange(0.0, 100.0, open_low=True), 5)
        self.share.setFixedWidth(52)
        set_help(
            self.share,
            "How many of the worst images Select takes, in %",
            "Select takes so many of the images with the highest scores, in per cent.",
        )
        self.select_button = tool_button("lasso", "Select", text=True)
        set_help(
            self.select_button,
            "Select the worst images on the map",
            "Puts the worst images into the lasso: they stand out on the map, and the Lasso tab shows them. Dragging "
            "over the histogram does the same for any range of scores.",
        )
        self.clear_button = tool_button("close", "Clear", text=True)
        set_help(
            self.clear_button,
            "Let go of the selected images",
            "Empties the lasso. The images stay on the map.",
        )
        self.share.problem_changed.connect(self._on_share_problem_changed)
        self.share.returnPressed.connect(self.select_button.click)

    @property
    def chosen_score(self) -> Score:
        return next(score for score in SCORES if score.key == self.score.currentData())

    def set_state(self, *, has_scores: bool, has_lasso: bool) -> None:
        """Whether there is anything to select, and anything to let go of."""
        self._has_scores, self._has_lasso = has_scores, has_lasso
        self._update_buttons()

    @Slot()
    def _on_share_problem_changed(self) -> None:
        self._update_buttons()

    def _update_buttons(self) -> None:
        can_select = self._has_scores and not self.share.problem
        self.select_button.setEnabled(can_select)
        why_not = self.share.problem or "There are no scores yet"
        self.select_button.setToolTip("Select the worst images on the map" if can_select else why_not)
        self.clear_button.setEnabled(self._has_lasso)
        self.clear_button.setToolTip(
            "Let go of the selected images" if self._has_lasso else "No image is selected"
        )
