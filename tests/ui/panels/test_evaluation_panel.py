"""The Evaluation panel: measures in the background, tells what it found, and of which model."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.figures import Bars, Curve, Figure, Histogram, Pictures, Table, Warned
from vae_explorer.evaluation.registry import groups
from vae_explorer.evaluation.suite import Found, Skipped, SuiteEvent, SuiteProgressed, SuiteStarted
from vae_explorer.ui.evaluation_desk import EvaluationDesk, EvaluationWish
from vae_explorer.ui.panels import evaluation_panel
from vae_explorer.ui.panels.evaluation_groups import GROUPS
from vae_explorer.ui.panels.evaluation_panel import EvaluationPanel
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.threads.ending_runner import Ending

WAIT_MS = 20_000
GREY = "cross-entropy on grey pixels, not a likelihood"


class Script:
    """Stands in for the suite: yields these findings, waits where it is told to."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.wishes: list[EvaluationWish] = []
        self.threads: list[str] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.closed = threading.Event()
        self.error: Exception | None = None

    def __call__(self, _load: Callable[[], Any], images: Any, wish: EvaluationWish) -> Iterator[SuiteEvent]:
        self.wishes.append(wish)
        self.threads.append(threading.current_thread().name)
        try:
            yield SuiteStarted(conditions(self.world, wish))
            yield SuiteProgressed("bound", "Evidence lower bound", 0.0)
            yield found(Figure("elbo", "−ELBO", 24.77, "nats/image", "validation", 12, 1, 0.27, label=GREY))
            while not self.go_on.wait(0.005):
                yield SuiteProgressed("bound", "Evidence lower bound", 0.3)
            if self.error is not None:
                raise self.error
            yield found(Warned("ess", "39 % of the images have fewer than 10 effective samples."))
            yield found(Bars("kl", "KL of each dimension", ("z1", "z2"), np.array([2.0, 0.1]), "nats", 0.01))
            yield found(Histogram("spread", "−log p(x)", np.arange(20.0), "nats"))
            yield found(
                Curve("c", "Bound", np.array([1.0, 10.0]), np.array([3.0, 2.0]), "K", "nats", is_log_x=True)
            )
            yield found(Table("t", "Dimensions", ("dimension", "KL"), (("z1", 2.0), ("z2", None))))
            yield found(Pictures("p", "Rows", (("original", images.images[:4]),)))
            yield Skipped("probes", "Probes of the latent space", "These images have no labels.")
        finally:
            self.closed.set()


def found(finding: Any) -> Found:
    return Found("bound", "Evidence lower bound", finding)


def conditions(world: Any, wish: EvaluationWish) -> Any:
    from vae_explorer.evaluation.conditions import Conditions

    return Conditions(
        run="blobs", step=world.explorer.step, epoch=1.0, network="mlp", latent_dim=2, likelihood="bernoulli",
        objective="vae", beta=1.0, data="blobs", data_fingerprint="0" * 16, image_shape=(1, 12, 12), split="validation",
        n_split=12, n_images=12, n_samples=wish.n_samples, n_aggregate=100, seed=0, pixels="grey", number=GREY,
        device="cpu", program_version="0", torch_version="0",
    )  # fmt: skip


class Run:
    """As much of a run's folder as the panel asks for."""

    name = "blobs"

    def load_snapshot(self) -> object:
        return object()


@pytest.fixture
def script(world: Any) -> Script:
    return Script(world)


@pytest.fixture
def panel(qtbot: QtBot, world: Any, script: Script) -> Iterator[EvaluationPanel]:
    panel = EvaluationPanel(world.session, EvaluationDesk(script))
    qtbot.addWidget(panel)
    panel.set_run(Run())  # type: ignore[arg-type]  # behaves alike
    panel.resize(700, 360)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    script.go_on.set()
    panel.desk.shut_down()


def measure(panel: EvaluationPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS):
        qtbot.mouseClick(panel.choices.start_button, Qt.MouseButton.LeftButton)


def hold(panel: EvaluationPanel, script: Script, qtbot: QtBot) -> None:
    """Begin, and wait in the midst of it."""
    script.go_on.clear()
    panel.choices.start_button.click()
    qtbot.waitUntil(lambda: panel.bar.value() == 300, timeout=WAIT_MS)


def test_that_every_group_of_the_suite_has_a_chip_in_words() -> None:
    assert tuple(words.key for words in GROUPS) == groups()


def test_that_figures_charts_and_warnings_appear(
    panel: EvaluationPanel, qtbot: QtBot, script: Script
) -> None:
    with qtbot.waitSignal(panel.room_wanted, timeout=WAIT_MS):
        measure(panel, qtbot)
    lines = "\n".join(panel.results.table.texts)
    assert "−ELBO\t24.77 ± 0.27 nats/image †\t24.24 … 25.30\t12\t1" in lines
    assert panel.results.labels_text == f"† {GREY}"
    assert "Not measured: These images have no labels." in lines
    assert [chart.title for chart in panel.results.charts] == ["KL of each dimension", "−log p(x)", "Bound"]
    assert "fewer than 10 effective samples" in panel.results.warnings[0]
    assert "1 figure of blobs, step 1" in panel.status.text()
    assert not panel.is_stale
    assert script.threads == ["evaluation"] or script.threads != ["MainThread"]


