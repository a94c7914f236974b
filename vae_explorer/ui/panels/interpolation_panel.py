"""``InterpolationPanel``: a walk from pin to pin as a strip and a film."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QVBoxLayout, QWidget

from vae_explorer.latent.frame_steps import step_sizes
from vae_explorer.latent.paths import PathKind, path_frames, polyline
from vae_explorer.latent.pictures import save_auto
from vae_explorer.ui.icons import icon
from vae_explorer.ui.panels.anchor_list import AnchorList
from vae_explorer.ui.panels.controls import ElidedCaption, grouped, header, labelled, set_help
from vae_explorer.ui.panels.export_button import export_button
from vae_explorer.ui.panels.export_line import ExportLine, ask_export_path
from vae_explorer.ui.panels.hover_moves import HoverMoves
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.panels.walk_controls import (
    frames_box,
    loop_button,
    path_kind_box,
    play_button,
    speed_box,
)
from vae_explorer.ui.session import Pin, Session
from vae_explorer.ui.theme import SPACE_M, SPACE_S
from vae_explorer.ui.undo import ReplacePins
from vae_explorer.ui.widgets.film_strip import FilmStrip

__all__ = ["InterpolationPanel"]


class _Walk(NamedTuple):
    """What one job computes."""

    latents: NDArray[np.float64]  # (n, D)
    frames: NDArray[np.uint8]  # (n, C, H, W)
    steps: NDArray[np.float64]  # (n − 1,), pixel RMS


class InterpolationPanel(ModelPanel):
    """Decodes frames along the path through the pins; pointing at a frame moves the cursor there.

    Signals
    -------
    path_changed
        float64 (K, D), the path as a line to draw on the map; (0, D) when there is none.
    """

    path_changed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "interpolation", runner=session.fast, priority=1, parent=parent)
        self.setObjectName("interpolationPanel")
        self._walk: _Walk | None = None
        self._moves = HoverMoves(session)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.anchors = AnchorList()
        self.anchors.setWhatsThis(
            "The pins that the path visits, in order. Drag a letter to change the order, press Delete to "
            "remove its pin, click it to go there."
        )
        self.anchors.setToolTip("Drag to reorder (Alt+←/→), Del removes, click goes there")
        self.kind = path_kind_box()
        self.n_frames = frames_box()
        self.loop = loop_button()
        self.play = play_button()
        self.fps = speed_box()
        self.export_button = self._make_export_button()
        self.largest = ElidedCaption()
        self.largest.setWhatsThis(
            "The bars show how much the picture changes from frame to frame (root mean square over pixels). "
            "Equal bars mean an even walk; a tall one is a sudden change."
        )
        self.strip = FilmStrip()
        self.strip.setObjectName("interpolationStrip")
        self.strip.setAccessibleName("Interpolation")
        self.strip.set_file_name("walk")
        self.strip.setWhatsThis(
            "Pictures decoded at equal steps along the path. Point at one to look at it, click to stay there."
        )
        self.export_line = ExportLine(session, "walk")
        self._lay_out()
        self._connect()

    # --- making --------------------------------------------------------------------------------

    def _make_export_button(self) -> QToolButton:
        return export_button(
            "Save the walk as a strip or a film",
            "Writes all frames side by side as one PNG, or as a film: GIF for the web, MP4 for slides. "
            "Writing happens in the background.",
            ("images", "Strip, PNG…", self.export_strip),
            ("film", "Film, GIF…", self.export_gif),
            ("film", "Film, MP4…", self.export_mp4),
        )

    def _lay_out(self) -> None:
        head = header(
            self.anchors,
            self.kind,
            labelled("Frames", self.n_frames),
            self.loop,
            grouped(self.play, self.fps),
            self.export_button,
            self.largest,
            message=self.export_line,
        )
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        inset = QVBoxLayout()
        inset.setContentsMargins(SPACE_M, 0, SPACE_M, SPACE_S)
        inset.addWidget(self.strip, 1)
        column.addLayout(inset, 1)
        self._pin_here = QPushButton(icon("pin"), "Pin here")
        set_help(
            self._pin_here,
            "Pin the place of the cursor (P)",
            "Marks the place that the large picture shows. A path needs two such pins.",
        )
        self._two_random = QPushButton(icon("dice"), "Two random images")
        set_help(
            self._two_random,
            "Pin the codes of two random images",
            "Draws two real images and pins their codes. The walk between them shows what the model puts in "
            "between.",
        )
        self.empty_state.add_button(self._pin_here)
        self.empty_state.add_button(self._two_random)

    def _connect(self) -> None:
        session = self._session
        session.pins_changed.connect(self._on_session_pins_changed)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        self.anchors.order_chosen.connect(self._on_anchors_order_chosen)
        self.anchors.removal_wanted.connect(session.remove_pin)
        self.anchors.chosen.connect(self._on_anchors_chosen)
        self.kind.currentIndexChanged.connect(self._on_path_setting_changed)
        self.loop.toggled.connect(self._on_path_setting_changed)
        self.n_frames.valueChanged.connect(self.refresh)
        self.play.toggled.connect(self._on_play_toggled)
        self.fps.valueChanged.connect(self._on_fps_changed)
        self.strip.frame_hovered.connect(self._on_strip_frame_hovered)
        self.strip.frame_clicked.connect(self._on_strip_frame_clicked)
        self.strip.save_failed.connect(self.export_line.show_problem)
        self._pin_here.clicked.connect(self._on_pin_here_clicked)
        self._two_random.clicked.connect(self.pin_two_random)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def path_kind(self) -> PathKind:
        return "slerp" if self.kind.currentData() == "slerp" else "straight"

    @property
    def latents(self) -> NDArray[np.float64]:
        """Of the frames on show, (n, D)."""
        return np.empty((0, self._session.latent_dim)) if self._walk is None else self._walk.latents

    def _anchors(self) -> NDArray[np.float64]:
        return np.stack([pin.z for pin in self._session.pins])  # (K, D)

    def _missing(self) -> tuple[str, str] | None:
        missing = super()._missing()
        self._pin_here.setVisible(missing is None)
        self._two_random.setVisible(missing is None)
        if missing is not None:
            return missing
        n_pins = len(self._session.pins)
        self._two_random.setEnabled(self._session.encodings is not None)
        if n_pins < 2:
            self._walk = None
            self.play.setChecked(False)
            if n_pins == 1:
                return "One pin more", "Pin a second place on the map (P), and the walk from A appears here."
            return "Walk between two places", "Pin two places on the map (P) to see what lies between them."
        return None

    def _job(self) -> Job | None:
        explorer = self._session.explorer
        if explorer is None:
            return None
        latents = path_frames(self._anchors(), self.n_frames.value(), self.path_kind, self.loop.isChecked())

        def work(_is_stale: Callable[[], bool]) -> _Walk:
            frames = explorer.decode(latents)
            return _Walk(latents, frames, step_sizes(frames))

        return work

    def _take(self, walk: Any) -> None:
        self._walk = walk
        self.strip.set_frames(walk.frames)
        self.strip.set_bars(walk.steps)
        self.strip.set_marks(self._marks(len(walk.frames)))
        worst = int(np.argmax(walk.steps))
        self.largest.setText(f"largest step {walk.steps[worst]:.3f} RMS, {worst + 1} → {worst + 2}")

    def _marks(self, n_frames: int) -> dict[int, str]:
        """Names of the pins over the frames nearest to them."""
        pins, loop = self._session.pins, self.loop.isChecked()
        per_frame = len(pins) / n_frames if loop else (len(pins) - 1) / (n_frames - 1)
        marks: dict[int, str] = {}
        for number, pin in enumerate(pins):
            frame = min(n_frames - 1, round(number / per_frame))
            marks[frame] = f"{marks[frame]} {pin.name}" if frame in marks else pin.name
        return marks

    def _reset(self) -> None:
        self._walk = None
        self._moves.leave()
        self.play.setChecked(False)
        self.strip.set_frames(None)
        self.largest.setText("")

    # --- commands ------------------------------------------------------------------------------

    @Slot()
    def pin_two_random(self) -> None:
        """Pin the codes of two encoded images drawn at random."""
        encodings = self._session.encodings
        if encodings is None or len(encodings) < 2:
            return
        rows = np.random.default_rng().choice(len(encodings), size=2, replace=False)
        self._session.undo_stack.beginMacro("pin two random images")
        for row in rows:
            self._session.add_pin(encodings.mu[row])
        self._session.undo_stack.endMacro()

    @Slot()
    def export_strip(self) -> None:
        """Ask where, then write all frames side by side."""
        self._export("Export the walk as a strip", "walk.png", "PNG (*.png)")

    @Slot()
    def export_gif(self) -> None:
        """Ask where, then write a film for the web."""
        self._export("Export the walk as a film", "walk.gif", "GIF (*.gif)")

    @Slot()
    def export_mp4(self) -> None:
        """Ask where, then write a film for slides."""
        self._export("Export the walk as a film", "walk.mp4", "MP4 (*.mp4)")

    def _export(self, title: str, name: str, filters: str) -> None:
        walk, fps = self._walk, float(self.fps.value())
        if walk is None or self.export_line.is_busy:
            return
        path = ask_export_path(self, title, name, filters)
        if path is not None:
            self.export_line.start(path, lambda target: save_auto(target, walk.frames, fps=fps))

    # --- slots ---------------------------------------------------------------------------------

    @Slot(object)
    def _on_session_pins_changed(self, pins: tuple[Pin, ...]) -> None:
        self.anchors.set_names([pin.name for pin in pins])
        self._emit_path()
        self.refresh()

    @Slot()
    def _on_pin_here_clicked(self) -> None:
        self._session.add_pin()

    @Slot()
    def _on_session_encodings_changed(self) -> None:
        self._two_random.setEnabled(self._session.encodings is not None)

    @Slot()
    def _on_path_setting_changed(self) -> None:
        self._emit_path()
        self.refresh()

    def _emit_path(self) -> None:
        if len(self._session.pins) < 2:
            self.path_changed.emit(np.empty((0, self._session.latent_dim)))
        else:
            self.path_changed.emit(polyline(self._anchors(), self.path_kind, self.loop.isChecked(), 48))

    @Slot(object)
    def _on_anchors_order_chosen(self, names: tuple[str, ...]) -> None:
        by_name = {pin.name: pin for pin in self._session.pins}
        pins = tuple(by_name[name] for name in names if name in by_name)
        if len(pins) == len(by_name):
            self._session.undo_stack.push(ReplacePins(self._session, pins, "reorder pins"))

    @Slot(str)
    def _on_anchors_chosen(self, name: str) -> None:
        for pin in self._session.pins:
            if pin.name == name:
                self._session.jump_cursor(pin.z)

    @Slot(bool)
    def _on_play_toggled(self, playing: bool) -> None:
        self.play.setIcon(icon("pause" if playing else "play"))
        self.play.setText("Pause" if playing else "Play")
        if playing:
            self._timer.start(round(1000 / self.fps.value()))
        else:
            self._timer.stop()

    @Slot(int)
    def _on_fps_changed(self, fps: int) -> None:
        if self._timer.isActive():
            self._timer.start(round(1000 / fps))

    @Slot()
    def _on_timer_timeout(self) -> None:
        n = len(self.latents)
        if n:
            frame = (self.strip.current + 1) % n
            self.strip.set_current(frame)
            self._session.set_cursor(self.latents[frame])

    @Slot(int)
    def _on_strip_frame_hovered(self, frame: int) -> None:
        if self._timer.isActive():
            return
        if 0 <= frame < len(self.latents):
            self._moves.look(self.latents[frame])
        else:
            self._moves.leave()

    @Slot(int)
    def _on_strip_frame_clicked(self, frame: int) -> None:
        if 0 <= frame < len(self.latents):
            self.play.setChecked(False)
            self._moves.go(self.latents[frame])

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.play.setChecked(False)
