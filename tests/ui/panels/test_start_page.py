"""The start page: its cards, what they choose, and what it says when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.sources import SOURCE_INFO
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.cards import RunCard
from vae_explorer.ui.panels import start_page as module
from vae_explorer.ui.panels.samples import N_SAMPLES, keep_samples, read_samples, typical_rows, write_samples
from vae_explorer.ui.panels.start_cards import ModelCard, RunRow, run_words
from vae_explorer.ui.panels.start_page import StartPage
from vae_explorer.ui.panels.time_words import ago, duration
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.picture import to_qimage
from vae_explorer.vae.recon_label import Measure, ReconLabel

NOW = datetime(2026, 11, 21, 15, 0).astimezone()


def two_classes(channels: int = 1) -> ImageSet:
    """60 pictures of 12 × 12: dark ones to the left, bright ones to the right."""
    labels = (np.arange(60) % 2).astype(np.int64)
    images = np.repeat((60 + 120 * labels).astype(np.uint8), channels * 144).reshape(60, channels, 12, 12)
    return ImageSet("blobs", images, np.zeros(60, np.uint8), "0" * 16, labels, ("left", "right"))


def card(path: Path, **changes: object) -> RunCard:
    values: dict[str, object] = {
        "path": path,
        "title": "Blooms, 2-D",
        "created": NOW - timedelta(hours=3),
        "status": "stopped",
        "data_name": "Blooms",
        "latent_dim": 2,
        "elbo": -142.64,
        "label": ReconLabel(Measure.DENSITY),
    }
    return RunCard(**(values | changes))  # type: ignore[arg-type]  # values of the right types by name


@pytest.fixture
def lists(home: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[RunCard]]:
    found: dict[str, list[RunCard]] = {"shipped": [], "recent": []}
    monkeypatch.setattr(module, "shipped_models", lambda: found["shipped"])
    monkeypatch.setattr(module, "recent_runs", lambda limit: found["recent"][:limit])
    return found


@pytest.fixture
def page(qtbot: QtBot, lists: dict[str, list[RunCard]]) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    return page


def source_card(page: StartPage, name: str) -> QWidget:
    return next(card for card in page.sources.cards if card.objectName() == f"sourceCard_{name}")


def test_that_every_source_has_a_card_ones_own_first(page: StartPage) -> None:
    names = [card.objectName().removeprefix("sourceCard_") for card in page.sources.cards]
    assert sorted(names) == sorted(SOURCE_INFO)
    assert names[:2] == ["folder", "array"]


@pytest.mark.parametrize("source", ["blooms", "digits", "kmnist"])
def test_that_a_card_chooses_its_set(qtbot: QtBot, page: StartPage, source: str) -> None:
    with qtbot.waitSignal(page.data_chosen) as heard:
        QTest.mouseClick(source_card(page, source), Qt.MouseButton.LeftButton)
    assert heard.args[0] == DataSpec.model_validate({"source": source})


def test_that_folder_and_array_are_asked_for(qtbot: QtBot, page: StartPage) -> None:
    with qtbot.waitSignal(page.folder_chosen):
        QTest.keyClick(source_card(page, "folder"), Qt.Key.Key_Return)
    with qtbot.waitSignal(page.array_chosen):
        QTest.keyClick(source_card(page, "array"), Qt.Key.Key_Space)


def test_that_a_set_not_on_this_disk_says_what_it_costs(page: StartPage) -> None:
    there, missing = source_card(page, "digits"), source_card(page, "kmnist")
    assert "download" not in there.toolTip()
    assert "21 MB to download" in missing.toolTip()
    assert any("↓ 21 MB" in label.text() for label in missing.findChildren(QLabel))


def test_that_sets_are_looked_for_where_the_person_keeps_them(
    qtbot: QtBot, page: StartPage, test_data: Path
) -> None:
    page.set_data_root(test_data)
    assert "download" not in source_card(page, "mnist").toolTip()
    with qtbot.waitSignal(page.data_chosen) as heard:
        QTest.mouseClick(source_card(page, "mnist"), Qt.MouseButton.LeftButton)
    assert heard.args[0].data_root == test_data


def test_that_models_and_runs_are_opened(
    qtbot: QtBot, page: StartPage, lists: dict[str, list[RunCard]], tmp_path: Path
) -> None:
    lists["shipped"] = [card(tmp_path / "blooms-2d")]
    lists["recent"] = [card(tmp_path / "mine", title="My run")]
    page.refresh()
    for widget, path in (
        (page.findChild(ModelCard), tmp_path / "blooms-2d"),
        (page.findChild(RunRow), tmp_path / "mine"),
    ):
        assert widget is not None
        with qtbot.waitSignal(page.run_chosen) as heard:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        assert heard.args[0] == path


def test_that_without_runs_it_says_what_will_be_here(
    page: StartPage, lists: dict[str, list[RunCard]], tmp_path: Path
) -> None:
    assert page._no_runs.isVisible()
    assert not page._models_section.isVisible()
    lists["recent"] = [card(tmp_path / "mine")]
    lists["shipped"] = [card(tmp_path / "blooms-2d")]
    page.refresh()
    assert not page._no_runs.isVisible()
    assert page._models_section.isVisible()


def test_that_a_model_shows_its_thumbnail_if_it_has_one(qtbot: QtBot, tmp_path: Path) -> None:
    to_qimage(np.full((3, 10, 20), 200, dtype=np.uint8)).save(str(tmp_path / "thumbnail.png"))
    with_picture, without = ModelCard(card(tmp_path)), ModelCard(card(tmp_path / "other"))
    for widget in (with_picture, without):
        qtbot.addWidget(widget)
        widget.resize(208, 170)
    assert with_picture.cover.grab().toImage().pixelColor(100, 20).red() == 200
    assert not without.cover.has_picture
    samples = without.cover.grab().toImage()  # of its data
    assert len({samples.pixelColor(x, 56).name() for x in range(samples.width())}) > 3


def test_that_a_run_can_be_taken_off_the_list(
    qtbot: QtBot,
    page: StartPage,
    lists: dict[str, list[RunCard]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lists["recent"] = [card(tmp_path / "mine")]
    page.refresh()

    def forget(path: Path) -> None:
        assert path == tmp_path / "mine"
        lists["recent"] = []

    monkeypatch.setattr(module, "forget", forget)
    row = page.findChild(RunRow)
    assert row is not None
    row.forget_requested.emit(row.path)
    assert page._no_runs.isVisible()


def test_that_lists_are_read_off_the_gui_thread(
    qtbot: QtBot, session: Session, lists: dict[str, list[RunCard]], tmp_path: Path
) -> None:
    lists["recent"] = [card(tmp_path / "mine")]
    page = StartPage(session.slow)
    qtbot.addWidget(page)
    assert page.findChild(RunRow) is None
    qtbot.waitUntil(lambda: page.findChild(RunRow) is not None)


def test_that_a_run_is_described_in_one_line(tmp_path: Path) -> None:
    assert run_words(card(tmp_path), NOW) == "Blooms · 2-D · −ELBO 142.6 nats · stopped · 3 h ago"
    grey = ReconLabel(Measure.CROSS_ENTROPY)
    assert run_words(card(tmp_path, label=grey)) == "Blooms · 2-D · cross-entropy + KL 142.6 nats"
    assert run_words(card(tmp_path, elbo=512.0)) == "Blooms · 2-D · −ELBO −512.0 nats"
    assert run_words(card(tmp_path, elbo=None, status="finished"), NOW) == "Blooms · 2-D · 3 h ago"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=7), "7 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(days=20), "1 Nov 2026"),
    ],
)
def test_that_points_of_time_are_said_as_people_do(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0:00"),
        (19.2, "0:19"),
        (725.0, "12:05"),
        (12_000.0, "3:20:00"),
        (200_000.0, "2 days"),
        (-5.0, "0:00"),
    ],
)
def test_that_lengths_of_time_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_that_typical_pictures_are_one_of_each_class() -> None:
    images = two_classes()
    assert images.labels is not None
    rows = typical_rows(images, 2)
    assert sorted(images.labels[rows]) == [0, 1]
    assert len(set(typical_rows(images, 6).tolist())) == 6


def test_that_samples_of_a_downloaded_set_are_kept_for_its_card(home: Path, qapp: object) -> None:
    assert read_samples("kmnist") == ()
    keep_samples(two_classes(), DataSpec(source="kmnist"))
    samples = read_samples("kmnist")
    assert len(samples) == N_SAMPLES
    assert samples[0].width() == samples[0].height() == 12
    keep_samples(two_classes(), DataSpec(source="folder", path=Path("x")))
    assert read_samples("folder") == ()


def test_that_samples_of_pictures_that_are_not_square_are_centred(tmp_path: Path, qapp: object) -> None:
    images = two_classes(channels=3)
    wide = replace(images, images=images.images[:, :, 3:9])
    path = tmp_path / "a" / "wide.png"
    assert write_samples(wide, path)
    strip = QImage(str(path))
    assert (strip.width(), strip.height()) == (N_SAMPLES * 12, 12)
    assert strip.pixelColor(6, 0).red() == 0
    assert strip.pixelColor(6, 6).red() == 60


@pytest.mark.parametrize("source", ["blooms", "digits", "mnist"])
def test_that_shipped_samples_are_there(source: str, qapp: object) -> None:
    assert len(read_samples(source)) == N_SAMPLES  # type: ignore[arg-type]  # a literal of the list
