"""Marks over the map: what a move of the mouse paints anew is all that changed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter, QRegion

from vae_explorer.ui.theme import theme_manager
from vae_explorer.ui.widgets.map.marks import Marks, PinMark, hover_region, paint_marks
from vae_explorer.ui.widgets.map.viewport import Viewport

VIEW = Viewport.fitting((-3.0, -3.0, 3.0, 3.0), 400, 300, (0, 0, 0, 0))


def _painted(marks: Marks) -> NDArray[np.uint8]:
    picture = QImage(400, 300, QImage.Format.Format_RGB32)
    picture.fill(0xFF336699)
    painter = QPainter(picture)
    paint_marks(painter, marks, VIEW, theme_manager().theme, on_line=False)
    painter.end()
    return np.array(picture.constBits(), dtype=np.uint8).reshape(300, 400, 4)


def _mask(region: QRegion) -> NDArray[np.bool_]:
    mask = np.zeros((300, 400), dtype=bool)
    for rect in region:
        mask[max(0, rect.top()) : rect.bottom() + 1, max(0, rect.left()) : rect.right() + 1] = True
    return mask


@pytest.mark.parametrize("cursor", [None, (0.31, -0.72)])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1.0, 1.0), (1.013, 0.98)),
        ((1.0, 1.0), (-2.0, -1.5)),
        (None, (0.4, -0.7)),
        ((-2.999, 2.999), None),
    ],
)
def test_that_a_move_of_the_mouse_changes_nothing_outside_its_region(
    qapp: object,
    cursor: tuple[float, float] | None,
    before: tuple[float, float] | None,
    after: tuple[float, float] | None,
) -> None:
    pins = (PinMark("A", (0.5, 0.5), 0.0),)
    first, then = Marks(cursor=cursor, hover=before, pins=pins), Marks(cursor=cursor, hover=after, pins=pins)
    changed = (_painted(first) != _painted(then)).any(axis=2)
    region = _mask(hover_region(first, then, VIEW))
    assert changed.any()
    assert not (changed & ~region).any()
    assert region.mean() < 0.05
