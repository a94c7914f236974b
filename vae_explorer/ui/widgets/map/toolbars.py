"""The map's own bars: tools, layers with their looks, zoom."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from vae_explorer.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from vae_explorer.ui.widgets.map.cards import FloatingCard, card_button
from vae_explorer.ui.widgets.map.ground import DEFAULT_TAPESTRY_OPACITY
from vae_explorer.ui.widgets.map.layer import Layer
from vae_explorer.ui.widgets.map.map_view import MapView
from vae_explorer.ui.widgets.map.tools import TOOL_INFO, Tool

__all__ = ["LayersCard", "LooksCard", "ToolsCard", "ZoomCard"]

_LAYER_WORDS: dict[Layer, tuple[str, str, str, str]] = {
    Layer.POINTS: (
        "points", "Points", "Show the encoded images as points",
        "Each point is one image, at the mean of its posterior q(z|x). Images that look alike to the encoder lie "
        "close together.",
    ),
    Layer.TAPESTRY: (
        "tapestry", "Tapestry", "Show decoded images under the points",
        "A grid of places, each decoded into its picture: what the model would draw there. Zoom in and the grid "
        "refines.",
    ),
    Layer.DENSITY: (
        "density", "Density", "Show how crowded the map is",
        "A smoothed count of the points: bright where many images are encoded, empty where the decoder has seen "
        "none. Training pulls it towards the shape of the prior.",
    ),
    Layer.PRIOR: (
        "contours", "Prior", "Show the 1σ, 2σ and 3σ contours of the prior",
        "New images are sampled from the prior N(0, I); on this plane it is round, with these circles at one, two "
        "and three standard deviations. Where circles and points disagree, samples look unlike the data.",
    ),
    Layer.AXES: (
        "axes", "Axes", "Show the coordinates of the plane",
        "Lines and numbers in latent units. A unit is one standard deviation of the prior.",
    ),
}  # fmt: skip


class ToolsCard(FloatingCard):
    """Explore, Pin, Lasso, Hand."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self.setAccessibleName("Map tools")
        row = _row(self)
        self._group = QButtonGroup(self)
        self.buttons: dict[Tool, QToolButton] = {}
        for tool, info in TOOL_INFO.items():
            button = card_button(info.icon, info.text, info.tooltip, info.whats_this)
            button.setObjectName(f"mapTool_{tool}")
            button.setChecked(tool is view.tool)
            self._group.addButton(button)
            self.buttons[tool] = button
            row.addWidget(button)
        self._group.buttonClicked.connect(self._on_group_button_clicked)
        view.tool_changed.connect(self._on_view_tool_changed)

    def set_compact(self, compact: bool) -> None:
        """Icons without words, where there is little room."""
        _show_words(self.buttons.values(), not compact)

    @Slot(object)
    def _on_group_button_clicked(self, clicked: QToolButton) -> None:
        self._view.set_tool(next(tool for tool, button in self.buttons.items() if button is clicked))

    @Slot(object)
    def _on_view_tool_changed(self, tool: Tool) -> None:
        self.buttons[tool].setChecked(True)


