"""Encoders (image → features) and decoders (latent → the likelihood's numbers for each pixel), by name."""

from __future__ import annotations

from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.networks.burgess import BurgessDecoder, BurgessEncoder
from vae_explorer.vae.networks.conv import ConvDecoder, ConvEncoder
from vae_explorer.vae.networks.dense import DenseDecoder, DenseEncoder, Layer, relu_layer
from vae_explorer.vae.networks.gated import gated_layer
from vae_explorer.vae.networks.parts import Decoder, Encoder, ImageShape
from vae_explorer.vae.networks.plugged import PluggedDecoder, PluggedEncoder
from vae_explorer.vae.networks.residual import ResidualDecoder, ResidualEncoder
from vae_explorer.vae.plugins import is_plugin

__all__ = ["Decoder", "Encoder", "ImageShape", "make_decoder", "make_encoder"]

_LAYERS: dict[str, Layer] = {"mlp": relu_layer, "gated": gated_layer}  # of the dense networks


def make_encoder(config: ModelConfig, image_shape: ImageShape) -> Encoder:
    """The encoder that `config` names, for images of `image_shape` (C, H, W).

    Raises
    ------
    ConfigError
        If it is a plug-in that is missing or misbehaves.
    """
    if config.network in _LAYERS:
        return DenseEncoder(image_shape, config.hidden, _LAYERS[config.network])
    if config.network == "conv":
        return ConvEncoder(image_shape, config.width)
    if config.network == "burgess":
        return BurgessEncoder(image_shape)
    if is_plugin(config.network):
        return PluggedEncoder(image_shape, config)
    return ResidualEncoder(image_shape, config.width)


def make_decoder(config: ModelConfig, output_shape: ImageShape) -> Decoder:
    """The decoder that mirrors `make_encoder`, from `config.latent_dim` numbers to `output_shape` (n_outputs, H, W).

    Raises
    ------
    ConfigError
        If it is a plug-in that is missing or misbehaves.
    """
    if config.network in _LAYERS:
        return DenseDecoder(config.latent_dim, config.hidden, output_shape, _LAYERS[config.network])
    if config.network == "conv":
        return ConvDecoder(config.latent_dim, config.width, output_shape)
    if config.network == "burgess":
        return BurgessDecoder(config.latent_dim, output_shape)
    if is_plugin(config.network):
        return PluggedDecoder(config.latent_dim, output_shape, config)
    return ResidualDecoder(config.latent_dim, config.width, output_shape, config.start_layers)
