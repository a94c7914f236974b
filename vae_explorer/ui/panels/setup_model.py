"""The model card of the setup: network, latent dimension, likelihood, objective, β."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import Caption, tool_button
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.panels.hidden_widths import hidden_problem, parsed_hidden
from vae_explorer.ui.panels.model_choices import (
    BINARISATIONS,
    LIKELIHOODS,
    MODEL_SETTINGS,
    NETWORKS,
    OBJECTIVE_SETTING_ROWS,
    OBJECTIVE_WORDS,
    OBJECTIVES,
)
from vae_explorer.ui.panels.model_relevance import model_rows, more_rows, objective_rows
from vae_explorer.ui.panels.preset_box import PresetBox
from vae_explorer.ui.panels.setting_rows import Setting, SettingRows
from vae_explorer.ui.widgets.card import Section, restyle
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange
from vae_explorer.ui.widgets.value_slider import ValueSlider
from vae_explorer.vae.config import (
    GATED_HIDDEN,
    LATENT_DIM_MAX,
    PLUGIN_PREFIX,
    START_BETA,
    ModelConfig,
    ObjectiveConfig,
)

__all__ = ["ModelSettings"]

_BETA_SHOWN = (0.05, 50.0)  # of the slider; the field takes all


class ModelSettings(Section):
    """Edits a `ModelConfig` and an `ObjectiveConfig`; shows only what matters for the choice made.

    Signals
    -------
    changed
        Some setting changed, or became valid or invalid.
    beta_changed
        A new, valid β.
    preset_chosen
        A preset is wanted, by name. Someone who knows all settings fills them, here by `set_configs`, and says by
        `show_preset` which preset they follow.
    """

    changed = Signal()
    beta_changed = Signal(float)
    preset_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model", parent)
        model, objective = ModelConfig(), ObjectiveConfig()
        self.preset = PresetBox()
        self.objective = ChoiceBox(OBJECTIVES)
        self.objective_words = Caption()
        self.objective_words.setWordWrap(True)
        self.network = ChoiceBox(NETWORKS)
        self.hidden = QLineEdit(", ".join(map(str, model.hidden)))
        self.hidden.setProperty("numeric", "true")
        self.width_field = NumberField("Base width", NumberRange(4, 256, whole=True), model.width)
        self.latent_dim = NumberField(
            "Latent dim.", NumberRange(1, LATENT_DIM_MAX, whole=True), model.latent_dim
        )
        self.likelihood = ChoiceBox(LIKELIHOODS)
        self.logistics = NumberField("Logistics", NumberRange(1, 50, whole=True), model.logistics)
        self.binarisation = ChoiceBox(BINARISATIONS)
        self._binarisation_seed = (
            model.binarisation_seed
        )  # of the run on screen; chosen on the command line only
        self.sigma = NumberField("σ", NumberRange(0.0, 10.0, open_low=True), model.sigma)
        self.beta = ValueSlider(
            "β",
            NumberRange(0.0, 1000.0),
            _BETA_SHOWN,
            objective.beta,
            log=True,
            ends=("clearer images", "tidier map"),
        )
        self.warmup = NumberField("Warm-up epochs", NumberRange(0.0, 1e6), objective.warmup_epochs)
        names = {
            "presetBox": self.preset,
            "objectiveBox": self.objective,
            "networkBox": self.network,
            "hiddenEdit": self.hidden,
            "widthEdit": self.width_field,
            "latentDimEdit": self.latent_dim,
            "likelihoodBox": self.likelihood,
            "sigmaEdit": self.sigma,
            "logisticsEdit": self.logistics,
            "binarisationBox": self.binarisation,
            "betaEdit": self.beta.field,
            "betaSlider": self.beta.slider,
            "warmupEdit": self.warmup,
        }
        for name, widget in names.items():
            widget.setObjectName(name)
        self._rows = {
            "preset": FormRow("Preset", self.preset, *EXPLANATIONS["preset"]),
            "objective": FormRow("Kind", self.objective, *EXPLANATIONS["objective"]),
            "network": FormRow("Network", self.network, *EXPLANATIONS["network"]),
            "hidden": FormRow("Hidden widths", self.hidden, *EXPLANATIONS["hidden"]),
            "width": FormRow("Base width", self.width_field, *EXPLANATIONS["width"]),
            "latent_dim": FormRow("Latent dim.", self.latent_dim, *EXPLANATIONS["latent_dim"]),
            "likelihood": FormRow("Likelihood", self.likelihood, *EXPLANATIONS["likelihood"]),
            "sigma": FormRow("σ of a pixel", self.sigma, *EXPLANATIONS["sigma"]),
            "logistics": FormRow("Logistics", self.logistics, *EXPLANATIONS["logistics"]),
            "binarisation": FormRow("Pixels", self.binarisation, *EXPLANATIONS["binarisation"]),
            "warmup": FormRow("Warm-up epochs", self.warmup, *EXPLANATIONS["warmup"]),
        }
        self.beta.set_help(*EXPLANATIONS["beta"])
        for name, row in self._rows.items():
            if name == "warmup":
                self.column.addWidget(self.beta)
            self.column.addWidget(row)
            if name == "objective":
                self.column.addWidget(self.objective_words)
        self.objective_rows = SettingRows(OBJECTIVE_SETTING_ROWS, objective)
        self.column.addWidget(self.objective_rows)
        # What most models leave alone folds away.
        self.more = tool_button("chevron-right", "More of the model", text=True)
        self.more.setObjectName("moreModelButton")
        self.more.setProperty("variant", "quiet")
        self.more.setToolTip(EXPLANATIONS["more_model"].tooltip)
        self.more.setWhatsThis(EXPLANATIONS["more_model"].whats_this)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        cycle = Setting("cycle_epochs", "Cycle, epochs", NumberRange(0.0, 1e6))
        self.cycle_rows = SettingRows((cycle,), objective)
        self.model_rows = SettingRows(MODEL_SETTINGS, model)
        self._n_classes = model.n_classes  # of the run on screen; a new run takes those of its pictures
        self._shows_more = False
        self._last_objective = self.objective.value
        for rows in (self.cycle_rows, self.model_rows):
            self.column.addWidget(rows)
        for rows in (self.objective_rows, self.cycle_rows, self.model_rows):
            rows.changed.connect(self._on_choice_changed)
        self.more.clicked.connect(self._on_more_clicked)
        self.objective.activated.connect(self._on_objective_activated)
        for field, name in ((self.width_field, "width"), (self.latent_dim, "latent_dim"),
                            (self.sigma, "sigma"), (self.logistics, "logistics"), (self.warmup, "warmup")):  # fmt: skip
            field.problem_changed.connect(self._rows[name].show_problem)
            field.problem_changed.connect(self._on_something_changed)
            field.value_changed.connect(self._on_something_changed)
        for box in (self.objective, self.network, self.likelihood, self.binarisation):
            box.currentIndexChanged.connect(self._on_choice_changed)
        self.network.activated.connect(self._on_network_activated)
        self.preset.chosen.connect(self.preset_chosen)
        self.hidden.textChanged.connect(self._on_hidden_text_changed)
        self.beta.value_changed.connect(self.beta_changed)
        self.beta.value_changed.connect(self._on_something_changed)
        self.beta.problem_changed.connect(self._on_something_changed)
        self._show_what_matters()

    @property
    def is_valid(self) -> bool:
        """Whether every setting that matters holds something usable."""
        matters = self._model_rows
        if "hidden" in matters and hidden_problem(self.hidden.text()):
            return False
        optional = {"width": self.width_field, "sigma": self.sigma, "logistics": self.logistics}
        fields = [self.latent_dim, *(field for name, field in optional.items() if name in matters)]
        if self._uses_beta:
            fields += [self.beta.field, self.warmup]
        rows = (self.objective_rows, self.cycle_rows, self.model_rows)
        if self._shape_problem():
            return False
        return not any(field.problem for field in fields) and all(each.is_valid() for each in rows)

    def model(self) -> ModelConfig:
        """What is set; hidden settings keep their last valid values."""
        more = self.model_rows.values()
        more["conditional"] = bool(more["conditional"]) or self.objective.value == "m2"
        return ModelConfig.model_validate(
            {
                **more,
                "n_classes": self._n_classes if more["conditional"] else 0,
                "network": self.network.value,
                "hidden": parsed_hidden(self.hidden.text()) or ModelConfig().hidden,
                "width": self.width_field.int_value,
                "latent_dim": self.latent_dim.int_value,
                "likelihood": self.likelihood.value,
                "sigma": self.sigma.value,
                "logistics": self.logistics.int_value,
                # it would change what another likelihood is of, so it does not stay behind unseen
                "binarisation": self.binarisation.value if "binarisation" in self._model_rows else "none",
                "binarisation_seed": self._binarisation_seed,
            }
        )

    @property
    def _model_rows(self) -> set[str]:
        return model_rows(self.network.value, self.likelihood.value)

    def set_plugins(self, names: Iterable[str]) -> None:
        """Offer the networks of other packages too, as ``plugin:NAME``."""
        for name in names:
            if self.network.findData(name) < 0:
                self.network.addItem(name.removeprefix(PLUGIN_PREFIX), name)

    def objective_config(self) -> ObjectiveConfig:
        return ObjectiveConfig.model_validate(
            {
                "name": self.objective.value,
                "beta": self.beta.value,
                "warmup_epochs": self.warmup.value,
                **self.cycle_rows.values(),
                **self.objective_rows.values(),
            }
        )

    def _shape_problem(self) -> str:
        """Why objective and posterior do not go together, in a sentence."""
        more = self.model_rows.values()
        objective = self.objective_config()
        if more["posterior"] == "iaf" and objective.needs_gaussian:
            return "This objective needs a Gaussian posterior: choose one of the two."
        return ""

    @property
    def _uses_beta(self) -> bool:
        return "beta" in objective_rows(self.objective.value)

    def set_configs(self, model: ModelConfig, objective: ObjectiveConfig) -> None:
        """Show the settings of a run."""
        if model.network.startswith(PLUGIN_PREFIX):  # known from the run, installed or not
            self.set_plugins([model.network])
        self.network.set_value(model.network)
        self.hidden.setText(", ".join(map(str, model.hidden)))
        self.width_field.set_value(model.width)
        self.latent_dim.set_value(model.latent_dim)
        self.likelihood.set_value(model.likelihood)
        self.sigma.set_value(model.sigma)
        self.logistics.set_value(model.logistics)
        self.binarisation.set_value(model.binarisation)
        self._binarisation_seed = model.binarisation_seed
        self.objective.set_value(objective.name)
        self.beta.set_value(objective.beta)
        self.warmup.set_value(objective.warmup_epochs)
        self._n_classes = model.n_classes
        self._last_objective = objective.name
        for rows in (self.objective_rows, self.cycle_rows):
            rows.set_values(objective)
        self.model_rows.set_values(model)
        unusual = any(
            getattr(model, setting.name) != getattr(ModelConfig(), setting.name) for setting in MODEL_SETTINGS
        )
        self._shows_more = self._shows_more or unusual or objective.cycle_epochs > 0.0
        self._show_what_matters()

    def show_preset(self, name: str) -> None:
        """Say which preset all settings follow; empty: none."""
        self.preset.show_preset(name)

    def set_editable(self, editable: bool, why: str = "") -> None:
        """Everything but β may be fixed; `why` then stands in the tooltips."""
        for name, row in self._rows.items():
            row.setEnabled(editable)
            tooltip = EXPLANATIONS[name].tooltip
            row.setToolTip(tooltip if editable else f"{tooltip}. {why}")
            row.control.setToolTip(row.toolTip())
        self.preset.show_words()
        for rows in (self.objective_rows, self.cycle_rows, self.model_rows):
            rows.set_editable(editable, why)

    @Slot()
    def _on_objective_activated(self) -> None:
        """Some objectives begin with another β; one that a person has set stays."""
        before, now = (START_BETA.get(name, 1.0) for name in (self._last_objective, self.objective.value))
        if self.beta.value == before:
            self.beta.set_value(now)
        self._last_objective = self.objective.value

    @Slot()
    def _on_more_clicked(self) -> None:
        self._shows_more = not self._shows_more
        self._show_what_matters()

    @Slot()
    def _on_choice_changed(self) -> None:
        self._show_what_matters()
        self.changed.emit()

    @Slot()
    def _on_network_activated(self) -> None:
        """The gated network is usually two layers; widths that a person has typed stay."""
        usual = {"mlp": ModelConfig().hidden, "gated": GATED_HIDDEN}
        now = parsed_hidden(self.hidden.text())
        if self.network.value in usual and now in usual.values():
            self.hidden.setText(", ".join(map(str, usual[self.network.value])))

    @Slot()
    def _on_something_changed(self) -> None:
        self.changed.emit()

    @Slot(str)
    def _on_hidden_text_changed(self, text: str) -> None:
        problem = hidden_problem(text)
        self._rows["hidden"].show_problem(problem)
        self.hidden.setProperty("invalid", "true" if problem else "false")
        restyle(self.hidden)
        self.changed.emit()

    def _show_what_matters(self) -> None:
        matters = self._model_rows
        for name in ("hidden", "width", "sigma", "logistics", "binarisation"):
            self._rows[name].setVisible(name in matters)
        self._rows["sigma"].label.setText(
            "σ at the start" if self.likelihood.value == "gaussian-learned" else "σ of a pixel"
        )
        used = objective_rows(self.objective.value)
        self._rows["objective"].show_problem(self._shape_problem())
        words = OBJECTIVE_WORDS.get(self.objective.value, "")
        self.objective_words.setText(words)
        self.objective_words.setVisible(bool(words))
        self.beta.setVisible(self._uses_beta)
        self._rows["warmup"].setVisible(self._uses_beta)
        self.objective_rows.show_only(used)
        self.cycle_rows.show_only(used if self._shows_more else ())
        more = more_rows(self.network.value, self.objective.value, self.model_rows.values())
        self.model_rows.show_only(more if self._shows_more else ())
        self.more.setText("Less of the model" if self._shows_more else "More of the model")
        self.more.setIcon(icon("chevron-down" if self._shows_more else "chevron-right"))
