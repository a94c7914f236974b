"""``FormRow``: a label, a control, and room for one sentence about what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from vae_explorer.ui.theme import SPACE_S, SPACE_XS

__all__ = ["ChoiceBox", "FormRow", "InlineProblem"]

_NAME_WIDTH_PX = 68  # so that combo boxes of one card line up
FIELD_WIDTH_PX = 92  # numeric fields of one card line up; combo boxes take what the name leaves

_ICON_GAP_PX = 4  # what Qt leaves between the icon and the text of a combo box
_POPUP_EDGES_PX = 44  # paddings, border and scroll bar of the list


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

    def shown_text(self) -> str:
        """The current text as it is painted: cut with “…” where the box is too narrow."""
        return self._elided(self._option())

    def showPopup(self) -> None:
        """Open the list, as wide as its longest name and as high as all of them."""
        view = self.view()
        # Qt's hint for a column leaves out what the style sheet puts around items and list.
        width = max(
            (self.fontMetrics().horizontalAdvance(self.itemText(k)) for k in range(self.count())), default=0
        )
        width += self.iconSize().width() + _POPUP_EDGES_PX
        view.setMinimumWidth(max(self.width(), width))
        view.setTextElideMode(Qt.TextElideMode.ElideNone)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMaxVisibleItems(max(10, self.count()))  # a screen too low for that makes it scroll
        super().showPopup()
        self._make_room()
        QTimer.singleShot(0, self, self._make_room)  # the style sheet may reach the list only now

    @Slot()
    def _make_room(self) -> None:
        """Qt leaves the list's padding out of the popup's height."""
        view = self.view()
        last = self.model().index(self.count() - 1, self.modelColumn(), self.rootModelIndex())
        missing = view.visualRect(last).bottom() + 1 - view.viewport().height()
        if view.isVisible() and 0 < missing <= _POPUP_EDGES_PX:
            view.window().resize(view.window().width(), view.window().height() + missing)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A styled combo box cuts its text off; this one says with “…” that there is more."""
        painter = QStylePainter(self)
        option = self._option()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self._elided(option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return option

    def _elided(self, option: QStyleOptionComboBox) -> str:
        room = (
            self.style()
            .subControlRect(
                QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
            )
            .width()
        )
        if not option.currentIcon.isNull():
            room -= option.iconSize.width() + _ICON_GAP_PX
        return self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def sizeHint(self) -> QSize:
        return QSize(FIELD_WIDTH_PX, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(64, super().minimumSizeHint().height())
