"""Which settings of a model matter for the choices made: the others are hidden, and may hold anything."""

from __future__ import annotations

from collections.abc import Mapping

from vae_explorer.vae.config import CONVOLUTIONAL, DENSE, OBJECTIVE_SETTINGS, WITH_SIGMA

__all__ = ["model_rows", "more_rows", "objective_rows"]


def model_rows(network: str, likelihood: str) -> set[str]:
    """Settings, by name, that this network and likelihood have and others lack."""
    asked = {
        "hidden": network in DENSE,
        "width": network in CONVOLUTIONAL,
        "sigma": likelihood in WITH_SIGMA,
        "logistics": likelihood == "logistic-mixture",
        "binarisation": likelihood == "bernoulli",
    }
    return {name for name, matters in asked.items() if matters}


def objective_rows(objective: str) -> tuple[str, ...]:
    """Settings that the objective called so uses."""
    return next(used for name, used in OBJECTIVE_SETTINGS.items() if name == objective)


def more_rows(network: str, objective: str, values: Mapping[str, object]) -> set[str]:
    """Settings that matter among those which fold away, whose `values` are given by name."""
    shown = {"conditional"}
    if network == "residual":
        shown.add("start_layers")
    if objective == "m2":
        shown.discard("conditional")  # it is so anyway
    if objective not in ("autoencoder", "denoising"):
        shown |= {"prior", "posterior"}
        shown |= {"components"} if values["prior"] != "normal" else set()
        shown |= {"n_flows"} if values["posterior"] == "iaf" else set()
    return shown
