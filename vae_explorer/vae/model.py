"""The variational autoencoder (Kingma & Welling 2014): encoder, latent, decoder, likelihood."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.flows.iaf import N_CONTEXT, FlowPosterior, InverseAutoregressiveFlow
from vae_explorer.vae.labels import LabelledFeatures, one_hot
from vae_explorer.vae.likelihoods import make_likelihood
from vae_explorer.vae.networks import ImageShape, make_decoder, make_encoder
from vae_explorer.vae.networks.parts import initialise
from vae_explorer.vae.networks.plugged import check_gradients
from vae_explorer.vae.plugins import is_plugin
from vae_explorer.vae.posterior import LOG_VAR_MAX, LOG_VAR_MIN, Posterior
from vae_explorer.vae.priors import NormalPrior, make_prior

__all__ = ["SIDE_MAX", "SIDE_MIN", "VAE", "build_model", "model_from_weights", "try_plugin"]

SIDE_MIN, SIDE_MAX = 8, 256  # pixels
_LOG_VAR_SCALE = 0.1  # of PyTorch's default weights, at the start


class VAE(nn.Module):
    """q(z|x), p(x|z) and p(z) as networks; with labels q(z|x, y) and p(x|z, y), and q(y|x) if it classifies.

    Parameters
    ----------
    config
        Network, latent dimension, likelihood, prior, posterior, whether labels are given.
    image_shape
        (C, H, W): C is 1 or 3, sides 8 to 256 pixels.
    variational
        False makes a plain autoencoder: no posterior width, z = mu.
    classifies
        Whether there is a classifier q(y|x), a network of the encoder's kind.

    Raises
    ------
    ConfigError
        If the image shape is outside that range, or a conditional model knows no classes.
    """

    def __init__(
        self,
        config: ModelConfig,
        image_shape: ImageShape,
        variational: bool = True,
        classifies: bool = False,
    ) -> None:
        super().__init__()
        _check_shape(image_shape)
        self.config = config
        self.image_shape = image_shape
        self.latent_dim = config.latent_dim
        self.n_classes = _n_classes(config, classifies)
        self.variational = variational
        self.encoder = make_encoder(config, image_shape)
        n_features, n_inputs = self.encoder.n_features, config.latent_dim + self.n_classes
        self.labelled = LabelledFeatures(n_features, self.n_classes) if self.n_classes else None
        if self.labelled is not None:
            n_features = self.labelled.n_features
        self.mu = nn.Linear(n_features, config.latent_dim)
        self.log_var = nn.Linear(n_features, config.latent_dim) if variational else None
        has_flow = variational and config.posterior == "iaf"
        self.context = nn.Linear(n_features, N_CONTEXT) if has_flow else None
        self.flow = InverseAutoregressiveFlow(config.latent_dim, config.n_flows) if has_flow else None
        likelihood = make_likelihood(config)
        channels, height, width = image_shape
        self.decoder = make_decoder(
            config.model_copy(update={"latent_dim": n_inputs}),
            (likelihood.n_outputs(channels), height, width),
        )
        self.likelihood = likelihood  # after the decoder: resume states number the weights in this order
        # A bound method, not a part: the prior may use the encoder without owning its weights.
        self.prior = (
            make_prior(config, image_shape, self.n_classes, self.encode)
            if variational
            else NormalPrior(config.latent_dim)
        )
        self.classifier = make_encoder(config, image_shape) if classifies else None
        self.class_logits = (
            nn.Linear(self.classifier.n_features, self.n_classes) if self.classifier is not None else None
        )

    def after_initialise(self) -> None:
        """Start every posterior about as wide as the prior: log_var near 0 whatever the features are.

        Widths that differ at random between images are noise that the decoder would first have to unlearn.
        """
        if self.log_var is not None:
            with torch.no_grad():
                self.log_var.weight.mul_(_LOG_VAR_SCALE)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        """q(z|x) of images `x` (B, C, H, W) in [0, 1]; of a conditional model q(z|x, y).

        Parameters
        ----------
        y
            Labels, int64 (B,), or soft ones (B, n_classes).

        Raises
        ------
        ConfigError
            If a conditional model is not told the labels.
        """
        return self.posterior(self.encoder(x), y)

    def posterior(self, features: Tensor, y: Tensor | None = None) -> Posterior:
        """q(z|x) from the encoder's features of x, (B, F); `encode` in two steps."""
        features = features.to(self.mu.weight.dtype)  # (B, F)
        # Whatever precision the networks run in: kl and sampling rest on these few numbers.
        with torch.autocast(features.device.type, enabled=False):
            if self.labelled is not None:
                features = self.labelled(features, self._label(y, features))
            if self.log_var is None:
                mu = self.mu(features)  # (B, D)
                return Posterior(mu, torch.full_like(mu, LOG_VAR_MIN))
            # One product for both heads: each alone is too small to keep a processor busy.
            weight = torch.cat((self.mu.weight, self.log_var.weight))  # (2 D, F)
            bias = torch.cat((self.mu.bias, self.log_var.bias))
            mu, log_var = F.linear(features, weight, bias).chunk(2, dim=1)  # (B, D) each
            gaussian = Posterior(mu, log_var.clamp(LOG_VAR_MIN, LOG_VAR_MAX))
            if self.flow is None or self.context is None:
                return gaussian
            return FlowPosterior(gaussian, torch.tanh(self.context(features)), self.flow)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Likelihood parameters (B, n_outputs, H, W) of latents `z` (B, D), in their precision; labels as in `encode`."""
        inputs = torch.cat((z, self._label(y, z)), dim=1) if self.n_classes else z
        params: Tensor = self.decoder(inputs).to(z.dtype)
        return params

    def classify(self, x: Tensor) -> Tensor:
        """log q(y|x) of images `x` (B, C, H, W); (B, n_classes).

        Raises
        ------
        ConfigError
            If the model has no classifier.
        """
        if self.classifier is None or self.class_logits is None:
            raise ConfigError("This model has no classifier: train one with --objective m2.")
        features = self.classifier(x).to(self.class_logits.weight.dtype)
        with torch.autocast(x.device.type, enabled=False):
            return torch.log_softmax(self.class_logits(features), dim=1)

    def kl(self, posterior: Posterior, z: Tensor) -> Tensor:
        """KL(q(z|x) ‖ p(z)) in nats, summed over dimensions; (B,).

        Closed form for a Gaussian posterior and the prior N(0, I), zero for a plain autoencoder. Otherwise a Monte
        Carlo estimate with one sample, log q(z|x) − log p(z): right on average, single values may be negative.

        Parameters
        ----------
        z
            One sample of `posterior`, (B, D).
        """
        if not self.variational:
            return torch.zeros_like(z[:, 0])
        if self.has_closed_kl:
            return posterior.kl().sum(1)
        return posterior.log_prob(z) - self.prior.log_prob(z)

    @property
    def has_closed_kl(self) -> bool:
        """Whether KL, and each dimension's share in it, has a closed form."""
        return self.flow is None and self.prior.is_standard

    def forward(
        self, x: Tensor, generator: torch.Generator | None = None, y: Tensor | None = None
    ) -> tuple[Posterior, Tensor, Tensor]:
        """Posterior, z ~ q(z|x) (mu itself for a plain autoencoder) and the likelihood parameters at z."""
        posterior = self.encode(x, y)
        z = posterior.sample(generator) if self.variational else posterior.mu  # (B, D)
        return posterior, z, self.decode(z, y)

    def _label(self, y: Tensor | None, like: Tensor) -> Tensor:
        if y is None:
            raise ConfigError("This model draws images of a given class: say which one.")
        return one_hot(y, self.n_classes, like)


