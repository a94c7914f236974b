"""``FormRow``: a label, a control, and room for one sentence about what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from vae_explorer.ui.theme import SPACE_S, SPACE_XS

__all__ = ["ChoiceBox", "FormRow", "InlineProblem"]

_NAME_WIDTH_PX = 68  # so that combo boxes of one card line up
FIELD_WIDTH_PX = 92  # numeric fields of one card line up; combo boxes take what the name leaves


class InlineProblem(QLabel):
    """A sentence in the error colour, absent while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "error")
        self.setWordWrap(True)
        self.setAccessibleName("Problem")
        self.hide()

    @Slot(str)
    def show_problem(self, sentence: str) -> None:
        """Say it, or nothing if it is empty."""
        self.setText(sentence)
        self.setAccessibleDescription(sentence)
        self.setVisible(bool(sentence))


class FormRow(QWidget):
    """One setting: its name at the left, its control at the right, its problem under them."""

    def __init__(
        self,
        text: str,
        control: QWidget,
        tooltip: str,
        whats_this: str,
        *,
        below: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = QLabel(text)
        self.label.setBuddy(control)
        self.control = control
        self.problem = InlineProblem()
        for widget in (self, self.label, control):
            widget.setToolTip(tooltip)
            widget.setWhatsThis(whats_this)
        if not control.accessibleName():
            control.setAccessibleName(text)
        control.setAccessibleDescription(tooltip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        if below:
            column.addWidget(self.label)
            column.addWidget(control)
        else:
            row = QHBoxLayout()
            row.setSpacing(SPACE_S)
            if isinstance(control, QComboBox):
                self.label.setMinimumWidth(_NAME_WIDTH_PX)
                row.addWidget(self.label)
                row.addWidget(control, 1)
            else:
                control.setFixedWidth(FIELD_WIDTH_PX)
                row.addWidget(self.label, 1)
                row.addWidget(control)
            column.addLayout(row)
        column.addWidget(self.problem)

    @Slot(str)
    def show_problem(self, sentence: str) -> None:
        """One sentence beside the control; empty clears it."""
        self.problem.show_problem(sentence)


class ChoiceBox(QComboBox):
    """A combo box of (value, text) pairs that leaves the wheel to the panel around it."""

    def __init__(self, choices: tuple[tuple[str, str], ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        for value, text in choices:
            self.addItem(text, value)

    @property
    def value(self) -> str:
        return str(self.currentData())

    def set_value(self, value: str) -> None:
        """Choose `value`; unknown ones change nothing."""
        place = self.findData(value)
        if place >= 0:
            self.setCurrentIndex(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:
        width = self.view().sizeHintForColumn(0) + 32  # names may be longer than the box
        self.view().setMinimumWidth(max(self.width(), width))
        super().showPopup()

    def sizeHint(self) -> QSize:
        return QSize(FIELD_WIDTH_PX, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(64, super().minimumSizeHint().height())
