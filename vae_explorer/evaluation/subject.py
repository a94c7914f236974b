"""``Subject``: a model with the images that it is measured on, and the noise to draw."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae_explorer import __version__
from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.classes import given_labels
from vae_explorer.evaluation.conditions import Conditions
from vae_explorer.evaluation.figures import Figure
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.statistics import Mean, bootstrap_interval, mean_of
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.model import model_from_weights
from vae_explorer.vae.pixels import Pixels
from vae_explorer.vae.plugins import require_plugin
from vae_explorer.vae.posterior import Posterior
from vae_explorer.vae.recon_label import CROSS_ENTROPY, Measure, recon_label

__all__ = ["Batch", "Subject"]

_LABELS = {
    Measure.CROSS_ENTROPY: CROSS_ENTROPY,
    Measure.DENSITY: "density of pixels in [0, 1]; can be negative",
}

BATCH_IMAGES = 256


@dataclass(frozen=True, eq=False)
class Batch:
    """Images `x` (B, C, H, W) as the model takes them, of `index` (B,); `done` of `total` with this one."""

    index: NDArray[np.int64]
    x: Tensor
    y: Tensor | None  # classes (B,) that a model of classes is told
    done: int
    total: int


class Subject:
    """A model and the images of one split.

    Attributes
    ----------
    model
        In evaluation mode, without gradients.
    images, snapshot, settings, device
        As given.
    split
        The part that is measured.
    index
        All images of the split, (N,), ascending.
    chosen
        At most ``settings.n_images`` of them, ascending.
    posterior
        q(z|x) of every image of the split, (N, D) on `device`, kept by `encoding.posterior_in_steps`; None before.

    Raises
    ------
    ConfigError
        If the images have another shape or other classes than the model's, the split has none, or a plug-in network is
        missing.
    """

    def __init__(self, snapshot: Snapshot, images: ImageSet, settings: SuiteSettings) -> None:
        if images.image_shape != snapshot.image_shape:
            raise ConfigError(
                f"The model takes images of shape {snapshot.image_shape} (C, H, W), but '{images.name}' has "
                f"{images.image_shape}: load the images as the run did."
            )
        self.snapshot, self.images, self.settings = snapshot, images, settings
        self.device = torch.device(settings.device)
        require_plugin(snapshot.model.network, snapshot.plugin)
        model = model_from_weights(snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights)
        self.model = model.to(self.device).eval().requires_grad_(False)
        self._given = given_labels(self.model, images)
        self.split = _split_of(images, settings.split)
        self.index = images.indices(self.split)
        self.chosen = self._choose(settings.n_images)
        self.posterior: Posterior | None = None
        self._pixels = Pixels(images.images, self.device)

    def generator(self, purpose: str) -> torch.Generator:
        """Noise for `purpose` on the model's device: the same for the same seed, whatever else is measured."""
        return torch.Generator(self.device).manual_seed(int(self.rng(purpose).integers(2**62)))

    def rng(self, purpose: str) -> np.random.Generator:
        """NumPy's noise for `purpose`."""
        return np.random.default_rng([self.settings.seed, zlib.crc32(purpose.encode())])

    def batches(self, index: NDArray[np.int64], size: int = BATCH_IMAGES) -> Iterator[Batch]:
        """Images at `index` (n,) in batches of `size`."""
        for start in range(0, len(index), size):
            part = index[start : start + size]
            following = index[start + size : start + 2 * size]
            x = self._pixels.batch(part, following, draw=self.model.config.fixed_draw)
            yield Batch(part, x, self._classes(part, x), start + len(part), len(index))

    @property
    def is_binary(self) -> bool:
        """Whether the model sees black and white pixels only, by nature or binarised."""
        return self.model.config.binarisation != "none" or self.images.has_binary_pixels

    @property
    def measure(self) -> Measure:
        """What p(x|z) is on these pixels."""
        return recon_label(self.snapshot.model, self.images.has_binary_pixels).measure

    @property
    def label(self) -> str:
        """What must stand beside every number with log p(x|z) in it; empty for a probability."""
        return _LABELS.get(self.measure, "")

    @property
    def told(self) -> str:
        """How encoder and decoder come to know the class of an image, a sentence; empty where they need none."""
        if not self.model.n_classes:
            return ""
        what = "each image's label" if self._given is not None else "the class that the classifier names"
        but = (
            ""
            if self.model.classifier is None
            else ", but for the bound and the likelihood, which sum over classes"
        )
        return f"Encoder and decoder are told {what}{but}."

    @property
    def n_pixels(self) -> int:
        """Values of an image, C·H·W."""
        return math.prod(self.images.image_shape)

    @property
    def conditions(self) -> Conditions:
        """What this evaluation is made of."""
        snapshot, settings = self.snapshot, self.settings
        return Conditions(
            run=snapshot.run_name,
            step=snapshot.step,
            epoch=snapshot.epoch,
            network=snapshot.model.network,
            latent_dim=snapshot.model.latent_dim,
            likelihood=snapshot.model.likelihood,
            objective=snapshot.objective.name,
            beta=snapshot.objective.beta,
            data=self.images.name,
            data_fingerprint=self.images.fingerprint,
            image_shape=self.images.image_shape,
            split=self.split_name,
            n_split=len(self.index),
            n_images=len(self.chosen),
            n_samples=settings.n_samples,
            n_aggregate=settings.n_aggregate,
            seed=settings.seed,
            pixels=self._pixels_in_words,
            number=self.label or "probability of the pixels",
            device=str(self.device),
            program_version=__version__,
            torch_version=torch.__version__,
            classes=self.told,
        )

    def figure(
        self,
        name: str,
        title: str,
        value: float | Mean,
        unit: str,
        *,
        n_images: int | None = None,
        n_samples: int | None = None,
        label: str = "",
        note: str = "",
    ) -> Figure:
        """A number that is computed from all images of the split, unless `n_images` says otherwise."""
        mean = value if isinstance(value, Mean) else Mean(value, math.nan)
        return Figure(
            name=name,
            title=title,
            value=mean.value,
            unit=unit,
            split=self.split_name,
            n_images=len(self.index) if n_images is None else n_images,
            n_samples=n_samples,
            standard_error=mean.standard_error if math.isfinite(mean.standard_error) else None,
            label=label,
            note=note,
        )

    def mean_figure(
        self,
        name: str,
        title: str,
        values: NDArray[np.float64],
        unit: str,
        *,
        n_samples: int | None = None,
        label: str = "",
        note: str = "",
    ) -> Figure:
        """The mean of one value an image, (n,), with its standard error and bootstrap interval."""
        mean = mean_of(values)
        return Figure(
            name=name,
            title=title,
            value=mean.value,
            unit=unit,
            split=self.split_name,
            n_images=len(values),
            n_samples=n_samples,
            standard_error=mean.standard_error if math.isfinite(mean.standard_error) else None,
            interval=bootstrap_interval(values, self.rng(f"bootstrap {name}")),
            label=label,
            note=note,
        )

    @property
    def split_name(self) -> str:
        """``"test"``."""
        return self.split.name.lower()

    @property
    def _pixels_in_words(self) -> str:
        config = self.model.config
        if config.binarisation != "none" and not self.images.has_binary_pixels:
            return f"binarised, by the fixed draw of seed {config.binarisation_seed}"
        return "black and white" if self.is_binary else "grey or colour values in [0, 1]"

    def _classes(self, index: NDArray[np.int64], x: Tensor) -> Tensor | None:
        if self._given is not None:
            return torch.from_numpy(self._given[index]).to(self.device)
        return self.model.classify(x).argmax(1) if self.model.n_classes else None

    def _choose(self, n_images: int | None) -> NDArray[np.int64]:
        if n_images is None or n_images >= len(self.index):
            return self.index
        return np.sort(self.rng("images").choice(self.index, n_images, replace=False))


def _split_of(images: ImageSet, wanted: Split | None) -> Split:
    order = (Split.TEST, Split.VALIDATION, Split.TRAIN) if wanted is None else (wanted,)
    for split in order:
        if len(images.indices(split)):
            return split
    there = ", ".join(split.name.lower() for split in Split if len(images.indices(split)))
    raise ConfigError(f"'{images.name}' has no {order[0].name.lower()} images: choose from {there}.")
