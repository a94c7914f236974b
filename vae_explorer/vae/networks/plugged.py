"""``NetworkPlugin``: encoder and decoder of another package, checked before they are trusted.

A whole plug-in::

    class Tiny:
        def encoder(self, image_shape, config):
            n_pixels = math.prod(image_shape)
            return nn.Sequential(nn.Flatten(), nn.Linear(n_pixels, 64), nn.Tanh())

        def decoder(self, n_inputs, output_shape, config):
            return nn.Sequential(
                nn.Linear(n_inputs, 64), nn.Tanh(),
                nn.Linear(64, math.prod(output_shape)), nn.Unflatten(1, output_shape),
            )

Weights are kept as those of all networks, in safetensors: opening a run executes the plug-in and nothing else.
"""

from __future__ import annotations

from typing import Protocol, cast

import torch
from torch import Tensor, nn

from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.networks.parts import Decoder, Encoder, ImageShape
from vae_explorer.vae.plugins import PluginOrigin, load_plugin

__all__ = ["NetworkPlugin", "PluggedDecoder", "PluggedEncoder", "check_gradients"]

_N = 2  # images of a trial: a network that mixes up batch and features fails with two of them


class NetworkPlugin(Protocol):
    """What a plug-in's class, made without arguments, offers.

    Both modules draw their first weights themselves, from torch's global generator, which is seeded for them.
    An image's output must not depend on the other images of its batch (no batch normalisation) nor on chance (no
    dropout: a run would not repeat), and every weight must take part in the output.
    """

    def encoder(self, image_shape: ImageShape, config: ModelConfig) -> nn.Module:
        """A module from images (B, C, H, W) in [0, 1] to features (B, F), any F; mu and log_var are made of these.

        `image_shape` is (C, H, W) with C of 1 or 3 and sides of 8 to 256. Of `config`, `hidden` and `width` are
        the plug-in's to use.
        """
        ...

    def decoder(self, n_inputs: int, output_shape: ImageShape, config: ModelConfig) -> nn.Module:
        """A module from latents (B, n_inputs) to the likelihood's parameters (B, *output_shape), unbounded.

        `output_shape` is (n_outputs, H, W): n_outputs is C for most likelihoods.
        """
        ...


class PluggedEncoder(Encoder):
    """The encoder of the plug-in that `config` names.

    Raises
    ------
    ConfigError
        If the plug-in is missing, fails, or returns anything but features.
    """

    draws_own_weights = True

    def __init__(self, image_shape: ImageShape, config: ModelConfig) -> None:
        super().__init__()
        plugin, self.origin = _load(config)
        try:
            self.inner = plugin.encoder(image_shape, config)
            features = _trial(self.inner, torch.zeros(_N, *image_shape))
        except Exception as error:
            raise _failed("encoder", config, self.origin, image_shape, error) from error
        if not isinstance(features, Tensor) or features.ndim != 2 or len(features) != _N:
            raise _misshapen("encoder", config, self.origin, f"({_N}, F)", features)
        self.n_features = int(features.shape[1])

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.inner(x)  # (B, n_features)
        return features


class PluggedDecoder(Decoder):
    """The decoder of the plug-in that `config` names, from `n_inputs` numbers.

    Raises
    ------
    ConfigError
        If the plug-in is missing, fails, or returns another shape than asked for.
    """

    draws_own_weights = True

    def __init__(self, n_inputs: int, output_shape: ImageShape, config: ModelConfig) -> None:
        super().__init__()
        plugin, self.origin = _load(config)
        try:
            self.inner = plugin.decoder(n_inputs, output_shape, config)
            params = _trial(self.inner, torch.zeros(_N, n_inputs))
        except Exception as error:
            raise _failed("decoder", config, self.origin, output_shape, error) from error
        if not isinstance(params, Tensor) or params.shape != (_N, *output_shape):
            raise _misshapen("decoder", config, self.origin, f"{(_N, *output_shape)}", params)

    def forward(self, z: Tensor) -> Tensor:
        params: Tensor = self.inner(z)  # (B, n_outputs, H, W)
        return params


def check_gradients(part: nn.Module, config: ModelConfig, x: Tensor) -> None:
    """Refuse a plug-in with weights that do not take part in the output for input `x`.

    Raises
    ------
    ConfigError
        Naming the first of these weights.
    """
    names, weights = (
        zip(*part.named_parameters(), strict=True) if any(True for _ in part.parameters()) else ((), ())
    )
    if not weights:
        return
    gradients = torch.autograd.grad(part(x).sum(), weights, allow_unused=True)
    for name, gradient in zip(names, gradients, strict=True):
        if gradient is None:
            raise ConfigError(
                f"The network {config.network} has a weight that its output does not depend on, "
                f"{name.removeprefix('inner.')}: its package must use or remove it."
            )


def _load(config: ModelConfig) -> tuple[NetworkPlugin, PluginOrigin]:
    plugin, origin = load_plugin(config.network)
    for name in ("encoder", "decoder"):
        if not callable(getattr(plugin, name, None)):
            raise ConfigError(
                f"The network {config.network} of {origin} has no method {name}(): its package must offer it."
            )
    return cast(NetworkPlugin, plugin), origin


def _trial(part: object, x: Tensor) -> object:
    if not isinstance(part, nn.Module):
        raise TypeError(f"returned {type(part).__name__}, not a torch.nn.Module")
    training = part.training
    part.eval()
    with torch.no_grad():
        found: object = part(x)
    part.train(training)
    return found


def _failed(
    what: str, config: ModelConfig, origin: PluginOrigin, shape: ImageShape, error: Exception
) -> ConfigError:
    return ConfigError(
        f"The {what} of {config.network} ({origin}) fails for {shape} (C, H, W): {type(error).__name__}: {error}; "
        "update that package or choose another network."
    )


def _misshapen(what: str, config: ModelConfig, origin: PluginOrigin, wanted: str, got: object) -> ConfigError:
    found = f"{tuple(got.shape)}" if isinstance(got, Tensor) else type(got).__name__
    return ConfigError(
        f"The {what} of {config.network} ({origin}) must return a tensor of shape {wanted} for {_N} inputs, got "
        f"{found}; update that package or choose another network."
    )
