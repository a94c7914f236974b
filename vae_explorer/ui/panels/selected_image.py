"""What is known of one image: from its picture, or, where that is not at hand, from its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet
from vae_explorer.ui.panels.reconstruction_batch import (
    code_title,
    image_title,
    loss_numbers,
    reconstruct_rows,
)

if TYPE_CHECKING:
    from vae_explorer.latent.encodings import Encodings
    from vae_explorer.latent.explorer import Explorer

__all__ = ["SelectedImage", "from_code", "from_picture"]


class SelectedImage(NamedTuple):
    """What is known of one image; without its picture there is nothing to compare the reconstruction with."""

    image: int
    title: str
    facts: str
    original: NDArray[np.uint8] | None  # (C, H, W)
    reconstruction: NDArray[np.uint8]  # (C, H, W)
    signed: NDArray[np.int16] | None  # (H, W)
    numbers: tuple[tuple[str, str], ...]
    mu: NDArray[np.float64]  # (D,)
    log_var: NDArray[np.float64]  # (D,)
    nats: float  # recon at the mean of the posterior, and KL


def from_picture(explorer: Explorer, images: ImageSet, image: int) -> SelectedImage:
    """Encode and reconstruct the picture."""
    x = np.ascontiguousarray(images.images[image : image + 1])
    labels = None if images.labels is None else images.labels[image : image + 1]
    mu, log_var = explorer.encode_pictures(x, np.array([image]), labels)
    row = reconstruct_rows(explorer, images, np.array([image]))[image]
    facts = ""
    if images.factors is not None and images.factor_names:
        pairs = zip(images.factor_names, images.factors[image], strict=False)
        facts = " · ".join(f"{name} {value:.3g}".replace("-", "−") for name, value in pairs)
    return SelectedImage(
        image=image,
        title=image_title(images, image),
        facts=facts,
        original=row.original,
        reconstruction=row.reconstruction,
        signed=row.signed,
        numbers=row.numbers,
        mu=mu[0].astype(np.float64),
        log_var=log_var[0].astype(np.float64),
        nats=row.nats,
    )


def from_code(explorer: Explorer, encodings: Encodings, row: int) -> SelectedImage:
    """What the code alone tells, where the picture is not at hand."""
    recon, kl = float(encodings.recon[row]), float(encodings.kl[row])
    labels = None if encodings.labels is None else encodings.labels[row : row + 1]
    return SelectedImage(
        image=int(encodings.index[row]),
        title=code_title(encodings, row),
        facts="",
        original=None,
        reconstruction=explorer.decode(encodings.mu[row : row + 1], labels)[0],
        signed=None,
        numbers=tuple(loss_numbers(recon, kl, variational=explorer.variational)),
        mu=encodings.mu[row].astype(np.float64),
        log_var=encodings.log_var[row].astype(np.float64),
        nats=recon + kl,
    )
