"""Likelihoods p(x|z), one a file, by name."""

from __future__ import annotations

from vae_explorer.vae.config import ModelConfig
from vae_explorer.vae.likelihoods.base import Likelihood
from vae_explorer.vae.likelihoods.bernoulli import Bernoulli
from vae_explorer.vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from vae_explorer.vae.likelihoods.gaussian import SIGMA_MIN, Gaussian, GaussianLearned, GaussianOptimal
from vae_explorer.vae.likelihoods.laplace import Laplace
from vae_explorer.vae.likelihoods.logistic_mixture import LogisticMixture

__all__ = [
    "SIGMA_MIN",
    "Bernoulli",
    "ContinuousBernoulli",
    "Gaussian",
    "GaussianLearned",
    "GaussianOptimal",
    "Laplace",
    "Likelihood",
    "LogisticMixture",
    "make_likelihood",
]


def make_likelihood(config: ModelConfig) -> Likelihood:
    """The likelihood that `config` names."""
    match config.likelihood:
        case "bernoulli":
            return Bernoulli()
        case "continuous-bernoulli":
            return ContinuousBernoulli()
        case "gaussian":
            return Gaussian(config.sigma)
        case "gaussian-learned":
            return GaussianLearned(config.sigma)
        case "gaussian-optimal":
            return GaussianOptimal(config.sigma)
        case "laplace":
            return Laplace(config.sigma)
        case "logistic-mixture":
            return LogisticMixture(config.logistics)
