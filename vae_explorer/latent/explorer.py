"""``Explorer``: one snapshot of a model, asked for pictures and posteriors; NumPy in, NumPy out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import Cancelled, ConfigError
from vae_explorer.latent.batches import BatchSizes
from vae_explorer.latent.encoding_pass import KL_SEED, encode_images, whole_kl
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.layouts import lay_out_for_single_images
from vae_explorer.latent.tensors import (
    check_pictures,
    check_shape,
    checked_classes,
    checked_latents,
    seen_pixels,
    to_numpy,
    to_pixels,
)
from vae_explorer.latent.variations import prior_samples
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.model import VAE, model_from_weights
from vae_explorer.vae.plugins import require_plugin

__all__ = ["Explorer", "Reconstructions"]

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]
IsStale = Callable[[], bool]

_DENSITY_ROWS = 4096  # latents whose density is computed at once: with 500 components 16 MB a dimension


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """Images and what the model makes of them, decoded at z = mu.

    Attributes
    ----------
    original, reconstruction
        uint8, (B, C, H, W); the reconstruction is the mean of p(x|z).
    recon, kl
        float32, (B,), nats; recon at z = mu.
    """

    original: Images
    reconstruction: Images
    recon: Floats
    kl: Floats


@dataclass(frozen=True, eq=False)
class Explorer:
    """A trained model in evaluation mode; never changes, so threads may share it.

    Attributes
    ----------
    image_shape
        (C, H, W).
    step, epoch
        Training behind these weights.
    variational
        False for a plain autoencoder, whose posterior is a point: kl is 0.
    prior_name
        ``normal``: N(0, I), ``mixture`` or ``vamp``: learned.
    has_closed_kl
        Whether KL has a closed form. Otherwise `kl` of an image is log q(z|x) − log p(z) at one sample z, the
        same for the same images, and `kl_per_dim` is to N(0, I) all the same.
    n_classes
        Of a conditional or semi-supervised model, else 0.
    label
        Class that latents are decoded to where nothing else is said; None unless the model is conditional.
    """

    run_name: str
    step: int
    epoch: float
    latent_dim: int
    image_shape: tuple[int, int, int]
    variational: bool
    likelihood_name: str
    device: torch.device
    prior_name: str
    has_closed_kl: bool
    n_classes: int
    label: int | None
    _model: VAE = field(repr=False)

    @classmethod
    def from_snapshot(
        cls, snapshot: Snapshot, device: torch.device | str = "cpu", *, shared: bool = False
    ) -> Explorer:
        """The model of `snapshot` with its own copy of the weights.

        Parameters
        ----------
        shared
            No copy where none is needed: for a snapshot whose weights nobody changes.

        Raises
        ------
        ConfigError
            If the weights do not fit the model that the snapshot describes, or its network is not installed.
        """
        require_plugin(snapshot.model.network, snapshot.plugin)
        model = model_from_weights(
            snapshot.model, snapshot.objective, snapshot.image_shape, snapshot.weights, shared=shared
        )
        model = model.to(device).eval().requires_grad_(False)
        lay_out_for_single_images(model)
        return cls(
            run_name=snapshot.run_name,
            step=snapshot.step,
            epoch=snapshot.epoch,
            latent_dim=model.latent_dim,
            image_shape=snapshot.image_shape,
            variational=model.variational,
            likelihood_name=snapshot.model.likelihood,
            device=torch.device(device),
            prior_name=snapshot.model.prior if model.variational else "normal",
            has_closed_kl=model.has_closed_kl,
            n_classes=model.n_classes,
            label=0 if model.n_classes else None,
            _model=model,
        )

    def with_label(self, label: int) -> Explorer:
        """The same model, decoding to class `label`, 0-based.

        Raises
        ------
        ConfigError
            If the model has no such class.
        """
        if not 0 <= label < self.n_classes:
            raise ConfigError(
                f"This model knows classes 0 to {self.n_classes - 1}, not {label}."
                if self.n_classes
                else "This model was trained without classes: it cannot be asked for one."
            )
        return replace(self, label=label)

    def sample_prior(self, n: int, seed: int, temperature: float = 1.0) -> NDArray[np.float64]:
        """`n` latents drawn from the model's prior; float64, (n, D). The same seed gives the same draws.

        Parameters
        ----------
        temperature
            Factor of the standard deviation (of each component in a mixture); 1 is the prior itself.
        """
        if self._model.prior.is_standard:
            return prior_samples(n, self.latent_dim, np.random.default_rng(seed), temperature)
        generator = torch.Generator(self.device).manual_seed(seed)
        with torch.inference_mode():
            return to_numpy(self._model.prior.sample(n, generator, temperature)).astype(np.float64)

    def prior_log_prob(self, z: ArrayLike) -> NDArray[np.float64]:
        """log p(z) of latents (n, D) in nats; float64, (n,)."""
        latents = checked_latents(z, self.latent_dim)
        with torch.inference_mode():
            rows = [
                self._model.prior.log_prob(part.to(self.device))
                for part in torch.split(latents, _DENSITY_ROWS)
            ]
            return to_numpy(torch.cat(rows)).astype(np.float64)

    @property
    def batch_size(self) -> int:
        """Images at once; `is_stale` is asked before each batch."""
        return self._sizes.most

    @cached_property
    def _sizes(self) -> BatchSizes:
        return BatchSizes.of(self._model, *self.image_shape[1:])

    def decode(
        self, z: ArrayLike, labels: ArrayLike | None = None, *, is_stale: IsStale | None = None
    ) -> Images:
        """Mean of p(x|z), of a conditional model p(x|z, y).

        Parameters
        ----------
        z
            (B, D).
        labels
            Classes (B,) of a conditional model; None: `label` for all. Other models ignore them.
        is_stale
            Asked between batches; True stops the work.

        Returns
        -------
        uint8, (B, C, H, W)

        Raises
        ------
        ConfigError
            If `z` has another number of coordinates than the model, or one is not finite.
        Cancelled
            When stale.
        """
        latents = checked_latents(z, self.latent_dim)
        y = self._classes(labels, len(latents))
        decoded = np.empty((len(latents), *self.image_shape), dtype=np.uint8)
        for rows in self._batches(len(latents), is_stale):
            with torch.inference_mode():
                params = self._model.decode(latents[rows].to(self.device), _part(y, rows))
                decoded[rows] = to_pixels(self._model.likelihood.mean(params))
        return decoded

    def sample_images(self, z: ArrayLike, seed: int) -> Images:
        """Images drawn from p(x|z), noise included, clipped to the range of pixels; uint8, (B, C, H, W).

        The same `z` and `seed` give the same images on every device.
        """
        latents = checked_latents(z, self.latent_dim)
        generator = torch.Generator().manual_seed(seed)
        y = self._classes(None, len(latents))
        sampled = np.empty((len(latents), *self.image_shape), dtype=np.uint8)
        for rows in self._batches(len(latents)):
            with torch.inference_mode():
                params = self._model.decode(latents[rows].to(self.device), _part(y, rows)).cpu()
                sampled[rows] = to_pixels(self._model.likelihood.sample(params, generator))
        return sampled

    def encode(
        self,
        images: ImageSet,
        index: NDArray[np.int64],
        *,
        n_measured: int | None = None,
        rounded: bool = False,
        is_stale: IsStale | None = None,
    ) -> Encodings:
        """Posteriors and losses of the images at `index`; a conditional model is given their classes.

        Where images have no classes, a semi-supervised model takes the one that it finds most probable, and a
        conditional one its `label`.

        Parameters
        ----------
        index
            Positions in `images`, (n,), any order; the result is in ascending order without repeats.
        n_measured
            Decode, and so measure recon of, only about so many of them, evenly chosen; None: all. Decoding
            takes two to four times as long as encoding.
        rounded
            Compute the networks in bfloat16, as the training of a live map does: about half the time, three digits.
        is_stale
            Asked between batches; True stops the work.

        Raises
        ------
        ConfigError
            If the images have another shape than the model's.
        Cancelled
            When stale.
        """
        check_shape(images.image_shape, self.image_shape)
        return encode_images(
            self._model,
            images,
            index,
            device=self.device,
            step=self.step,
            batches=lambda n, decodes: self._batches(n, is_stale, decodes=decodes),
            classes_of=self._classes_of,
            n_measured=n_measured,
            rounded=rounded,
        )

    def encode_pictures(
        self, x: Images, index: NDArray[np.int64] | None = None, labels: ArrayLike | None = None
    ) -> tuple[Floats, Floats]:
        """mu and log_var of uint8 pictures (B, C, H, W): two float32 arrays (B, D).

        Parameters
        ----------
        index
            Places of the pictures in their set, (B,): a model of binarised pixels draws them by it, as
            `encode` does. None: they are of no set, and count as its first.
        labels
            Their classes, (B,), as in `encode`; None: not known.
        """
        check_pictures(x, self.image_shape)
        mu = np.empty((len(x), self.latent_dim), dtype=np.float32)
        log_var = np.empty_like(mu)
        for rows in self._batches(len(x), decodes=False):
            with torch.inference_mode():
                batch = seen_pixels(x, index, rows, self._model.config.fixed_draw, self.device)
                posterior = self._model.encode(batch, self._classes_of(batch, _some(labels, rows)))
                mu[rows], log_var[rows] = to_numpy(posterior.mu), to_numpy(posterior.log_var)
        return mu, log_var

    def reconstruct(
        self,
        x: Images,
        index: NDArray[np.int64] | None = None,
        labels: ArrayLike | None = None,
        *,
        is_stale: IsStale | None = None,
    ) -> Reconstructions:
        """Encode uint8 pictures (B, C, H, W), decode them at mu, and measure both.

        `index` and `labels` are those of `encode_pictures`: recon of a model of binarised pixels is that of the draw.

        Raises
        ------
        ConfigError
            If the pictures have another shape than the model's.
        Cancelled
            When stale.
        """
        check_pictures(x, self.image_shape)
        decoded = np.empty_like(x, order="C")
        noise = torch.Generator(self.device).manual_seed(KL_SEED)
        recon, kl = np.empty(len(x), dtype=np.float32), np.empty(len(x), dtype=np.float32)
        for rows in self._batches(len(x), is_stale):
            with torch.inference_mode():
                batch = seen_pixels(x, index, rows, self._model.config.fixed_draw, self.device)
                y = self._classes_of(batch, _some(labels, rows))
                posterior = self._model.encode(batch, y)
                params = self._model.decode(posterior.mu, y)
                decoded[rows] = to_pixels(self._model.likelihood.mean(params))
                recon[rows] = -to_numpy(self._model.likelihood.log_prob(batch, params))
                kl[rows] = to_numpy(whole_kl(self._model, posterior, noise))
        return Reconstructions(x, decoded, recon, kl)

    def _batches(self, n: int, is_stale: IsStale | None = None, *, decodes: bool = True) -> Iterator[slice]:
        for rows in self._sizes.cut(n, decodes=decodes):
            if is_stale is not None and is_stale():
                raise Cancelled("Stopped: a newer request replaced this one.")
            yield rows

    def _classes(self, labels: ArrayLike | None, n: int) -> Tensor | None:
        """Classes (n,) of latents; None if the model takes none."""
        if self.label is None:
            return None
        if labels is None:
            return torch.full((n,), self.label, device=self.device)
        return checked_classes(labels, n, self.n_classes).to(self.device)

    def _classes_of(self, x: Tensor, labels: ArrayLike | None) -> Tensor | None:
        """Classes (B,) of images `x`: the given ones, else the most probable, else `label`."""
        if labels is None and self._model.classifier is not None:
            return self._model.classify(x).argmax(1)
        return self._classes(labels, len(x))


def _part(y: Tensor | None, rows: slice) -> Tensor | None:
    return None if y is None else y[rows]


def _some(labels: ArrayLike | None, rows: slice) -> NDArray[np.int64] | None:
    return None if labels is None else np.asarray(labels, dtype=np.int64)[rows]