def build_model(
    config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape, seed: int = 0
) -> VAE:
    """A model with fresh weights that depend on `seed` alone; the global random state is not touched.

    Raises
    ------
    ConfigError
        If the image shape cannot be modelled, or the network is a plug-in that is missing or misbehaves.
    """
    if is_plugin(config.network):
        model = _real_model(config, objective, image_shape, seed)
        check_gradients(model.encoder, config, torch.zeros(1, *image_shape))
        check_gradients(model.decoder, config, torch.zeros(1, config.latent_dim + model.n_classes))
    else:
        model = _empty_model(config, objective, image_shape)
    generator = torch.Generator().manual_seed(seed)
    initialise(model, generator)
    model.prior.reset(generator)
    return model


def try_plugin(config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape) -> None:
    """Build and forget the model if its network is a plug-in: before a run's folder would stay behind empty.

    Raises
    ------
    ConfigError
        If the plug-in is missing or misbehaves.
    """
    if is_plugin(config.network):
        build_model(config, objective, image_shape)


def model_from_weights(
    config: ModelConfig,
    objective: ObjectiveConfig,
    image_shape: ImageShape,
    weights: Mapping[str, Tensor],
    *,
    shared: bool = False,
) -> VAE:
    """The model of a snapshot, with its own copy of `weights` (converted to float32).

    Parameters
    ----------
    shared
        Keep `weights` themselves where they are float32: for a model that never changes them.

    Raises
    ------
    ConfigError
        If the weights are not those of such a model, or the network is a plug-in that is missing or misbehaves.
    """
    # Assigned, not copied into empty tensors: making those imports sympy, a quarter of a second at the start.
    make = _real_model if is_plugin(config.network) else meta_model
    model = make(config, objective, image_shape)
    own = {name: tensor.detach().to(torch.float32, copy=not shared) for name, tensor in weights.items()}
    try:
        model.load_state_dict(own, assign=True)
    except RuntimeError as error:
        raise ConfigError(
            f"The weights do not fit a {config.network} network with {config.latent_dim} latent dimensions "
            f"for images of {image_shape}; they belong to another model."
        ) from error
    return model


