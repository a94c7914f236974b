"""Labels as input of the networks: one-hot codes, and the layer that joins them to an image's features."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["LabelledFeatures", "one_hot"]

WIDTH_MAX = 256  # units of the joining layer; small beside the networks around it


def one_hot(y: Tensor, n_classes: int, like: Tensor) -> Tensor:
    """Labels `y` as (B, n_classes) in the type of `like`: int64 (B,), or soft labels (B, n_classes) as they are."""
    return (F.one_hot(y, n_classes) if y.ndim == 1 else y).to(like)


class LabelledFeatures(nn.Module):
    """Features of an image and its label → features of both, with ReLU.

    q(z|x, y) needs a layer after the two meet: without it a label could only shift the mean. It comes after the
    image's own features, so that any encoder can be made conditional, and all labels of one image share them.
    """

    def __init__(self, n_features: int, n_classes: int) -> None:
        super().__init__()
        self.n_features = min(n_features, WIDTH_MAX)
        self.image = nn.Linear(n_features, self.n_features)
        self.label = nn.Linear(n_classes, self.n_features, bias=False)

    def forward(self, features: Tensor, label: Tensor) -> Tensor:
        """(B, F) and one-hot (B, n_classes) → (B, n_features)."""
        return torch.relu(self.image(features) + self.label(label))
