"""Pictures on their way to the screen: arrays to QImage, crisp painting, copy, save, drag out."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QMimeData, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from vae_explorer.errors import ExportError

__all__ = [
    "copy_picture",
    "drag_picture",
    "draw_picture",
    "fitted",
    "picture_mime",
    "save_picture",
    "save_picture_as",
    "to_qimage",
]

_FORMATS = {
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}
_DRAG_PREVIEW_PX = 96


def to_qimage(image: NDArray[np.uint8]) -> QImage:
    """An array as a picture that owns its pixels.

    Parameters
    ----------
    image
        uint8, (C, H, W); C is 1 (grey), 3 (RGB) or 4 (RGBA).

    Raises
    ------
    ValueError
        If the shape or the type is another.
    """
    if image.ndim != 3 or image.shape[0] not in _FORMATS or image.dtype != np.uint8:
        raise ValueError(f"a picture is uint8 (1, 3 or 4, H, W), got {image.dtype} {image.shape}")
    channels, height, width = image.shape
    pixels = np.ascontiguousarray(image.transpose(1, 2, 0))  # (H, W, C)
    return QImage(pixels.data, width, height, width * channels, _FORMATS[channels]).copy()


def fitted(size: QSize, into: QRect) -> QRect:
    """The largest rectangle of the proportions of `size`, centred in `into`."""
    scaled = size.scaled(into.size(), Qt.AspectRatioMode.KeepAspectRatio)
    left = into.x() + (into.width() - scaled.width()) // 2
    top = into.y() + (into.height() - scaled.height()) // 2
    return QRect(left, top, scaled.width(), scaled.height())


def draw_picture(painter: QPainter, target: QRect, picture: QImage, *, smooth: bool = False) -> None:
    """Paint `picture` to fill `target`: square pixels when it grows, averaged ones when it shrinks."""
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    wanted = QSize(round(target.width() * ratio), round(target.height() * ratio))
    if wanted.width() < picture.width() or wanted.height() < picture.height():
        mode = Qt.TransformationMode.SmoothTransformation
        picture = picture.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(target, picture)


def copy_picture(picture: QImage) -> None:
    """Put the picture on the clipboard."""
    QGuiApplication.clipboard().setImage(picture)


def save_picture(picture: QImage, path: Path) -> None:
    """Write the picture, pixel for pixel, in the format its suffix names.

    Raises
    ------
    ExportError
        If the folder cannot be written or the suffix names no picture format.
    """
    if not picture.save(str(path)):
        raise ExportError(
            f"The picture was not saved: “{path}” cannot be written. "
            "Choose another folder, or a name that ends in .png."
        )


def may_replace(parent: QWidget | None, path: Path) -> bool:
    """Whether `path` may be written: it is free, or the person agrees to lose what is there.

    For names completed after the file dialog, which asked about another one.
    """
    if not path.exists():
        return True
    answer = QMessageBox.question(
        parent.window() if parent is not None else None,
        "Replace the file?",
        f"“{path.name}” is in this folder already. Replace it?",
    )
    return answer is QMessageBox.StandardButton.Yes


def save_picture_as(parent: QWidget | None, picture: QImage, suggested: str) -> Path | None:
    """Ask where, then write; None if the person changed their mind.

    Raises
    ------
    ExportError
        As `save_picture`.
    """
    chosen, _ = QFileDialog.getSaveFileName(
        parent, "Save picture", f"{_file_name(suggested)}.png", "Pictures (*.png *.jpg *.bmp)"
    )
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix:
        path = path.with_suffix(".png")
        if not may_replace(parent, path):
            return None
    save_picture(picture, path)
    return path


def picture_mime(picture: QImage, name: str) -> QMimeData:
    """The picture as image data (for other programs) and as a PNG file (for file managers)."""
    path = Path(_drag_folder().name) / f"{_file_name(name)}.png"
    mime = QMimeData()
    mime.setImageData(picture)
    if picture.save(str(path)):
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        mime.setData("image/png", QByteArray(path.read_bytes()))
    return mime


def drag_picture(source: QWidget, picture: QImage, name: str) -> None:
    """Carry the picture out of the window; returns when it is dropped."""
    drag = QDrag(source)
    drag.setMimeData(picture_mime(picture, name))
    preview = picture.scaled(_DRAG_PREVIEW_PX, _DRAG_PREVIEW_PX, Qt.AspectRatioMode.KeepAspectRatio)
    drag.setPixmap(QPixmap.fromImage(preview))
    drag.exec(Qt.DropAction.CopyAction)


@cache
def _drag_folder() -> TemporaryDirectory[str]:
    """Files of pictures being dragged; removed when the program ends."""
    return TemporaryDirectory(prefix="vae-explorer-drag-", ignore_cleanup_errors=True)


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", text.replace("−", "-")).strip("-.") or "picture"
