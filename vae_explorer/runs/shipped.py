"""Trained models that come with the program: ordinary run folders with a card."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from vae_explorer.locations import models_folder
from vae_explorer.runs.cards import RunCard, cards_in
from vae_explorer.runs.files import read_model, write_atomically
from vae_explorer.runs.info import Summary

__all__ = ["CARD_FILE", "ShippedCard", "read_shipped_card", "shipped_models", "write_shipped_card"]

CARD_FILE = "card.json"
_FIRST = "blooms-2d"  # what the first launch shows


class ShippedCard(BaseModel):
    """What a shipped model says about itself.

    Attributes
    ----------
    recipe
        The command that trains it again.
    losses
        Measured with the weights as packed (float16), over whole splits, one sample of z an image.
    minutes, machine
        How long training took, and where.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    description: str
    data: str
    recipe: str
    losses: Summary
    minutes: float
    machine: str
    n_parameters: int


def shipped_models() -> list[RunCard]:
    """Cards of all shipped models, the one of the first launch first, then by name."""
    cards = cards_in(models_folder())
    return sorted(cards, key=lambda card: (card.path.name != _FIRST, card.path.name))


def read_shipped_card(path: Path) -> ShippedCard:
    """The card of the shipped model in folder `path`.

    Raises
    ------
    RunError
        If it is missing or damaged.
    """
    return read_model(path / CARD_FILE, ShippedCard)


def write_shipped_card(path: Path, card: ShippedCard) -> None:
    """Write ``card.json`` into the run folder `path`."""
    write_atomically(path / CARD_FILE, card.model_dump_json(indent=1).encode())
