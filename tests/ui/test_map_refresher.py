"""The map follows training without starving: one pass at a time, the newest snapshot next."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.ui.map_refresher import MapRefresher, map_indices


def image_set(n: int, *, validation: int, test: int = 0) -> ImageSet:
    split = np.full(n, Split.TRAIN, dtype=np.uint8)
    split[:validation] = Split.VALIDATION
    split[n - test :] = Split.TEST
    return ImageSet("fake", np.zeros((n, 1, 8, 8), dtype=np.uint8), split, "f")


def test_that_small_sets_show_all_and_large_ones_what_was_not_trained_on() -> None:
    assert map_indices(image_set(1_000, validation=100), "auto").size == 1_000
    large = map_indices(image_set(30_000, validation=100, test=50), "auto")
    assert large.size == 150
    assert map_indices(image_set(1_000, validation=100), "validation").size == 100
    assert map_indices(image_set(30_000, validation=100), "all").size == 30_000


def test_that_a_set_without_validation_images_still_has_a_map() -> None:
    assert map_indices(image_set(50, validation=0, test=10), "validation").size == 10
    assert map_indices(image_set(50, validation=0), "validation").size == 50


def test_that_a_limit_keeps_an_even_ascending_subset() -> None:
    index = map_indices(image_set(10_000, validation=5_000), "validation", limit=100)
    assert index.size == 100
    assert (np.diff(index) > 0).all()
    assert index[0] == 0
    assert index[-1] == 4_999


class FakeExplorer:
    """Counts passes; each waits for the gate."""

    def __init__(self, name: str, gate: threading.Event, passes: list[str]) -> None:
        self.name = name
        self._gate = gate
        self._passes = passes

    def encode(self, _images: ImageSet, _index: np.ndarray, *, is_stale: object) -> str:
        self._passes.append(self.name)
        self._gate.wait(5)
        return f"encodings of {self.name}"


@pytest.fixture
def refresher(qtbot: QtBot) -> Iterator[MapRefresher]:
    refresher = MapRefresher()
    yield refresher
    refresher.shut_down()


def test_that_a_slow_pass_is_delivered_and_only_the_newest_wish_follows(
    refresher: MapRefresher, qtbot: QtBot
) -> None:
    gate, passes, shown = threading.Event(), [], []
    refresher.refreshed.connect(lambda _explorer, encodings: shown.append(encodings))
    images, index = image_set(10, validation=5), np.arange(5)
    for name in ("first", "second", "third"):
        refresher.encode(FakeExplorer(name, gate, passes), images, index)  # type: ignore[arg-type]  # a fake
    gate.set()
    qtbot.waitUntil(lambda: len(shown) == 2)
    assert shown == ["encodings of first", "encodings of third"]
    assert passes == ["first", "third"]


def test_that_clearing_drops_the_pass_under_way(refresher: MapRefresher, qtbot: QtBot) -> None:
    gate, passes, shown = threading.Event(), [], []
    refresher.refreshed.connect(lambda _explorer, encodings: shown.append(encodings))
    images, index = image_set(10, validation=5), np.arange(5)
    refresher.encode(FakeExplorer("old", gate, passes), images, index)  # type: ignore[arg-type]
    refresher.clear()
    gate.set()
    refresher.encode(FakeExplorer("new", gate, passes), images, index)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: shown == ["encodings of new"])
