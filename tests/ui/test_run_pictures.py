"""The pictures of the run on screen: found where they were, found in the cache, or missing in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import LoadFinished, load
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.ui import run_pictures
from vae_explorer.ui.run_pictures import RunPictures
from vae_explorer.ui.session import Session

WAIT_MS = 30_000


@pytest.fixture
def finder(session: Session, home: Path) -> Iterator[RunPictures]:
    finder = RunPictures(session)
    yield finder
    finder.shut_down()


@pytest.fixture
def spec(tmp_path: Path) -> DataSpec:
    path = tmp_path / "squares.npy"
    np.save(path, np.random.default_rng(0).integers(0, 255, (40, 16, 16), dtype=np.uint8))
    return DataSpec(source="array", path=path)


def images_of(spec: DataSpec) -> ImageSet:
    *_, last = load(spec)
    assert isinstance(last, LoadFinished)
    return last.images


@pytest.fixture
def run(home: Path, tmp_path: Path, spec: DataSpec) -> RunFolder:
    return RunFolder.create(tmp_path / "run", RunConfig(data=spec), images_of(spec))


def test_that_pictures_are_found_where_they_were(
    finder: RunPictures, run: RunFolder, spec: DataSpec, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(finder.found, timeout=WAIT_MS) as found:
        finder.load(run, spec)
    assert found.args[:2] == [run, spec]
    assert found.args[2].fingerprint == run.info.data.fingerprint


def test_that_pictures_that_have_gone_are_taken_from_the_cache(
    finder: RunPictures, run: RunFolder, spec: DataSpec, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = images_of(spec)
    asked: list[str] = []
    monkeypatch.setattr(run_pictures, "load_by_fingerprint", lambda known: asked.append(known) or cached)
    assert spec.path is not None
    spec.path.unlink()
    with qtbot.waitSignal(finder.found, timeout=WAIT_MS) as found:
        finder.load(run, spec)
    assert found.args[2] is cached
    assert asked == [run.info.data.fingerprint]


def test_that_pictures_that_are_nowhere_are_told_in_a_sentence(
    finder: RunPictures, run: RunFolder, spec: DataSpec, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_pictures, "load_by_fingerprint", lambda _: None)
    assert spec.path is not None
    spec.path.unlink()
    with qtbot.waitSignal(finder.missing, timeout=WAIT_MS) as missing:
        finder.load(run, spec)
    told, sentence, offer = missing.args
    assert told is run
    assert "squares.npy" in sentence
    assert offer is None


def test_that_a_set_that_can_be_downloaded_is_offered_not_fetched(
    finder: RunPictures, run: RunFolder, qtbot: QtBot, tmp_path: Path
) -> None:
    root = tmp_path / "sets"
    root.mkdir()
    with qtbot.waitSignal(finder.missing, timeout=WAIT_MS) as missing:
        finder.load(run, DataSpec(source="kmnist", data_root=root))
    assert missing.args[:2] == [run, ""]
    assert missing.args[2].source == "kmnist"
    assert not any(root.iterdir())
