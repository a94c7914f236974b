"""Small parts that the panels share: captions, tool buttons, header rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.header_bar import GIVES_WAY, HeaderBar
from vae_explorer.ui.theme import SPACE_XS

if TYPE_CHECKING:
    from vae_explorer.ui.panels.export_line import ExportLine

__all__ = ["Caption", "ElidedCaption", "grouped", "header", "labelled", "set_help", "set_role", "tool_button"]


class Caption(QLabel):
    """Quiet 11 px text: units, names of columns, what a control does."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        set_role(self, "caption")


class ElidedCaption(Caption):
    """A caption that gives way: cut with “…” where there is no room, whole in its tooltip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._explanation = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_explanation(self, words: str) -> None:
        """What the tooltip says besides, and "What's This?"."""
        self._explanation = words
        self.setWhatsThis(words)
        self.setToolTip(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(self.alignment()), text)
        whole = self.text() if text != self.text() else ""
        self.setToolTip(". ".join(filter(None, (whole, self._explanation))))


def set_role(label: QLabel, role: str) -> None:
    """Dress a label as ``resources/styles/app.qss`` says for its role."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)


def tool_button(icon_name: str, name: str, *, text: bool = False, checkable: bool = False) -> QToolButton:
    """An icon button called `name`; with `text` the name is written beside the icon."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setText(name)
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if text else Qt.ToolButtonStyle.ToolButtonIconOnly
    button.setToolButtonStyle(style)
    button.setProperty(GIVES_WAY, text)
    button.setCheckable(checkable)
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


def set_help(widget: QWidget, tooltip: str, whats_this: str) -> None:
    """A line for the tooltip, two plain sentences for "What's This?"."""
    widget.setToolTip(tooltip)
    widget.setStatusTip(tooltip)
    widget.setWhatsThis(whats_this)


def labelled(text: str, *widgets: QWidget) -> QWidget:
    """`text` as a caption, close before its controls; stays together where a line breaks."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_XS + 2)
    caption = Caption(text)
    caption.setProperty(GIVES_WAY, True)
    row.addWidget(caption)
    for widget in widgets:
        row.addWidget(widget)
    if widgets:
        caption.setBuddy(widgets[0])
        caption.setWhatsThis(widgets[0].whatsThis())
        if not widgets[0].accessibleName():
            widgets[0].setAccessibleName(text)
    return group


def grouped(*widgets: QWidget) -> QWidget:
    """Controls that stay together where a line breaks."""
    group = QWidget()
    row = QHBoxLayout(group)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_XS + 2)
    for widget in widgets:
        row.addWidget(widget)
    return group


def header(*widgets: QWidget, message: ExportLine | None = None) -> HeaderBar:
    """The controls above a panel's content, with room for what an export has to say."""
    return HeaderBar(widgets, message)
