"""``PlottingLoader``: imports pyqtgraph on the slow worker, just before a person opens a panel that draws charts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.plotting import plotting_library
from vae_explorer.ui.window_layout import WindowLayout

__all__ = ["CHART_PANELS", "PlottingLoader"]

CHART_PANELS = frozenset({"Evaluation", "Anomalies", "β sweep"})  # titles of their docks
_CHANNEL = "plotting library"


class PlottingLoader(QObject):
    """Answers `PlottingLibrary.wanted`, and wants it itself when the mouse comes to the tabs of such panels.

    In the GUI thread the import would hold the window up for a third of a second; at the start nobody needs it.
    """

    def __init__(self, session: Session, layout: WindowLayout, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._has_ended = False
        library = plotting_library()
        library.set_loader(True)
        library.wanted.connect(self._on_library_wanted)
        layout.tabs_entered.connect(self._on_layout_tabs_entered)
        session.ending.connect(self._on_session_ending)

    @Slot()
    def _on_library_wanted(self) -> None:
        if not self._has_ended:
            self._session.slow.request(_CHANNEL, _import, _arrive, priority=-1)

    @Slot(object)
    def _on_layout_tabs_entered(self, titles: frozenset[str]) -> None:
        if titles & CHART_PANELS:
            plotting_library().want()

    @Slot()
    def _on_session_ending(self) -> None:
        self._has_ended = True
        plotting_library().set_loader(False)


def _import(_is_stale: object) -> None:
    import pyqtgraph  # noqa: F401


def _arrive(_nothing: None) -> None:
    plotting_library().arrive()
