"""From a `DataSpec` to an `ImageSet`: a generator that reports, can be left at any time, and caches."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from vae_explorer.data import cache
from vae_explorer.data.arrays import plan_array
from vae_explorer.data.events import LoadEvent, LoadFinished, LoadProgressed, MissingDataSet, SkippedFile
from vae_explorer.data.fingerprint import content_fingerprint
from vae_explorer.data.gathering import Gathered, Plan
from vae_explorer.data.generated import plan_blooms, plan_digits
from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.pixels import MEMORY_BUDGET_BYTES, memory_budget_bytes
from vae_explorer.data.sources import SOURCE_INFO, missing_files, resolve_root
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec
from vae_explorer.data.splitting import split_at_random, split_beside_test
from vae_explorer.data.torchvision_sets import plan_torchvision
from vae_explorer.errors import DataError

__all__ = [
    "MEMORY_BUDGET_BYTES",
    "LoadEvent",
    "LoadFinished",
    "LoadProgressed",
    "MissingDataSet",
    "SkippedFile",
    "load",
    "load_by_fingerprint",
    "load_now",
    "missing_set",
]

_log = logging.getLogger(__name__)


def load(spec: DataSpec, *, download: bool = False) -> Iterator[LoadEvent]:
    """Load the images of `spec`; the last event is `LoadFinished`.

    Closing the generator cancels: threads end and half-made files are removed. What was decoded at some cost
    is cached; sets beyond `MEMORY_BUDGET_BYTES` are memory-mapped from the cache.

    Raises
    ------
    MissingDataSet
        If a downloadable set is not on disk and `download` is False.
    DataError
        If nothing usable is there; the message says what to do.
    """
    missing = missing_set(spec)
    if missing is not None:
        if not download:
            raise missing
        from vae_explorer.data.download import download_set  # HTTP and TLS: seldom needed

        yield from download_set(spec.source, missing.root)
    if spec.source == "folder":  # listing can take long where the folder is far away; total 0: not known yet
        yield LoadProgressed(0, 0, "pictures", "Looking for pictures", 0.0, None)
    plan = _plan(spec)
    found = cache.find(plan.key)
    if found is not None:
        _look_at_pixels(found[0])
        yield LoadFinished(*found, from_cache=True)
        return
    with cache.staging_folder() as staging:
        gathered = yield from plan.read(staging)
        skipped = gathered.skipped
        images = _finish(gathered, spec)
        del gathered  # the cache moves the file of mapped pixels, and must hold the only reference
        if plan.is_costly or images.images.nbytes > memory_budget_bytes():
            n = len(images)
            yield LoadProgressed(n, n, "images", "Keeping the images for the next time", 0.0, None)
            images = _cached(plan.key, staging, images, skipped)
    _look_at_pixels(images)
    yield LoadFinished(images, skipped, from_cache=False)


def load_now(spec: DataSpec, *, download: bool = False) -> ImageSet:
    """`load` without the reports.

    Raises
    ------
    DataError
        As `load`.
    """
    for event in load(spec, download=download):
        if isinstance(event, LoadFinished):
            return event.images
    raise AssertionError("load ended without LoadFinished")


def _look_at_pixels(images: ImageSet) -> None:
    """Find out here whether they are black and white only: later the window's thread would have to wait for it."""
    _ = images.has_binary_pixels


def missing_set(spec: DataSpec) -> MissingDataSet | None:
    """What would have to be downloaded before `spec` can be loaded; looks at file names only."""
    if spec.source not in TORCHVISION_SOURCES:
        return None
    root, info = resolve_root(spec.data_root), SOURCE_INFO[spec.source]
    if not missing_files(spec.source, root):
        return None
    return MissingDataSet(spec.source, info.title, info.download_mb, root)


def load_by_fingerprint(fingerprint: str) -> ImageSet | None:
    """The set with this content if the cache still holds it, even where its source has gone."""
    return cache.find_by_fingerprint(fingerprint)


def _plan(spec: DataSpec) -> Plan:
    match spec.source:
        case "blooms":
            return plan_blooms(spec)
        case "digits":
            return plan_digits(spec)
        case "folder":
            from vae_explorer.data.folder import plan_folder  # Pillow

            return plan_folder(spec)
        case "array":
            return plan_array(spec)
        case _:
            return plan_torchvision(spec)


def _finish(gathered: Gathered, spec: DataSpec) -> ImageSet:
    n = len(gathered.images)
    if gathered.is_test is None:
        split = split_at_random(n, spec.validation_fraction, spec.seed)
    else:
        split = split_beside_test(gathered.is_test, spec.validation_fraction, spec.seed)
    for values in (gathered.images, split, gathered.labels, gathered.factors):
        if values is not None:
            values.setflags(write=False)
    return ImageSet(
        name=gathered.name,
        images=gathered.images,
        split=split,
        fingerprint=content_fingerprint(gathered.images, gathered.labels, split),
        labels=gathered.labels,
        class_names=gathered.class_names,
        factors=gathered.factors,
        factor_names=gathered.factor_names,
    )


def _cached(key: str, staging: Path, images: ImageSet, skipped: tuple[SkippedFile, ...]) -> ImageSet:
    try:
        return cache.store(key, staging, images, skipped)
    except OSError as error:
        if images.images.nbytes > memory_budget_bytes():
            raise DataError(
                f"The images need {images.images.nbytes / 1e6:,.0f} MB and cannot be kept on disk ({error}): "
                "free some space, or choose a smaller size or fewer images."
            ) from error
        _log.info("The images are not cached: %s", error)
        return images
