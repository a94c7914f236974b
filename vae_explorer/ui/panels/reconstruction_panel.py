"""``ReconstructionPanel``: originals against their reconstructions, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from vae_explorer.data.image_set import Split
from vae_explorer.latent.rankings import Order, ranked_images
from vae_explorer.ui.panels.controls import Caption, header, set_help, tool_button
from vae_explorer.ui.panels.model_panel import Job, ModelPanel
from vae_explorer.ui.panels.reconstruction_batch import reconstruct_rows
from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import SPACE_M, SPACE_XS
from vae_explorer.ui.widgets.reconstruction_list import ReconstructionList, ReconstructionRow
from vae_explorer.vae.recon_label import ReconLabel

if TYPE_CHECKING:
    from vae_explorer.latent.explorer import Explorer

__all__ = ["ReconstructionPanel"]

BATCH = 48  # rows reconstructed at once: more than a screenful, quick on a CPU
CACHE_ROWS = 2_000

_ORDERS: tuple[tuple[str, Order], ...] = (
    ("Worst first", "worst"),
    ("Best first", "best"),
    ("Random", "random"),
    ("Chosen", "chosen"),
)


class _Answer(NamedTuple):
    """What one job computes."""

    explorer: Explorer
    ranking: NDArray[np.int64] | None  # None: as before
    rows: dict[int, ReconstructionRow]  # by image


class ReconstructionPanel(ModelPanel):
    """Every encoded image in the order asked for; only rows in view are ever reconstructed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, "reconstructions", priority=3, parent=parent)
        self.setObjectName("reconstructionPanel")
        self._seed = 0
        self._ranking = np.empty(0, dtype=np.int64)  # images, in order
        self._ranking_stale = True
        self._waits_for_leave = False  # a new order must not move rows under the mouse
        # Rows with the explorer that made them, which a row must not keep: it holds all weights of a model.
        self._cache: dict[int, tuple[ref[Explorer], ReconstructionRow]] = {}
        self.order = QComboBox()
        for text, order in _ORDERS:
            self.order.addItem(text, order)
        self.order.setAccessibleName("Order of the reconstructions")
        set_help(
            self.order,
            "Which images come first",
            "Worst first shows the images with the largest reconstruction loss, where the model fails. "
            "Chosen shows the image selected on the map, or the lassoed ones.",
        )
        self.classes = QComboBox()
        self.classes.setAccessibleName("Class of the reconstructions")
        set_help(
            self.classes,
            "Show one class only",
            "Keeps only images of one class. The order stays as chosen beside it.",
        )
        self.dice = tool_button("dice", "Other images")
        set_help(
            self.dice,
            "Draw other images",
            "Shuffles the images anew. The same shuffle stays until you press again, also while training.",
        )
        self.classes.setMaximumWidth(150)
        self.list = ReconstructionList()
        self.list.set_file_name("reconstruction")
        self.list.setWhatsThis(
            "Each row: the original, its reconstruction from the mean of q(z|x), and their difference, red "
            "where the reconstruction is brighter and blue where it is darker. Recon is −log p(x|z) at that "
            "mean and KL the distance of q(z|x) from the prior, both in nats; PSNR and SSIM compare the "
            "pixels."
        )
        self.caption = Caption()
        self.caption.setWordWrap(True)
        self.caption.setContentsMargins(SPACE_M, 0, SPACE_M, SPACE_XS)
        column = QVBoxLayout(self.body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header(self.order, self.classes, self.dice))
        column.addWidget(self.caption)
        column.addWidget(self.list, 1)
        self._connect()
        self._show_classes()
        self.dice.setVisible(False)

    def _connect(self) -> None:
        session = self._session
        session.images_changed.connect(self._on_session_images_changed)
        session.encodings_changed.connect(self._on_session_encodings_changed)
        session.recon_label_changed.connect(self._on_session_recon_label_changed)
        self._on_session_recon_label_changed(session.recon_label)
        session.selection_changed.connect(self._on_session_selection_changed)
        session.lasso_changed.connect(self._on_session_lasso_changed)
        self.order.currentIndexChanged.connect(self._on_order_changed)
        self.classes.currentIndexChanged.connect(self._on_choice_changed)
        self.dice.clicked.connect(self._on_dice_clicked)
        self.list.rows_wanted.connect(self._on_list_rows_wanted)
        self.list.row_clicked.connect(self._on_list_row_clicked)
        self.list.hovered.connect(self._on_list_hovered)
        self.list.save_failed.connect(self.error.show_sentence)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def ranking(self) -> NDArray[np.int64]:
        """Images in the order on show, (K,)."""
        return self._ranking

    @property
    def order_name(self) -> Order:
        order: Order = self.order.currentData()
        return order

    def choose_order(self, order: Order) -> None:
        """Set the order, as the box does."""
        self.order.setCurrentIndex([name for _, name in _ORDERS].index(order))

    def _missing(self) -> tuple[str, str] | None:
        missing = super()._missing()
        if missing is not None:
            return missing
        if self._session.images is None:
            return (
                "The pictures of this model are not loaded",
                "Download them or choose their folder on the Data card, at the left, and they stand here beside "
                "their reconstructions. The map and the decoder work without them.",
            )
        if self._session.encodings is None:
            return "Images are being encoded", "The reconstructions follow in a moment."
        return None

    def _job(self) -> Job | None:
        session = self._session
        explorer, images, encodings = session.explorer, session.images, session.encodings
        if explorer is None or images is None or encodings is None:
            return None
        order, seed, label = self.order_name, self._seed, self.classes.currentData()
        chosen = self._chosen()
        old = None if self._ranking_stale else self._ranking
        self._ranking_stale = False
        view = self.list.rows_in_view
        first, last = (view.start, view.stop) if old is not None else (view.start, view.start + BATCH)
        known = {image for image, (made_by, _) in self._cache.items() if made_by() is explorer}
        recon_name = session.recon_label.named("recon")

        def work(_is_stale: Callable[[], bool]) -> _Answer:
            ranking = old
            if ranking is None:
                within = images.indices(Split.VALIDATION)
                if not np.isin(encodings.index, within, kind="table").any():
                    within = None  # type: ignore[assignment]  # the map shows no validation images
                ranking = ranked_images(
                    encodings,
                    order,
                    seed=seed,
                    chosen=chosen,
                    labels=images.labels,
                    label=label,
                    within=within,
                )
                ranking = ranking[ranking < len(images)]
            start = min(first, max(0, len(ranking) - (last - first)))
            wanted = [image for image in ranking[start : max(last, start)].tolist() if image not in known]
            rows = reconstruct_rows(explorer, images, np.array(wanted[:BATCH], dtype=np.int64), recon_name)
            return _Answer(explorer, None if old is not None else ranking, rows)

        return work

    def _chosen(self) -> NDArray[np.int64]:
        if len(self._session.lasso):
            return self._session.lasso
        selection = self._session.selection
        return np.array([] if selection is None else [selection], dtype=np.int64)

    def _take(self, answer: Any) -> None:
        for image, row in answer.rows.items():
            self._cache.pop(image, None)
            self._cache[image] = (ref(answer.explorer), row)
        while len(self._cache) > CACHE_ROWS:
            del self._cache[next(iter(self._cache))]
        if answer.ranking is not None and not np.array_equal(answer.ranking, self._ranking):
            self._ranking = answer.ranking
            self.list.set_count(len(self._ranking))
            self._mark_selection(scroll=False)
        self._show_words()
        self._fill_in()

    def _fill_in(self) -> None:
        """Give the list what is known of the rows in view, older weights included, and ask for the rest."""
        explorer = self._session.explorer
        rows, lacking = {}, False
        for number in self.list.rows_in_view:
            known = self._cache.get(int(self._ranking[number]))
            if known is not None and self.list.row(number) is not known[1]:
                rows[number] = known[1]
            lacking |= known is None or known[0]() is not explorer
        if rows:
            self.list.set_rows(rows)
        if lacking and not self._weights_timer.isActive():
            self.refresh()

    def _show_words(self) -> None:
        n = len(self._ranking)
        if self.order_name == "chosen":
            self.list.set_placeholder(
                "Nothing chosen yet: click a point on the map, or shift-drag around some."
            )
        else:
            self.list.set_placeholder("No encoded image of this class.")
        self.list.set_note(f"{n:,} image{'s' if n != 1 else ''}")

    def _mark_selection(self, *, scroll: bool) -> None:
        selection = self._session.selection
        rows = np.flatnonzero(self._ranking == selection) if selection is not None else np.empty(0)
        bar = self.list.verticalScrollBar()
        before = bar.value()
        self.list.set_current(int(rows[0]) if len(rows) else -1)
        if not scroll:
            bar.setValue(before)

    def _show_classes(self) -> None:
        images = self._session.images
        names = () if images is None or images.labels is None else images.class_names
        self.classes.blockSignals(True)
        self.classes.clear()
        self.classes.addItem("All classes", None)
        for number, name in enumerate(names):
            self.classes.addItem(name, number)
        self.classes.blockSignals(False)
        self.classes.setVisible(bool(names))

    def _reset(self) -> None:
        self._cache.clear()
        self._ranking = np.empty(0, dtype=np.int64)
        self._ranking_stale = True
        self.list.set_count(0)
        self.list.set_note("")

    def _cancel(self) -> None:
        super()._cancel()
        self._ranking_stale = True  # an order under way is lost

    def _rank_anew(self) -> None:
        self._ranking_stale = True
        self.refresh()

    # --- slots ---------------------------------------------------------------------------------

    @Slot()
    def _on_session_images_changed(self) -> None:
        self._reset()
        self._show_classes()
        self.refresh()

    @Slot(object)
    def _on_session_recon_label_changed(self, label: ReconLabel) -> None:
        self.caption.setText(label.caption)
        self.caption.setVisible(bool(label.caption))

    @Slot()
    def _on_session_encodings_changed(self) -> None:
        """Losses are new, so the order may be; rows under the mouse stay where they are until it leaves."""
        if self.is_empty or self._session.encodings is None:
            self._rank_anew()
        elif self.list.underMouse():
            self._waits_for_leave = True
        else:
            self._ranking_stale = True
            self.refresh_calmly()

    @Slot()
    def _on_session_selection_changed(self) -> None:
        if self.order_name == "chosen":
            self._rank_anew()
        else:
            self._mark_selection(scroll=True)

    @Slot()
    def _on_session_lasso_changed(self) -> None:
        if self.order_name == "chosen":
            self._rank_anew()

    @Slot()
    def _on_order_changed(self) -> None:
        self.dice.setVisible(self.order_name == "random")
        self._on_choice_changed()

    @Slot()
    def _on_choice_changed(self) -> None:
        self.list.verticalScrollBar().setValue(0)
        self._rank_anew()

    @Slot()
    def _on_dice_clicked(self) -> None:
        self._seed += 1
        self._on_choice_changed()

    @Slot(int, int)
    def _on_list_rows_wanted(self) -> None:
        if len(self._ranking):
            self._fill_in()

    @Slot(int)
    def _on_list_row_clicked(self, row: int) -> None:
        if 0 <= row < len(self._ranking):
            self._session.set_selection(int(self._ranking[row]))

    @Slot(int)
    def _on_list_hovered(self, row: int) -> None:
        if row < 0 and self._waits_for_leave:
            self._waits_for_leave = False
            self._rank_anew()
