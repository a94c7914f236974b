"""The setup panel: what it asks for, what it allows when, what it explains."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from vae_explorer.data.events import LoadProgressed
from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import missing_set
from vae_explorer.data.spec import DataSpec
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import EpochRecord, History, Losses, SettingMark
from vae_explorer.training.events import Finished, Progressed, Started
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.panels.hidden_widths import hidden_problem, parsed_hidden
from vae_explorer.ui.panels.model_choices import OBJECTIVE_SETTING_ROWS, OBJECTIVES
from vae_explorer.ui.panels.setup_panel import SetupPanel
from vae_explorer.ui.session import Session, TrainingState
from vae_explorer.ui.widgets.form import ChoiceBox, InlineProblem
from vae_explorer.vae.config import OBJECTIVE_SETTINGS, ModelConfig, ObjectiveConfig
from vae_explorer.vae.recon_label import recon_label

RAIL_PX = (272, 700)


def two_classes(channels: int = 1) -> ImageSet:
    """60 pictures of 12 × 12: dark ones to the left, bright ones to the right."""
    labels = (np.arange(60) % 2).astype(np.int64)
    images = np.repeat((60 + 120 * labels).astype(np.uint8), channels * 144).reshape(60, channels, 12, 12)
    return ImageSet("blobs", images, np.zeros(60, np.uint8), "0" * 16, labels, ("left", "right"))


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> SetupPanel:
    panel = SetupPanel(session)
    qtbot.addWidget(panel)
    panel.resize(*RAIL_PX)
    panel.show()
    return panel


def named(panel: SetupPanel, name: str) -> QWidget:
    found = panel.findChild(QWidget, name)
    assert found is not None, name
    return found


def click(panel: SetupPanel, name: str) -> None:
    button = named(panel, name)
    assert button.isVisible()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def history(n: int, marks: tuple[SettingMark, ...] = ()) -> History:
    records = tuple(
        EpochRecord(
            epoch=e,
            step=10 * e,
            train=Losses(recon=100.0 + 10 / e, kl=5.0),
            validation=Losses(recon=102.0 + 10 / e, kl=5.0),
            beta=1.0,
            learning_rate=1e-3,
            seconds=1.0,
        )
        for e in range(1, n + 1)
    )
    return History(epochs=records, marks=marks)


def started(config: RunConfig, step: int = 0) -> Started:
    return Started(config, "cpu", "CPU · 1 thread", 1000, 90, 10, step // 10, step)


# --- configuration -------------------------------------------------------------------------------


def test_that_the_defaults_are_those_of_the_configuration(panel: SetupPanel) -> None:
    assert panel.config() == RunConfig()


@pytest.mark.parametrize(
    "config",
    [
        RunConfig(),
        RunConfig(
            data=DataSpec(source="mnist"),
            model=ModelConfig(
                network="mlp", hidden=(512, 256), latent_dim=20, likelihood="gaussian", sigma=0.05
            ),
            objective=ObjectiveConfig(beta=4.0, warmup_epochs=2.5),
            epochs=100,
            batch_size=64,
            learning_rate=3e-4,
            seed=123_456,
        ),
        RunConfig(
            model=ModelConfig(
                network="gated", hidden=(300, 200), binarisation="dynamic", binarisation_seed=3
            ),
        ),
        RunConfig(
            model=ModelConfig(network="plugin:not-here", likelihood="logistic-mixture", logistics=8),
        ),
        RunConfig(
            model=ModelConfig(prior="vamp", components=30, posterior="iaf", n_flows=3, start_layers=2),
            objective=ObjectiveConfig(name="iwae", n_samples=5),
        ),
        RunConfig(
            model=ModelConfig(conditional=True, n_classes=4, prior="mixture"),
            objective=ObjectiveConfig(name="m2", n_labels=40, alpha=3.0, warmup_epochs=2.0, cycle_epochs=4.0),
        ),
        RunConfig(
            objective=ObjectiveConfig(
                name="capacity", capacity=12.5, capacity_epochs=3.0, capacity_weight=50.0
            )
        ),
        RunConfig(
            model=ModelConfig(network="conv", width=48, likelihood="gaussian-learned"),
            objective=ObjectiveConfig(name="autoencoder"),
            learning_rate=1.0,
        ),
    ],
)
def test_that_a_configuration_survives_the_way_through_the_panel(
    panel: SetupPanel, config: RunConfig
) -> None:
    panel.set_config(config)
    assert panel.config() == config


def test_that_a_device_of_another_machine_becomes_automatic(panel: SetupPanel) -> None:
    panel.set_devices([("cpu", "CPU · 1 thread")])
    panel.set_config(RunConfig(device="cuda:1"))
    config = panel.config()
    assert config is not None
    assert config.device == "auto"


def test_that_devices_can_be_chosen_when_they_are_known(panel: SetupPanel) -> None:
    panel.set_devices([("cuda:0", "CUDA · NVIDIA H200"), ("cpu", "CPU · 2 threads")])
    panel.training.device.set_value("cpu")
    config = panel.config()
    assert config is not None
    assert config.device == "cpu"
    assert panel.training.device.itemText(0) == "Auto (CUDA)"


@pytest.mark.parametrize(
    ("network", "likelihood", "kind", "shown", "hidden"),
    [
        ("mlp", "bernoulli", "vae", {"hiddenEdit", "betaEdit", "warmupEdit"}, {"widthEdit", "sigmaEdit"}),
        ("conv", "gaussian", "vae", {"widthEdit", "sigmaEdit"}, {"hiddenEdit", "binarisationBox"}),
        ("gated", "laplace", "vae", {"hiddenEdit", "sigmaEdit"}, {"widthEdit", "logisticsEdit"}),
        (
            "burgess",
            "logistic-mixture",
            "vae",
            {"logisticsEdit"},
            {"widthEdit", "hiddenEdit", "sigmaEdit", "binarisationBox"},
        ),
        ("conv", "gaussian-optimal", "vae", {"widthEdit"}, {"sigmaEdit", "logisticsEdit", "binarisationBox"}),
        (
            "residual",
            "bernoulli",
            "autoencoder",
            {"widthEdit"},
            {"betaEdit", "betaSlider", "warmupEdit", "sigmaEdit"},
        ),
    ],
)
def test_that_only_what_matters_is_shown(
    panel: SetupPanel, network: str, likelihood: str, kind: str, shown: set[str], hidden: set[str]
) -> None:
    panel.model.network.set_value(network)
    panel.model.likelihood.set_value(likelihood)
    panel.model.objective.set_value(kind)
    assert all(named(panel, name).isVisible() for name in shown)
    assert not any(named(panel, name).isVisible() for name in hidden)


def test_that_binarisation_does_not_stay_behind_where_it_is_not_shown(panel: SetupPanel) -> None:
    panel.model.binarisation.set_value("dynamic")
    panel.model.likelihood.set_value("gaussian")
    assert panel.model.model().binarisation == "none"
    panel.model.likelihood.set_value("bernoulli")
    assert panel.model.model().binarisation == "dynamic"


def test_that_the_gated_network_begins_with_its_own_widths_but_typed_ones_stay(panel: SetupPanel) -> None:
    def choose(network: str) -> str:
        panel.model.network.set_value(network)
        panel.model.network.activated.emit(panel.model.network.currentIndex())
        return panel.model.hidden.text()

    assert choose("gated") == "300, 300"
    assert choose("mlp") == "400"
    panel.model.hidden.setText("123")
    assert choose("gated") == "123"


def test_that_networks_of_other_packages_can_be_chosen(panel: SetupPanel) -> None:
    panel.model.set_plugins(["plugin:mixer"])
    panel.model.set_plugins(["plugin:mixer"])
    panel.model.network.set_value("plugin:mixer")
    assert panel.model.model().network == "plugin:mixer"
    assert [panel.model.network.itemText(k) for k in range(panel.model.network.count())].count("mixer") == 1


def test_that_the_losses_say_what_they_are(panel: SetupPanel) -> None:
    panel.set_history(history(2))
    panel.loss.set_label(recon_label(ModelConfig(), has_binary_pixels=False))
    assert "not a likelihood" in panel.loss.caption.text()
    assert panel.loss.caption.isVisible()
    assert panel.loss.aside.text().startswith("−ELBO†")
    panel.loss.set_label(recon_label(ModelConfig(), has_binary_pixels=True))
    assert not panel.loss.caption.isVisible()
    assert panel.loss.aside.text().startswith("−ELBO <b>")


def test_that_the_newest_loss_is_told_in_bits_too_where_pixels_have_8_bits(
    panel: SetupPanel, session: Session
) -> None:
    panel.set_history(history(2))
    before = panel.loss.aside.text()
    assert "bits" not in before
    explorer: Any = SimpleNamespace(image_shape=(1, 8, 8), variational=True, label=None, latent_dim=2)
    session.set_explorer(explorer)
    session.set_recon_label(recon_label(ModelConfig(likelihood="logistic-mixture"), has_binary_pixels=False))
    losses = panel.loss._losses
    assert losses is not None
    bits = -losses.elbo / (64 * np.log(2.0))
    assert panel.loss.aside.text() == f"{before} · {bits:.3f} bits/dim"
    assert "pixels × channels" in panel.loss.aside.toolTip()
    for label in (
        recon_label(ModelConfig(), has_binary_pixels=True),
        recon_label(ModelConfig(), has_binary_pixels=False),
    ):
        session.set_recon_label(label)
        assert "bits" not in panel.loss.aside.text()


def test_that_further_terms_reach_the_chart_from_history_and_live(panel: SetupPanel) -> None:
    losses = Losses(recon=100.0, kl=5.0, extra={"tc": 0.5})
    record = EpochRecord(
        epoch=1, step=10, train=losses, validation=None, beta=1.0, learning_rate=1e-3, seconds=1.0
    )
    panel.set_history(History(epochs=(record,)))
    assert panel.chart.term_names == ("tc",)
    panel.chart.set_curve_shown("tc", True)
    panel.on_training_event(started(RunConfig(), 10))
    panel.on_training_event(Progressed(1, 15, 0.75, losses, 1.0, 1e-3, 100.0, 1.0))
    panel.chart._draw()
    curve = panel.chart.curve("tc", "train")
    assert curve is not None
    assert curve.x.tolist() == [1.0, 1.5]


@pytest.mark.parametrize("kind", [kind for kind, _ in OBJECTIVES])
def test_that_each_objective_shows_its_own_settings_and_says_what_it_does(
    panel: SetupPanel, kind: str
) -> None:
    panel.model.objective.set_value(kind)
    used = next(fields for name, fields in OBJECTIVE_SETTINGS.items() if name == kind)
    for setting in OBJECTIVE_SETTING_ROWS:
        assert named(panel, f"{setting.name}Edit").isVisible() == (setting.name in used), setting.name
    assert named(panel, "betaSlider").isVisible() == ("beta" in used)
    assert panel.model.objective_words.isVisible() == (kind != "vae")
    config = panel.config()
    assert config is not None
    assert config.objective.name == kind
    assert config.model.conditional == (kind == "m2")


def test_that_prior_posterior_and_classes_fold_away_and_show_what_matters(panel: SetupPanel) -> None:
    assert not named(panel, "priorEdit").isVisible()
    click(panel, "moreModelButton")
    for name in ("priorEdit", "posteriorEdit", "conditionalEdit", "cycle_epochsEdit"):
        assert named(panel, name).isVisible(), name
    assert not named(panel, "componentsEdit").isVisible()
    box = named(panel, "priorEdit")
    assert isinstance(box, ChoiceBox)
    box.set_value("vamp")
    assert named(panel, "componentsEdit").isVisible()
    panel.model.objective.set_value("autoencoder")  # it has neither
    assert not named(panel, "priorEdit").isVisible()
    assert named(panel, "conditionalEdit").isVisible()


def test_that_start_layers_are_shown_for_the_network_that_has_them(panel: SetupPanel) -> None:
    click(panel, "moreModelButton")
    panel.model.network.set_value("residual")
    panel.model.objective.set_value("m2")
    assert named(panel, "start_layersEdit").isVisible()
    panel.model.network.set_value("conv")
    assert not named(panel, "start_layersEdit").isVisible()


def test_that_an_objective_that_needs_another_beta_brings_it_and_leaves_a_chosen_one(
    panel: SetupPanel,
) -> None:
    def choose(kind: str) -> None:
        panel.model.objective.set_value(kind)
        panel.model.objective.activated.emit(panel.model.objective.currentIndex())

    choose("tcvae")
    assert panel.model.beta.value == 6.0
    choose("vae")
    assert panel.model.beta.value == 1.0
    panel.model.beta.set_value(3.0)
    choose("tcvae")
    assert panel.model.beta.value == 3.0


def test_that_a_flow_is_refused_in_words_where_the_objective_needs_a_gaussian(panel: SetupPanel) -> None:
    panel.set_config(RunConfig(model=ModelConfig(posterior="iaf"), objective=ObjectiveConfig(name="vae")))
    assert panel.config() is not None
    panel.model.objective.set_value("tcvae")
    assert panel.config() is None
    words = [w.text() for w in panel.findChildren(InlineProblem) if w.isVisible()]
    assert words == ["This objective needs a Gaussian posterior: choose one of the two."]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("latentDimEdit", "900", "Latent dim. must be from 1 to 512, not 900."),
        ("latentDimEdit", "two", "“two” is not a whole number; enter one from 1 to 512."),
        ("widthEdit", "2", "Base width must be from 4 to 256, not 2."),
        ("betaEdit", "-1", "β must be from 0 to 1000, not -1."),
        ("epochsEdit", "0", "Epochs must be from 1 to 100,000, not 0."),
        ("batchSizeEdit", "", "Batch size is empty: enter a whole number from 1 to 65,536."),
        ("learningRateEdit", "0", "Learning rate must be above 0, up to 1, not 0."),
        ("seedEdit", "-3", "Seed must be from 0 up, not -3."),
    ],
)
def test_that_an_invalid_value_is_explained_beside_its_field(
    panel: SetupPanel, name: str, text: str, sentence: str
) -> None:
    field = named(panel, name)
    assert isinstance(field, QLineEdit)
    before = field.text()
    field.setText(text)
    assert panel.config() is None
    assert not named(panel, "trainButton").isEnabled()
    visible = [
        label.text()
        for label in panel.findChildren(QWidget)
        if label.property("role") == "error" and label.isVisible()
    ]
    assert visible == [sentence]
    field.setText(before)
    assert panel.config() is not None
    assert named(panel, "trainButton").isEnabled()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("400", ""),
        ("512, 256;128", ""),
        ("400, x", "“x” is not a whole number; enter widths such as 512, 256."),
        ("", "Enter one width a layer, such as 400 or 512, 256."),
        ("0", "A layer has 1 to 16,384 units, not 0."),
        ("1 2 3 4 5 6 7 8 9", "At most 8 layers, not 9."),
    ],
)
def test_that_hidden_widths_are_checked_in_words(text: str, sentence: str) -> None:
    assert hidden_problem(text) == sentence
    assert bool(parsed_hidden(text)) == (not sentence)


def test_that_invalid_settings_that_do_not_matter_stop_nothing(panel: SetupPanel) -> None:
    panel.model.network.set_value("mlp")
    panel.model.hidden.setText("400, x")
    assert panel.config() is None
    panel.model.network.set_value("conv")
    assert panel.config() is not None


def test_that_every_control_has_a_name_a_tooltip_and_an_explanation(panel: SetupPanel) -> None:
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSlider, QProgressBar)
    controls = [
        widget
        for kind in kinds
        for widget in panel.findChildren(kind)
        if not isinstance(widget, QScrollBar) and not widget.objectName().startswith("qt_")
    ]
    assert len(controls) > 20
    for widget in controls:
        words = f"{widget.objectName()} {type(widget).__name__} {getattr(widget, 'text', str)()}"
        assert (
            widget.accessibleName()
            or (isinstance(widget, QAbstractButton) and widget.text())
            or widget.whatsThis()
        ), words
        assert widget.toolTip(), words
        assert widget.whatsThis(), words


@pytest.mark.parametrize("name", sorted(EXPLANATIONS))
def test_that_explanations_are_two_plain_sentences(name: str) -> None:
    words = EXPLANATIONS[name].whats_this
    sentences = [part for part in words.replace("e.g.", "eg").split(". ") if part]
    assert len(sentences) == 2, words
    assert words.endswith(".")
    assert len(EXPLANATIONS[name].tooltip) < 80


def test_that_the_explanations_name_the_ideas() -> None:
    words = " ".join(explanation.whats_this for explanation in EXPLANATIONS.values()).casefold()
    for idea in (
        "posterior",
        "prior",
        "kl",
        "reconstruction loss",
        "β",
        "blurred",
        "sample",
        "plain autoencoder",
        "latent",
    ):
        assert idea in words, idea


# --- training ------------------------------------------------------------------------------------


def test_that_train_asks_for_what_is_set(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.training.epochs.setText("3")
    with qtbot.waitSignal(panel.train_requested) as heard:
        click(panel, "trainButton")
    assert heard.args[0] == RunConfig(epochs=3)


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (TrainingState.IDLE, {"trainButton"}),
        (TrainingState.LOADING, {"trainButton", "stopButton"}),
        (TrainingState.RUNNING, {"pauseButton", "stopButton"}),
        (TrainingState.PAUSED, {"trainButton", "stopButton"}),
        (TrainingState.STOPPING, {"pauseButton", "stopButton"}),
    ],
)
def test_that_the_buttons_suit_the_state(panel: SetupPanel, state: TrainingState, buttons: set[str]) -> None:
    panel.set_training_state(state)
    names = ("trainButton", "newRunButton", "pauseButton", "stopButton")
    assert {name for name in names if named(panel, name).isVisible()} == buttons


def test_that_pause_resume_and_stop_are_told(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.RUNNING)
    with qtbot.waitSignal(panel.pause_requested):
        click(panel, "pauseButton")
    panel.set_training_state(TrainingState.PAUSED)
    with qtbot.waitSignal(panel.resume_requested):
        click(panel, "trainButton")
    with qtbot.waitSignal(panel.stop_requested):
        click(panel, "stopButton")


def test_that_a_stopped_run_is_continued_until_its_settings_change(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.set_config(RunConfig(epochs=5))
    panel.set_history(history(2))
    panel.set_resumable(True)
    with qtbot.waitSignal(panel.continue_requested):
        click(panel, "trainButton")
    with qtbot.waitSignal(panel.train_requested):
        click(panel, "newRunButton")
    panel.training.epochs.setText("9")  # more epochs are the same run
    with qtbot.waitSignal(panel.continue_requested):
        click(panel, "trainButton")
    panel.model.latent_dim.setText("3")  # another model is another run
    with qtbot.waitSignal(panel.train_requested):
        click(panel, "trainButton")


def test_that_a_run_changed_while_training_shows_what_is_in_force_and_goes_on(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    mark = SettingMark(step=15, epoch=1.5, name="beta", value=4.0)
    panel.set_history(history(2, (mark,)))
    panel.set_config(RunConfig(epochs=5))
    panel.set_resumable(True)
    assert panel.model.beta.value == 4.0
    with qtbot.waitSignal(panel.continue_requested):
        click(panel, "trainButton")
    with qtbot.assertNotEmitted(panel.beta_changed):
        panel.on_training_event(started(RunConfig(epochs=5), step=20))


def test_that_beta_changed_between_two_stretches_is_told_when_the_run_goes_on(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    panel.set_config(RunConfig(epochs=5))
    panel.set_history(history(2))
    panel.set_resumable(True)
    panel.model.beta.set_value(8.0)
    with qtbot.waitSignal(panel.continue_requested):
        click(panel, "trainButton")
    with qtbot.waitSignal(panel.beta_changed) as heard:
        panel.on_training_event(started(RunConfig(epochs=5), step=20))
    assert heard.args == [8.0]
    with qtbot.assertNotEmitted(panel.beta_changed):
        panel.on_training_event(started(RunConfig(epochs=5), step=0))  # a new run has it in its configuration


def test_that_a_finished_run_says_how_to_continue_it(panel: SetupPanel) -> None:
    panel.set_config(RunConfig(epochs=4))
    panel.set_history(history(4))
    panel.set_resumable(True)
    button = named(panel, "trainButton")
    assert isinstance(button, QAbstractButton)
    assert button.text() == "Train"
    assert "Raise the number of epochs" in panel.controls._note.text()
    panel.training.epochs.setText("6")
    assert button.text() == "Continue training"
    assert panel.controls._note.isHidden()


def test_that_settings_are_fixed_while_training_except_beta_and_learning_rate(panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.RUNNING)
    for name in ("networkBox", "latentDimEdit", "epochsEdit", "seedEdit", "dataSelector", "deviceBox"):
        control = named(panel, name)
        assert not control.isEnabled()
        assert "stop to change it" in control.toolTip()
    for name in ("betaEdit", "betaSlider", "learningRateEdit"):
        assert named(panel, name).isEnabled()
    panel.set_training_state(TrainingState.IDLE)
    assert named(panel, "networkBox").isEnabled()
    assert "stop to change it" not in named(panel, "networkBox").toolTip()


def test_that_a_dragged_beta_is_told_once_while_training(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.RUNNING)
    heard: list[float] = []
    panel.beta_changed.connect(heard.append)
    for step in range(500, 700, 20):
        panel.model.beta.slider.setValue(step)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [panel.model.beta.value]


def test_that_beta_and_learning_rate_are_both_told(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.PAUSED)
    with qtbot.waitSignals([panel.beta_changed, panel.learning_rate_changed]):
        panel.model.beta.field.setText("4")
        panel.training.learning_rate.setText("1e-4")


def test_that_nothing_is_told_while_nothing_trains(qtbot: QtBot, panel: SetupPanel) -> None:
    with qtbot.assertNotEmitted(panel.beta_changed, wait=400):
        panel.model.beta.set_value(7.0)


def test_that_progress_is_shown_with_its_units(panel: SetupPanel) -> None:
    config = RunConfig(epochs=20)
    panel.set_training_state(TrainingState.RUNNING)
    panel.on_training_event(started(config))
    panel.on_training_event(
        Progressed(11, 115, 0.575, Losses(recon=140.0, kl=2.6), 1.0, 1e-3, 24_310.0, 19.0)
    )
    assert panel.controls.words == "Epoch 12/20 · 24,310 img/s · 0:19 left"
    bar = named(panel, "progressBar")
    assert isinstance(bar, QProgressBar)
    assert bar.value() == 575
    assert panel.loss.aside.text() == "−ELBO <b>142.6</b> nats"
    assert panel.chart.n_live == 1


def test_that_the_end_is_said_quietly(panel: SetupPanel) -> None:
    config = RunConfig(epochs=2)
    panel.set_training_state(TrainingState.RUNNING)
    panel.on_training_event(started(config))
    panel.on_training_event(Progressed(2, 20, 1.0, Losses(recon=90.0, kl=5.0), 1.0, 1e-3, 100.0, 0.0))
    panel.on_training_event(Finished(None, Losses(recon=91.0, kl=5.0), None, None))  # type: ignore[arg-type]  # not looked at
    assert panel.controls.words == "Epoch 2/2 · done"
    assert "96.0" in panel.loss.aside.text()


def test_that_the_chart_follows_history_with_marks(panel: SetupPanel) -> None:
    mark = SettingMark(step=15, epoch=1.5, name="learning_rate", value=1e-4)
    panel.set_history(history(3, (mark,)))
    assert [m.text for m in panel.chart._marks] == ["learning rate set to 1e-4"]
    curve = panel.chart.curve("elbo", "validation")
    assert curve is not None
    x, y = curve.x, curve.y
    assert list(x) == [1, 2, 3]
    assert y[0] == pytest.approx(117.0)


def test_that_another_run_clears_what_was_live(panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.RUNNING)
    panel.on_training_event(started(RunConfig()))
    panel.on_training_event(Progressed(0, 5, 0.1, Losses(recon=140.0, kl=2.6), 1.0, 1e-3, 10.0, 19.0))
    panel.set_history(history(1))
    assert panel.chart.n_live == 1  # the same run goes on
    panel.set_training_state(TrainingState.IDLE)
    panel.set_history(history(2))
    assert panel.chart.n_live == 0


# --- data ----------------------------------------------------------------------------------------


def test_that_choosing_a_set_asks_for_it_and_shows_it_only_when_it_is_there(
    qtbot: QtBot, panel: SetupPanel
) -> None:
    selector = named(panel, "dataSelector")
    assert isinstance(selector, QComboBox)
    with qtbot.waitSignal(panel.data_requested) as heard:
        selector.setCurrentIndex(selector.findData("digits"))
    assert heard.args[0] == DataSpec(source="digits")
    assert panel.data.spec.source == "blooms"
    panel.set_data(two_classes(), DataSpec(source="digits"))
    assert panel.data.spec.source == "digits"
    assert selector.currentData() == "digits"
    config = panel.config()
    assert config is not None
    assert config.data.source == "digits"


def test_that_folder_and_array_ask_and_keep_the_choice_in_force(qtbot: QtBot, panel: SetupPanel) -> None:
    selector = named(panel, "dataSelector")
    assert isinstance(selector, QComboBox)
    for data, signal in (("folder", panel.folder_requested), ("array", panel.array_requested)):
        with qtbot.waitSignal(signal):
            selector.setCurrentIndex(selector.findData(data))
        assert selector.currentData() == "blooms"


def test_that_a_folder_of_ones_own_is_named(panel: SetupPanel) -> None:
    panel.set_data(None, DataSpec(source="folder", path=Path("pictures/cats")))
    selector = named(panel, "dataSelector")
    assert isinstance(selector, QComboBox)
    assert selector.currentText() == "cats"


def test_that_the_card_describes_the_set(panel: SetupPanel) -> None:
    panel.set_data(two_classes(), DataSpec())
    assert panel.data._about.toolTip() == "blobs: 60 · 12×12 · grey · 2 classes"
    assert panel.data._thumbnails.count == 6


def test_that_loading_shows_progress_and_can_be_cancelled(qtbot: QtBot, panel: SetupPanel) -> None:
    panel.set_loading(LoadProgressed(1234, 6000, "pictures", "Reading pictures", 800.0, 6.0))
    assert panel.data._doing.text() == "Reading pictures"
    assert panel.data._rate.text() == "1,234 / 6,000 · 800/s · 0:06 left"
    with qtbot.waitSignal(panel.loading_cancel_requested):
        click(panel, "cancelLoadingButton")
    panel.set_loading(None)
    assert not named(panel, "cancelLoadingButton").isVisible()


def test_that_a_data_error_stands_in_the_card_and_the_choice_goes_back(panel: SetupPanel) -> None:
    selector = named(panel, "dataSelector")
    assert isinstance(selector, QComboBox)
    selector.setCurrentIndex(selector.findData("digits"))
    panel.data_error("There is no picture in cats.")
    assert panel.data.problem == "There is no picture in cats."
    assert selector.currentData() == "blooms"
    panel.set_data(two_classes(), DataSpec())
    assert panel.data.problem == ""


def test_that_missing_pictures_can_be_downloaded_or_looked_for(qtbot: QtBot, panel: SetupPanel) -> None:
    missing = missing_set(DataSpec(source="mnist"))
    assert missing is not None
    panel.pictures_missing("", missing)
    assert panel.data.missing.text == "MNIST, which this model was trained on, is not on this machine."
    assert panel.data.problem == ""
    download, folder = named(panel, "downloadPicturesButton"), named(panel, "choosePicturesButton")
    assert isinstance(download, QAbstractButton)
    assert download.text() == "Download (12 MB)"
    with qtbot.waitSignal(panel.download_requested):
        click(panel, "downloadPicturesButton")
    with qtbot.waitSignal(panel.data_root_requested):
        click(panel, "choosePicturesButton")
    panel.set_loading(LoadProgressed(3, 12, "MB", "Downloading MNIST", 1.0, 9.0))
    assert not download.isVisible()
    panel.set_loading(None)  # cancelled
    assert download.isVisible()
    assert folder.isVisible()
    panel.pictures_missing("The download of MNIST failed.", missing)
    assert panel.data.problem == "The download of MNIST failed."
    assert download.isVisible()
    panel.set_data(two_classes(), DataSpec())
    assert not download.isVisible()
    assert panel.data.problem == ""


def test_that_a_folder_without_the_wanted_set_is_named(panel: SetupPanel, tmp_path: Path) -> None:
    missing = missing_set(DataSpec(source="mnist", data_root=tmp_path / "photos"))
    panel.pictures_missing("", missing)
    assert "not in the folder “photos”, which should hold MNIST/raw/train-images" in panel.data.missing.text


def test_that_pictures_that_no_download_brings_back_are_a_sentence_only(panel: SetupPanel) -> None:
    panel.pictures_missing("There is no folder cats.", None)
    assert panel.data.problem == "There is no folder cats."
    assert not named(panel, "downloadPicturesButton").isVisible()


# --- layout --------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [264, 272, 340])
def test_that_nothing_is_cut_off_sideways(panel: SetupPanel, width: int) -> None:
    panel.resize(width, 640)
    panel.set_data(two_classes(), DataSpec())
    panel.set_config(RunConfig(epochs=5))
    panel.set_history(history(2))
    panel.set_resumable(True)
    panel.grab()
    content = panel.rail.scroll_area.widget()
    assert content is not None
    assert content.width() <= panel.rail.scroll_area.viewport().width()
    for control in content.findChildren(QLineEdit):
        if control.isVisible():
            right = control.mapTo(content, control.rect().topRight()).x()
            assert right < content.width(), control.objectName()


def test_that_the_buttons_are_in_reach_on_a_low_screen(panel: SetupPanel) -> None:
    panel.resize(272, 480)
    button = named(panel, "trainButton")
    bottom = button.mapTo(panel, button.rect().bottomLeft()).y()
    assert bottom < 480


# --- suggestions ---------------------------------------------------------------------------------

TEN_D = RunConfig(data=DataSpec(source="mnist"), model=ModelConfig(latent_dim=10), epochs=8, batch_size=256)


def test_that_other_data_bring_settings_that_suit_them_and_the_old_ones_can_be_had_back(
    panel: SetupPanel,
) -> None:
    panel.set_config(TEN_D)
    assert not panel.suggestion.isVisible()
    panel.set_data(two_classes(3), DataSpec(source="blooms"))
    config = panel.config()
    assert config is not None
    assert (config.model.latent_dim, config.model.likelihood, config.epochs) == (2, "gaussian", 200)
    assert panel.suggestion.isVisible()
    assert panel.suggestion.text == "Settings suggested for blobs"
    click(panel, "keepPreviousButton")
    assert panel.config() == TEN_D.model_copy(update={"data": DataSpec(source="blooms")})
    assert not panel.suggestion.isVisible()


def test_that_what_was_typed_since_survives_suggestions_and_their_end(panel: SetupPanel) -> None:
    panel.set_config(TEN_D)
    panel.training.epochs.setText("77")
    panel.set_data(two_classes(3), DataSpec(source="blooms"))
    panel.model.width_field.setText("24")
    config = panel.config()
    assert config is not None
    assert (config.epochs, config.model.width, config.model.latent_dim) == (77, 24, 2)
    click(panel, "keepPreviousButton")
    config = panel.config()
    assert config is not None
    assert (config.epochs, config.model.width, config.model.latent_dim) == (77, 24, 10)


def test_that_the_pictures_of_a_run_leave_its_settings_alone(panel: SetupPanel) -> None:
    panel.set_config(TEN_D)
    panel.set_data(two_classes(), DataSpec(source="mnist", data_root=Path("elsewhere")))
    assert not panel.suggestion.isVisible()
    assert panel.training.epochs.int_value == 8
    panel.set_data(two_classes(3), DataSpec(source="blooms"))
    panel.set_config(TEN_D)
    assert panel.config() == TEN_D
    assert not panel.suggestion.isVisible()


def test_that_nothing_is_suggested_while_a_training_waits_for_its_data(panel: SetupPanel) -> None:
    panel.set_training_state(TrainingState.LOADING)
    before = panel.training.epochs.int_value
    panel.set_data(two_classes(3), DataSpec(source="cifar10"))
    assert panel.training.epochs.int_value == before
    assert not panel.suggestion.isVisible()


def test_that_the_whole_loss_chart_is_in_view_once_training_starts(panel: SetupPanel, qtbot: QtBot) -> None:
    panel.set_config(RunConfig())
    panel.set_data(two_classes(3), DataSpec(source="cifar10"))  # its line makes the column longer still
    panel.set_training_state(TrainingState.RUNNING)
    panel.on_training_event(started(RunConfig()))
    viewport = panel.rail.scroll_area.viewport()

    def in_view() -> bool:
        top = panel.chart.mapTo(viewport, panel.chart.rect().topLeft()).y()
        return top >= 0 and top + panel.chart.height() <= viewport.height()

    qtbot.waitUntil(in_view)


def test_that_the_buttons_of_further_terms_are_in_view_once_they_are_reported(
    panel: SetupPanel, qtbot: QtBot
) -> None:
    panel.set_config(RunConfig())
    panel.set_training_state(TrainingState.RUNNING)
    panel.on_training_event(started(RunConfig()))
    losses = Losses(recon=100.0, kl=5.0, extra={"tc": 0.5, "mi": 4.0, "dwkl": 0.5})
    panel.on_training_event(Progressed(0, 5, 0.1, losses, 1.0, 1e-3, 100.0, 1.0))
    button, viewport = panel.chart._toggles.button, panel.rail.scroll_area.viewport()

    def in_view() -> bool:
        if not panel.chart.term_names:
            return False
        bottom = button("tc").mapTo(viewport, button("tc").rect().bottomLeft()).y()
        return 0 < bottom <= viewport.height()

    qtbot.waitUntil(in_view)


def test_that_rare_settings_fold_away_and_open_when_they_matter(panel: SetupPanel) -> None:
    assert named(panel, "epochsEdit").isVisible()
    assert not named(panel, "scheduleBox").isVisible()
    more = named(panel, "moreSettingsButton")
    assert isinstance(more, QToolButton)
    more.click()
    assert named(panel, "scheduleBox").isVisible()
    assert named(panel, "precisionBox").isVisible()
    more.click()
    assert not named(panel, "precisionBox").isVisible()
    panel.training.set_config(RunConfig(schedule="one-cycle", precision="float32"))
    assert named(panel, "scheduleBox").isVisible()
    assert panel.training.values()["schedule"] == "one-cycle"
    assert panel.training.values()["precision"] == "float32"
