"""``HeaderBar``: the controls above a panel's content, in one line wherever that is possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from vae_explorer.ui.panels.flow_layout import FlowLayout
from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS

if TYPE_CHECKING:
    from vae_explorer.ui.panels.export_line import ExportLine

__all__ = ["GIVES_WAY", "HeaderBar"]

GIVES_WAY = (
    "givesWay"  # property of words that a narrow line can do without: an icon or tooltip says the same
)


class HeaderBar(QWidget):
    """A line of controls that first drops words, then breaks into further lines.

    Words go from the right: those beside icons first, then captions. A message of an export stands at the right
    end of the line and takes no height; where there is no room for it, it lies over the last controls until it
    is dismissed.
    """

    def __init__(
        self, widgets: tuple[QWidget, ...], message: ExportLine | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._widgets = widgets
        for widget in widgets:
            self._flow.addWidget(widget)
        words = [child for widget in widgets for child in (widget, *widget.findChildren(QWidget))]
        words = [child for child in reversed(words) if child.property(GIVES_WAY)]
        self._words: list[QWidget] = [w for w in words if isinstance(w, QToolButton)]
        self._words += [w for w in words if not isinstance(w, QToolButton)]
        self._fitted_to: object = None
        self._message = message
        if message is not None:
            message.float_over(self)
            message.changed.connect(self._on_message_changed)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _fit(self) -> None:
        """Drop as few words as let everything stand in one line."""
        message = self._message_width()
        state = (self.width(), message, self._state())
        if state != self._fitted_to:
            self._fitted_to = state
            self._flow.set_gap(SPACE_M)
            for word in self._words:
                self._show_words(word, shown=True)
            if self._flow.line_width() + message > self.width():
                self._flow.set_gap(SPACE_S)
            for word in self._words:
                if self._flow.line_width() + message <= self.width():
                    break
                self._show_words(word, shown=False)
            self.updateGeometry()
        self._place_message()

    def _state(self) -> tuple[object, ...]:
        """What the widths depend on, besides the words that this class hides."""
        fixed = [
            w for w in self._widgets if not any(w is word or w.isAncestorOf(word) for word in self._words)
        ]
        texts = [w.text() for w in self._words if isinstance(w, QToolButton | QLabel)]
        return (
            tuple(w.isHidden() for w in self._widgets),
            tuple(w.sizeHint().width() for w in fixed),
            tuple(texts),
        )

    def _show_words(self, widget: QWidget, *, shown: bool) -> None:
        if isinstance(widget, QToolButton):
            style = Qt.ToolButtonStyle
            widget.setToolButtonStyle(style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly)
        else:
            widget.setVisible(shown)
        group = widget.parentWidget()
        layout = group.layout() if group is not None and group is not self else None
        if group is not None and layout is not None:
            layout.invalidate()
            group.updateGeometry()

    def _message_width(self) -> int:
        message = self._message
        if message is None or message.isHidden() or message.is_problem:
            return 0  # a problem is longer than any room: it lies over the controls
        return message.sizeHint().width()

    def _place_message(self) -> None:
        message = self._message
        if message is not None and not message.isHidden():
            width = min(message.sizeHint().width(), self.width() - 2 * SPACE_M)
            message.setGeometry(
                self.width() - SPACE_M - width, SPACE_XS, width, self._flow.line_height() + SPACE_S
            )
            message.raise_()

    @Slot()
    def _on_message_changed(self) -> None:
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
