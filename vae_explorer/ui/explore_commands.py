"""``ExploreCommands``: what menus do to the cursor, the pins and the selection."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Slot

from vae_explorer.ui.session import Session

__all__ = ["ExploreCommands"]


class ExploreCommands(QObject):
    """Verbs of the Edit and Explore menus; without a model they do nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    @Slot()
    def clear_selection(self) -> None:
        self._session.set_selection(None)
        self._session.set_lasso(np.empty(0, dtype=np.int64))

    @Slot()
    def pin_cursor(self) -> None:
        self._session.add_pin()

    @Slot()
    def jump_to_random(self) -> None:
        """To a latent drawn from the model's prior; from N(0, 1) while the model is still being read."""
        if self._session.latent_dim:
            explorer, rng = self._session.explorer, np.random.default_rng()
            if explorer is None:
                self._session.jump_cursor(rng.standard_normal(self._session.latent_dim))
            else:
                self._session.jump_cursor(explorer.sample_prior(1, int(rng.integers(2**31)))[0])

    @Slot()
    def jump_to_origin(self) -> None:
        if self._session.latent_dim:
            self._session.jump_cursor(np.zeros(self._session.latent_dim))
