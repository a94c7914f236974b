"""``Likelihood``: what the decoder's output means, p(x|z), in nats."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["Likelihood", "pixel_mean"]


class Likelihood(nn.Module):
    """p(x|z) with independent pixels; subclasses say which.

    A decoder ends in `n_outputs` real numbers a pixel, (B, n_outputs(C), H, W). What kind of number
    `log_prob` is, a probability, a density or neither, is told by `vae_explorer.vae.recon_label`.

    Attributes
    ----------
    is_of_each_image
        Whether an image's log_prob depends on that image alone, not on others of its batch.
    """

    is_of_each_image = True

    def n_outputs(self, channels: int) -> int:
        """Numbers that the decoder makes for each pixel of an image of `channels` channels."""
        return channels

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """log p(x|z) in nats, summed over channels and pixels.

        Parameters
        ----------
        x
            Images in [0, 1], (B, C, H, W).
        params
            Decoder output, (B, n_outputs(C), H, W).

        Returns
        -------
        Tensor
            (B,).
        """
        raise NotImplementedError

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z] in [0, 1]; (B, C, H, W)."""
        raise NotImplementedError

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        """x ~ p(x|z), not clipped to [0, 1]; (B, C, H, W)."""
        raise NotImplementedError


def pixel_mean(params: Tensor) -> Tensor:
    """Decoder output through a sigmoid, as in Kingma & Welling (2014, section 5): it can always be shown."""
    return torch.sigmoid(params)
