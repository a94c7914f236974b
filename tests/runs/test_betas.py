"""The weights of a sweep as a person writes them."""

from __future__ import annotations

import pytest

from vae_explorer.errors import ConfigError
from vae_explorer.runs.betas import parse_betas, run_name_of


@pytest.mark.parametrize("text", ["0.25, 0.5, 1", "1;0.5 0.25", " 0.25,0.5,,1.0, 1 "])
def test_that_commas_semicolons_and_spaces_part_numbers(text: str) -> None:
    assert parse_betas(text) == (0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1, two", "'1, two' is not a list of numbers like 0.5, 1, 2."),
        (" , ", "A sweep needs at least one β."),
        ("1, −2, 2000", "Each β must be from 0 to 1000, got -2, 2000."),
        ("nan", "Each β must be from 0 to 1000, got nan."),
        ("1e999", "Each β must be from 0 to 1000, got inf."),
    ],
)
def test_that_a_mistake_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_betas(text)
    assert str(error.value) == sentence


def test_that_each_weight_has_a_folder_of_its_own() -> None:
    betas = parse_betas("1, 1.00000001, 0.0625")
    assert [run_name_of(beta) for beta in betas] == ["beta-0.0625", "beta-1"]
