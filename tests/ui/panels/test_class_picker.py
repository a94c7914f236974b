"""The class picker: there for models with classes, and everything decoded follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.ui.panels.class_picker import ClassPicker
from vae_explorer.ui.session import Session
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model

SHAPE = (1, 12, 12)


def conditional(step: int = 1) -> Explorer:
    """Two classes, as the blobs of the other panels' tests have."""
    config = ModelConfig(network="mlp", hidden=(8,), conditional=True, n_classes=2)
    weights = build_model(config, ObjectiveConfig(), SHAPE, seed=step).state_dict()
    return Explorer.from_snapshot(Snapshot("run", step, 1.0, config, ObjectiveConfig(), SHAPE, dict(weights)))


@pytest.fixture
def picker(qtbot: QtBot, session: Session) -> ClassPicker:
    picker = ClassPicker(session)
    qtbot.addWidget(picker)
    return picker


def test_that_it_is_there_for_models_with_classes_only(
    picker: ClassPicker, session: Session, open_world: Callable[..., Any]
) -> None:
    world = open_world(session)
    assert picker.isHidden()
    session.set_explorer(conditional())
    assert not picker.isHidden()
    assert [picker.box.itemText(k) for k in range(picker.box.count())] == list(world.images.class_names)
    session.replace_model("other", 2)
    session.set_explorer(world.explorer)
    assert picker.isHidden()


def test_that_the_chosen_class_is_decoded_and_stays_with_newer_weights(
    picker: ClassPicker, session: Session, qtbot: QtBot
) -> None:
    session.replace_model("run", 2)
    session.set_explorer(conditional())
    with qtbot.waitSignal(session.decoded_changed):
        picker.box.setCurrentIndex(1)
    assert session.explorer is not None
    assert session.explorer.label == 1
    expected = session.explorer.decode(np.zeros((1, 2)), labels=[1])[0]
    qtbot.waitUntil(lambda: session.decoded is not None and np.array_equal(session.decoded, expected))
    session.set_explorer(conditional(step=2))
    assert session.explorer.label == 1
    session.replace_model("other", 2)
    session.set_explorer(conditional(step=3))
    assert session.explorer.label == 0
    assert picker.box.currentIndex() == 0
