"""Why a measure cannot be made on a subject, in words."""

from __future__ import annotations

from vae_explorer.evaluation.densities import has_closed_kl, has_gaussian_posterior
from vae_explorer.evaluation.subject import Subject

__all__ = ["needs_closed_kl", "needs_gaussian_posterior", "needs_posterior"]


def needs_posterior(subject: Subject) -> str | None:
    """For measures of q(z|x) as a distribution."""
    if subject.model.variational:
        return None
    return "A plain autoencoder has no q(z|x): it codes an image by a point."


def needs_closed_kl(subject: Subject) -> str | None:
    """For measures of each dimension's KL."""
    if not subject.model.variational:
        return needs_posterior(subject)
    if has_closed_kl(subject.model):
        return None
    return "KL has no share for each dimension under this prior or posterior."


def needs_gaussian_posterior(subject: Subject) -> str | None:
    """For measures of the density of q(z|x) at the codes of other images."""
    if not subject.model.variational or has_gaussian_posterior(subject.model):
        return needs_posterior(subject)
    return "The density of q(z|x) at other images' codes takes an inverted flow for each pair of images."
