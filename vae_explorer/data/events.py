"""What loading tells its consumer: progress, and at last the images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Literal

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.spec import SourceName
from vae_explorer.errors import DataError

__all__ = ["LoadEvent", "LoadFinished", "LoadProgressed", "MissingDataSet", "Pace", "SkippedFile", "Unit"]

Unit = Literal["pictures", "images", "MB"]

_MIN_EVENT_GAP_S = 0.08  # twelve reports a second look live and cost nothing
_MIN_RATE_S = 0.3  # before that a rate is noise


@dataclass(frozen=True)
class LoadProgressed:
    """`done` of `total` in `unit`; `remaining_s` is None until a rate is known."""

    done: int
    total: int
    unit: Unit
    doing: str  # for a person: "Reading pictures"
    per_s: float
    remaining_s: float | None


@dataclass(frozen=True)
class SkippedFile:
    """A file that was left out, and why in a few words."""

    path: Path
    reason: str


@dataclass(frozen=True)
class LoadFinished:
    """The last event; `from_cache` tells that nothing had to be decoded."""

    images: ImageSet
    skipped: tuple[SkippedFile, ...]
    from_cache: bool


LoadEvent = LoadProgressed | LoadFinished


class MissingDataSet(DataError):  # noqa: N818 — named after the situation, as Cancelled is
    """A downloadable set is not on disk and nobody has agreed to download it yet."""

    def __init__(self, source: SourceName, title: str, size_mb: float, root: Path) -> None:
        super().__init__(
            f"{title} is not in {root}: download it ({size_mb:,.0f} MB), or choose the folder that holds it."
        )
        self.source = source
        self.title = title
        self.size_mb = size_mb
        self.root = root


class Pace:
    """Turns counts into `LoadProgressed`, at most twelve a second, with rate and remaining time."""

    def __init__(self, total: float, unit: Unit, doing: str, clock: Callable[[], float] = monotonic) -> None:
        self._total, self._unit, self._doing, self._clock = total, unit, doing, clock
        self._started = clock()
        self._reported = -float("inf")

    def report(self, done: float) -> LoadProgressed | None:
        """The event for `done`, or None if the last one is too fresh; the first and the last always come."""
        if self._clock() - self._reported < _MIN_EVENT_GAP_S and done < self._total:
            return None
        return self.now(done)

    def now(self, done: float) -> LoadProgressed:
        """The event for `done`, however fresh the last one is."""
        self._reported = self._clock()
        elapsed = self._reported - self._started
        per_s = done / elapsed if elapsed >= _MIN_RATE_S else 0.0
        remaining = max(0, self._total - done) / per_s if per_s > 0 else None
        total = max(math.ceil(self._total), math.floor(done))
        return LoadProgressed(math.floor(done), total, self._unit, self._doing, per_s, remaining)
