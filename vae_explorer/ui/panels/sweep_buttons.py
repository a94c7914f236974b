"""``SweepButtons``: open the run of the chosen point, and export the curve."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from vae_explorer.ui.panels.controls import set_help, tool_button
from vae_explorer.ui.panels.export_button import export_button
from vae_explorer.ui.panels.sweep_rows import SweepRow

__all__ = ["SweepButtons"]


class SweepButtons(QObject):
    """Holds two buttons, which stand in the panel's header, and says why one of them is off.

    Parameters
    ----------
    export
        Called with ``.png``, ``.csv``, ``.json`` or ``.html``.
    """

    def __init__(self, export: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.open_button = tool_button("layers", "Open this run", text=True)
        set_help(
            self.open_button,
            "Put the run of the chosen point on screen",
            "Opens the model that was trained with this β, with its own map. The curve stays, and marks the run that is "
            "on screen.",
        )
        self.export_button = export_button(
            "Save the curve as a picture, CSV, JSON or a web page",
            "PNG is the chart as it stands, twice as fine; CSV has one line a run; JSON holds all that is known of the "
            "sweep; the web page has curve and table and loads nothing from anywhere.",
            ("image", "Picture, PNG…", lambda: export(".png")),
            ("grid", "Points, CSV…", lambda: export(".csv")),
            ("array", "Everything, JSON…", lambda: export(".json")),
            ("file", "Page, HTML…", lambda: export(".html")),
        )

    def set_state(self, row: SweepRow | None, *, has_points: bool) -> None:
        """Which point of the curve is chosen, and whether there is any."""
        can_open = row is not None and not row.is_current
        why_not = "Choose a point of the curve first" if row is None else "This run is on screen already"
        self.open_button.setEnabled(can_open)
        self.open_button.setToolTip("Put the run of the chosen point on screen" if can_open else why_not)
        self.export_button.setEnabled(has_points)
        self.export_button.setToolTip(
            "Save the curve as a picture, CSV, JSON or a web page"
            if has_points
            else "There is no point to save yet"
        )
