"""Mixture of discretised logistics for 8-bit images (Salimans et al. 2017, *PixelCNN++*, section 2.1 and 2.2).

A pixel's 256 levels are bins of a mixture of K logistics; the lowest and the highest level take all that lies
outside. So log p(x|z) is a probability of the image as it is stored, and its nats are bits per dimension
without any correction. In colour images one component holds for the three channels of a pixel, and the means of
green and blue are linear in the levels of the channels before (eq. 3).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from vae_explorer.vae.likelihoods.base import Likelihood

__all__ = ["LogisticMixture"]

_HALF_BIN = 1.0 / 255.0  # of a level, on the scale from −1 to 1 that the paper uses
# Of log s: from a thousandth of a level's width, as in PixelCNN++, to where all levels are equally likely.
_LOG_SCALE_MIN, _LOG_SCALE_MAX = -7.0, 5.0
_GREY_OUTPUTS, _COLOUR_OUTPUTS = 3, 10  # a component: weight, mean, log-scale; 1 + 3 + 3 + 3 coefficients


class LogisticMixture(Likelihood):
    """Each pixel is a mixture of `components` logistics over its 256 levels.

    Parameters of a component, in the order of the decoder's outputs: logit of its weight; a mean a channel;
    a logarithm of the scale a channel; for colour the coefficients red → green, red → blue, green → blue
    (through tanh).
    """

    def __init__(self, components: int) -> None:
        super().__init__()
        self._components = components

    def n_outputs(self, channels: int) -> int:
        return self._components * (_GREY_OUTPUTS if channels == 1 else _COLOUR_OUTPUTS)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        y = 2.0 * x.unsqueeze(1) - 1.0  # (B, 1, C, H, W)
        log_weights, means, log_scales, coefficients = self._parts(params)
        logs = _log_level(y, _conditioned(means, coefficients, y), log_scales).sum(2)  # (B, K, H, W)
        return torch.logsumexp(log_weights + logs, dim=1).flatten(1).sum(1)  # (B,)

    def mean(self, params: Tensor) -> Tensor:
        """E[x|z], up to a fraction of a level: of a logistic cut off at black and white, weighted over components.

        Green and blue are taken at the mean of the channels before, which is exact but for the cutting off.
        """
        log_weights, means, log_scales, coefficients = self._parts(params)
        scales = log_scales.exp()
        found: list[Tensor] = []  # (B, K, H, W) each
        for channel in range(means.shape[2]):
            mean = means[:, :, channel] + _shift(coefficients, found)
            found.append(_mean_between_ends(mean, scales[:, :, channel]))
        weighted = log_weights.exp().unsqueeze(2) * torch.stack(found, 2)  # (B, K, C, H, W)
        return (0.5 * (weighted.sum(1) + 1.0)).clamp(0.0, 1.0)  # (B, C, H, W)

    def sample(self, params: Tensor, generator: torch.Generator | None) -> Tensor:
        """Levels drawn channel after channel, so also the channels of a pixel belong together."""
        log_weights, means, log_scales, coefficients = self._parts(params)
        chosen = _component(log_weights, generator)  # (B, 1, H, W)
        drawn: list[Tensor] = []  # (B, H, W) each, −1 to 1
        for channel in range(means.shape[2]):
            mean = means[:, :, channel].gather(1, chosen).squeeze(1)
            scale = log_scales[:, :, channel].gather(1, chosen).squeeze(1).exp()
            own = [c.gather(1, chosen).squeeze(1) for c in coefficients]
            value = mean + _shift(own, drawn) + scale * _logistic_noise(mean, generator)
            levels = torch.round((value.clamp(-1.0, 1.0) + 1.0) * 127.5)
            drawn.append(levels / 127.5 - 1.0)
        return 0.5 * (torch.stack(drawn, 1) + 1.0)  # (B, C, H, W)

    def _parts(self, params: Tensor) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """log-weights (B, K, H, W), means and log-scales (B, K, C, H, W), coefficients (B, K, H, W) each."""
        maps = torch.unflatten(params, 1, (self._components, -1))  # (B, K, 3 or 10, H, W)
        channels = 1 if maps.shape[2] == _GREY_OUTPUTS else 3
        means = maps[:, :, 1 : 1 + channels]
        log_scales = maps[:, :, 1 + channels : 1 + 2 * channels].clamp(_LOG_SCALE_MIN, _LOG_SCALE_MAX)
        coefficients = list(torch.tanh(maps[:, :, 1 + 2 * channels :]).unbind(2))
        return F.log_softmax(maps[:, :, 0], dim=1), means, log_scales, coefficients


def _log_level(y: Tensor, means: Tensor, log_scales: Tensor) -> Tensor:
    """Logarithm of the probability of level `y` (−1 to 1), elementwise.

    With the bin's edges p > m in units of the scale, σ(p) − σ(m) = σ(p)·σ(−m)·(1 − e^(m−p)): no difference of
    nearly equal numbers, so it needs no case for levels far from the mean. At black and white one edge is at
    infinity, and the factors that contain it are 1. With log σ(t) = min(t, 0) + log σ(|t|) one logarithm does for
    all factors, which are never small.
    """
    inverse = torch.exp(-log_scales)
    centred = (y - means) * inverse
    half = _HALF_BIN * inverse
    high, low = centred + half, half - centred  # p and −m
    is_black, is_white = y < _HALF_BIN - 1.0, y > 1.0 - _HALF_BIN
    tails = high.clamp_max(0.0).masked_fill(is_white, 0.0) + low.clamp_max(0.0).masked_fill(is_black, 0.0)
    below = torch.sigmoid(high.abs()).masked_fill(is_white, 1.0)
    above = torch.sigmoid(low.abs()).masked_fill(is_black, 1.0)
    # 1 − e^(−2h) = 2·tanh h / (1 + tanh h): some processors compute expm1, like log1p, one number at a time
    t = torch.tanh(half)
    width = (2.0 * t / (1.0 + t)).masked_fill(is_black | is_white, 1.0)
    return tails + torch.log(below * above * width)


def _conditioned(means: Tensor, coefficients: list[Tensor], y: Tensor) -> Tensor:
    """Means (B, K, C, H, W) given the levels `y` (B, 1, C, H, W) of the channels before."""
    if not coefficients:
        return means
    levels = list(y.unbind(2))  # (B, 1, H, W) each
    return torch.stack(
        [means[:, :, c] + _shift(coefficients, levels[:c]) for c in range(means.shape[2])], dim=2
    )


def _shift(coefficients: list[Tensor], before: list[Tensor]) -> Tensor | float:
    """How far the channels `before` move the mean of the next one (eq. 3)."""
    if not before:
        return 0.0
    if len(before) == 1:
        return coefficients[0] * before[0]
    return coefficients[1] * before[0] + coefficients[2] * before[1]


def _mean_between_ends(mean: Tensor, scale: Tensor) -> Tensor:
    """Mean of a logistic cut off at −1 and 1: 1 − ∫ F(y) dy over [−1, 1], with F a logistic function."""
    integral = scale * (F.softplus((1.0 - mean) / scale) - F.softplus((-1.0 - mean) / scale))
    return 1.0 - integral


def _component(log_weights: Tensor, generator: torch.Generator | None) -> Tensor:
    """One component a pixel, drawn with its weight; (B, 1, H, W), int64."""
    ends = log_weights.exp().cumsum(1)  # (B, K, H, W)
    u = _uniform(log_weights[:, :1], generator)
    return (u > ends[:, :-1]).sum(1, keepdim=True)


def _logistic_noise(like: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.logit(_uniform(like, generator), eps=torch.finfo(like.dtype).eps)


def _uniform(like: Tensor, generator: torch.Generator | None) -> Tensor:
    return torch.rand(like.shape, generator=generator, device=like.device, dtype=like.dtype)
