"""Sample pictures of the data sources: shipped ones, and those of sets that were loaded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec, SourceName
from vae_explorer.locations import cache_folder, resources_folder
from vae_explorer.ui.widgets.picture import to_qimage

__all__ = ["N_SAMPLES", "keep_samples", "read_samples", "typical_rows", "write_samples"]

N_SAMPLES = 6


def typical_rows(images: ImageSet, n: int) -> NDArray[np.int64]:
    """Indices of `n` images that show what the set holds: one of each class first, else evenly spread."""
    if images.labels is not None and len(images.class_names) > 1:
        chosen: list[int] = []
        for label in range(len(images.class_names)):
            if len(chosen) == n:
                break
            rows = np.flatnonzero(images.labels == label)
            chosen += [int(rows[0])] if len(rows) else []
        if len(chosen) == n:
            return np.array(chosen, dtype=np.int64)
    return np.unique(np.linspace(0, len(images) - 1, min(n, len(images))).astype(np.int64))


def read_samples(source: SourceName) -> tuple[QImage, ...]:
    """Square pictures of the source; none if it neither ships any nor was loaded before."""
    for path in (resources_folder() / "samples" / f"{source}.png", _kept(source)):
        strip = QImage(str(path)) if path.is_file() else QImage()
        if not strip.isNull():
            side = strip.height()
            return tuple(strip.copy(k * side, 0, side, side) for k in range(strip.width() // side))
    return ()


def write_samples(images: ImageSet, path: Path) -> bool:
    """Write a strip of typical pictures, side by side, as PNG; False if it cannot be written."""
    pictures = images.images[typical_rows(images, N_SAMPLES)]  # (n, C, H, W)
    n, channels, height, width = pictures.shape
    side = max(height, width)
    strip = np.zeros((channels, side, n * side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    for k, picture in enumerate(pictures):
        strip[:, top : top + height, k * side + left : k * side + left + width] = picture
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return to_qimage(strip).save(str(path))


def keep_samples(images: ImageSet, spec: DataSpec) -> None:
    """Remember samples of a downloaded set for its card; a cache that cannot be written costs only that."""
    if spec.source in TORCHVISION_SOURCES and not read_samples(spec.source):
        write_samples(images, _kept(spec.source))


def _kept(source: SourceName) -> Path:
    return cache_folder() / "samples" / f"{source}.png"
