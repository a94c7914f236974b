"""One picture: exact pixels, proportions, copy, save."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from vae_explorer.errors import ExportError
from vae_explorer.ui.widgets.image_view import ImageView, to_qimage
from vae_explorer.ui.widgets.picture import draw_picture, fitted, picture_mime, save_picture

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 7), (28, 28), (8, 256)])
def test_that_a_picture_keeps_every_pixel(channels: int, height: int, width: int) -> None:
    image = RNG.integers(0, 256, (channels, height, width), dtype=np.uint8)
    if channels == 4:
        image[3] = 255
    picture = to_qimage(image)
    assert (picture.width(), picture.height()) == (width, height)
    for y, x in {(0, 0), (height - 1, width - 1), (height // 2, width // 3)}:
        colour = picture.pixelColor(x, y)
        expected = image[:3, y, x].tolist() if channels > 1 else image[:, y, x].tolist() * 3
        assert [colour.red(), colour.green(), colour.blue()] == expected


def test_that_a_picture_outlives_its_array() -> None:
    image = np.full((3, 4, 4), 7, dtype=np.uint8)
    picture = to_qimage(image)
    image[:] = 200
    assert picture.pixelColor(1, 1) == QColor(7, 7, 7)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 4, 4), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((1, 4, 4), np.float32)]
)
def test_that_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a picture is uint8"):
        to_qimage(image)


def test_that_enlarged_pixels_stay_square(qapp: object) -> None:
    picture = to_qimage(np.array([[[0, 255]]], dtype=np.uint8))
    canvas = QImage(20, 10, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    draw_picture(painter, QRect(0, 0, 20, 10), picture)
    painter.end()
    assert [canvas.pixelColor(x, 5).red() for x in (0, 9, 10, 19)] == [0, 0, 255, 255]


def test_that_shrunk_pictures_are_averaged(qapp: object) -> None:
    stripes = np.zeros((1, 64, 64), dtype=np.uint8)
    stripes[:, :, ::2] = 255
    canvas = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(canvas)
    draw_picture(painter, QRect(0, 0, 8, 8), to_qimage(stripes))
    painter.end()
    assert 100 < canvas.pixelColor(4, 4).red() < 156


def test_that_a_picture_is_centred_in_its_room() -> None:
    assert fitted(QSize(2, 1), QRect(0, 0, 100, 100)) == QRect(0, 25, 100, 50)


def test_that_the_view_keeps_the_proportions(qtbot: QtBot) -> None:
    view = ImageView()
    qtbot.addWidget(view)
    view.set_image(np.zeros((1, 20, 40), dtype=np.uint8))
    assert view.heightForWidth(300) == 150
    view.resize(300, 300)
    assert view.picture_rect() == QRect(0, 75, 300, 150)


def test_that_the_view_says_what_to_do_without_a_picture(qtbot: QtBot) -> None:
    view = ImageView()
    qtbot.addWidget(view)
    view.set_placeholder("Move over the map.")
    assert view.accessibleDescription() == "Move over the map."
    view.set_image(np.zeros((3, 8, 9), dtype=np.uint8))
    assert view.accessibleDescription() == "9 × 8 pixels"
    view.set_image(None)
    assert view.picture is None
    assert view.accessibleDescription() == "Move over the map."


def test_that_copying_puts_the_picture_itself_on_the_clipboard(qtbot: QtBot) -> None:
    view = ImageView()
    qtbot.addWidget(view)
    view.set_image(np.full((1, 8, 8), 90, dtype=np.uint8))
    view.resize(200, 200)
    view.copy()
    assert QGuiApplication.clipboard().image().size() == QSize(8, 8)


def test_that_a_click_and_the_return_key_are_told(qtbot: QtBot) -> None:
    view = ImageView()
    qtbot.addWidget(view)
    view.set_image(np.zeros((1, 8, 8), dtype=np.uint8))
    view.resize(80, 80)
    with qtbot.waitSignal(view.clicked):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    with qtbot.waitSignal(view.clicked):
        QTest.keyClick(view, Qt.Key.Key_Return)


def test_that_saving_writes_the_pixels(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"  # the suffix is added
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    view = ImageView()
    qtbot.addWidget(view)
    image = RNG.integers(0, 256, (3, 6, 5), dtype=np.uint8)
    view.set_image(image)
    view.save_as()
    saved = QImage(str(path.with_suffix(".png")))
    assert saved.size() == QSize(5, 6)
    assert saved.pixelColor(4, 2).green() == image[1, 2, 4]


def test_that_a_failed_save_is_one_sentence(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nowhere" / "out.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    view = ImageView()
    qtbot.addWidget(view)
    view.set_image(np.zeros((1, 4, 4), dtype=np.uint8))
    with qtbot.waitSignal(view.save_failed) as failed:
        view.save_as()
    assert "cannot be written" in failed.args[0]
    with pytest.raises(ExportError, match="Choose another folder"):
        save_picture(to_qimage(np.zeros((1, 4, 4), dtype=np.uint8)), path)


def test_that_a_dragged_picture_is_image_and_file(qapp: object) -> None:
    mime = picture_mime(to_qimage(np.zeros((1, 6, 6), dtype=np.uint8)), "z = 0.42, −1.07")
    assert mime.hasImage()
    path = Path(mime.urls()[0].toLocalFile())
    assert path.name == "z-0.42--1.07.png"
    assert QImage(str(path)).size() == QSize(6, 6)