def _bare_model(config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape) -> VAE:
    return VAE(config, image_shape, variational=objective.is_variational, classifies=objective.name == "m2")


def meta_model(config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape) -> VAE:
    """A model without numbers, on the device "meta": its layers and their shapes; not for plug-ins."""
    # There no layer draws its default weights, which would come from the global generator.
    with torch.device("meta"):
        return _bare_model(config, objective, image_shape)


def _real_model(
    config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape, seed: int = 0
) -> VAE:
    """For plug-ins, which need not know of "meta", and draw from the global generator: it is lent to them, seeded."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return _bare_model(config, objective, image_shape)


def _empty_model(config: ModelConfig, objective: ObjectiveConfig, image_shape: ImageShape) -> VAE:
    model = meta_model(config, objective, image_shape)
    likelihood = make_likelihood(config)  # its one parameter starts from the config, not from a draw
    # Assigned for the same reason as in `model_from_weights`: `to_empty` imports sympy, 0.3 s and 60 MB.
    empty = {
        name: torch.empty(tensor.shape, dtype=tensor.dtype) for name, tensor in model.state_dict().items()
    }
    model.load_state_dict(empty, assign=True)
    model.likelihood = likelihood
    return model


def _n_classes(config: ModelConfig, classifies: bool) -> int:
    if not (config.conditional or classifies):
        return 0
    if config.n_classes < 1:
        raise ConfigError(
            "A conditional or semi-supervised model needs images with classes; choose a set with labels, or a "
            "folder whose sub-folders are classes."
        )
    return config.n_classes


def _check_shape(image_shape: ImageShape) -> None:
    c, h, w = image_shape
    if c not in (1, 3) or not (SIDE_MIN <= h <= SIDE_MAX and SIDE_MIN <= w <= SIDE_MAX):
        raise ConfigError(
            f"Images are {w} × {h} pixels with {c} channels; choose 1 or 3 channels and sides from "
            f"{SIDE_MIN} to {SIDE_MAX} pixels."
        )
