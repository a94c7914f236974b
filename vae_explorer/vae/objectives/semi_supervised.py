"""M2: a classifier learned from a few labels and many images without (Kingma et al. 2014)."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives.objective import Batch, Objective, Terms, bound_of
from vae_explorer.vae.unlabelled import unlabelled_bound

__all__ = ["SemiSupervised"]


class SemiSupervised(Objective):
    """U(x) + N_l/N·L(x, y) + α·(−log q(y|x)), each a mean over its images (Kingma et al. 2014, eq. 6-9).

    L is the labelled bound recon + β·kl + log n_classes, U the same in expectation over q(y|x), less its entropy
    (`unlabelled_bound`). The paper's eq. 9 divided by N; its α is N times ours. `Terms` are those of the
    images without label.

    Parameters
    ----------
    alpha
        Weight of the classifier's cross-entropy.
    labelled_share
        N_l/N.
    """

    is_of_fixed_shapes = False  # the images with a label are picked out of each batch

    def __init__(self, alpha: float, labelled_share: float) -> None:
        self.alpha = alpha
        self.labelled_share = labelled_share

    def terms(self, model: VAE, batch: Batch) -> Terms:
        x, y, beta = batch.x, batch.y, batch.beta
        known = torch.zeros(len(x), dtype=torch.bool, device=x.device) if y is None else y >= 0
        unlabelled = unlabelled_bound(model, x[~known], batch.generator)
        loss = (unlabelled.recon + beta * unlabelled.kl).mean()
        extra: dict[str, Tensor] = {}
        if y is not None and bool(known.any()):
            log_q = model.classify(x[known])
            cross_entropy = -log_q.gather(1, y[known, None]).mean()
            bound = bound_of(model, replace(batch, x=x[known], y=y[known]))
            labelled = (bound.recon + beta * (bound.kl + math.log(model.n_classes))).mean()
            loss = loss + self.labelled_share * labelled + self.alpha * cross_entropy
            extra["cross-entropy"] = cross_entropy.detach()
        return Terms(unlabelled.recon, unlabelled.kl, loss, extra)
