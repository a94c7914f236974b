"""``TraversalsPanel``: what each latent dimension does to the picture at the cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QToolButton, QVBoxLayout, QWidget

from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.paths import traversals
from vae_explorer.latent.pictures import grid, save_png
from vae_explorer.latent.rankings import INACTIVE_NATS, active_dims
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.controls import ElidedCaption, header, labelled, set_help, tool_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.header_bar import GIVES_WAY
from vae_explorer.ui.panels.hover_moves import HoverMoves
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_S
from vae_explorer.ui.widgets.traversal_rows import RowLabel, TraversalRows

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["TraversalsPanel"]

STEPS_MIN, STEPS_MAX, STEPS_START = 5, 15, 9
SPAN_START = 3.0  # standard deviations to each side
ROWS_AT_FIRST = 32  # more dimensions wait for "Show all"
_KL_WORDS = (
    "Ordered by KL(q(z_j|x) ‖ N(0, 1)) of each dimension j, in nats, averaged over the images: how much it tells "
    "about an image."
)
_FLOW_WORDS = (
    " The posterior of this model is not Gaussian: q stands for the Gaussian that the map shows, and the nats of the "
    "dimensions do not add up to the model's KL."
)
_PRIOR_WORDS = (
    " The prior of this model is learned, and its KL has no share for each dimension: the nats are to N(0, 1) all the "
    "same, and do not add up to the model's KL."
)


class _Rows(NamedTuple):
    """What one job computes."""

    latents: NDArray[np.float64]  # (R, S, D)
    frames: NDArray[np.uint8]  # (R, S, C, H, W)
    labels: tuple[RowLabel, ...]
    here: NDArray[np.float64]  # (R,), in columns


class TraversalsPanel(ModelPanel):
    """A row a dimension, the most telling first; the other coordinates stay those of the cursor."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "traversals", runner=session.fast, priority=2, parent=parent)
        self.setObjectName("traversalsPanel")
        self._moves = HoverMoves(session)
        self._latents = np.empty((0, 0, 0))
        self._frozen = False  # while the mouse is on a row, rows stay put and only the cursor moves
        self.steps = QSpinBox()
        self.steps.setRange(STEPS_MIN, STEPS_MAX)
        self.steps.setValue(STEPS_START)
        self.steps.setFixedWidth(56)
        set_help(
            self.steps,
            "Pictures in a row, 5 to 15",
            "How many values each latent dimension takes from left to right. The middle one is the centre "
            "of the prior.",
        )
        self.span = QDoubleSpinBox()
        self.span.setRange(0.5, 6.0)
        self.span.setSingleStep(0.5)
        self.span.setDecimals(1)
        self.span.setValue(SPAN_START)
        self.span.setPrefix("± ")
        self.span.setSuffix(" σ")
        self.span.setFixedWidth(88)
        set_help(
            self.span,
            "How far each dimension goes to both sides",
            "Each row sets one dimension from −span to +span, in standard deviations of the prior (for a "
            "plain autoencoder: of its codes). Beyond 3 σ the decoder has hardly ever been.",
        )
        self.inactive = tool_button("chevron-right", "Inactive", text=True, checkable=True)
        set_help(
            self.inactive,
            "Show dimensions that the model does not use",
            "Dimensions whose KL to N(0, 1) is below 0.01 nats equal it for every image: the model does not use "
            "them. Moving along them changes nothing.",
        )
        self.more = tool_button("chevron-down", "Show all", text=True, checkable=True)
        set_help(
            self.more,
            "Show more than the first 32 dimensions",
            "Shows a row for every dimension instead of the 32 that carry most. Computing many rows takes "
            "longer.",
        )
        for button in (self.inactive, self.more):
            button.setProperty(GIVES_WAY, False)  # the number in its words is what it tells
        self.note = ElidedCaption()
        self.export_button = tool_button("export", "Export")
        self.export_button.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
        set_help(
            self.export_button,
            "Save all rows as one PNG",
            "Writes the rows on show as one picture, a line for each latent dimension. Their order is that "
            "of the panel.",
        )
        self.rows = TraversalRows()
        self.rows.set_file_name("traversal")
        self.rows.setWhatsThis(
            "Each row changes one latent dimension of the current place and leaves the others as they are. "
            "Its nats, the mean KL of its posterior to N(0, 1), say how much the dimension tells about an image; the "
            "mark under a row shows where you are."
        )
        self.export_line = ExportLine(session, "traversals")
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(0)
        column.addWidget(
            header(
                labelled("Steps", self.steps),
                labelled("Span", self.span),
                self.inactive,
                self.more,
                self.export_button,
                self.note,
                message=self.export_line,
            )
        )
        column.addWidget(self.rows, 1)
        self._connect()

    def _connect(self) -> None:
        session = self._session
        session.cursor_changed.connect(self._on_session_cursor_changed)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        self.steps.valueChanged.connect(self._on_choice_changed)
        self.span.valueChanged.connect(self._on_choice_changed)
        self.inactive.toggled.connect(self._on_inactive_toggled)
        self.more.toggled.connect(self._on_choice_changed)
        self.rows.frame_hovered.connect(self._on_rows_frame_hovered)
        self.rows.frame_clicked.connect(self._on_rows_frame_clicked)
        self.rows.save_failed.connect(self.export_line.show_problem)
        self.export_button.clicked.connect(self.export)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def latents(self) -> NDArray[np.float64]:
        """Where the pictures on show lie, (R, S, D)."""
        return self._latents

    def _job(self) -> Job | None:
        explorer, cursor, encodings = self._session.explorer, self._session.cursor, self._session.encodings
        if explorer is None or cursor is None or explorer.latent_dim != len(cursor):
            return None
        if encodings is not None and encodings.latent_dim != len(cursor):
            encodings = None
        dims, labels, spread = self._rows(encodings, explorer)
        offsets = np.linspace(-1.0, 1.0, self.steps.value()) * self.span.value()  # (S,)

        def work(_is_stale: Callable[[], bool]) -> _Rows:
            centre, sigma = spread
            values = centre[dims, None] + sigma[dims, None] * offsets  # (R, S)
            latents = np.concatenate(
                [traversals(cursor, dims[r : r + 1], values[r]) for r in range(len(dims))]
            )  # (R, S, D)
            frames = explorer.decode(latents.reshape(-1, len(cursor)))
            span = np.maximum(values[:, -1] - values[:, 0], 1e-9)
            here = (cursor[dims] - values[:, 0]) / span * (len(offsets) - 1)
            return _Rows(latents, frames.reshape(*latents.shape[:2], *frames.shape[1:]), labels, here)

        return work

    def _rows(
        self, encodings: Encodings | None, explorer: Explorer
    ) -> tuple[NDArray[np.int64], tuple[RowLabel, ...], tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Dimensions in order, their labels, and centre and width of each dimension's range."""
        n, variational = self._session.latent_dim, explorer.variational
        centre, sigma = np.zeros(n), np.ones(n)
        inactive = np.empty(0, dtype=np.int64)
        if encodings is None:
            active, worth, unit = np.arange(n), np.zeros(n), ""
        elif variational:
            active, inactive = active_dims(encodings)
            if not len(active):  # nothing learned yet, or all collapsed: every row, faded
                active, inactive = inactive, active
            worth, unit = encodings.kl_per_dim.astype(np.float64), " nats"
        else:  # an autoencoder has no KL: what its codes spread over is what they use
            centre = encodings.mu.mean(axis=0, dtype=np.float64)
            sigma = encodings.mu.std(axis=0, dtype=np.float64)
            active, worth, unit = np.argsort(-sigma, kind="stable"), sigma, " σ"
        self._show_counts(len(active), len(inactive), known=encodings is not None, explorer=explorer)
        if not self.more.isChecked():
            active = active[:ROWS_AT_FIRST]
        dims = np.concatenate([active, inactive]) if self.inactive.isChecked() else active
        most = float(worth.max()) if n and worth.max() > 0 else 1.0
        labels = tuple(
            RowLabel(
                name=f"z{d + 1}",
                value=f"{worth[d]:.2f}{unit}" if unit else "",
                share=float(worth[d]) / most,
                faded=variational and encodings is not None and worth[d] < INACTIVE_NATS,
            )
            for d in dims
        )
        return dims.astype(np.int64), labels, (centre, sigma)

    def _show_counts(self, n_active: int, n_inactive: int, *, known: bool, explorer: Explorer) -> None:
        self.inactive.setVisible(n_inactive > 0)
        self.inactive.setText(f"{n_inactive} inactive dimension{'s' if n_inactive != 1 else ''}")
        self.more.setVisible(n_active > ROWS_AT_FIRST)
        self.more.setText("Show fewer" if self.more.isChecked() else f"Show all {n_active}")
        words = ""
        if not known:
            self.note.setText("ordered by number until the images are encoded")
        elif not explorer.variational:
            self.note.setText("ordered by the spread of the codes: an autoencoder has no KL")
        elif explorer.has_closed_kl:
            self.note.setText("ordered by mean KL to the prior N(0, I)")
            words = _KL_WORDS
        else:
            is_learned = explorer.prior_name != "normal"
            whose = (
                "not the learned prior" if is_learned else "of a Gaussian in place of the flow's posterior"
            )
            self.note.setText(f"ordered by mean KL to N(0, I), {whose}")
            words = _KL_WORDS + (_PRIOR_WORDS if is_learned else _FLOW_WORDS)
        self.note.set_explanation(words)

    def _take(self, answer: Any) -> None:
        self._latents = answer.latents
        self.rows.set_rows(answer.frames, answer.labels, answer.here)

    def _reset(self) -> None:
        self._latents = np.empty((0, 0, 0))
        self._moves.leave()
        self._frozen = False
        self.rows.set_rows(None)

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        """Ask where, then write all rows as one PNG."""
        frames = self.rows.frames
        if frames is None or self.export_line.is_busy:
            return
        path = ask_export_path(self, "Export traversals", "traversals.png", "PNG (*.png)")
        if path is not None:
            flat = frames.reshape(-1, *frames.shape[2:])
            columns = frames.shape[1]
            self.export_line.start(path, lambda target: save_png(target, grid(flat, columns)))

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_cursor_changed(self) -> None:
        if not self._frozen:
            self.refresh()

    @Slot()
    def _on_session_encodings_changed(self) -> None:
        self.refresh_calmly()

    @Slot()
    def _on_choice_changed(self) -> None:
        self.refresh()

    @Slot(bool)
    def _on_inactive_toggled(self, shown: bool) -> None:
        self.inactive.setIcon(icon("chevron-down" if shown else "chevron-right"))
        self.refresh()

    @Slot(int, int)
    def _on_rows_frame_hovered(self, row: int, column: int) -> None:
        """The cursor follows the mouse along the rows, which stand still until it leaves."""
        if row >= 0 and row < len(self._latents):
            self._frozen = True
            self._moves.look(self._latents[row, column])
        else:
            self._moves.leave()
            if self._frozen:
                self._frozen = False
                self.refresh()

    @Slot(int, int)
    def _on_rows_frame_clicked(self, row: int, column: int) -> None:
        if row < len(self._latents):
            self._moves.go(self._latents[row, column])
            if not self.rows.underMouse():
                self.refresh()
