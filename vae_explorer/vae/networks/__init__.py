"""Encoders (image → features) and decoders (latent → one number a pixel and channel), by name."""

from __future__ import annotations

from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.networks.burgess import BurgessDecoder, BurgessEncoder
from vae_explorer.vae.networks.conv import ConvDecoder, ConvEncoder
from vae_explorer.vae.networks.mlp import MLPDecoder, MLPEncoder
from vae_explorer.vae.networks.parts import Decoder, Encoder, ImageShape
from vae_explorer.vae.networks.residual import ResidualDecoder, ResidualEncoder

__all__ = ["Decoder", "Encoder", "ImageShape", "make_decoder", "make_encoder"]


def make_encoder(config: ModelConfig, image_shape: ImageShape) -> Encoder:
    """The encoder that `config` names, for images of `image_shape` (C, H, W)."""
    if config.network == "mlp":
        return MLPEncoder(image_shape, config.hidden)
    if config.network == "conv":
        return ConvEncoder(image_shape, config.width)
    if config.network == "burgess":
        return BurgessEncoder(image_shape)
    return ResidualEncoder(image_shape, config.width)


def make_decoder(config: ModelConfig, image_shape: ImageShape) -> Decoder:
    """The decoder that mirrors `make_encoder`, from `config.latent_dim` numbers."""
    if config.network == "mlp":
        return MLPDecoder(config.latent_dim, config.hidden, image_shape)
    if config.network == "conv":
        return ConvDecoder(config.latent_dim, config.width, image_shape)
    if config.network == "burgess":
        return BurgessDecoder(config.latent_dim, image_shape)
    return ResidualDecoder(config.latent_dim, config.width, image_shape)
