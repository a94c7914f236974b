"""``TrainControl``: what a person changes while training runs, safe from any thread."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import ObjectiveConfig

__all__ = ["Changes", "TrainControl"]


@dataclass(frozen=True)
class Changes:
    """What was asked since the last look; None means unchanged."""

    beta: float | None = None
    learning_rate: float | None = None
    snapshot: bool = False


class TrainControl:
    """A letter box: any thread puts wishes in, the training thread takes them out between two steps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes = Changes()
        self._waiting = False

    def set_beta(self, beta: float) -> None:
        """Weigh kl by `beta` (0 to 1000) from the next step on; a warm-up under way rises to it.

        Raises
        ------
        ConfigError
            If `beta` is outside its range.
        """
        field = ObjectiveConfig.model_fields["beta"]
        low, high = (next(m for m in field.metadata if hasattr(m, name)) for name in ("ge", "le"))
        if not (math.isfinite(beta) and low.ge <= beta <= high.le):
            raise ConfigError(f"β is {beta}; choose a number from {low.ge:g} to {high.le:g}.")
        with self._lock:
            self._changes = Changes(beta, self._changes.learning_rate, self._changes.snapshot)
            self._waiting = True

    def set_learning_rate(self, learning_rate: float) -> None:
        """Step with `learning_rate` (0 to 1) from the next step on.

        Raises
        ------
        ConfigError
            If `learning_rate` is outside its range.
        """
        high = next(m for m in RunConfig.model_fields["learning_rate"].metadata if hasattr(m, "le"))
        if not (math.isfinite(learning_rate) and 0.0 < learning_rate <= high.le):
            raise ConfigError(
                f"The learning rate is {learning_rate}; choose a number above 0 and up to {high.le:g}."
            )
        with self._lock:
            self._changes = Changes(self._changes.beta, learning_rate, self._changes.snapshot)
            self._waiting = True

    def request_snapshot(self) -> None:
        """Publish and save a snapshot after the current step."""
        with self._lock:
            self._changes = Changes(self._changes.beta, self._changes.learning_rate, True)
            self._waiting = True

    def take(self) -> Changes | None:
        """What was asked since the last call; None, at almost no cost, if nothing was."""
        if not self._waiting:
            return None
        with self._lock:
            changes, self._changes, self._waiting = self._changes, Changes(), False
        return changes
