"""The training card of the setup: epochs, batch, learning rate and its schedule, seed, device, precision."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from vae_explorer.runs.config import RunConfig
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import tool_button
from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.widgets.card import Section
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["TrainingSettings"]


RARE = ("schedule", "seed", "device", "precision")


class TrainingSettings(Section):
    """Edits what `RunConfig` says about the optimisation."""

    changed = Signal()
    learning_rate_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Training", parent)
        defaults = RunConfig()
        self.epochs = NumberField("Epochs", NumberRange(1, 100_000, whole=True), defaults.epochs)
        self.batch_size = NumberField("Batch size", NumberRange(1, 65_536, whole=True), defaults.batch_size)
        self.learning_rate = NumberField(
            "Learning rate", NumberRange(0.0, 1.0, open_low=True), defaults.learning_rate
        )
        self.seed = NumberField("Seed", NumberRange(0, 2**53, whole=True), defaults.seed)
        self.schedule = ChoiceBox((("constant", "Constant"), ("one-cycle", "One cycle")))
        self.device = ChoiceBox((("auto", "Automatic"),))
        self.precision = ChoiceBox((("auto", "Automatic"), ("float32", "float32"), ("bfloat16", "bfloat16")))
        for name, widget in (
            ("epochsEdit", self.epochs), ("batchSizeEdit", self.batch_size),
            ("learningRateEdit", self.learning_rate), ("seedEdit", self.seed), ("deviceBox", self.device),
            ("scheduleBox", self.schedule), ("precisionBox", self.precision),
        ):  # fmt: skip
            widget.setObjectName(name)
        self._rows = {
            "epochs": FormRow("Epochs", self.epochs, *EXPLANATIONS["epochs"]),
            "batch_size": FormRow("Batch size", self.batch_size, *EXPLANATIONS["batch_size"]),
            "learning_rate": FormRow("Learning rate", self.learning_rate, *EXPLANATIONS["learning_rate"]),
            "schedule": FormRow("Schedule", self.schedule, *EXPLANATIONS["schedule"]),
            "seed": FormRow("Seed", self.seed, *EXPLANATIONS["seed"]),
            "device": FormRow("Device", self.device, *EXPLANATIONS["device"]),
            "precision": FormRow("Precision", self.precision, *EXPLANATIONS["precision"]),
        }
        # What most trainings leave alone folds away, so that the loss stays in sight below.
        self.more = tool_button("chevron-right", "More settings", text=True)
        self.more.setObjectName("moreSettingsButton")
        self.more.setProperty("variant", "quiet")
        self.more.setToolTip(EXPLANATIONS["more_settings"].tooltip)
        self.more.setWhatsThis(EXPLANATIONS["more_settings"].whats_this)
        for name, row in self._rows.items():
            if name == RARE[0]:
                self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
            self.column.addWidget(row)
        self._show_rare(False)
        self.more.clicked.connect(self._on_more_clicked)
        for name, field in self._fields():
            field.problem_changed.connect(self._rows[name].show_problem)
            field.problem_changed.connect(self._on_something_changed)
            field.value_changed.connect(self._on_something_changed)
        for box in (self.schedule, self.device, self.precision):
            box.currentIndexChanged.connect(self._on_something_changed)
        self.learning_rate.value_changed.connect(self.learning_rate_changed)

    @property
    def is_valid(self) -> bool:
        return not any(field.problem for _, field in self._fields())

    def values(self) -> dict[str, object]:
        """What is set, by the names of `RunConfig`."""
        return {
            "epochs": self.epochs.int_value,
            "batch_size": self.batch_size.int_value,
            "learning_rate": self.learning_rate.value,
            "schedule": self.schedule.value,
            "seed": self.seed.int_value,
            "device": self.device.value,
            "precision": self.precision.value,
        }

    def set_config(self, config: RunConfig) -> None:
        """Show the settings of a run; a device that is not on this machine becomes automatic."""
        self.epochs.set_value(config.epochs)
        self.batch_size.set_value(config.batch_size)
        self.learning_rate.set_value(config.learning_rate)
        self.schedule.set_value(config.schedule)
        self.seed.set_value(config.seed)
        self.precision.set_value(config.precision)
        self.device.set_value(config.device if self.device.findData(config.device) >= 0 else "auto")
        if config.schedule != "constant" or config.precision != "auto":
            self._show_rare(True)

    def set_devices(self, devices: list[tuple[str, str]]) -> None:
        """Offer (name, label) of what is on this machine, best first, after "automatic"."""
        chosen = self.device.value
        self.device.blockSignals(True)
        self.device.clear()
        best = devices[0][1].split(" · ")[0] if devices else ""
        self.device.addItem(f"Auto ({best})" if best else "Automatic", "auto")
        for name, label in devices:
            self.device.addItem(label, name)
        self.device.set_value(chosen)
        self.device.blockSignals(False)

    def set_editable(self, editable: bool, why: str = "") -> None:
        """Everything but the learning rate may be fixed; `why` then stands in the tooltips."""
        for name, row in self._rows.items():
            if name != "learning_rate":
                row.setEnabled(editable)
                tooltip = EXPLANATIONS[name].tooltip
                row.setToolTip(tooltip if editable else f"{tooltip}. {why}")
                row.control.setToolTip(row.toolTip())

    @Slot()
    def _on_something_changed(self) -> None:
        if self.seed.problem:
            self._show_rare(True)
        self.changed.emit()

    @Slot()
    def _on_more_clicked(self) -> None:
        self._show_rare(self._rows[RARE[0]].isHidden())

    def _show_rare(self, shown: bool) -> None:
        for name in RARE:
            self._rows[name].setVisible(shown)
        self.more.setText("Fewer settings" if shown else "More settings")
        self.more.setIcon(icon("chevron-down" if shown else "chevron-right"))

    def _fields(self) -> list[tuple[str, NumberField]]:
        return [
            ("epochs", self.epochs),
            ("batch_size", self.batch_size),
            ("learning_rate", self.learning_rate),
            ("seed", self.seed),
        ]
