"""Numbers as people read them."""

from __future__ import annotations

import pytest

from vae_explorer.ui.panels.reconstruction_batch import format_decibels, loss_numbers
from vae_explorer.ui.widgets.numbers import signed


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-472.04, 1, "−472.0"),
        (1472.0, 1, "1,472.0"),
        (-0.04, 1, "0.0"),
        (-1234567.0, 0, "−1,234,567"),
        (0.0, 2, "0.00"),
    ],
)
def test_that_a_negative_number_has_a_true_minus_sign(value: float, decimals: int, text: str) -> None:
    assert signed(value, decimals) == text


def test_that_the_losses_of_an_image_are_told_with_a_true_minus_sign() -> None:
    assert loss_numbers(-47.2, 7.4, variational=True) == [("recon", "−47.2 nats"), ("KL", "7.4 nats")]
    assert loss_numbers(-472.4, 7.4, variational=True) == [("recon", "−472 nats"), ("KL", "7.4 nats")]
    assert format_decibels(-3.21) == "−3.2 dB"
