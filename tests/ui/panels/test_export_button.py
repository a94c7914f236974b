"""The export button: its menu does what was chosen, and it explains itself."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.ui.panels.export_button import export_button


@pytest.mark.parametrize("with_text", [True, False])
def test_that_each_entry_of_the_menu_exports_its_own_way(qtbot: QtBot, with_text: bool) -> None:
    exported: list[str] = []
    button = export_button(
        "Save the curve",
        "Writes it as a picture or as numbers.",
        ("image", "Picture, PNG…", lambda: exported.append("png")),
        ("grid", "Points, CSV…", lambda: exported.append("csv")),
        with_text=with_text,
    )
    qtbot.addWidget(button)
    entries = button.menu().actions()
    assert [entry.text() for entry in entries] == ["Picture, PNG…", "Points, CSV…"]
    for entry in reversed(entries):
        entry.trigger()
    assert exported == ["csv", "png"]
    assert (button.toolTip(), button.whatsThis()) == (
        "Save the curve",
        "Writes it as a picture or as numbers.",
    )
    assert button.accessibleName() == "Export"
