"""Names beside points: none on another, none outside."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

from vae_explorer.ui.widgets.label_places import ABOVE_FIRST, BELOW_FIRST, free_place, placed_labels

ROOM = QRectF(0.0, 0.0, 300.0, 200.0)
SIZE = QSizeF(40.0, 13.0)


def place(points: list[tuple[float, float]]) -> list[QRectF]:
    return placed_labels(
        [QPointF(*p) for p in points], [SIZE] * len(points), [ABOVE_FIRST] * len(points), ROOM
    )


def test_that_a_point_alone_has_its_name_where_it_is_wished() -> None:
    centre = QPointF(150.0, 100.0)
    above, below = placed_labels([centre, centre], [SIZE, SIZE], [ABOVE_FIRST, BELOW_FIRST], ROOM)
    assert above.left() > centre.x()
    assert above.bottom() < centre.y()
    assert below.right() < centre.x()
    assert below.top() > centre.y()


def test_that_a_rounding_does_not_cost_a_name_its_place() -> None:
    for k in range(200):
        centre = QPointF(150.0 + k / 7.0, 100.0 + k / 13.0)
        (label,) = placed_labels([centre], [QSizeF(30.1, 13.3)], [ABOVE_FIRST], ROOM)
        assert label.left() > centre.x()


def test_that_names_stay_inside() -> None:
    corners = [(5.0, 5.0), (295.0, 5.0), (5.0, 195.0), (295.0, 195.0)]
    assert all(ROOM.contains(label) for label in place(corners))


def test_that_no_name_lies_on_another_or_on_a_point() -> None:
    points = [(60.0 + 22.0 * k, 60.0 + 14.0 * k) for k in range(6)]
    labels = place(points)
    assert not any(a.intersects(b) for a, b in combinations(labels, 2))
    assert not any(label.contains(QPointF(*point)) for label in labels for point in points)


def test_that_points_upon_each_other_have_names_apart() -> None:
    labels = place([(150.0, 100.0)] * 4)
    assert not any(a.intersects(b) for a, b in combinations(labels, 2))


def test_that_many_points_have_a_name_each_though_there_is_no_room() -> None:
    rng = np.random.default_rng(0)
    assert len(place([(float(x), float(y)) for x, y in rng.uniform(0, 50, (40, 2))])) == 40


def test_that_the_first_free_place_is_taken_or_none() -> None:
    first, second = QRectF(0, 0, 10, 10), QRectF(50, 50, 10, 10)
    assert free_place([first, second], [], ROOM) == first
    assert free_place([first, second], [QRectF(5, 5, 2, 2)], ROOM) == second
    assert free_place([QRectF(-5, 0, 10, 10)], [], ROOM) is None
