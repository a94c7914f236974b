"""What training minimises: one file an objective, and the table that finds it by name.

A new objective is a class with the method ``terms`` of `Objective`, a name in `ObjectiveName`, the settings that it
uses in `OBJECTIVE_SETTINGS`, and a line in `make_objective`.
"""

from __future__ import annotations

from vae_explorer.vae.config import ObjectiveConfig
from vae_explorer.vae.objectives.autoencoder import DenoisingLoss, ReconstructionLoss
from vae_explorer.vae.objectives.capacity import Capacity
from vae_explorer.vae.objectives.dip import Dip
from vae_explorer.vae.objectives.elbo import NegativeElbo
from vae_explorer.vae.objectives.factor import FactorVAE
from vae_explorer.vae.objectives.free_bits import FreeBits
from vae_explorer.vae.objectives.info import InfoVAE
from vae_explorer.vae.objectives.iwae import ImportanceWeighted
from vae_explorer.vae.objectives.objective import Objective, Terms
from vae_explorer.vae.objectives.schedules import beta_at
from vae_explorer.vae.objectives.semi_supervised import SemiSupervised
from vae_explorer.vae.objectives.tcvae import TotalCorrelation

__all__ = ["NegativeElbo", "Objective", "ReconstructionLoss", "Terms", "beta_at", "make_objective"]


def make_objective(
    config: ObjectiveConfig, *, latent_dim: int = 1, n_train: int = 1, seed: int = 0
) -> Objective:
    """The objective that `config` names.

    Parameters
    ----------
    latent_dim
        D of the model; the discriminator of FactorVAE has so many inputs.
    n_train
        Images that are trained on: N in the weights of a total correlation, and in those of labelled images.
    seed
        Of a discriminator's first weights.
    """
    match config.name:
        case "capacity":
            return Capacity(config.capacity, config.capacity_epochs, config.capacity_weight)
        case "free-bits":
            return FreeBits(config.free_bits)
        case "tcvae":
            return TotalCorrelation(n_train, config.tc_estimator)
        case "factor":
            return FactorVAE(config.tc_weight, latent_dim, config.discriminator_width, seed)
        case "dip-i" | "dip-ii":
            return Dip(config.dip_weight, of_samples=config.name == "dip-ii")
        case "infovae":
            return InfoVAE(config.mmd_weight)
        case "iwae":
            return ImportanceWeighted(config.n_samples, config.dreg)
        case "m2":
            return SemiSupervised(config.alpha, config.n_labels / n_train)
        case "autoencoder":
            return ReconstructionLoss()
        case "denoising":
            return DenoisingLoss(config.noise)
        case _:
            return NegativeElbo()
