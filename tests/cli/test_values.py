"""Words of the command line as values."""

from __future__ import annotations

import pytest
import typer

from vae_explorer.cli.values import number, size_px, whole_number, whole_numbers
from vae_explorer.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("-3", -3), ("1_000", 1000), ("1,000", 1000), ("1e3", 1000), (7, 7)]
)
def test_that_whole_numbers_are_read(text: str | int, value: int) -> None:
    assert whole_number(text) == value


@pytest.mark.parametrize("text", ["", "1.5", "ten", "nan", "inf", "1e-3"])
def test_that_other_words_are_no_whole_numbers(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a whole number"):
        whole_number(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "x", ""])
def test_that_only_finite_numbers_are_numbers(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="not a number"):
        number(text)
    assert number("-1e-3") == -0.001


def test_that_sizes_are_width_by_height() -> None:
    assert (
        size_px("64x48", "--size") == size_px("64X48", "--size") == size_px(" 64 × 48 ", "--size") == (64, 48)
    )
    assert size_px("32", "--size") == (32, 32)


@pytest.mark.parametrize("text", ["", "64x", "x48", "-64x48", "64x48x3", "6.4x4"])
def test_that_other_words_are_no_sizes(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--size: .* is not a size"):
        size_px(text, "--size")


def test_that_lists_of_whole_numbers_are_read() -> None:
    assert whole_numbers("512,256", "--hidden") == whole_numbers("512 256", "--hidden") == (512, 256)
    for text in ("", "a", "1,-2", "1.5"):
        with pytest.raises(ConfigError, match="--hidden"):
            whole_numbers(text, "--hidden")
