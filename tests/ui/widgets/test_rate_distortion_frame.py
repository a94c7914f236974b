"""The frame of the rate–distortion chart: nats and pixels, and lines of equal −ELBO."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from vae_explorer.ui.widgets.rate_distortion_frame import PlotFrame, equal_bounds, frame_around

FRAME = PlotFrame((0.0, 40.0), (60.0, 100.0), QSizeF(400.0, 200.0))  # 10 px a nat across, 5 px down


def test_that_lines_of_equal_bound_are_round_few_and_within() -> None:
    bounds = equal_bounds((2.0, 30.0), (70.0, 110.0))
    assert bounds == [80.0, 100.0, 120.0]
    assert equal_bounds((0.0, 4.0), (-3.0, 3.0)) == [-2.0, 0.0, 2.0, 4.0, 6.0]
    assert equal_bounds((1.0, 1.0), (2.0, 2.0)) == []
    for scale in (1e-3, 1.0, 7.0, 1e4):
        assert 2 <= len(equal_bounds((0.0, scale), (scale, 3 * scale))) <= 7


def test_that_a_model_lies_where_its_nats_say_and_comes_back_from_there() -> None:
    assert FRAME.to_px(0.0, 100.0) == QPointF(0.0, 0.0)
    assert FRAME.to_px(40.0, 60.0) == QPointF(400.0, 200.0)
    assert FRAME.to_px(10.0, 80.0) == QPointF(100.0, 100.0)
    assert FRAME.to_nats(FRAME.to_px(13.0, 71.0)) == pytest.approx((13.0, 71.0))


def test_that_there_is_room_for_names_around_the_models() -> None:
    frame = frame_around(np.array([5.0, 9.0, 20.0]), np.array([90.0, 75.0, 70.0]), QSizeF(384.0, 252.0))
    assert frame.to_px(5.0, 70.0).x() == pytest.approx(24.0)
    assert frame.to_px(20.0, 70.0).x() == pytest.approx(384.0 - 60.0)
    assert frame.to_px(5.0, 90.0).y() == pytest.approx(26.0)
    assert frame.to_px(5.0, 70.0).y() == pytest.approx(252.0 - 26.0)


def test_that_one_model_lies_in_the_middle() -> None:
    frame = frame_around(np.array([8.0]), np.array([-500.0]), QSizeF(300.0, 200.0))
    assert frame.to_px(8.0, -500.0) == QPointF(150.0, 100.0)
    assert frame.distortions == (-525.0, -475.0)


@pytest.mark.parametrize("bound", [65.0, 80.0, 100.0, 120.0, 135.0])
def test_that_the_letters_beside_a_line_do_not_cross_it(bound: float) -> None:
    for place in FRAME.beside_bound(bound, QSizeF(60.0, 14.0)):
        letters = place.adjusted(0.0, 2.0, 0.0, -2.0)  # their line is higher than they are
        corners = (letters.topLeft(), letters.topRight(), letters.bottomLeft(), letters.bottomRight())
        above = [sum(FRAME.to_nats(corner)) > bound for corner in corners]
        assert all(above) or not any(above)


def test_that_the_first_place_beside_a_line_touches_the_low_end_of_it() -> None:
    room = QRectF(QPointF(0.0, 0.0), FRAME.size)
    at_right, at_bottom = (FRAME.beside_bound(bound, QSizeF(60.0, 14.0))[0] for bound in (120.0, 80.0))
    assert room.contains(at_right)
    assert room.contains(at_bottom)
    assert at_right.right() == 400.0 - 3.0  # the line leaves at the right, 80 nats of distortion: 100 px
    assert at_right.top() == 100.0 + 3.0
    assert at_bottom.bottom() == 200.0 - 3.0
