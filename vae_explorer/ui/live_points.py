"""``LivePoints``: how many images the map shows while a model trains, by what the last passes cost."""

from __future__ import annotations

from vae_explorer.cores import usable_cores

__all__ = ["LivePoints"]

MOST_POINTS = 10_240
SHARE = 0.03  # of all cores that following a training may take from it
INTERVAL_S = 1.0  # between passes: the map moves once a second
# Few sizes: a set of points that stays the same glides to its newer places, another one jumps. They are such that
# few sizes of batches come of them, most often 128 only: oneDNN keeps 3 MB of kernels for each that it has met.
_SIZES = (256, 512, 768, 1_024, 1_536, 2_048, 3_072, 5_120, 7_168, MOST_POINTS)
_START = 1_024
_ROOM = (
    0.85  # a larger size must cost at most this much of what is allowed, a smaller one comes above 1 / 0.85
)
_MEMORY = 0.5  # of the older passes in the mean cost of a point


class LivePoints:
    """Learns the cost of a point from each pass.

    Parameters
    ----------
    n_cores
        Cores that the program may use; None asks the system.
    """

    def __init__(self, n_cores: int | None = None) -> None:
        self._allowed_s = SHARE * INTERVAL_S * (n_cores or usable_cores())
        self._point_s: float | None = None
        self._passes = 0
        self.count = _START

    def learn(self, n_points: int, cpu_seconds: float) -> None:
        """A pass over `n_points` took so long; the first one of a model finds its kernels and does not count."""
        self._passes += 1
        if n_points == 0 or self._passes == 1:
            return
        newest = cpu_seconds / n_points
        older = newest if self._point_s is None else self._point_s
        self._point_s = _MEMORY * older + (1.0 - _MEMORY) * newest
        affordable = self._allowed_s / max(self._point_s, 1e-9)
        if self.count > affordable / _ROOM:
            self.count = _largest(affordable)
        else:
            self.count = max(self.count, _largest(affordable * _ROOM))


def _largest(limit: float) -> int:
    return max((size for size in _SIZES if size <= limit), default=_SIZES[0])
