"""The docks of the main window: made, arranged, remembered and put back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QTabBar, QWidget

from vae_explorer.locations import settings_folder

__all__ = ["BOTTOM_HEIGHT_PX", "LEFT_WIDTH_PX", "RIGHT_WIDTH_PX", "DockPlace", "WindowLayout"]

LEFT_WIDTH_PX, RIGHT_WIDTH_PX, BOTTOM_HEIGHT_PX = 272, 336, 213
DECODED_HEIGHT_PX = 490  # the picture as wide as the rail, and the lines under it
TOUCH_PX = 3  # between a tab bar and the dock below it
_VERSION = 6  # of the arrangement: a stored one of another version is not used

_Area = Qt.DockWidgetArea


@dataclass(frozen=True)
class DockPlace:
    """Where a dock stands in the default arrangement."""

    name: str  # object name, also the key of the stored layout
    title: str
    area: Qt.DockWidgetArea
    with_tab_of: str = ""  # shares a tab bar with this dock
    below: str = ""  # stands under this dock
    shown: bool = True


class WindowLayout(QObject):
    """Owns the docks of one main window.

    A dock that shares a tab bar shows no title of its own: the tab has it. Dragging the tab takes it out.

    Signals
    -------
    tabs_entered
        ``frozenset[str]``, titles of the docks whose tab bar the mouse has come to.
    """

    tabs_entered = Signal(object)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._default: QByteArray | None = None
        self._titles = QTimer(self)
        self._titles.setSingleShot(True)
        self._titles.timeout.connect(self._on_titles_timeout)
        self._places: list[DockPlace] = []
        self._docks: dict[str, QDockWidget] = {}
        window.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks
        )
        window.setCorner(Qt.Corner.BottomLeftCorner, _Area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, _Area.RightDockWidgetArea)
        window.setTabPosition(_Area.AllDockWidgetAreas, window.tabPosition(_Area.TopDockWidgetArea).North)
        window.setDocumentMode(True)

    @property
    def docks(self) -> tuple[QDockWidget, ...]:
        return tuple(self._docks.values())

    def dock(self, name: str) -> QDockWidget:
        return self._docks[name]

    def add(self, place: DockPlace, widget: QWidget) -> QDockWidget:
        """Make the dock of `widget`; `arrange` or `restore` puts it in its place."""
        dock = QDockWidget(place.title, self._window)
        dock.setObjectName(place.name)
        dock.setWidget(widget)
        widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        for changed in (dock.dockLocationChanged, dock.topLevelChanged, dock.visibilityChanged):
            changed.connect(self._on_dock_changed)
        self._places.append(place)
        self._docks[place.name] = dock
        return dock

    def arrange(self) -> None:
        """The default arrangement, once all docks are added; `reset` comes back to it."""
        for place in self._places:
            if not place.with_tab_of:
                if place.below:
                    self._window.splitDockWidget(
                        self._docks[place.below], self._docks[place.name], Qt.Orientation.Vertical
                    )
                else:
                    self._window.addDockWidget(place.area, self._docks[place.name])
        for place in self._places:
            if place.with_tab_of:
                # Not added to the area first: Qt would leave the tab bar of that place behind.
                self._window.tabifyDockWidget(self._docks[place.with_tab_of], self._docks[place.name])
        for place in self._places:
            self._docks[place.name].setVisible(place.shown)
        firsts = {place.with_tab_of for place in self._places if place.with_tab_of}
        for name in firsts:
            self._docks[name].raise_()
        self.fit()
        self._default = self._window.saveState(_VERSION)

    def reset(self) -> None:
        """Put every dock back where `arrange` had it.

        By its stored state: adding docks a second time leaves empty areas behind.
        """
        if self._default is not None:
            self._window.restoreState(self._default, _VERSION)
            self.fit()

    def restore(self) -> bool:
        """The arrangement of the last launch; False if there is none."""
        settings = _settings()
        geometry, state = settings.value("geometry"), settings.value("state")
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return False
        self._titles.start(0)
        return self._window.restoreGeometry(geometry) and self._window.restoreState(state, _VERSION)

    def save(self) -> None:
        settings = _settings()
        settings.setValue("geometry", self._window.saveGeometry())
        settings.setValue("state", self._window.saveState(_VERSION))
        settings.sync()

    @Slot()
    def _on_dock_changed(self) -> None:
        self._titles.start(0)  # once, after Qt has moved everything that moves together

    @Slot()
    def _on_titles_timeout(self) -> None:
        for dock in self._docks.values():
            tabbed = bool(self._window.tabifiedDockWidgets(dock)) and not dock.isFloating()
            bar = dock.titleBarWidget()
            if tabbed and bar is None:
                empty = QWidget(dock)
                empty.setFixedHeight(0)
                dock.setTitleBarWidget(empty)
            elif not tabbed and bar is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # None brings the usual title back
                bar.deleteLater()

        self._hide_stale_tab_bars()

    def _hide_stale_tab_bars(self) -> None:
        """Qt may leave tab bars of an earlier arrangement on show.

        The living one touches the dock in front and has its tab chosen; of two alike it is the newer.
        """
        by_title = {dock.windowTitle(): dock for dock in self._docks.values()}
        bars = [bar for bar in self._window.findChildren(QTabBar) if bar.parent() is self._window]
        for bar in bars:
            bar.installEventFilter(self)  # a second time moves it to the front, no more
        living: dict[str, QTabBar] = {}
        for bar in bars:
            title = bar.tabText(bar.currentIndex())
            dock = by_title.get(title)
            if dock is None or bar.count() < 2 or dock.visibleRegion().isEmpty() or dock.isFloating():
                continue
            place = bar.geometry()
            if abs(place.bottom() + 1 - dock.y()) <= TOUCH_PX and abs(place.x() - dock.x()) <= TOUCH_PX:
                living[title] = bar
        if living:  # else nothing is laid out yet
            for bar in bars:
                bar.setVisible(bar in living.values())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Enter and isinstance(watched, QTabBar):
            self.tabs_entered.emit(frozenset(watched.tabText(k) for k in range(watched.count())))
        return False

    def make_room(self, name: str, share: float) -> None:
        """Raise a low dock to `share` of the window's height; one that has as much, or floats, stays as it is."""
        dock, wanted = self._docks[name], round(share * self._window.height())
        if dock.isVisible() and not dock.isFloating() and dock.height() < wanted:
            self._window.resizeDocks([dock], [wanted], Qt.Orientation.Vertical)

    def fit(self) -> None:
        """Give every rail and shelf its usual size within the window's."""
        self._titles.start(0)
        by_area: dict[Qt.DockWidgetArea, QDockWidget] = {}
        for place in self._places:
            by_area.setdefault(place.area, self._docks[place.name])
        for area, size, orientation in (
            (_Area.LeftDockWidgetArea, LEFT_WIDTH_PX, Qt.Orientation.Horizontal),
            (_Area.RightDockWidgetArea, RIGHT_WIDTH_PX, Qt.Orientation.Horizontal),
            (_Area.BottomDockWidgetArea, BOTTOM_HEIGHT_PX, Qt.Orientation.Vertical),
        ):
            if area in by_area:
                self._window.resizeDocks([by_area[area]], [size], orientation)
        stacked = [p for p in self._places if p.below]
        if stacked:
            above, below = self._docks[stacked[0].below], self._docks[stacked[0].name]
            self._window.resizeDocks(
                [above, below],
                [DECODED_HEIGHT_PX, max(1, self._window.height() - DECODED_HEIGHT_PX)],
                Qt.Orientation.Vertical,
            )


def _settings() -> QSettings:
    return QSettings(str(settings_folder() / "window.ini"), QSettings.Format.IniFormat)
