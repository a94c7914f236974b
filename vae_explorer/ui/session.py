"""``Session``: the one shared state of the window; one signal a change, emitted only if different."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.plane import Plane
from vae_explorer.latent.planes import default_plane
from vae_explorer.runs.history import History
from vae_explorer.ui.bits import ToBits, bits_of
from vae_explorer.ui.threads.latest_runner import LatestRunner
from vae_explorer.ui.threads.standing_back import Place
from vae_explorer.ui.undo import MoveCursor, ReplacePins
from vae_explorer.vae.recon_label import Measure, ReconLabel

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.latent.explorer import Explorer

__all__ = ["Pin", "Session", "TrainingState", "pin_name"]

Latent = NDArray[np.float64]


class TrainingState(Enum):
    """What the training thread is doing."""

    IDLE = auto()
    LOADING = auto()  # reading pictures
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()

    @property
    def is_active(self) -> bool:
        return self is not TrainingState.IDLE


@dataclass(frozen=True, eq=False)
class Pin:
    """A marked place in the latent space."""

    name: str  # "A", "B", …
    z: Latent  # (D,)


def pin_name(number: int) -> str:
    """Name of pin `number` (0-based) as spreadsheets name columns: A … Z, AA, AB …"""
    name = ""
    number += 1
    while number > 0:
        number, letter = divmod(number - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


class Session(QObject):
    """Images, model, encodings, and where the person is looking.

    Every property has a ``…_changed`` signal with the new value. Heavy work goes through `fast` (what
    follows the mouse) and `slow` (encodings, tapestry, reconstructions); `spare` shares what can be shared of the
    slow work while nothing trains. All deliver in the GUI thread.
    """

    images_changed = Signal(object)  # ImageSet | None
    explorer_changed = Signal(object)  # Explorer | None
    encodings_changed = Signal(object)  # Encodings | None
    cursor_changed = Signal(object)  # float64 (D,) | None
    decoded_changed = Signal(object)  # uint8 (C, H, W) | None, the picture at the cursor
    plane_changed = Signal(object)  # Plane | None
    pins_changed = Signal(object)  # tuple[Pin, ...]
    selection_changed = Signal(object)  # int | None, index in the ImageSet
    lasso_changed = Signal(object)  # int64 (K,), indices in the ImageSet
    model_replaced = Signal(str)  # another model opened: views reset
    recon_label_changed = Signal(object)  # ReconLabel
    training_state_changed = Signal(object)  # TrainingState
    training_event = Signal(object)  # TrainingEvent
    history_changed = Signal(object)  # History
    notice = Signal(str)  # quiet, for the status bar
    problem = Signal(str)  # one sentence a person should read
    ending = Signal()  # the window closes: whoever has a thread ends it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.fast = LatestRunner("fast", self, place=Place.FOLLOWING)
        self.slow = LatestRunner("slow", self)
        self.spare = LatestRunner("spare", self)
        self.fast.failed.connect(self.problem)
        self.slow.failed.connect(self.problem)
        self.spare.failed.connect(self.problem)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(500)
        self._images: ImageSet | None = None
        self._explorer: Explorer | None = None
        self._encodings: Encodings | None = None
        self._latent_dim = 0
        self._label = 0  # class that a conditional model draws
        self._cursor: Latent | None = None
        self._plane: Plane | None = None
        self._pins: tuple[Pin, ...] = ()
        self._selection: int | None = None
        self._lasso: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._training_state = TrainingState.IDLE
        self._history = History()
        self._recon_label = ReconLabel(Measure.PROBABILITY)
        self._decoded: NDArray[np.uint8] | None = None
        self._decode_ms = 0.0
        self.recon_wanted = False  # of every point: the map is coloured by it

    # --- what is there -------------------------------------------------------------------------

    @property
    def images(self) -> ImageSet | None:
        return self._images

    @property
    def explorer(self) -> Explorer | None:
        return self._explorer

    @property
    def encodings(self) -> Encodings | None:
        return self._encodings

    @property
    def latent_dim(self) -> int:
        """D of the model on screen; 0 without one."""
        return self._latent_dim

    @property
    def cursor(self) -> Latent | None:
        return self._cursor

    @property
    def decoded(self) -> NDArray[np.uint8] | None:
        """The newest picture decoded at the cursor, uint8 (C, H, W)."""
        return self._decoded

    @property
    def decode_ms(self) -> float:
        """How long that picture took, in ms."""
        return self._decode_ms

    @property
    def plane(self) -> Plane | None:
        return self._plane

    @property
    def pins(self) -> tuple[Pin, ...]:
        return self._pins

    @property
    def selection(self) -> int | None:
        return self._selection

    @property
    def lasso(self) -> NDArray[np.int64]:
        return self._lasso

    @property
    def training_state(self) -> TrainingState:
        return self._training_state

    @property
    def history(self) -> History:
        return self._history

    @property
    def recon_label(self) -> ReconLabel:
        """What recon and −ELBO of the model on screen are."""
        return self._recon_label

    @property
    def to_bits(self) -> ToBits | None:
        """From nats an image to bits per dimension, where the model on screen has them: see `bits_of`."""
        return bits_of(self._recon_label, self._explorer)

    # --- commands ------------------------------------------------------------------------------

    def replace_model(self, name: str, latent_dim: int) -> None:
        """Another model comes on screen: cursor, plane, pins, selection and undo start afresh."""
        self.fast.cancel("cursor")
        self._explorer = None
        self._encodings = None
        self._decoded = None
        self._latent_dim = latent_dim
        self._label = 0
        self.undo_stack.clear()
        self._selection = None
        self._lasso = np.empty(0, dtype=np.int64)
        self._pins = ()
        self._plane = default_plane(latent_dim) if latent_dim else None
        self._cursor = np.zeros(latent_dim) if latent_dim else None
        self.explorer_changed.emit(None)
        self.encodings_changed.emit(None)
        self.decoded_changed.emit(None)
        self.model_replaced.emit(name)
        self.selection_changed.emit(None)
        self.lasso_changed.emit(self._lasso)
        self.pins_changed.emit(())
        self.plane_changed.emit(self._plane)
        self.cursor_changed.emit(self._cursor)

    def set_images(self, images: ImageSet | None) -> None:
        if images is not self._images:
            self._images = images
            self.images_changed.emit(images)

    def set_explorer(self, explorer: Explorer | None) -> None:
        """Newer weights of the same model, or none; the picture at the cursor is decoded anew.

        A conditional model draws the class that was chosen with `set_label`.
        """
        if explorer is not None and explorer.label not in (None, self._label):
            explorer = explorer.with_label(self._label)
        if explorer is not self._explorer:
            self._explorer = explorer
            self.explorer_changed.emit(explorer)
            self._decode_cursor()

    def set_label(self, label: int) -> None:
        """Draw class `label` from now on; `explorer_changed` tells, as everything decoded is another picture."""
        self._label = label
        self.set_explorer(self._explorer)

    def set_encodings(self, encodings: Encodings | None) -> None:
        if encodings is not self._encodings:
            self._encodings = encodings
            self.encodings_changed.emit(encodings)

    def set_history(self, history: History) -> None:
        if history is not self._history:
            self._history = history
            self.history_changed.emit(history)

    def set_recon_label(self, label: ReconLabel) -> None:
        if label != self._recon_label:
            self._recon_label = label
            self.recon_label_changed.emit(label)

    def set_training_state(self, state: TrainingState) -> None:
        if state is not self._training_state:
            self._training_state = state
            self.training_state_changed.emit(state)

    def set_cursor(self, z: Any, *, undoable: bool = False) -> None:
        """Look at latent `z`, (D,); `undoable` puts the way back on the undo stack (a click, not a hover)."""
        z = np.array(z, dtype=np.float64)
        if self._cursor is None or z.shape != self._cursor.shape or not np.isfinite(z).all():
            return
        if undoable:
            self.undo_stack.push(MoveCursor(self, self._cursor, z))
        else:
            self.place_cursor(z)

    def jump_cursor(self, z: Any) -> None:
        """`set_cursor` that can be undone."""
        self.set_cursor(z, undoable=True)

    def place_cursor(self, z: Latent) -> None:
        """Move the cursor without a trace on the undo stack."""
        if self._cursor is not None and not np.array_equal(z, self._cursor):
            self._cursor = z
            self.cursor_changed.emit(z)
            self._decode_cursor()

    def add_pin(self, z: Any = None) -> None:
        """Pin latent `z`, or the cursor; can be undone."""
        place = self._cursor if z is None else np.array(z, dtype=np.float64)
        if place is None:
            return
        taken = {pin.name for pin in self._pins}
        name = next(n for n in map(pin_name, range(len(taken) + 1)) if n not in taken)
        pins = (*self._pins, Pin(name, np.array(place)))
        self.undo_stack.push(ReplacePins(self, pins, f"pin {name}"))

    def move_pin(self, name: str, z: Any) -> None:
        """Put pin `name` at latent `z`; successive moves of one pin undo as one."""
        place = np.array(z, dtype=np.float64)
        pins = tuple(Pin(name, place) if pin.name == name else pin for pin in self._pins)
        self.undo_stack.push(ReplacePins(self, pins, f"move pin {name}", merges=True))

    def remove_pin(self, name: str) -> None:
        pins = tuple(pin for pin in self._pins if pin.name != name)
        if len(pins) != len(self._pins):
            self.undo_stack.push(ReplacePins(self, pins, f"remove pin {name}"))

    def clear_pins(self) -> None:
        if self._pins:
            self.undo_stack.push(ReplacePins(self, (), "clear pins"))

    def place_pins(self, pins: tuple[Pin, ...]) -> None:
        """Replace all pins without a trace on the undo stack."""
        if pins is not self._pins:
            self._pins = pins
            self.pins_changed.emit(pins)

    def set_selection(self, image: int | None) -> None:
        """Select one image by its index in the `ImageSet`."""
        if image != self._selection:
            self._selection = image
            self.selection_changed.emit(image)

    def set_lasso(self, images: NDArray[np.int64]) -> None:
        """Select a set of images by index; an empty array clears."""
        if not np.array_equal(images, self._lasso):
            self._lasso = images
            self.lasso_changed.emit(images)

    def set_plane(self, plane: Plane | None) -> None:
        if plane is not self._plane:
            self._plane = plane
            self.plane_changed.emit(plane)

    def shut_down(self) -> None:
        """End the threads; call once, before the application ends."""
        self.ending.emit()
        self.fast.shut_down()
        self.slow.shut_down()
        self.spare.shut_down()

    # --- decoding what the cursor points at ----------------------------------------------------

    def _decode_cursor(self) -> None:
        explorer, z = self._explorer, self._cursor
        if explorer is None or z is None or explorer.latent_dim != z.shape[0]:
            return

        def decode(_is_stale: object) -> tuple[NDArray[np.uint8], float]:
            begin = time.perf_counter()
            image = explorer.decode(z[None])[0]  # (C, H, W)
            return image, 1000.0 * (time.perf_counter() - begin)

        self.fast.request("cursor", decode, self._take_decoded, priority=0)

    def _take_decoded(self, answer: tuple[NDArray[np.uint8], float]) -> None:
        self._decoded, self._decode_ms = answer
        self.decoded_changed.emit(self._decoded)
