"""Where the names of points go, so that they hide neither each other nor a point nor leave the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF

__all__ = ["ABOVE_FIRST", "BELOW_FIRST", "free_place", "placed_labels"]

Direction = tuple[int, int]  # of the label from its point: left −1, right 1; above −1, below 1

ABOVE_FIRST: tuple[Direction, ...] = ((1, -1), (0, -1), (-1, 1), (0, 1), (1, 0), (-1, 0), (1, 1), (-1, -1))
BELOW_FIRST: tuple[Direction, ...] = ((-1, 1), (0, 1), (1, 1), (-1, 0), (1, 0), (0, -1), (1, -1), (-1, -1))
_GAP_PX = 5.0  # between a point's centre and its label
_POINT_PX = 7.0  # around a centre nothing should be written


def placed_labels(
    points: Sequence[QPointF],
    sizes: Sequence[QSizeF],
    wishes: Sequence[Sequence[Direction]],
    room: QRectF,
) -> list[QRectF]:
    """A rectangle for each label, one after another at its first place that is free, else where least is hidden.

    Parameters
    ----------
    points, sizes, wishes
        Centre, extent and places in order of preference of each, px.
    room
        The picture.
    """
    marks = [_around(point) for point in points]
    placed: list[QRectF] = []
    for k, (point, size) in enumerate(zip(points, sizes, strict=True)):
        others = [*placed, *marks[:k], *marks[k + 1 :]]
        candidates = [_rectangle(point, size, direction) for direction in wishes[k]]
        placed.append(min(candidates, key=lambda each: _hidden(each, others, room)))
    return placed


def free_place(candidates: Sequence[QRectF], taken: Sequence[QRectF], room: QRectF) -> QRectF | None:
    """The first of `candidates` that lies in `room` and touches nothing; None if there is none."""
    return next((each for each in candidates if _hidden(each, taken, room) == 0.0), None)


def _around(point: QPointF) -> QRectF:
    return QRectF(point.x() - _POINT_PX, point.y() - _POINT_PX, 2 * _POINT_PX, 2 * _POINT_PX)


def _rectangle(point: QPointF, size: QSizeF, direction: Direction) -> QRectF:
    across, down = direction
    left = point.x() + (across - 1) * size.width() / 2 + across * _GAP_PX
    top = point.y() + (down - 1) * size.height() / 2 + down * _GAP_PX
    return QRectF(QPointF(left, top), size)


def _hidden(label: QRectF, others: Sequence[QRectF], room: QRectF) -> float:
    """Area of the label outside `room` or over others, px²."""
    outside = _area(label) - _area(label & room)
    # Rounded: corners that are computed in two ways differ by 1e-14.
    return round(outside + sum(_area(label & other) for other in others), 3)


def _area(rectangle: QRectF) -> float:
    return max(0.0, rectangle.width()) * max(0.0, rectangle.height())
