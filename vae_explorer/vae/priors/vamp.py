"""VampPrior: a mixture of the posteriors of learned pseudo-inputs (Tomczak & Welling 2018)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.vae.networks import ImageShape
from vae_explorer.vae.posterior import Posterior
from vae_explorer.vae.priors.mixture import mixture_log_prob, mixture_sample
from vae_explorer.vae.priors.prior import Prior

__all__ = ["VampPrior"]

_MARGIN = 0.02  # pseudo-inputs begin so far inside [0, 1], where their gradient is not cut off
_START, _START_SPREAD = 0.5, 0.1  # grey values before there are images
_LABEL_LOGIT = 4.0  # of the known class at the start: about 0.85 of ten classes


class VampPrior(Prior):
    """p(z) = 1/K Σ_k q(z|u_k) with learned pseudo-inputs u_k (Tomczak & Welling 2018, eq. 9).

    The pseudo-inputs are images, held in [0, 1], that begin as training images. In a conditional model each
    has a soft label of its own, learned too. With a flow posterior the components are the Gaussians of
    its `mu` and `log_var`, so that p(z) stays a density that can be evaluated everywhere.
    """

    def __init__(
        self,
        latent_dim: int,
        components: int,
        image_shape: ImageShape,
        n_classes: int,
        encode: Callable[[Tensor, Tensor | None], Posterior],
    ) -> None:
        super().__init__(latent_dim)
        self.pseudo_inputs = nn.Parameter(torch.zeros(components, *image_shape))
        self.labels = nn.Parameter(torch.zeros(components, n_classes)) if n_classes else None
        self._encode = encode

    @property
    def components(self) -> Posterior:
        """q(z|u_k) of all pseudo-inputs; (K, D)."""
        soft = None if self.labels is None else torch.softmax(self.labels, dim=1)  # (K, n_classes)
        return self._encode(self.pseudo_inputs.clamp(0.0, 1.0), soft)

    def reset(self, generator: torch.Generator) -> None:
        """Noise around grey, until `start_from` knows better."""
        with torch.no_grad():
            self.pseudo_inputs.normal_(_START, _START_SPREAD, generator=generator)
            if self.labels is not None:
                self.labels.zero_()

    @torch.no_grad()
    def start_from(self, images: Tensor, labels: Tensor | None) -> None:
        """Pseudo-inputs become `images`, one each (repeated if there are fewer); soft labels lean to `labels`."""
        chosen = torch.arange(len(self.pseudo_inputs), device=images.device) % len(images)
        self.pseudo_inputs.copy_(_MARGIN + (1.0 - 2.0 * _MARGIN) * images[chosen])
        if self.labels is not None and labels is not None:
            self.labels.copy_(_LABEL_LOGIT * F.one_hot(labels[chosen], self.labels.shape[1]))

    def log_prob(self, z: Tensor) -> Tensor:
        q = self.components
        return mixture_log_prob(z, self._weights(q).log(), q.mu, q.log_var)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator | None = None, temperature: float = 1.0) -> Tensor:
        q = self.components
        return mixture_sample(n, self._weights(q), q.mu, q.log_var, generator, temperature)

    def _weights(self, q: Posterior) -> Tensor:
        return torch.full((len(q.mu),), 1.0 / len(q.mu), device=q.mu.device, dtype=q.mu.dtype)
