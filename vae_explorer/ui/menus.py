"""The menu bar: which actions there are and what each is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMenu

from vae_explorer.runs.recent import recent_runs
from vae_explorer.runs.shipped import shipped_models
from vae_explorer.ui.actions import Actions, ActionSpec
from vae_explorer.ui.command_palette import Command
from vae_explorer.ui.preferences import Preferences

if TYPE_CHECKING:
    from vae_explorer.ui.main_window import MainWindow

__all__ = ["Menus"]

_Keys = QKeySequence.StandardKey
RECENT_RUNS = 10


class Menus(QObject):
    """Builds the menus of one main window."""

    run_chosen = Signal(object)  # Path
    theme_chosen = Signal(str)
    scope_chosen = Signal(str)

    def __init__(self, window: MainWindow, preferences: Preferences) -> None:
        super().__init__(window)
        self.actions = Actions(window)
        self._window = window
        self._more: list[Command] = []  # that are no action with help and icon
        bar = window.menuBar()
        self._fill_file(bar.addMenu("&File"))
        self._fill_edit(bar.addMenu("&Edit"))
        self._fill_view(bar.addMenu("&View"), preferences)
        self._fill_train(bar.addMenu("&Train"))
        self._fill_explore(bar.addMenu("E&xplore"))
        self._fill_help(bar.addMenu("&Help"))

    @property
    def commands(self) -> tuple[Command, ...]:
        """All that the menus can do, by names that need no menu around them."""
        return (*(Command(action.text(), action) for action in self.actions.all), *self._more)

    def add_panel(self, dock: QDockWidget) -> None:
        """List a panel among those that can be shown and hidden; its command brings it to the front."""
        self.panels.addAction(dock.toggleViewAction())
        bring = QAction(dock.windowTitle(), self)
        bring.setToolTip(f"Bring the panel {dock.windowTitle()} to the front")
        bring.triggered.connect(dock.show)
        bring.triggered.connect(dock.raise_)
        self._more.append(Command(f"Panel: {dock.windowTitle()}", bring))

    # --- the menus -----------------------------------------------------------------------------

    def _fill_file(self, menu: QMenu) -> None:
        window, add = self._window, self.actions.add
        add(menu, ActionSpec("start_page", "Start page", "Data, shipped models and recent runs to begin with.", "home",
                             "Ctrl+Home"), window.show_start_page)  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("open_folder", "Open folder of pictures…", "Train on your own pictures; sub-folders are "
                             "classes.", "folder", "Ctrl+O"), window.dialogs.ask_folder)  # fmt: skip
        add(menu, ActionSpec("open_array", "Open array file…", "Train on images in a NumPy file (.npy, .npz).",
                             "images"), window.dialogs.ask_array)  # fmt: skip
        add(menu, ActionSpec("data_root", "Folder of data sets…", "Where MNIST and the other known sets lie, or are "
                             "downloaded to."), window.dialogs.ask_data_root)  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("open_run", "Open run…", "Put an earlier run's model and map on screen.", "layers",
                             "Ctrl+Shift+O"), window.dialogs.ask_run)  # fmt: skip
        self._recent = menu.addMenu("Recent runs")
        self._recent.aboutToShow.connect(self._on_recent_about_to_show)
        self._shipped = menu.addMenu("Shipped models")
        self._shipped.aboutToShow.connect(self._on_shipped_about_to_show)
        menu.addSeparator()
        add(menu, ActionSpec("save_image", "Save decoded image…", "Write the decoded image as a PNG file.", "save",
                             _Keys.Save), window.panels.decoded.save_image)  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("quit", "Quit", "Close the window; a training under way is saved first.", "",
                             _Keys.Quit), window.close)  # fmt: skip

    def _fill_edit(self, menu: QMenu) -> None:
        window, add = self._window, self.actions.add
        stack = window.session.undo_stack
        adopt = self.actions.adopt
        adopt(menu, ActionSpec("undo", "Undo", "Take back the last move of the cursor or change of the pins.", "undo",
                               _Keys.Undo), stack.createUndoAction(window, "Undo"))  # fmt: skip
        adopt(menu, ActionSpec("redo", "Redo", "Do again what was taken back.", "redo",
                               _Keys.Redo), stack.createRedoAction(window, "Redo"))  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("copy_image", "Copy decoded image", "Put the decoded image on the clipboard.", "copy",
                             "Ctrl+Shift+C"), window.panels.decoded.copy_image)  # fmt: skip
        add(menu, ActionSpec("clear_pins", "Clear pins", "Remove every pin from the map.", "trash"),
            window.session.clear_pins)  # fmt: skip
        add(menu, ActionSpec("clear_selection", "Clear selection", "Select no image and no set.", "close"),
            window.exploring.clear_selection)  # fmt: skip

    def _fill_view(self, menu: QMenu, preferences: Preferences) -> None:
        window, add = self._window, self.actions.add
        self.panels = menu.addMenu("Panels")
        add(menu, ActionSpec("reset_layout", "Restore panels", "Put every panel back where it was at first."),
            window.reset_layout)  # fmt: skip
        menu.addSeparator()
        self._choices(menu.addMenu("Theme"), "theme", preferences.theme, self._on_theme_triggered,
                      (("system", "Like the system"), ("light", "Light"), ("dark", "Dark")))  # fmt: skip
        self._choices(menu.addMenu("Map shows"), "scope", preferences.map_scope, self._on_scope_triggered,
                      (("auto", "All images of small sets"), ("validation", "Validation images"),
                       ("all", "All images")))  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("full_screen", "Full screen", "Give the window the whole screen, and back.", "",
                             _Keys.FullScreen), window.toggle_full_screen)  # fmt: skip

    def _fill_train(self, menu: QMenu) -> None:
        window, add = self._window, self.actions.add
        add(menu, ActionSpec("train", "Train new model", "Train a new model with the settings on the left.", "play",
                             "Ctrl+T"), window.training.train)  # fmt: skip
        add(menu, ActionSpec("continue", "Continue this run", "Train the run on screen on from where it stopped.",
                             "resume"), window.training.continue_run)  # fmt: skip
        add(menu, ActionSpec("pause", "Pause or resume", "Hold the training; the model stays explorable.", "pause",
                             "Ctrl+P"), window.training.toggle_pause)  # fmt: skip
        add(menu, ActionSpec("stop", "Stop", "End the training; weights and state are saved.", "stop", "Ctrl+."),
            window.workspace.stop_training)  # fmt: skip

    def _fill_explore(self, menu: QMenu) -> None:
        window, add = self._window, self.actions.add
        add(menu, ActionSpec("pin_here", "Pin the cursor", "Mark the place under the crosshair (P on the map).", "pin",
                             "Ctrl+Shift+P"), window.exploring.pin_cursor)  # fmt: skip
        add(menu, ActionSpec("random_place", "Random place", "Jump to a latent drawn from the prior.",
                             "shuffle", "Ctrl+R"), window.exploring.jump_to_random)  # fmt: skip
        add(menu, ActionSpec("origin", "Centre of the prior", "Jump to z = 0, the most probable latent of the prior.",
                             "contours"), window.exploring.jump_to_origin)  # fmt: skip
        menu.addSeparator()
        add(menu, ActionSpec("commands", "All commands…", "Every command, by typing a part of its name.", "search",
                             "Ctrl+K"), window.show_commands)  # fmt: skip

    def _fill_help(self, menu: QMenu) -> None:
        window, add = self._window, self.actions.add
        add(menu, ActionSpec("whats_this", "What's This?", "Click any control to read the idea behind it.", "help",
                             _Keys.WhatsThis), window.enter_whats_this)  # fmt: skip
        add(menu, ActionSpec("shortcuts", "Keyboard and mouse…", "Every shortcut, and what the mouse does on the map.",
                             "keyboard", "F1"), window.show_shortcuts)  # fmt: skip
        add(
            menu,
            ActionSpec("about", "About vae-explorer", "Version and libraries.", "info"),
            window.show_about,
        )

    def _choices(
        self, menu: QMenu, name: str, chosen: str, slot: object, choices: tuple[tuple[str, str], ...]
    ) -> None:
        group = QActionGroup(self)
        for value, text in choices:
            action = menu.addAction(text)
            action.setObjectName(f"action_{name}_{value}")
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.setData(value)
            group.addAction(action)
            self._more.append(Command(f"{menu.title()}: {text}", action))
        group.triggered.connect(slot)

    @Slot(QAction)
    def _on_theme_triggered(self, action: QAction) -> None:
        self.theme_chosen.emit(action.data())

    @Slot(QAction)
    def _on_scope_triggered(self, action: QAction) -> None:
        self.scope_chosen.emit(action.data())

    @Slot()
    def _on_recent_about_to_show(self) -> None:
        cards = recent_runs(RECENT_RUNS)
        self._recent.clear()
        for card in cards:
            action = self._recent.addAction(f"{card.title}    {card.created:%d %b %Y, %H:%M}")
            action.setData(card.path)
            action.setToolTip(str(card.path))
            action.triggered.connect(self._on_run_triggered)
        if not cards:
            self._recent.addAction("No runs yet: train a model first").setEnabled(False)

    @Slot()
    def _on_shipped_about_to_show(self) -> None:
        self._shipped.clear()
        for card in shipped_models():
            action = self._shipped.addAction(card.title)
            action.setData(card.path)
            action.triggered.connect(self._on_run_triggered)

    @Slot()
    def _on_run_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.run_chosen.emit(Path(sender.data()))
