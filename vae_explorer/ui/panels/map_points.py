"""``MapPoints``: the session's encodings as the map's points: placed, coloured, emphasised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from vae_explorer.data.image_set import Split
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import axes_plane, default_plane
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import class_colours, rgb, theme_manager, value_lut
from vae_explorer.ui.widgets.map.legend import LegendCard
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.point_colours import Colouring, ColourMode, by_category, by_value, plain
from vae_explorer.ui.widgets.map.points_layer import CLOUD_SHARE
from vae_explorer.ui.widgets.map.projection import Projected, project
from vae_explorer.ui.widgets.map.viewport import KEPT_SHARE

__all__ = ["MapPoints"]

FOLLOW_SHARE = 0.9  # of the points in view; below it a view that nobody has moved follows them
CLEARLY_MORE = 1.5  # times the KL of the plane on show: so much better another pair of dimensions must be
MAX_NUMBERS_INLINE = 2_000_000  # n · D that is projected in a few ms; more goes to the slow thread
MAX_POINTS_INLINE = 100_000  # that are arranged in a few ms
SPLIT_NAMES: tuple[str, ...] = ("train", "validation", "test")
_EMPTY = Projected(np.empty((0, 2), dtype=np.float32))


class _Known(NamedTuple):
    """What is known of the images behind the points."""

    split: NDArray[np.uint8]  # (n,)
    labels: NDArray[np.int64] | None  # (n,)
    class_names: tuple[str, ...]


class MapPoints(QObject):
    """Follows encodings, plane, images, legend and lasso.

    Signals
    -------
    placed
        The points lie at their newest places: marks that hang on them should follow.
    recoloured
        Colours and legend changed.
    """

    placed = Signal()
    recoloured = Signal()

    def __init__(self, session: Session, view: MapView, legend: LegendCard) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        self._legend = legend
        self._shown: Encodings | None = None
        self._plane: Plane | None = None  # that the shown points are projected on
        self._fit_pending = True
        self._own_plane: Plane | None = None  # chosen here, not by the person
        self._wanted_mode: ColourMode | None = None  # chosen by the person
        self._coloured_by: tuple[ColourMode, frozenset[ColourMode], str] | None = None
        self._palette = "viridis"
        session.model_replaced.connect(self._on_session_model_replaced)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.plane_changed.connect(self._on_session_plane_changed)
        session.images_changed.connect(self.recolour)
        session.explorer_changed.connect(self._on_session_explorer_changed)
        session.lasso_changed.connect(self._on_session_lasso_changed)
        legend.mode_chosen.connect(self.choose_mode)
        legend.palette_chosen.connect(self._on_legend_palette_chosen)
        legend.switched_off_changed.connect(self.recolour)
        theme_manager().changed.connect(self.recolour)

    @property
    def shown(self) -> Encodings | None:
        """The encodings whose rows the map's points are."""
        return self._shown

    @Slot(object)
    def choose_mode(self, mode: ColourMode) -> None:
        """Colour by `mode` from now on."""
        self._wanted_mode = mode
        self.recolour()

    def image_of(self, row: int) -> int | None:
        """Index in the `ImageSet` of a point."""
        return int(self._shown.index[row]) if self._shown is not None and row < len(self._shown) else None

    def row_of(self, image: int) -> int | None:
        """Point of an image, if it is on the map."""
        return self._shown.row_of(image) if self._shown is not None else None

    def rows_of(self, images: NDArray[np.int64]) -> NDArray[np.int64]:
        """Points of those of the images that are on the map."""
        if self._shown is None:
            return np.empty(0, dtype=np.int64)
        at = np.searchsorted(self._shown.index, images)
        at = np.minimum(at, max(len(self._shown) - 1, 0))
        return at[self._shown.index[at] == images] if len(self._shown) else np.empty(0, dtype=np.int64)

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_model_replaced(self) -> None:
        self._session.slow.cancel("map points")
        self._shown = None
        self._plane = None
        self._own_plane = None
        self._fit_pending = True
        self._legend.set_switched_off(frozenset())
        self._view.set_points(_EMPTY)
        self._view.set_on_line(self._session.latent_dim == 1)
        self._view.fit()

    @Slot(object)
    def _on_session_encodings_changed(self, encodings: Encodings | None) -> None:
        if encodings is None:
            self._shown = None
            self._view.set_points(_EMPTY)
            self.recolour()
            return
        plane = self._session.plane
        if plane is None or encodings.latent_dim != plane.latent_dim:
            return
        better = self._better_plane(encodings, plane)
        if better is not None:
            self._own_plane = better
            self._session.set_plane(better)  # plane_changed projects
        else:
            self._project()

    @Slot(object)
    def _on_session_plane_changed(self, plane: Plane | None) -> None:
        if plane is None:
            return
        self._view.set_on_line(plane.latent_dim == 1)
        self._view.set_labels(plane.label_u, plane.label_v)
        turned = self._plane is None or not (
            np.array_equal(plane.u, self._plane.u) and np.array_equal(plane.v, self._plane.v)
        )
        if turned:
            self._fit_pending = True
        if self._session.encodings is not None:
            self._project()
        elif turned:
            self._view.fit()

    @Slot(object)
    def _on_session_explorer_changed(self, _explorer: object) -> None:
        """Other weights alone change no colour, but another kind of model may offer other ones."""
        if self._mode() != self._coloured_by:
            self.recolour()

    @Slot()
    def _on_session_lasso_changed(self) -> None:
        self._emphasise()

    @Slot(str)
    def _on_legend_palette_chosen(self, palette: str) -> None:
        self._palette = palette
        self.recolour()

    @Slot()
    def recolour(self) -> None:
        """Colour the points anew, and tell the legend."""
        n = len(self._shown) if self._shown is not None else 0
        mode, possible, note = self._coloured_by = self._mode()
        self._session.recon_wanted = mode is ColourMode.RECON
        colouring = self._colouring(mode, n) if n else None
        self._legend.set_mode(mode, possible, "Needs the pictures, which are not loaded.")
        self._legend.setVisible(n > 0)
        if colouring is not None:
            self._view.set_colouring(colouring)
            self._legend.show_colouring(colouring, self._palette, note)
            self.recoloured.emit()

    # --- private -------------------------------------------------------------------------------

    def _project(self) -> None:
        encodings, plane = self._session.encodings, self._session.plane
        if encodings is None or plane is None or encodings.latent_dim != plane.latent_dim:
            return
        mu = encodings.mu
        if mu.size <= MAX_NUMBERS_INLINE and len(mu) <= MAX_POINTS_INLINE:
            self._session.slow.cancel("map points")
            self._take(project(mu, plane), encodings, plane)
            return
        self._session.slow.request(
            "map points",
            lambda _is_stale: _arranged(project(mu, plane)),
            lambda projected: self._take(projected, encodings, plane),
            priority=-5,
        )

    def _take(self, projected: Projected, encodings: Encodings, plane: Plane) -> None:
        before = self._shown
        same = before is not None and np.array_equal(before.index, encodings.index)
        glides = same and before is not encodings and not self._fit_pending
        self._shown, self._plane = encodings, plane
        self._view.set_points(projected, moving=glides)
        if not same or before is not encodings:
            self.recolour()
            self._emphasise()
        if self._fit_pending:
            self._fit_pending = False
            self._view.fit()
        elif self._may_follow() and self._view.share_in_view() < FOLLOW_SHARE:
            self._view.fit(animated=True)
        self.placed.emit()

    def _may_follow(self) -> bool:
        """Only a view that nobody has panned or zoomed, and that no mouse is over, follows its points."""
        return self._view.is_view_untouched and self._view.mouse_place is None

    def _better_plane(self, encodings: Encodings, plane: Plane) -> Plane | None:
        """The two dimensions that say most, while the person has not chosen a plane.

        At the start of a training no dimension says anything yet, so the choice is made again when another pair
        says clearly more.
        """
        if plane.latent_dim <= 2:
            return None
        first, second = (int(d) for d in encodings.dims_by_kl()[:2])
        if self._fit_pending and _is_default(plane):
            changes = (first, second) != (0, 1)
            self._own_plane = plane
        else:
            kl = encodings.kl_per_dim
            here = float(kl @ (plane.u**2 + plane.v**2))
            changes = plane is self._own_plane and self._may_follow()
            changes = changes and float(kl[first] + kl[second]) > CLEARLY_MORE * here
        return axes_plane(plane.latent_dim, first, second) if changes else None

    def _emphasise(self) -> None:
        rows = self.rows_of(self._session.lasso)
        emphasised = None
        if len(rows) and self._shown is not None:
            emphasised = np.zeros(len(self._shown), dtype=bool)
            emphasised[rows] = True
        self._view.set_emphasised(emphasised)

    def _mode(self) -> tuple[ColourMode, frozenset[ColourMode], str]:
        """The mode in force, those that can be chosen, and what the legend should add."""
        explorer = self._session.explorer
        known = self._known()
        possible = {ColourMode.RECON}
        if explorer is None or explorer.variational:
            possible.add(ColourMode.KL)
        if known is not None:
            possible.add(ColourMode.SPLIT)
            if known.labels is not None:
                possible.add(ColourMode.CLASS)
        wanted = self._wanted_mode or ColourMode.CLASS
        words = self._session.recon_label.caption
        if wanted in possible:
            return wanted, frozenset(possible), words if wanted is ColourMode.RECON else ""
        if known is None:
            return wanted, frozenset(possible | {wanted}), "Colours appear when the pictures are loaded."
        return ColourMode.RECON, frozenset(possible), words

    def _known(self) -> _Known | None:
        """Classes and split of the points, which newer encodings bring along; None if nobody knows them."""
        images, shown = self._session.images, self._shown
        if shown is None:
            return None
        if shown.split is not None:
            return _Known(shown.split, shown.labels, shown.class_names)
        if images is None or (len(shown) and int(shown.index[-1]) >= len(images)):
            return None
        labels = None if images.labels is None else images.labels[shown.index]
        return _Known(images.split[shown.index], labels, images.class_names)

    def _colouring(self, mode: ColourMode, n: int) -> Colouring:
        theme, shown, known = theme_manager().theme, self._shown, self._known()
        grey = rgb(theme.muted)
        assert shown is not None
        if mode.is_value:
            values = shown.recon if mode is ColourMode.RECON else shown.kl
            return by_value(values, value_lut("cividis" if self._palette == "cividis" else "viridis"), grey)
        if known is None or len(shown) == 0:
            return plain(n, rgb(theme.accent_bright), grey)
        codes: NDArray[np.integer] = known.split.astype(np.int64)
        names = SPLIT_NAMES[: len(Split)]
        if mode is ColourMode.CLASS and known.labels is not None:
            codes, names = known.labels, known.class_names
        return by_category(codes, names, class_colours(len(names), theme), grey, self._legend_off(mode))

    def _legend_off(self, mode: ColourMode) -> frozenset[int]:
        return self._legend.switched_off if mode is self._legend.mode else frozenset()


def _arranged(projected: Projected) -> Projected:
    """The same after what the map will ask of it has been worked out, on this thread."""
    for share in (CLOUD_SHARE, KEPT_SHARE):
        projected.places.box(share)
    return projected


def _is_default(plane: Plane) -> bool:
    first = default_plane(plane.latent_dim)
    return bool(
        np.array_equal(plane.u, first.u)
        and np.array_equal(plane.v, first.v)
        and np.array_equal(plane.origin, first.origin)
    )
