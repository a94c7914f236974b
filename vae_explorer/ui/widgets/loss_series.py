"""``LossSeries``: the losses of one run over epochs, those of finished epochs and those reported between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vae_explorer.ui.widgets.live_curve import LiveCurve

__all__ = ["LossSeries", "Part", "Rows", "thinned"]

Part = Literal["train", "validation"]
Rows = NDArray[np.float64]  # (E, 1 + V): an epoch and its losses
MOST_POINTS = 600  # of a painted curve: the rail is about 250 px wide, and a paint costs by the point
_PARTS: tuple[Part, Part] = ("train", "validation")
_COLUMNS = {"elbo": slice(1, 3), "recon": slice(1, 2), "kl": slice(2, 3)}


def thinned(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_POINTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A curve of about `most` points that shows the same peaks: lowest and highest of each stretch, and the end.

    Parameters
    ----------
    x, y
        (n,); y may hold values that are not finite.
    """
    n = len(x)
    if n <= most:
        return x, y
    stretch = -(-n // (most // 2))
    whole = n // stretch * stretch
    parts = y[:whole].reshape(-1, stretch)
    low = np.where(np.isfinite(parts), parts, np.inf).argmin(axis=1)
    high = np.where(np.isfinite(parts), parts, -np.inf).argmax(axis=1)
    begins = np.arange(0, whole, stretch)
    keep = np.zeros(n, dtype=bool)
    for place in (begins + low, begins + high, slice(whole, n), n - 1):
        keep[place] = True
    return x[keep], y[keep]


class LossSeries:
    """recon and KL of both parts, and the objective's further terms on training images, by name."""

    def __init__(self) -> None:
        self._train: Rows = np.empty((0, 3))
        self._validation: Rows = np.empty((0, 3))
        self._terms: dict[str, Rows] = {}
        self._live = LiveCurve()
        self._live_terms: dict[str, LiveCurve] = {}
        self._rows: Rows | None = None  # of the training, asked for several times between reports

    @property
    def term_names(self) -> tuple[str, ...]:
        """The objective's further terms that have values, in the order in which they came."""
        live = (name for name, curve in self._live_terms.items() if len(curve))
        return tuple(dict.fromkeys((*self._terms, *live)))

    @property
    def n_live(self) -> int:
        """Points kept of what was reported between epochs."""
        return len(self._live)

    def set_history(self, train: Rows, validation: Rows | None, terms: Mapping[str, Rows]) -> None:
        """Finished epochs: epoch, recon, kl (E, 3); epoch and value (E, 2) of each further term."""
        self._rows = None
        self._train = np.asarray(train, dtype=np.float64).reshape(-1, 3)
        rows = np.empty((0, 3)) if validation is None else np.asarray(validation, dtype=np.float64)
        self._validation = rows.reshape(-1, 3)
        self._terms = {name: np.asarray(rows, dtype=np.float64) for name, rows in terms.items()}

    def append_live(self, epoch: float, recon: float, kl: float, terms: Mapping[str, float]) -> None:
        """Add training losses reported at a fractional epoch."""
        self._rows = None
        self._live.append(epoch, recon, kl)
        for name, value in terms.items():
            self._live_terms.setdefault(name, LiveCurve(1)).append(epoch, value)

    def clear_live(self) -> None:
        """Forget what was reported between epochs."""
        self._rows = None
        self._live.clear()
        self._live_terms.clear()

    def rows(self, part: Part) -> Rows:
        """Epoch, recon and KL, (E, 3): live means where there are some, those of whole epochs before them."""
        if part == "validation":
            return self._validation
        if self._rows is None:
            self._rows = _joined(self._train, self._live.points())
        return self._rows

    def column(self, name: str, part: Part) -> tuple[Rows, Rows]:
        """Epochs and values, (E,) each, of "elbo" (its negative), "recon", "kl" or a further term."""
        if name in _COLUMNS:
            rows = self.rows(part)
            return rows[:, 0], rows[:, _COLUMNS[name]].sum(axis=1)
        if part == "validation":
            return np.empty(0), np.empty(0)
        before = self._terms.get(name, np.empty((0, 2)))
        live = self._live_terms.get(name)
        rows = before if live is None else _joined(before, live.points())
        return rows[:, 0], rows[:, 1]

    def value_at(self, name: str, part: Part, epoch: float) -> float | None:
        """The value reported nearest to `epoch`, None where there is none."""
        x, y = self.column(name, part)
        if not len(x):
            return None
        value = float(y[int(np.argmin(np.abs(x - epoch)))])
        return value if np.isfinite(value) else None

    def are_positive(self) -> bool:
        """Whether recon and −ELBO have logarithms."""
        parts = [self.column(name, part)[1] for name in ("elbo", "recon") for part in _PARTS]
        values = np.concatenate(parts)
        values = values[~np.isnan(values)]
        return not len(values) or bool(values.min() > 0.0)


def _joined(before: Rows, live: Rows) -> Rows:
    return before if not len(live) else np.concatenate([before[before[:, 0] < live[0, 0]], live])
