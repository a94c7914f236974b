"""``SettingRows``: settings of a config as rows of a form, of which only those that matter are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pydantic import BaseModel
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from vae_explorer.ui.panels.explanations import EXPLANATIONS
from vae_explorer.ui.theme import SPACE_S
from vae_explorer.ui.widgets.form import ChoiceBox, FormRow
from vae_explorer.ui.widgets.number_field import NumberField, NumberRange

__all__ = ["Setting", "SettingRows"]


class Setting(NamedTuple):
    """A field of a config: its words, and the numbers or the (value, text) pairs that it may hold."""

    name: str
    text: str
    may_be: NumberRange | tuple[tuple[object, str], ...]


class SettingRows(QWidget):
    """One row a setting, in a column; each has an explanation under its name in `EXPLANATIONS`.

    Signals
    -------
    changed
        A setting changed, or became valid or invalid.
    """

    changed = Signal()

    def __init__(
        self, settings: Sequence[Setting], defaults: BaseModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = {setting.name: setting for setting in settings}
        self._numbers: dict[str, NumberField] = {}
        self._choices: dict[str, ChoiceBox] = {}
        self._rows: dict[str, FormRow] = {}
        self._shown: frozenset[str] = frozenset()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        for setting in settings:
            control = self._control(setting, getattr(defaults, setting.name))
            row = FormRow(setting.text, control, *EXPLANATIONS[setting.name])
            if isinstance(control, NumberField):
                control.problem_changed.connect(row.show_problem)
            self._rows[setting.name] = row
            column.addWidget(row)
        self.show_only(())

    def show_only(self, names: Collection[str]) -> None:
        """Show the rows of `names`; the others keep what they hold."""
        self._shown = frozenset(names)
        for name, row in self._rows.items():
            row.setVisible(name in self._shown)
        self.setVisible(bool(self._shown & self._rows.keys()))

    def is_valid(self) -> bool:
        """Whether every row on show holds something usable."""
        return not any(field.problem for name, field in self._numbers.items() if name in self._shown)

    def values(self) -> dict[str, object]:
        """What is set, by name of the config's field; invalid numbers keep their last valid value."""
        found: dict[str, object] = {}
        for name, field in self._numbers.items():
            accepts = self._settings[name].may_be
            whole = isinstance(accepts, NumberRange) and accepts.whole
            found[name] = field.int_value if whole else field.value
        for name, box in self._choices.items():
            choices = self._settings[name].may_be
            assert isinstance(choices, tuple)
            found[name] = choices[box.currentIndex()][0]
        return found

    def set_values(self, config: BaseModel) -> None:
        """Show the settings of a run."""
        for name, field in self._numbers.items():
            field.set_value(getattr(config, name))
        for name, box in self._choices.items():
            box.set_value(str(getattr(config, name)))

    def set_editable(self, editable: bool, why: str = "") -> None:
        """While a training runs nothing here may change; `why` then stands in the tooltips."""
        for name, row in self._rows.items():
            row.setEnabled(editable)
            tooltip = EXPLANATIONS[name].tooltip
            row.setToolTip(tooltip if editable else f"{tooltip}. {why}")
            row.control.setToolTip(row.toolTip())

    def _control(self, setting: Setting, default: object) -> QWidget:
        control: NumberField | ChoiceBox
        if isinstance(setting.may_be, NumberRange):
            assert isinstance(default, int | float)
            control = NumberField(setting.text, setting.may_be, default)
            control.value_changed.connect(self._on_something_changed)
            control.problem_changed.connect(self._on_something_changed)
            self._numbers[setting.name] = control
        else:
            control = ChoiceBox(tuple((str(value), text) for value, text in setting.may_be))
            control.set_value(str(default))
            control.currentIndexChanged.connect(self._on_something_changed)
            self._choices[setting.name] = control
        control.setObjectName(f"{setting.name}Edit")
        return control

    @Slot()
    def _on_something_changed(self) -> None:
        self.changed.emit()
