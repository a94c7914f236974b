"""What the numbers of a model are called: never a likelihood where they are none."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.vae.config import BinarisationName, LikelihoodName, ModelConfig
from vae_explorer.vae.recon_label import Measure, bits_per_dimension, recon_label


def test_that_bernoulli_on_grey_pixels_is_said_to_be_no_likelihood() -> None:
    for known in (False, None):
        label = recon_label(ModelConfig(likelihood="bernoulli"), known)
        assert label.measure is Measure.CROSS_ENTROPY
        assert "not a likelihood" in label.caption
        assert label.named("recon") == "recon†"
        assert label.bound_name == "cross-entropy + KL"


def test_that_black_and_white_sets_need_no_words() -> None:
    label = recon_label(ModelConfig(likelihood="bernoulli"), True)
    assert (label.measure, label.caption, label.named("recon")) == (Measure.PROBABILITY, "", "recon")


@pytest.mark.parametrize("binarisation", ["static", "dynamic"])
def test_that_binarised_pixels_make_a_probability_and_say_how_they_were_drawn(
    binarisation: BinarisationName,
) -> None:
    model = ModelConfig(likelihood="bernoulli", binarisation=binarisation, binarisation_seed=6)
    label = recon_label(model, False)
    assert label.measure is Measure.PROBABILITY
    assert "seed 6" in label.caption
    assert label.named("−ELBO") == label.bound_name == "−ELBO"


def test_that_every_other_likelihood_is_a_density_but_for_the_one_of_levels() -> None:
    for name in get_args(LikelihoodName):
        if name != "bernoulli":
            label = recon_label(ModelConfig(likelihood=name), False)
            discrete = name == "logistic-mixture"
            assert label.measure is (Measure.PROBABILITY if discrete else Measure.DENSITY)
            assert label.in_bits == discrete


def test_that_a_uniform_guess_of_8_bit_images_is_8_bits_per_dimension() -> None:
    shape = (3, 4, 5)
    assert bits_per_dimension(math.prod(shape) * math.log(256), shape) == pytest.approx(8.0)


@pytest.mark.parametrize("grey", [1, 254])
def test_that_one_grey_pixel_is_found_and_black_and_white_is_known(grey: int) -> None:
    images = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (700, 1, 8, 8))
    split = np.zeros(700, np.uint8)
    assert ImageSet("b", images, split, "b").has_binary_pixels
    images = images.copy()
    images[699, 0, 7, 7] = grey
    assert not ImageSet("g", images, split, "g").has_binary_pixels
