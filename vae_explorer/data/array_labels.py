"""Labels and known factors that lie beside the images in a NumPy file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.array_rows import ArrayFile
from vae_explorer.errors import DataError

__all__ = ["DSPRITES_FACTORS", "DSPRITES_SHAPES", "read_factors", "read_labels"]

DSPRITES_FACTORS = ("color", "shape", "scale", "orientation", "posX", "posY")  # L. Matthey et al. 2017
DSPRITES_SHAPES = ("square", "ellipse", "heart")

_LABEL_NAMES = ("labels", "label", "y", "targets")
_MAX_CLASSES = 1_000  # more distinct numbers than this are measurements, not classes


def read_labels(file: ArrayFile, n: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Labels (N,) as indices from 0, and the name of each class; words, whole numbers and one-hot are read.

    Raises
    ------
    DataError
        If there are labels that do not fit `n` images.
    """
    name = next((name for name in _LABEL_NAMES if name in file.arrays), None)
    if name is None:
        return None, ()
    values = file.arrays[name].read()
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    elif values.ndim == 2 and values.dtype.kind in "biuf" and (np.count_nonzero(values, axis=1) == 1).all():
        values = values.argmax(axis=1)  # one-hot
    if values.ndim != 1 or len(values) != n:
        raise DataError(
            f"“{name}” in {file.path.name} has the shape {values.shape}: {n:,} images need ({n},)."
        )
    if values.dtype.kind == "f":
        if not (values == np.rint(values)).all():
            raise DataError(
                f"“{name}” in {file.path.name} holds fractions: labels are whole numbers or words."
            )
        values = values.astype(np.int64)
    distinct, index = np.unique(values, return_inverse=True)
    if len(distinct) > _MAX_CLASSES:
        raise DataError(
            f"“{name}” in {file.path.name} has {len(distinct):,} different values: up to {_MAX_CLASSES:,} "
            "classes are meant."
        )
    return index.astype(np.int64), _class_names(file, distinct)


def _class_names(file: ArrayFile, distinct: NDArray[Any]) -> tuple[str, ...]:  # Any: words or whole numbers
    if "class_names" in file.arrays and distinct.dtype.kind in "biu":
        names = file.arrays["class_names"].read()
        if (
            names.ndim == 1
            and names.dtype.kind == "U"
            and int(distinct[0]) >= 0
            and int(distinct[-1]) < len(names)
        ):
            return tuple(str(names[int(k)]) for k in distinct)
    if distinct.dtype.kind == "S":
        return tuple(name.decode("utf-8", "replace") for name in distinct)
    return tuple(str(name) for name in distinct)


def read_factors(file: ArrayFile, n: int) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Known factors (N, F) and their names: ``factors``, or dSprites' ``latents_classes``.

    Raises
    ------
    DataError
        If there are factors that do not fit `n` images.
    """
    name = next((name for name in ("factors", "latents_classes") if name in file.arrays), None)
    if name is None:
        return None, ()
    values = file.arrays[name].read()
    if values.ndim != 2 or len(values) != n or values.dtype.kind not in "biuf":
        raise DataError(
            f"“{name}” in {file.path.name} is {values.dtype} {values.shape}: ({n}, F) numbers are meant."
        )
    n_factors = values.shape[1]
    if name == "latents_classes" and n_factors == len(DSPRITES_FACTORS):
        return values.astype(np.float64), DSPRITES_FACTORS
    if "factor_names" in file.arrays:
        names = file.arrays["factor_names"].read()
        if names.dtype.kind == "U" and names.shape == (n_factors,):
            return values.astype(np.float64), tuple(str(text) for text in names)
    return values.astype(np.float64), tuple(f"factor {k + 1}" for k in range(n_factors))
