"""Why a measure cannot be made on a subject, in words."""

from __future__ import annotations

from vae_explorer.evaluation.subject import Subject

__all__ = ["needs_posterior"]


def needs_posterior(subject: Subject) -> str | None:
    """For measures of q(z|x) as a distribution."""
    if subject.model.variational:
        return None
    return "A plain autoencoder has no q(z|x): it codes an image by a point."