class LooksCard(FloatingCard):
    """Sliders for how strong the layers are drawn; a small window over the bar."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self.setAccessibleName("Looks of the layers")
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_XS)
        self.tapestry = self._slider(
            grid, 0, "Tapestry", round(100 * DEFAULT_TAPESTRY_OPACITY), 5, 100, "strength, %"
        )
        self.point_size = self._slider(
            grid, 1, "Point size", 100, 40, 250, "against the size that suits the number, %"
        )
        self.point_opacity = self._slider(grid, 2, "Point strength", 100, 10, 100, "opacity, %")
        self.hide()

    def _slider(
        self, grid: QGridLayout, row: int, text: str, value: int, low: int, high: int, unit: str
    ) -> QSlider:
        label, slider, number = QLabel(text), QSlider(Qt.Orientation.Horizontal), QLabel(f"{value} %")
        slider.setRange(low, high)
        slider.setValue(value)
        slider.setMinimumWidth(120)
        slider.setAccessibleName(f"{text}: {unit}")
        slider.setToolTip(f"{text}: {unit}")
        number.setMinimumWidth(number.fontMetrics().horizontalAdvance("250 %"))
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        number.setProperty("role", "muted")
        label.setBuddy(slider)
        slider.valueChanged.connect(self._on_slider_value_changed)
        for column, widget in enumerate((label, slider, number)):
            grid.addWidget(widget, row, column)
        return slider

    @Slot()
    def _on_slider_value_changed(self) -> None:
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        for row, slider in enumerate((self.tapestry, self.point_size, self.point_opacity)):
            item = grid.itemAtPosition(row, 2)
            number = item.widget() if item is not None else None
            if isinstance(number, QLabel):
                number.setText(f"{slider.value()} %")
        self._view.set_tapestry_opacity(self.tapestry.value() / 100)
        self._view.set_point_looks(self.point_size.value() / 100, self.point_opacity.value() / 100)


class LayersCard(FloatingCard):
    """Which layers are shown, and a button for their looks."""

    def __init__(self, view: MapView, looks: LooksCard) -> None:
        super().__init__(view)
        self._view = view
        self._looks = looks
        self.setAccessibleName("Map layers")
        row = _row(self)
        self.buttons: dict[Layer, QToolButton] = {}
        for layer, (sign, text, tooltip, whats_this) in _LAYER_WORDS.items():
            button = card_button(sign, text, tooltip, whats_this)
            button.setObjectName(f"mapLayer_{layer}")
            button.setChecked(layer in view.layers)
            button.toggled.connect(self._on_button_toggled)
            self.buttons[layer] = button
            row.addWidget(button)
        self.looks_button = card_button(
            "sliders", "", "How strong the layers are drawn",
            "Strength of the tapestry, size and opacity of the points. Points shrink by themselves when there are "
            "many, and grow as you zoom in.",
        )  # fmt: skip
        self.looks_button.setObjectName("mapLooks")
        self.looks_button.toggled.connect(looks.setVisible)
        row.addWidget(self.looks_button)
        view.layers_changed.connect(self._on_view_layers_changed)

    def set_compact(self, compact: bool) -> None:
        """Icons without words, where there is little room."""
        _show_words(self.buttons.values(), not compact)

    def set_has_prior(self, has_prior: bool) -> None:
        """Whether the model knows a prior: a plain autoencoder does not."""
        button = self.buttons[Layer.PRIOR]
        if button.isEnabled() != has_prior:
            button.setEnabled(has_prior)
            words = _LAYER_WORDS[Layer.PRIOR][2]
            button.setToolTip(words if has_prior else "A plain autoencoder has no prior")
            button.setChecked(button.isChecked() and has_prior)

    def set_prior_learned(self, learned: bool) -> None:
        """Whether the prior is one of the model's own rather than N(0, I)."""
        words = _LEARNED_PRIOR if learned else _LAYER_WORDS[Layer.PRIOR][3]
        self.buttons[Layer.PRIOR].setWhatsThis(words)

    @Slot()
    def _on_button_toggled(self) -> None:
        for layer, button in self.buttons.items():
            self._view.set_layer(layer, button.isChecked())

    @Slot()
    def _on_view_layers_changed(self) -> None:
        for layer, button in self.buttons.items():
            button.setChecked(layer in self._view.layers)


_LEARNED_PRIOR = (
    "New images are sampled from the prior that this model has learned. The lines lie on this plane where its "
    "density is as far below its highest value as that of a Gaussian at one, two and three standard deviations."
)


class ZoomCard(FloatingCard):
    """Minus, all, plus."""

    def __init__(self, view: MapView) -> None:
        super().__init__(view)
        self._view = view
        self.setAccessibleName("Zoom")
        row = _row(self)
        words = "The wheel zooms at the mouse. A double click on the map shows everything again."
        for sign, name, tooltip, slot in (
            ("minus", "mapZoomOut", "Zoom out (−)", self._on_out_clicked),
            ("fit", "mapFit", "Show everything (0, or double click)", self._on_fit_clicked),
            ("plus", "mapZoomIn", "Zoom in (+)", self._on_in_clicked),
        ):
            button = card_button(sign, "", tooltip, words, checkable=False)
            button.setObjectName(name)
            button.clicked.connect(slot)
            row.addWidget(button)

    @Slot()
    def _on_out_clicked(self) -> None:
        self._view.zoom(1 / 1.5, animated=True)

    @Slot()
    def _on_in_clicked(self) -> None:
        self._view.zoom(1.5, animated=True)

    @Slot()
    def _on_fit_clicked(self) -> None:
        self._view.fit(animated=True)


def _show_words(buttons: Iterable[QToolButton], shown: bool) -> None:
    style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if shown else Qt.ToolButtonStyle.ToolButtonIconOnly
    for button in buttons:
        button.setToolButtonStyle(style)


def _row(card: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(card)
    row.setContentsMargins(SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
    row.setSpacing(2)
    return row
