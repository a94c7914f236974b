"""What each source hands over, and the one way pixels take from a source into an `ImageSet`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.events import LoadProgressed, Pace, SkippedFile, Unit
from vae_explorer.data.fitting import native_size
from vae_explorer.data.pixels import PixelWriter
from vae_explorer.data.resize import to_shape
from vae_explorer.data.spec import DataSpec

__all__ = ["Gathered", "Plan", "Reading", "collect", "target_shape"]


@dataclass(frozen=True, eq=False)
class Gathered:
    """Images of one source before they are split; the fields are those of `ImageSet`.

    `is_test` (N,) marks an official test part; None if the source has none.
    """

    name: str
    images: NDArray[np.uint8]  # (N, C, H, W)
    is_test: NDArray[np.bool_] | None = None
    labels: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()
    factors: NDArray[np.float64] | None = None
    factor_names: tuple[str, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()


Reading = Generator[LoadProgressed, None, Gathered]


@dataclass(frozen=True)
class Plan:
    """How one spec is read.

    `key` names everything that shapes the result; `is_costly` says that a cache entry saves time;
    `read` takes a folder for half-made files, reports, and returns what it gathered.
    """

    key: str
    is_costly: bool
    read: Callable[[Path], Reading]


def target_shape(spec: DataSpec, native: tuple[int, int, int]) -> tuple[int, int, int]:
    """(C, H, W) that `spec` asks for, given the source's own; always a size that the networks take."""
    c, h, w = native
    h, w = native_size(h, w)
    return (spec.channels or c, spec.height or h, spec.width or w)


def collect(
    chunks: Iterable[NDArray[np.uint8]],
    n: int,
    shape: tuple[int, int, int],
    spec: DataSpec,
    staging: Path,
    doing: str,
    unit: Unit = "images",
) -> Generator[LoadProgressed, None, NDArray[np.uint8]]:
    """Bring chunks (B, C, H, W) to `shape` and join them; `n` is how many images they hold in all."""
    pace = Pace(n, unit, doing)
    done = 0
    with PixelWriter(staging, n, shape) as writer:
        for chunk in chunks:
            writer.append(to_shape(chunk, shape, spec.fit, spec.background))
            done += len(chunk)
            if event := pace.report(done):
                yield event
        return writer.finish()
