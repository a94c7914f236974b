"""The two sets that need no file: ``blooms``, drawn by code, and scikit-learn's handwritten ``digits``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vae_explorer.data.blooms import (
    BLOOMS_VERSION,
    FACTOR_NAMES,
    KIND_NAMES,
    N_BLOOMS,
    draw_blooms,
    sample_blooms,
)
from vae_explorer.data.cache import cache_key
from vae_explorer.data.gathering import Gathered, Plan, Reading, collect, target_shape
from vae_explorer.data.spec import DataSpec
from vae_explorer.data.splitting import choose_subset

__all__ = ["plan_blooms", "plan_digits"]

_BLOOMS_SHAPE = (3, 32, 32)
_DIGITS_SHAPE = (1, 8, 8)
_DIGITS_WHITE = 16  # scikit-learn counts dark pixels in blocks of 4 × 4


def plan_blooms(spec: DataSpec) -> Plan:
    """Blooms are drawn at the size asked for, not scaled; `spec.seed` chooses the figures."""
    shape = target_shape(spec, _BLOOMS_SHAPE)
    n = spec.n_images or N_BLOOMS

    def read(staging: Path) -> Reading:
        blooms = sample_blooms(n, np.random.default_rng(spec.seed))
        drawn = draw_blooms(blooms.factors, shape[1], shape[2])
        images = yield from collect(drawn, n, shape, spec, staging, "Drawing blooms")
        return Gathered(
            "Blooms",
            images,
            labels=blooms.kind,
            class_names=KIND_NAMES,
            factors=blooms.factors,
            factor_names=FACTOR_NAMES,
        )

    return Plan(
        cache_key("blooms", BLOOMS_VERSION, n, shape, spec.seed, spec.validation_fraction), True, read
    )


def plan_digits(spec: DataSpec) -> Plan:
    """1,797 digits, 8 × 8, written by 43 people (E. Alpaydin, C. Kaynak, UCI 1998; CC BY 4.0)."""
    shape = target_shape(spec, _DIGITS_SHAPE)

    def read(staging: Path) -> Reading:
        from sklearn.datasets import load_digits

        bunch = load_digits()
        rows = choose_subset(len(bunch.images), spec.n_images, spec.seed)
        native = np.rint(bunch.images[rows, None] * (255 / _DIGITS_WHITE)).astype(np.uint8)
        images = yield from collect([native], len(rows), shape, spec, staging, "Reading digits")
        labels = np.asarray(bunch.target, dtype=np.int64)[rows]
        return Gathered("Digits", images, labels=labels, class_names=tuple("0123456789"))

    key = cache_key(
        "digits", shape, spec.fit, spec.background, spec.n_images, spec.seed, spec.validation_fraction
    )
    return Plan(key, False, read)
