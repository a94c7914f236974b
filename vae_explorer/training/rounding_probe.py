"""``rounding_may_pay``: whether products that round inside may be the faster way to bfloat16, by timing one of them."""

from __future__ import annotations

import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.runs.config import RunConfig
from vae_explorer.training.devices import set_own_threads, threads_set
from vae_explorer.training.execution import Execution
from vae_explorer.vae.model import meta_model
from vae_explorer.vae.networks import ImageShape

__all__ = ["rounding_may_pay"]

_ROUNDS_INSIDE, _CASTS = Execution("bfloat16", casts=False), Execution("bfloat16")
_CPU = torch.device("cpu")
ROOM = 1.15  # how many times as long the one product may take: there are others, and noise
ROUNDS = 3
TURN_S = 0.005


def rounding_may_pay(config: RunConfig, image_shape: ImageShape, n_images: int) -> bool:
    """Whether a training of `config` that rounds inside its products is worth trying beside one that casts.

    It is not where the largest product alone is clearly slower so, casts included. A trial of the whole model leaves
    oneDNN with kernels for each of its products, which it keeps: 9 MB for 784-400-20. This one leaves two, and one of
    them is the training's.

    Parameters
    ----------
    n_images
        Of a batch.
    """
    widest = _widest(meta_model(config.model, config.objective, image_shape))
    if widest is None:
        return True
    numbers = torch.Generator().manual_seed(0)
    x = torch.rand(n_images, widest.in_features, generator=numbers)
    weight = torch.rand(widest.out_features, widest.in_features, generator=numbers).sub_(0.5)
    bias = torch.zeros(widest.out_features)
    inside, cast = [], []
    with threads_set(torch.get_num_threads()), torch.no_grad():
        set_own_threads(1)
        for _ in range(ROUNDS):
            inside.append(_turn(_ROUNDS_INSIDE, x, weight, bias))
            cast.append(_turn(_CASTS, x, weight, bias))
    return min(inside) <= ROOM * min(cast)


def _widest(model: nn.Module) -> nn.Linear | None:
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    return max(layers, key=lambda layer: layer.weight.numel(), default=None)


def _turn(way: Execution, x: Tensor, weight: Tensor, bias: Tensor) -> float:
    """Seconds of a product, the mean of those that fit into a turn after the first."""
    n, passed = 0, 0.0
    with way.products(), way.autocast(_CPU):
        F.linear(x, weight, bias)
        begin = time.perf_counter()
        while passed < TURN_S:
            F.linear(x, weight, bias)
            n += 1
            passed = time.perf_counter() - begin
    return passed / n
