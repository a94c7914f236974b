"""``icon(name)``: the program's own drawings, tinted by the theme in force, sharp at any scale."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from vae_explorer.locations import resources_folder
from vae_explorer.ui.theme import Theme, rgb, theme_manager

__all__ = ["app_icon", "icon", "icon_names"]

_APP_ICON = "vae-explorer"
_DISABLED_INK = 0.45  # share of the tint left over the panel colour


@cache
def icon_names() -> tuple[str, ...]:
    """Names that `icon` knows, sorted."""
    files = (resources_folder() / "icons").glob("*.svg")
    return tuple(sorted(path.stem for path in files if path.stem != _APP_ICON))


@cache
def icon(name: str, tint: str = "text") -> QIcon:
    """One of the drawings in ``resources/icons``.

    Parameters
    ----------
    name
        File name without suffix, see `icon_names`; ``"vae-explorer"`` is the logo, in its own colours.
    tint
        The `Theme` token it is drawn in; checked tools are drawn in ``on_accent``, disabled ones fade.

    Returns
    -------
    QIcon
        Follows the theme: widgets only need to be repainted.

    Raises
    ------
    ValueError
        If there is no such drawing or token.
    """
    if name == _APP_ICON:
        return app_icon()
    if name not in icon_names():
        raise ValueError(f"no icon “{name}”; there are: {', '.join(icon_names())}")
    if tint not in vars(theme_manager().theme):
        raise ValueError(f"no theme token “{tint}”")
    return QIcon(_TintedEngine(name, tint))


def app_icon() -> QIcon:
    """The program's logo, for windows and task bars, in the sizes that desktops ask for."""
    renderer = QSvgRenderer(str(resources_folder() / "icons" / f"{_APP_ICON}.svg"))
    logo = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        logo.addPixmap(QPixmap.fromImage(image))
    return logo


class _TintedEngine(QIconEngine):
    """Draws one SVG whose ``currentColor`` is a token of the theme at the moment of painting."""

    def __init__(self, name: str, tint: str) -> None:
        super().__init__()
        self._name = name
        self._tint = tint

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        device = painter.device()
        ratio = device.devicePixelRatio() if device is not None else 1.0
        side = min(rect.width(), rect.height())
        image = _drawn(self._name, self._colour(mode, state), max(1, round(side * ratio)))
        left = rect.x() + (rect.width() - side) // 2
        top = rect.y() + (rect.height() - side) // 2
        painter.drawImage(QRect(left, top, side, side), image)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        side = max(1, round(min(size.width(), size.height()) * scale))  # device pixels
        pixmap = QPixmap.fromImage(_drawn(self._name, self._colour(mode, state), side))
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._tint)

    def isNull(self) -> bool:
        return False

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        theme = theme_manager().theme
        token = "on_accent" if state == QIcon.State.On and mode != QIcon.Mode.Disabled else self._tint
        colour = str(getattr(theme, token))
        return _faded(colour, theme) if mode == QIcon.Mode.Disabled else colour


def _faded(colour: str, theme: Theme) -> str:
    mixed = [
        round(_DISABLED_INK * ink + (1.0 - _DISABLED_INK) * ground)
        for ink, ground in zip(rgb(colour), rgb(theme.panel), strict=True)
    ]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


@cache
def _source(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _drawn(name: str, colour: str, side: int) -> QImage:
    """The drawing in one colour at `side` × `side` device pixels (kept: a few dozen small pictures)."""
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image
