"""How strange each image on the map is: scores that its codes bring along, and squared errors measured on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.session import Session

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.latent.explorer import Explorer

__all__ = ["SCORES", "Score", "SquaredErrors", "known_scores"]

CHUNK_IMAGES = 512  # measured before other slow work has its turn

Values = NDArray[np.float64]


class Score(NamedTuple):
    """One way to order images by strangeness; all grow with it."""

    key: str
    name: str
    unit: str
    has_recon: bool  # contains −log p(x|z), which may be no likelihood
    is_variational: bool  # means nothing for a plain autoencoder


SCORES = (
    Score("neg-elbo", "−ELBO", "nats", True, True),
    Score("recon", "Reconstruction loss", "nats", True, False),
    Score("kl", "KL", "nats", False, True),
    Score("squared-error", "Squared error", "Σ(x − x̂)²", False, False),
)


def known_scores(encodings: Encodings, key: str) -> Values | None:
    """The score `key` of every row of `encodings`, (n,), NaN where it was not measured; None if it is not among them."""
    recon, kl = encodings.recon.astype(np.float64), encodings.kl.astype(np.float64)
    return {"neg-elbo": recon + kl, "recon": recon, "kl": kl}.get(key)


def squared_errors(explorer: Explorer, images: ImageSet, index: NDArray[np.int64]) -> Values:
    """‖x − E[x|z = mu]‖² of images number `index`, (n,), summed over channels and pixels in [0, 1]."""
    labels = None if images.labels is None else images.labels[index]
    answer = explorer.reconstruct(np.ascontiguousarray(images.images[index]), index, labels)
    difference = answer.original.astype(np.float32) - answer.reconstruction
    total = np.square(difference / np.float32(255.0)).reshape(len(index), -1).sum(axis=1)
    return np.asarray(total, dtype=np.float64)


class SquaredErrors(QObject):
    """Measures squared errors on the slow thread, chunk by chunk, so that other work has its turn.

    Signals
    -------
    progressed
        ``(int, int)``: images done, images in all.
    finished
        float64, (n,), in the order of the index given.
    failed
        One sentence.
    """

    progressed = Signal(int, int)
    finished = Signal(object)
    failed = Signal(str)

    _CHANNEL = "squared errors"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._parts: list[Values] = []
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    def start(self, explorer: Explorer, images: ImageSet, index: NDArray[np.int64]) -> None:
        """Measure images number `index`, (n,); replaces what is being measured."""
        self.cancel()
        self._parts = []
        self._is_busy = True
        self._next(explorer, images, index, 0)

    def cancel(self) -> None:
        """Forget what is being measured."""
        self._session.slow.cancel(self._CHANNEL)
        self._is_busy = False

    def _next(self, explorer: Explorer, images: ImageSet, index: NDArray[np.int64], done: int) -> None:
        if done >= len(index):
            self._is_busy = False
            self.finished.emit(np.concatenate(self._parts) if self._parts else np.empty(0))
            return
        part = index[done : done + CHUNK_IMAGES]

        def take(found: Values) -> None:
            self._parts.append(found)
            self.progressed.emit(done + len(part), len(index))
            self._next(explorer, images, index, done + len(part))

        self._session.slow.request(
            self._CHANNEL,
            lambda _is_stale: squared_errors(explorer, images, part),
            take,
            priority=8,
            on_error=self._on_failed,
        )

    def _on_failed(self, error: Exception) -> None:
        self._is_busy = False
        self.failed.emit(str(error) or type(error).__name__)
