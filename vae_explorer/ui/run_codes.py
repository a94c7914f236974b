"""What a run's folder keeps of its map, whether pictures are its own, and the list of recent runs. No Qt."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import RunError
from vae_explorer.latent.encodings import Encodings
from vae_explorer.locations import models_folder
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.recent import remember

__all__ = ["are_pictures_of", "keep_codes", "list_as_recent", "stored_codes"]

_log = logging.getLogger(__name__)


def stored_codes(run: RunFolder) -> Encodings | None:
    """What the run keeps of its map, if it comes from the newest weights; it can be computed anew."""
    snapshots = run.snapshots()
    try:
        arrays = run.load_latents()
        codes = Encodings.from_arrays(arrays) if arrays is not None else None
    except RunError as error:
        _log.info("the stored codes are not used: %s", error)
        return None
    if codes is None or not snapshots or codes.step != snapshots[-1].step:
        return None
    return codes if codes.latent_dim == run.info.config.model.latent_dim else None


def are_pictures_of(run: RunFolder, images: ImageSet) -> bool:
    """Whether `images` are those of `run`; drawn ones may differ by a rounding on another processor."""
    known = run.info.data
    drawn = run.info.config.data.source == "blooms"
    same_kind = (len(images), images.image_shape, images.class_names) == (
        known.n_images, known.image_shape, known.class_names
    )  # fmt: skip
    return images.fingerprint == known.fingerprint or (drawn and same_kind)


def list_as_recent(run: RunFolder) -> None:
    """List the run among the recent ones; shipped models have their own list."""
    if run.is_writable() and models_folder() not in run.path.parents:
        try:
            remember(run.path)
        except RunError as error:  # a convenience, not worth a question
            _log.info("%s", error)


def keep_codes(run: RunFolder, arrays: dict[str, NDArray[np.generic]]) -> None:
    """Write the codes of a map into a run that may be written."""
    if run.is_writable():
        run.save_latents(arrays)
