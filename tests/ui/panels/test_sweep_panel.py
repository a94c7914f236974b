"""The β sweep's panel: one button, a curve with the run on screen on it, and the way back to every run."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.errors import RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.sweep_file import Sweep, SweepPoint, write_sweep
from vae_explorer.runs.sweep_folder import sweep_path
from vae_explorer.ui.panels import sweep_panel
from vae_explorer.ui.panels.sweep_panel import SweepPanel
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.sweep_desk import SweepDesk
from vae_explorer.ui.sweep_work import (
    StoredSweep,
    SweepAdvanced,
    SweepGrown,
    SweepTroubled,
    SweepWish,
    SweepWorkEvent,
)
from vae_explorer.ui.threads.ending_runner import Ending
from vae_explorer.vae.config import ObjectiveConfig

WAIT_MS = 20_000
STEP = 7


def make_run(path: Path, images: Any, **objective: Any) -> RunFolder:
    run = RunFolder.create(path, RunConfig(epochs=3, objective=ObjectiveConfig(**objective)), images)
    (path / "snapshots").mkdir()
    (path / "snapshots" / f"step-{STEP:010d}.safetensors").touch()
    return run


def point(beta: float, run: str = "") -> SweepPoint:
    return SweepPoint(
        beta=beta, run=run or f"beta-{beta:g}", epochs=3, split="validation", n_images=12, rate=20.0 / (1.0 + beta),
        rate_error=0.2, distortion=80.0 + 5.0 * beta, distortion_error=0.3, step=STEP, bound_error=0.4, active_units=2,
        label="not a likelihood",
    )  # fmt: skip


class Script:
    """Stands in for the work: each β becomes a point; waits where it is told to."""

    def __init__(self) -> None:
        self.wishes: list[SweepWish] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.closed = threading.Event()
        self.error: Exception | None = None

    def __call__(self, wish: SweepWish) -> Iterator[SweepWorkEvent]:
        self.wishes.append(wish)
        folder, n = sweep_path(wish.run, wish.epochs), len(wish.betas)
        sweep = Sweep(
            base=wish.run.name, data="blobs", betas=wish.betas, epochs=wish.epochs, current=point(1.0, wish.run.name)
        )  # fmt: skip
        try:
            yield SweepGrown(StoredSweep(folder, sweep))
            for place, beta in enumerate(wish.betas):
                left = 61.0 * (n - place)
                yield SweepAdvanced(beta, place, n, 1, wish.epochs, (place + 0.5) / n, left, False)
                if place == 1:
                    while not self.go_on.wait(0.005):
                        yield SweepAdvanced(beta, place, n, 1, wish.epochs, (place + 0.5) / n, left, False)
                if self.error is not None:
                    raise self.error
                if beta == 666.0:
                    yield SweepTroubled("β = 666: the loss is not finite.")
                    continue
                sweep = sweep.with_point(point(beta))
                write_sweep(folder, sweep)
                yield SweepGrown(StoredSweep(folder, sweep))
        finally:
            self.closed.set()


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def run(world: Any, tmp_path: Path) -> RunFolder:
    return make_run(tmp_path / "home" / "runs" / "blobs", world.images)


@pytest.fixture
def panel(qtbot: QtBot, world: Any, script: Script, run: RunFolder) -> Iterator[SweepPanel]:
    panel = SweepPanel(world.session, SweepDesk(script))
    qtbot.addWidget(panel)
    panel.resize(760, 360)
    open_run(panel, run, qtbot)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    script.go_on.set()
    panel.desk.shut_down()


def open_run(panel: SweepPanel, run: RunFolder, qtbot: QtBot) -> None:
    panel.set_run(run)
    qtbot.waitUntil(lambda: panel._session.slow.is_idle, timeout=WAIT_MS)


def sweep(panel: SweepPanel, qtbot: QtBot, text: str = "0.5, 1, 2") -> None:
    panel.choices.betas.setText(text)
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS):
        qtbot.mouseClick(panel.choices.button, Qt.MouseButton.LeftButton)


def hold(panel: SweepPanel, script: Script, qtbot: QtBot) -> None:
    """Begin, and wait in the midst of the second β."""
    script.go_on.clear()
    panel.choices.betas.setText("0.5, 1, 2")
    panel.choices.button.click()
    qtbot.waitUntil(lambda: panel.bar.value() == 500, timeout=WAIT_MS)


def chart_of(panel: SweepPanel, qtbot: QtBot) -> Any:
    qtbot.waitUntil(lambda: panel.results.chart is not None, timeout=WAIT_MS)
    return panel.results.chart


def test_that_one_button_trains_every_beta_and_draws_them_with_this_run(
    panel: SweepPanel, qtbot: QtBot, script: Script, run: RunFolder
) -> None:
    with qtbot.waitSignals([panel.room_wanted, panel._session.notice], timeout=WAIT_MS):
        sweep(panel, qtbot, "2; 0.5 1")
    assert (script.wishes[0].betas, script.wishes[0].epochs) == ((0.5, 1.0, 2.0), 3)
    assert script.wishes[0].run is run
    chart = chart_of(panel, qtbot)
    assert [(p.name, p.is_joined, p.is_current) for p in chart.points] == [
        ("β = 0.5", True, False),
        ("β = 1", True, False),
        ("β = 2", True, False),
        ("blobs, β = 1", False, True),
    ]
    assert panel.results.table.texts[0] == "0.5\t82.50 ± 0.30\t13.33 ± 0.20\t95.83 ± 0.40\t2"
    assert panel.results.table.texts[3].startswith("1  ◆\t")
    assert panel.results.label_text == "recon and −ELBO: not a likelihood"
    assert panel.status.text().startswith("3 of 3 β, 3 epochs each  ·  lowest −ELBO 95.00 at β = 1")
    assert not panel.choices.can_start
    assert "Each of these β is done" in panel.reason.text()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1, two", "'1, two' is not a list of numbers like 0.5, 1, 2."),
        ("", "A sweep needs at least one β."),
        ("-1", "Each β must be from 0 to 1000, got -1."),
    ],
)
def test_that_a_mistake_stands_beside_the_fields_in_one_sentence(
    panel: SweepPanel, text: str, sentence: str
) -> None:
    panel.choices.betas.setText(text)
    assert panel.error.text() == sentence
    assert panel.error.isVisible()
    assert not panel.choices.can_start
    assert panel.choices.button.toolTip() == sentence
    panel.choices.betas.setText("1")
    assert not panel.error.isVisible()
    assert panel.choices.button.toolTip() == "Train 1 run of 3 epochs in the background"


def test_that_epochs_are_those_of_the_run_and_checked(panel: SweepPanel) -> None:
    assert panel.choices.epochs.int_value == 3
    panel.choices.epochs.setText("0")
    assert panel.error.text() == "Epochs must be from 1 to 100,000, not 0."
    assert not panel.choices.can_start


def test_that_the_button_stops_and_the_sweep_continues(
    panel: SweepPanel, qtbot: QtBot, script: Script
) -> None:
    assert panel.choices.button.text() == "Start sweep"
    hold(panel, script, qtbot)
    assert panel.choices.button.text() == "Stop"
    assert not panel.choices.betas.isEnabled()
    assert panel.status.text() == "β = 1 (2 of 3)  ·  epoch 2 of 3  ·  2:02 left"
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS) as ended:
        panel.choices.button.click()
        assert panel.choices.button.text() == "Stopping …"
        assert not panel.choices.button.isEnabled()
    assert ended.args == [Ending.CANCELLED]
    assert script.closed.is_set()
    assert panel.choices.button.text() == "Continue sweep"
    assert panel.status.text().startswith("1 of 3 β")
    script.go_on.set()
    sweep(panel, qtbot)
    assert script.wishes[0].betas == script.wishes[1].betas
    assert panel.status.text().startswith("3 of 3 β")


def test_that_another_number_of_epochs_begins_another_curve(panel: SweepPanel, qtbot: QtBot) -> None:
    sweep(panel, qtbot)
    first = panel.stored
    panel.choices.epochs.set_value(5)
    assert panel.choices.can_start
    assert panel.choices.button.text() == "Start sweep"
    sweep(panel, qtbot)
    assert first is not None
    assert panel.stored is not None
    assert panel.stored.folder != first.folder
    panel.choices.epochs.set_value(3)
    qtbot.waitUntil(lambda: panel.stored == first, timeout=WAIT_MS)  # and comes back with its epochs


def test_that_the_last_sweep_is_there_when_the_run_is_opened_again(
    qtbot: QtBot, world: Any, run: RunFolder
) -> None:
    folder = sweep_path(run, 9)
    stored = Sweep(base="blobs", data="blobs", betas=(0.25, 8.0), epochs=9, current=point(1.0, "blobs"))
    write_sweep(folder, stored.with_point(point(0.25)))
    panel = SweepPanel(world.session, SweepDesk(Script()))
    qtbot.addWidget(panel)
    open_run(panel, run, qtbot)
    assert panel.results.chart is None  # nobody looks yet
    assert panel.choices.betas.text() == "0.25, 8"
    assert panel.choices.epochs.int_value == 9
    assert panel.choices.button.text() == "Continue sweep"
    assert [row.is_current for row in panel.results.rows] == [False, True]
    panel.resize(700, 300)
    with qtbot.waitSignal(panel.room_wanted, timeout=WAIT_MS):
        panel.show()
    assert len(chart_of(panel, qtbot).points) == 2


def test_that_a_run_of_the_sweep_is_opened_and_then_marked_on_it(
    panel: SweepPanel, qtbot: QtBot, world: Any
) -> None:
    sweep(panel, qtbot)
    assert panel.stored is not None
    assert not panel.open_button.isEnabled()
    assert panel.open_button.toolTip() == "Choose a point of the curve first"
    chart = chart_of(panel, qtbot)
    chart.chosen.emit(2)
    assert panel.results.table.current == 2
    with qtbot.waitSignal(panel.run_chosen) as chosen:
        panel.open_button.click()
    path = panel.stored.folder / "beta-2"
    assert chosen.args == [path]
    open_run(panel, make_run(path, world.images, beta=2.0), qtbot)
    assert [(row.point.beta, row.is_current) for row in panel.results.rows] == [
        (0.5, False),
        (1.0, False),
        (2.0, True),
    ]
    assert panel.open_button.toolTip() == "This run is on screen already"
    with qtbot.waitSignal(panel.run_chosen) as chosen:
        chart.opened.emit(0)
    assert chosen.args == [panel.stored.folder / "beta-0.5"]


def test_that_a_row_chosen_in_the_table_is_ringed_in_the_chart(panel: SweepPanel, qtbot: QtBot) -> None:
    sweep(panel, qtbot)
    chart = chart_of(panel, qtbot)
    table = panel.results.table
    table.setFocus()
    table.setCurrentItem(table.topLevelItem(1))
    assert chart.current == 1
    assert panel.open_button.isEnabled()


def test_that_trouble_with_one_beta_stands_there_and_the_others_go_on(
    panel: SweepPanel, qtbot: QtBot, script: Script
) -> None:
    sweep(panel, qtbot, "0.5, 666, 2")
    assert panel.error.text() == "β = 666: the loss is not finite."
    assert panel.error.isVisible()
    assert [row.point.beta for row in panel.results.rows] == [0.5, 2.0, 1.0]
    assert panel.choices.button.text() == "Continue sweep"


def test_that_a_failure_is_a_sentence_that_stays_until_the_next_start(
    panel: SweepPanel, qtbot: QtBot, script: Script
) -> None:
    script.error = RunError("The folder holds a run with other settings.")
    sweep(panel, qtbot)
    assert panel.error.text() == "The folder holds a run with other settings."
    script.error = None
    sweep(panel, qtbot)
    assert not panel.error.isVisible()


def test_that_no_sweep_begins_beside_a_training(panel: SweepPanel, session: Session) -> None:
    session.set_training_state(TrainingState.RUNNING)
    assert not panel.choices.can_start
    assert panel.reason.text() == "A training is under way: a sweep can begin when it has ended."
    assert panel.reason.isVisible()
    session.set_training_state(TrainingState.IDLE)
    assert panel.choices.can_start


def test_that_a_training_that_begins_all_the_same_stops_the_sweep(
    panel: SweepPanel, qtbot: QtBot, script: Script, session: Session
) -> None:
    hold(panel, script, qtbot)
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS):
        session.set_training_state(TrainingState.RUNNING)
    assert script.closed.is_set()


def test_that_the_end_of_the_session_waits_for_the_sweep(
    panel: SweepPanel, qtbot: QtBot, script: Script, session: Session
) -> None:
    hold(panel, script, qtbot)
    session.ending.emit()
    assert script.closed.is_set()
    qtbot.waitUntil(lambda: not panel.desk.is_running, timeout=WAIT_MS)


def test_that_a_sweep_goes_on_while_another_model_is_on_screen(
    panel: SweepPanel, qtbot: QtBot, script: Script, world: Any, tmp_path: Path
) -> None:
    hold(panel, script, qtbot)
    other = make_run(tmp_path / "plain", world.images, name="autoencoder")
    panel.set_run(other)
    assert panel.desk.is_running
    assert not panel.is_empty
    assert panel.stale.text() == "This sweep is of “blobs”; on screen is “plain”."
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS):
        script.go_on.set()
    qtbot.waitUntil(lambda: panel.is_empty, timeout=WAIT_MS)
    assert not panel.stale.isVisible()


def test_that_an_objective_without_beta_is_told_in_a_sentence(
    panel: SweepPanel, qtbot: QtBot, world: Any, tmp_path: Path
) -> None:
    open_run(panel, make_run(tmp_path / "plain", world.images, name="autoencoder"), qtbot)
    assert panel.is_empty
    assert "The objective of this run, autoencoder, has no β" in panel.empty_words


def test_that_without_a_model_or_its_pictures_it_says_what_to_do(
    panel: SweepPanel, qtbot: QtBot, session: Session
) -> None:
    session.set_images(None)
    assert "Data card" in panel.reason.text()
    assert not panel.choices.can_start
    session.replace_model("", 0)
    assert panel.is_empty
    assert "open a run" in panel.empty_words


def test_that_the_run_on_screen_is_measured_if_it_has_no_point_yet(
    panel: SweepPanel, qtbot: QtBot, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RunFolder] = []
    monkeypatch.setattr(panel.desk, "compare", lambda _stored, run, _images: asked.append(run))
    stored = Sweep(base="other", data="blobs", betas=(0.25,), epochs=9, current=point(1.0, "other"))
    write_sweep(sweep_path(run, 9), stored.with_point(point(0.25)))
    open_run(panel, run, qtbot)
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT_MS)
    assert [row.is_current for row in panel.results.rows] == [False]
    panel.update()
    qtbot.wait(30)
    assert asked == [run]  # once, also if nothing came of it


@pytest.mark.parametrize("suffix", [".png", ".csv", ".json", ".html"])
def test_that_the_curve_is_exported(
    panel: SweepPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    assert not panel.export_button.isEnabled()
    sweep(panel, qtbot)
    chart_of(panel, qtbot)
    assert panel.export_button.isEnabled()
    path = tmp_path / f"curve{suffix}"
    monkeypatch.setattr(sweep_panel, "ask_export_path", lambda *_: path)
    with qtbot.waitSignal(panel._session.notice, timeout=WAIT_MS):
        panel.export(suffix)
    if suffix == ".png":
        from PIL import Image

        with Image.open(path) as picture:
            assert np.asarray(picture).std() > 1.0
    elif suffix == ".csv":
        assert [row["beta"] for row in csv.DictReader(path.read_text().splitlines())] == ["0.5", "1.0", "2.0"]
    elif suffix == ".json":
        content = json.loads(path.read_text(encoding="utf-8"))
        assert [each["beta"] for each in content["points"]] == [0.5, 1.0, 2.0]
        assert content["current"]["run"] == "blobs"
    else:
        assert path.read_text(encoding="utf-8").count("<svg") == 1


def test_that_an_export_that_fails_says_why(
    panel: SweepPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(panel, qtbot)
    chart_of(panel, qtbot)
    for suffix in (".png", ".csv"):
        target = tmp_path / "none" / f"a{suffix}"
        monkeypatch.setattr(sweep_panel, "ask_export_path", lambda *_, target=target: target)
        panel.export(suffix)
        qtbot.waitUntil(lambda: panel.export_line.is_problem, timeout=WAIT_MS)
        assert "annot" in panel.export_line.text


def test_that_a_narrow_table_leaves_errors_to_the_tooltip(panel: SweepPanel, qtbot: QtBot) -> None:
    sweep(panel, qtbot)
    table = panel.results.table
    table.resize(200, 200)
    assert table.texts[0].startswith("0.5\t82.50\t")
    item = table.topLevelItem(0)
    assert item is not None
    assert "recon 82.50 ± 0.30 nats" in item.toolTip(0)
    assert "2 active units" in item.toolTip(0)


def test_that_everything_is_reached_by_the_keyboard_and_explained(panel: SweepPanel, qtbot: QtBot) -> None:
    sweep(panel, qtbot)
    chart = chart_of(panel, qtbot)
    choices = panel.choices
    controls = (choices.betas, choices.epochs, choices.button, panel.open_button, panel.export_button)
    for control in (*controls, panel.results.table, chart):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert control.whatsThis()
    assert all(control.toolTip() for control in controls)