def test_that_the_wish_is_what_the_controls_say(panel: EvaluationPanel, qtbot: QtBot, script: Script) -> None:
    panel.choices.images.set_value(7)
    panel.choices.samples.set_value(33)
    for chip in list(panel.choices.chips.values())[1:]:
        chip.setChecked(False)
    panel.choices.split.setCurrentIndex(panel.choices.split.findText("Training (48)"))
    measure(panel, qtbot)
    wish = script.wishes[0]
    assert (wish.n_images, wish.n_samples, wish.groups) == (7, 33, ("bound",))
    assert wish.split is not None
    assert wish.split.name == "TRAIN"


def test_that_without_a_kind_of_figure_the_button_says_why(panel: EvaluationPanel) -> None:
    for chip in panel.choices.chips.values():
        chip.setChecked(False)
    assert not panel.choices.can_start
    assert "at least one" in panel.choices.start_button.toolTip()
    assert panel.choices.error.isVisible()


def test_that_progress_and_cancel_are_offered_and_figures_stay(
    panel: EvaluationPanel, qtbot: QtBot, script: Script
) -> None:
    hold(panel, script, qtbot)
    assert panel.cancel_button.isVisible()
    assert "30 %" in panel.status.text()
    assert "left" in panel.status.text()
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS) as ended:
        panel.cancel_button.click()
    assert ended.args == [Ending.CANCELLED]
    assert script.closed.is_set()
    assert panel.status.text().startswith("Cancelled; 1 figure")
    assert panel.export_button.isEnabled()
    assert not panel.cancel_button.isVisible()


def test_that_a_problem_stands_beside_the_controls(
    panel: EvaluationPanel, qtbot: QtBot, script: Script
) -> None:
    script.error = ConfigError("The model takes other images.")
    measure(panel, qtbot)
    assert panel.error.text() == "The model takes other images."
    assert panel.error.isVisible()
    script.error = None
    panel.choose_button.setChecked(True)
    measure(panel, qtbot)
    assert not panel.error.isVisible()


def test_that_figures_of_an_earlier_step_are_marked(panel: EvaluationPanel, qtbot: QtBot, world: Any) -> None:
    measure(panel, qtbot)
    world.newer_weights()
    assert panel.is_stale
    assert panel.stale.isVisible()
    assert "trained on" in panel.stale.text()
    panel.choose_button.setChecked(True)
    measure(panel, qtbot)
    assert not panel.is_stale


def test_that_another_model_cancels_and_marks(
    panel: EvaluationPanel, qtbot: QtBot, script: Script, world: Any, open_world: Callable[..., Any]
) -> None:
    hold(panel, script, qtbot)
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS) as ended:
        other = open_world(world.session)
    assert ended.args == [Ending.CANCELLED]
    other.explorer.run_name = "others"
    other.session.set_explorer(None)
    other.session.set_explorer(other.explorer)
    assert "“others”" in panel.stale.text()


def test_that_a_training_cancels_and_then_says_why_nothing_can_be_measured(
    panel: EvaluationPanel, qtbot: QtBot, script: Script, session: Session
) -> None:
    hold(panel, script, qtbot)
    with qtbot.waitSignal(panel.desk.ended, timeout=WAIT_MS):
        session.set_training_state(TrainingState.RUNNING)
    assert not panel.choices.can_start
    assert "training" in panel.choices.start_button.toolTip()
    session.set_training_state(TrainingState.IDLE)
    assert panel.choices.can_start


def test_that_without_pictures_it_says_where_they_can_be_had(
    panel: EvaluationPanel, session: Session
) -> None:
    session.set_images(None)
    assert not panel.choices.can_start
    assert "Data card" in panel.choices.reason.text()
    assert panel.choices.reason.isVisible()


def test_that_without_a_model_it_says_what_to_do(qtbot: QtBot, session: Session) -> None:
    panel = EvaluationPanel(session)
    qtbot.addWidget(panel)
    assert panel.is_empty


@pytest.mark.parametrize("suffix", [".html", ".csv", ".json"])
def test_that_a_report_is_exported(
    panel: EvaluationPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str,
    session: Session,
) -> None:  # fmt: skip
    measure(panel, qtbot)
    path = tmp_path / f"figures{suffix}"
    monkeypatch.setattr(evaluation_panel, "ask_export_path", lambda *_: path)
    with qtbot.waitSignal(session.notice, timeout=WAIT_MS):
        panel.export(suffix)
    text = path.read_text(encoding="utf-8")
    if suffix == ".json":
        assert json.loads(text)["groups"][0]["figures"][0]["value"] == 24.77
    elif suffix == ".csv":
        assert float(next(csv.DictReader(text.splitlines()))["value"]) == 24.77
    else:
        assert "24.77 ± 0.27 nats/image" in text


def test_that_an_export_that_fails_says_why(
    panel: EvaluationPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure(panel, qtbot)
    monkeypatch.setattr(evaluation_panel, "ask_export_path", lambda *_: tmp_path / "none" / "a.csv")
    panel.export(".csv")
    qtbot.waitUntil(lambda: panel.export_line.is_problem, timeout=WAIT_MS)
    assert "Cannot write" in panel.export_line.text


def test_that_everything_is_reached_by_the_keyboard_and_explained(panel: EvaluationPanel) -> None:
    choices = panel.choices
    for control in (
        choices.start_button,
        choices.split,
        choices.images,
        choices.samples,
        *choices.chips.values(),
    ):
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert control.toolTip()
        assert control.whatsThis()
