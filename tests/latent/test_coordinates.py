import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vae_explorer.errors import ConfigError
from vae_explorer.latent.coordinates import copyable_latent, format_latent, parse_latent

_NUMBERS = st.floats(-1e3, 1e3, allow_nan=False)


@given(arrays(np.float64, st.integers(1, 12), elements=_NUMBERS))
def test_that_copied_coordinates_read_back_as_the_same_place(z: np.ndarray) -> None:
    np.testing.assert_allclose(parse_latent(copyable_latent(z), len(z)), z, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(
    "text", ["0.5, −1.25", "0.5 -1.25", "z = 0.5; -1.25", "[0.5,-1.25]", " 5e-1\t-1.25 "]
)
def test_that_coordinates_are_read_however_a_person_separates_them(text: str) -> None:
    np.testing.assert_array_equal(parse_latent(text, 2), [0.5, -1.25])


def test_that_a_wrong_count_is_explained_with_both_numbers() -> None:
    with pytest.raises(ConfigError, match="3 numbers; you wrote 2"):
        parse_latent("1, 2", 3)


@pytest.mark.parametrize("text", ["1, two", "1, nan", "1, inf"])
def test_that_a_word_that_is_no_finite_number_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=f"“{text.split()[-1]}”"):
        parse_latent(text, 2)


def test_that_shown_coordinates_have_true_minus_signs_and_no_negative_zero() -> None:
    assert format_latent([0.421, -1.07, -0.001]) == "0.42, −1.07, 0.00"


def test_that_a_long_latent_is_cut_in_the_middle() -> None:
    assert format_latent(np.arange(64.0), limit=4) == "0.00, 1.00, 2.00, …, 63.00"
