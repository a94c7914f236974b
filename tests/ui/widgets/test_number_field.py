"""Numbers as people type them, checked while they do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.number_field import NumberField, NumberRange, number_text, parsed
from vae_explorer.ui.widgets.value_slider import ValueSlider

EPOCHS = NumberRange(1, 100_000, whole=True)
RATE = NumberRange(0.0, 1.0, open_low=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("0,5", 0.5),
        ("−2", -2.0),
        (" 20 ", 20.0),
        ("10,000", 10_000.0),
        ("1,234.5", 1234.5),
        ("1 000", 1000.0),
    ],
)
def test_that_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert parsed(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "x", "1e", "nan", "inf", "--1", "1.2.3"])
def test_that_what_is_no_number_is_none(text: str) -> None:
    assert parsed(text) is None


@given(st.floats(-1e9, 1e9).filter(lambda v: v == 0 or abs(v) > 1e-12))
def test_that_a_shown_number_reads_back(value: float) -> None:
    assert parsed(number_text(value)) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "text"), [(20, "20"), (0.001, "1e-3"), (0.5, "0.5"), (100_000, "100,000"), (2.5e-5, "2.5e-5")]
)
def test_that_numbers_are_shown_short(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("accepts", "text", "sentence"),
    [
        (EPOCHS, "", "Epochs is empty: enter a whole number from 1 to 100,000."),
        (EPOCHS, "x", "“x” is not a whole number; enter one from 1 to 100,000."),
        (EPOCHS, "1.5", "“1.5” is not a whole number; enter one from 1 to 100,000."),
        (EPOCHS, "0", "Epochs must be from 1 to 100,000, not 0."),
        (RATE, "0", "Epochs must be above 0, up to 1, not 0."),
        (NumberRange(0, 2**53, whole=True), "-1", "Epochs must be from 0 up, not -1."),
        (EPOCHS, "5", ""),
        (RATE, "1e-9", ""),
    ],
)
def test_that_a_problem_says_what_to_enter(accepts: NumberRange, text: str, sentence: str) -> None:
    assert accepts.problem(text, "Epochs") == sentence


@pytest.fixture
def field(qtbot: QtBot) -> NumberField:
    field = NumberField("Epochs", EPOCHS, 20)
    qtbot.addWidget(field)
    field.show()
    return field


def test_that_an_invalid_text_is_marked_and_keeps_the_last_value(field: NumberField) -> None:
    problems: list[str] = []
    values: list[float] = []
    field.problem_changed.connect(problems.append)
    field.value_changed.connect(values.append)
    field.selectAll()
    QTest.keyClicks(field, "30x")
    assert field.property("invalid") == "true"
    assert field.value == 30
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert field.property("invalid") == "false"
    assert field.problem == ""
    assert len(problems) == 2
    assert values == [3, 30]


def test_that_setting_the_same_value_is_silent(qtbot: QtBot, field: NumberField) -> None:
    with qtbot.assertNotEmitted(field.value_changed):
        field.set_value(20)
    field.setText("oops")
    field.set_value(20)
    assert field.problem == ""
    assert field.text() == "20"


def test_that_arrow_keys_step_within_the_range(field: NumberField) -> None:
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.int_value == 21
    field.set_value(1)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.int_value == 1


def test_that_a_learning_rate_steps_by_a_tenth_of_its_size(qtbot: QtBot) -> None:
    field = NumberField("Learning rate", RATE, 1e-3)
    qtbot.addWidget(field)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.value == pytest.approx(1.1e-3)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert 0 < field.value < 1e-3


@pytest.fixture
def beta(qtbot: QtBot) -> ValueSlider:
    slider = ValueSlider("β", NumberRange(0.0, 1000.0), (0.05, 50.0), 1.0, log=True, ends=("a", "b"))
    qtbot.addWidget(slider)
    return slider


def test_that_equal_distances_on_a_log_slider_are_equal_factors(beta: ValueSlider) -> None:
    values = []
    for step in (0, 500, 1000):
        beta.slider.setValue(step)
        values.append(beta.value)
    assert values == pytest.approx([0.05, 1.6, 50.0])
    assert values[1] / values[0] == pytest.approx(values[2] / values[1], rel=0.03)


def test_that_a_typed_value_beyond_the_slider_stays_as_typed(beta: ValueSlider) -> None:
    heard: list[float] = []
    beta.value_changed.connect(heard.append)
    beta.field.setText("400")
    assert beta.slider.value() == beta.slider.maximum()
    beta.field.setText("0")
    assert beta.slider.value() == 0
    assert beta.value == 0.0
    assert heard[-1] == 0.0


def test_that_the_handle_follows_the_field_without_an_echo(beta: ValueSlider) -> None:
    heard: list[float] = []
    beta.value_changed.connect(heard.append)
    beta.set_value(4.0)
    assert heard == [4.0]
    assert beta.value == 4.0


def test_that_a_problem_stands_under_the_field(beta: ValueSlider) -> None:
    beta.field.setText("x")
    assert not beta.problem.isHidden()
    assert "not a number" in beta.problem.text()
    beta.field.setText("2")
    assert beta.problem.isHidden()
