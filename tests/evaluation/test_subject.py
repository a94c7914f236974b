"""The pixels that an evaluation sees: those that the model was made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.settings import SuiteSettings
from vae_explorer.evaluation.subject import Subject
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.binarisation import fixed_draw
from vae_explorer.vae.plugins import PluginOrigin
from vae_explorer.vae.recon_label import Measure


def test_that_a_model_of_drawn_pixels_is_measured_on_their_fixed_draw(
    noise_images: Callable[..., ImageSet], tiny_snapshot: Callable[..., Snapshot]
) -> None:
    images, grey = noise_images(), tiny_snapshot()
    drawn_model = grey.model.model_copy(update={"binarisation": "dynamic", "binarisation_seed": 3})
    subject = Subject(replace(grey, model=drawn_model), images, SuiteSettings())
    for batch in subject.batches(subject.index, 7):
        expected = fixed_draw(images.images[batch.index], batch.index, 3)
        np.testing.assert_array_equal(batch.x.numpy(), expected)
    assert subject.measure is Measure.PROBABILITY
    assert subject.label == ""
    assert "seed 3" in subject.conditions.pixels
    assert Subject(grey, images, SuiteSettings()).measure is Measure.CROSS_ENTROPY
    assert "not a likelihood" in Subject(grey, images, SuiteSettings()).label


def test_that_a_missing_plugin_is_named_before_anything_is_measured(
    noise_images: Callable[..., ImageSet], tiny_snapshot: Callable[..., Snapshot]
) -> None:
    snapshot = tiny_snapshot()
    model = snapshot.model.model_copy(update={"network": "plugin:gone"})
    origin = PluginOrigin(name="gone", distribution="gone-nets", version="3.0")
    with pytest.raises(ConfigError, match=r"install gone-nets 3\.0"):
        Subject(replace(snapshot, model=model, plugin=origin), noise_images(), SuiteSettings())
