"""``LossTerm``: what the loss chart says of an objective's further terms, by the names that objectives give them."""

from __future__ import annotations

from dataclasses import dataclass

from vae_explorer.ui.widgets.numbers import signed

__all__ = ["LOSS_TERMS", "LossTerm", "term_named"]

_SMALL = 0.1  # nats; below it two decimals say little


@dataclass(frozen=True)
class LossTerm:
    """A quantity that some objectives report beside recon and KL, on training images only.

    Attributes
    ----------
    name
        On its button and in the readout.
    words
        What it is, one sentence.
    unit
        ``"nats"``, or empty for a pure number.
    beside_losses
        Drawn on the scale of −ELBO and KL, with which it is compared; else on a scale of its own at the right.
    has_recon
        Whether it contains recon, and so needs the mark of a cross-entropy that is no likelihood.
    """

    name: str
    words: str
    unit: str = "nats"
    beside_losses: bool = False
    has_recon: bool = False

    def text(self, value: float) -> str:
        """``"TC 2.31 nats"``, without the name."""
        if not self.unit:
            return f"{value:.3g}".replace("-", "−")
        decimals = 1 if self.has_recon else 2 if abs(value) >= _SMALL else 4
        return f"{signed(value, decimals)} {self.unit}"


LOSS_TERMS = {
    "tc": LossTerm(
        "TC",
        "Total correlation of the codes: how far their dimensions depend on each other, zero where they do not. "
        "An estimate, which may fall below zero.",
    ),
    "mi": LossTerm("MI", "Mutual information of image and code: how much a code tells which image it is of."),
    "dwkl": LossTerm(
        "dim. KL",
        "Dimension-wise KL: how far each dimension of all codes together is from the prior, summed. KL is the sum of "
        "MI, TC and this.",
    ),
    "mmd": LossTerm(
        "MMD²",
        "Squared maximum mean discrepancy: how far all codes together are from draws of the prior, zero where they "
        "are alike. An estimate, which may fall below zero.",
        unit="",
    ),
    "off-diagonal": LossTerm(
        "off-diag.",
        "Squares of the covariances between different dimensions of the codes, summed: zero where none are "
        "correlated.",
        unit="",
    ),
    "diagonal": LossTerm(
        "diagonal",
        "Squares of how far the variance of each dimension of the codes is from 1, summed.",
        unit="",
    ),
    "capacity": LossTerm(
        "target C",
        "The capacity: how many nats KL is led to at this time of the training.",
        beside_losses=True,
    ),
    "paid kl": LossTerm(
        "paid KL",
        "What the loss counts as KL: dimensions that cost less than the free nats count as if they cost those.",
        beside_losses=True,
    ),
    "iwae": LossTerm(
        "−IWAE",
        "The importance weighted bound, its sign turned: never above −ELBO on average, and what training minimises "
        "here.",
        beside_losses=True,
        has_recon=True,
    ),
    "cross-entropy": LossTerm(
        "class loss",
        "Cross-entropy of the classifier on the images whose label training knows: −log q(y|x), zero where it is "
        "sure and right.",
    ),
}


def term_named(key: str) -> LossTerm:
    """The term that objectives call `key`; one that is not known here is told by that name."""
    return LOSS_TERMS.get(key) or LossTerm(key, f"The objective's term {key}.", unit="")
