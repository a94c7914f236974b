"""``is_seen``: whether a panel is worth computing for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

__all__ = ["is_seen"]


def is_seen(widget: QWidget) -> bool:
    """Whether `widget` lies inside its window; a panel behind another tab is visible for Qt, but lies outside."""
    if not widget.isVisible():
        return False
    window = widget.window()
    return window.rect().intersects(QRect(widget.mapTo(window, QPoint()), widget.size()))
