"""All panels of the main window, each in its dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from vae_explorer.ui.late_panel import LatePanel
from vae_explorer.ui.panels.decoded_panel import DecodedPanel
from vae_explorer.ui.panels.interpolation_panel import InterpolationPanel
from vae_explorer.ui.panels.latent_map import LatentMapPanel
from vae_explorer.ui.panels.reconstruction_panel import ReconstructionPanel
from vae_explorer.ui.panels.setup_panel import SetupPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.banner import Banner
from vae_explorer.ui.window_layout import DockPlace, WindowLayout

if TYPE_CHECKING:
    from vae_explorer.ui.panels.anomaly_panel import AnomalyPanel
    from vae_explorer.ui.panels.contact_sheet_panel import ContactSheetPanel
    from vae_explorer.ui.panels.evaluation_panel import EvaluationPanel
    from vae_explorer.ui.panels.keepers_panel import KeepersPanel
    from vae_explorer.ui.panels.plane_panel import PlanePanel
    from vae_explorer.ui.panels.samples_panel import SamplesPanel
    from vae_explorer.ui.panels.selection_panel import SelectionPanel
    from vae_explorer.ui.panels.start_page import StartPage
    from vae_explorer.ui.panels.sweep_panel import SweepPanel
    from vae_explorer.ui.panels.traversals_panel import TraversalsPanel
    from vae_explorer.ui.sweep_desk import SweepDesk

__all__ = ["WindowPanels"]

_Area = Qt.DockWidgetArea


class WindowPanels:
    """Makes the panels and puts them into `window`; the centre holds the map or the start page."""

    def __init__(self, window: QMainWindow, session: Session) -> None:
        self.banner = Banner()
        self.map = LatentMapPanel(session)
        self.start_page = LatePanel("startPage", lambda: _start_page(session))
        self.centre = QStackedWidget()
        self.centre.addWidget(self.map)
        self.centre.addWidget(self.start_page.room)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.centre, 1)
        window.setCentralWidget(middle)

        self.setup = SetupPanel(session)
        self.decoded = DecodedPanel(session)
        self.selection = LatePanel("selectionPanel", lambda: _selection(session))
        self.reconstruction = ReconstructionPanel(session)
        self.plane = LatePanel("planePanel", lambda: _plane(session))
        self.keepers = LatePanel("keepersPanel", lambda: _keepers(session))
        self.interpolation = InterpolationPanel(session)
        self.samples = LatePanel("samplesPanel", lambda: _samples(session))
        self.traversals = LatePanel("traversalsPanel", lambda: _traversals(session))
        self.contact_sheet = LatePanel("contactSheetPanel", lambda: _contact_sheet(session))
        self.evaluation = LatePanel("evaluationPanel", lambda: _evaluation(session))
        self.anomalies = LatePanel("anomalyPanel", lambda: _anomalies(session))
        self.sweep = LatePanel("sweepPanel", lambda: _sweep(session))
        self.layout = WindowLayout(window)
        left, right, bottom = _Area.LeftDockWidgetArea, _Area.RightDockWidgetArea, _Area.BottomDockWidgetArea
        rail, shelf = "reconstructionDock", "interpolationDock"
        for place, panel in (
            (DockPlace("setupDock", "Setup", left), self.setup),
            (DockPlace("decodedDock", "Decoded", right), self.decoded),
            (DockPlace(rail, "Reconstructions", right, below="decodedDock"), self.reconstruction),
            (DockPlace("selectionDock", "Selected", right, with_tab_of=rail), self.selection),
            (DockPlace("planeDock", "Plane", right, with_tab_of=rail), self.plane),
            (DockPlace(shelf, "Interpolation", bottom), self.interpolation),
            (DockPlace("samplesDock", "Samples", bottom, with_tab_of=shelf), self.samples),
            (DockPlace("traversalsDock", "Traversals", bottom, with_tab_of=shelf), self.traversals),
            (DockPlace("contactSheetDock", "Lasso", bottom, with_tab_of=shelf), self.contact_sheet),
            (DockPlace("keepersDock", "Kept", bottom, with_tab_of=shelf), self.keepers),
            (DockPlace("evaluationDock", "Evaluation", bottom, with_tab_of=shelf), self.evaluation),
            (DockPlace("anomaliesDock", "Anomalies", bottom, with_tab_of=shelf), self.anomalies),
            (DockPlace("sweepDock", "β sweep", bottom, with_tab_of=shelf), self.sweep),
        ):
            if isinstance(panel, LatePanel):
                dock = self.layout.add(place, panel.room)
                dock.visibilityChanged.connect(panel.on_visibility_changed)
            else:
                self.layout.add(place, panel)

    @property
    def sweep_desk(self) -> SweepDesk | None:
        """Where a sweep may be under way; None as long as nobody has looked at that panel."""
        return self.sweep.panel.desk if self.sweep.is_made else None

    def show_start_page(self) -> None:
        """In place of the map."""
        self.centre.setCurrentWidget(self.start_page.room)

    def show_map(self) -> None:
        self.centre.setCurrentWidget(self.map)


def _selection(session: Session) -> SelectionPanel:
    from vae_explorer.ui.panels.selection_panel import SelectionPanel

    return SelectionPanel(session)


def _plane(session: Session) -> PlanePanel:
    from vae_explorer.ui.panels.plane_panel import PlanePanel

    return PlanePanel(session)


def _samples(session: Session) -> SamplesPanel:
    from vae_explorer.ui.panels.samples_panel import SamplesPanel

    return SamplesPanel(session)


def _traversals(session: Session) -> TraversalsPanel:
    from vae_explorer.ui.panels.traversals_panel import TraversalsPanel

    return TraversalsPanel(session)


def _contact_sheet(session: Session) -> ContactSheetPanel:
    from vae_explorer.ui.panels.contact_sheet_panel import ContactSheetPanel

    return ContactSheetPanel(session)


def _keepers(session: Session) -> KeepersPanel:
    from vae_explorer.ui.panels.keepers_panel import KeepersPanel

    return KeepersPanel(session)


def _anomalies(session: Session) -> AnomalyPanel:
    from vae_explorer.ui.panels.anomaly_panel import AnomalyPanel

    return AnomalyPanel(session)


def _evaluation(session: Session) -> EvaluationPanel:
    from vae_explorer.ui.panels.evaluation_panel import EvaluationPanel

    return EvaluationPanel(session)


def _sweep(session: Session) -> SweepPanel:
    from vae_explorer.ui.panels.sweep_panel import SweepPanel

    return SweepPanel(session)


def _start_page(session: Session) -> StartPage:
    from vae_explorer.ui.panels.start_page import StartPage

    return StartPage(runner=session.slow)
