"""``MapPrior``: keeps the map's contours those of the model's prior."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from vae_explorer.latent.contours import prior_contours
from vae_explorer.latent.plane import Plane
from vae_explorer.ui.session import Session
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.projection import prior_centre

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MapPrior"]

_DRAWS, _SEED = 500, 0  # they say how far the grid of the density reaches


class MapPrior(QObject):
    """Circles for N(0, I); for a learned prior lines of its density, found anew with weights and plane."""

    def __init__(self, session: Session, view: MapView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        session.plane_changed.connect(self._on_session_plane_changed)
        session.explorer_changed.connect(self._find)

    @Slot(object)
    def _on_session_plane_changed(self, plane: Plane | None) -> None:
        if plane is not None:
            self._view.set_prior(prior_centre(plane))
            self._find()

    @Slot()
    def _find(self) -> None:
        session = self._session
        explorer, plane = session.explorer, session.plane
        if explorer is None or plane is None or explorer.latent_dim != plane.latent_dim:
            return
        if explorer.prior_name == "normal":
            session.slow.cancel("prior contours")
            self._view.set_prior(prior_centre(plane))
            return

        def work(_is_stale: object) -> tuple[NDArray[np.float64], ...]:
            return prior_contours(explorer.prior_log_prob, explorer.sample_prior(_DRAWS, _SEED), plane)

        def take(contours: tuple[NDArray[np.float64], ...]) -> None:
            if session.plane is plane:
                self._view.set_prior(prior_centre(plane), contours)

        session.slow.request("prior contours", work, take, priority=4)
