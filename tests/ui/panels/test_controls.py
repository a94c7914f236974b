from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.contact_sheet_panel import ContactSheetPanel
from vae_explorer.ui.panels.controls import ElidedCaption, header
from vae_explorer.ui.panels.decoded_panel import DecodedPanel
from vae_explorer.ui.panels.interpolation_panel import InterpolationPanel
from vae_explorer.ui.panels.keepers_panel import KeepersPanel
from vae_explorer.ui.panels.reconstruction_panel import ReconstructionPanel
from vae_explorer.ui.panels.samples_panel import SamplesPanel
from vae_explorer.ui.panels.selection_panel import SelectionPanel
from vae_explorer.ui.panels.traversals_panel import TraversalsPanel
from vae_explorer.ui.session import Session

PANELS = (
    ContactSheetPanel, DecodedPanel, InterpolationPanel, KeepersPanel, ReconstructionPanel, SamplesPanel,
    SelectionPanel, TraversalsPanel,
)  # fmt: skip
CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QSlider, QSpinBox)
QT_OWN = {"qt_spinbox_lineedit", "ScrollLeftButton", "ScrollRightButton"}
WITHOUT_HELP = {"Dismiss", "Show the exported file in its folder"}  # they say all in their name


@pytest.mark.parametrize("panel_type", PANELS)
def test_that_every_control_explains_itself_and_has_a_name(
    qtbot: QtBot, session: Session, panel_type: type[QWidget]
) -> None:
    panel = panel_type(session)  # type: ignore[arg-type]  # all panels take a session
    qtbot.addWidget(panel)
    controls = [c for kind in CONTROLS for c in panel.findChildren(kind) if c.objectName() not in QT_OWN]
    assert controls or panel_type is SelectionPanel
    for control in controls:
        name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
        assert name, f"{control} has no name"
        if name not in WITHOUT_HELP:
            assert control.whatsThis(), f"“{name}” has no What's This"
            assert control.toolTip(), f"“{name}” has no tooltip"


@pytest.mark.parametrize("panel_type", PANELS)
def test_that_every_panel_fits_the_rail_and_the_shelf(
    qtbot: QtBot, session: Session, panel_type: type[QWidget]
) -> None:
    panel = panel_type(session)  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    assert panel.minimumSizeHint().width() <= 320
    assert panel.minimumSizeHint().height() <= 150


def test_that_a_header_breaks_into_lines_where_it_is_narrow(qtbot: QtBot) -> None:
    buttons = [QPushButton(text) for text in ("one", "two", "three")]
    caption = ElidedCaption("what the rest of the line is for")
    box = header(*buttons, caption)
    qtbot.addWidget(box)
    wide, narrow = box.heightForWidth(800), box.heightForWidth(120)
    assert narrow > 2 * wide
    box.resize(800, wide)
    box.show()
    assert len({button.y() for button in buttons}) == 1
    assert caption.geometry().right() <= 800
    assert caption.width() > 200
    box.resize(120, narrow)
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 3)
