"""Panels behind other tabs cost nothing until somebody looks at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from vae_explorer.locations import models_folder
from vae_explorer.ui.late_panel import LatePanel
from vae_explorer.ui.main_window import MainWindow
from vae_explorer.ui.panels.seen import is_seen
from vae_explorer.ui.threads.latest_runner import LatestRunner

WAIT_MS = 20_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each channel was asked for something."""
    channels: Counter[str] = Counter()
    request: Callable[..., Any] = LatestRunner.request

    def counted(runner: LatestRunner, channel: str, *rest: Any, **options: Any) -> Any:
        channels[channel] += 1
        return request(runner, channel, *rest, **options)

    monkeypatch.setattr(LatestRunner, "request", counted)
    return channels


@pytest.mark.parametrize(
    ("name", "dock"),
    [("samples", "samplesDock"), ("traversals", "traversalsDock"), ("reconstruction", "reconstructionDock")],
)
def test_that_a_panel_computes_only_while_it_is_seen(
    window: MainWindow, qtbot: QtBot, asked: Counter[str], name: str, dock: str
) -> None:
    found, layout = getattr(window.panels, name), window.panels.layout
    panel = found.panel if isinstance(found, LatePanel) else found
    front = "planeDock" if name == "reconstruction" else "interpolationDock"
    layout.dock(front).raise_()
    qtbot.waitUntil(lambda: not is_seen(panel))
    window.open_run(models_folder() / "digits-2d")
    session = window.session
    qtbot.waitUntil(lambda: session.explorer is not None and session.images is not None, timeout=WAIT_MS)
    qtbot.wait(300)
    channel = panel._channel
    assert panel.isVisible()  # for Qt
    assert asked[channel] == 0
    layout.dock(dock).raise_()
    qtbot.waitUntil(lambda: asked[channel] > 0 and not panel.is_busy, timeout=WAIT_MS)
    assert is_seen(panel)
    assert not panel.is_empty


def test_that_the_plane_panel_catches_up_when_it_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    panel, layout, session = window.panels.plane.panel, window.panels.layout, window.session
    layout.dock("reconstructionDock").raise_()
    qtbot.waitUntil(lambda: not is_seen(panel))
    window.open_run(models_folder() / "mnist-10d")
    qtbot.waitUntil(lambda: session.encodings is not None, timeout=WAIT_MS)
    session.jump_cursor(np.full(10, 0.5))
    assert "nats" not in panel.choice.choices[0].itemText(0)
    layout.dock("planeDock").raise_()
    qtbot.waitUntil(lambda: "nats" in panel.choice.choices[0].itemText(0), timeout=WAIT_MS)
    order = [panel.choice.choices[0].itemData(k) for k in range(10)]
    assert order == session.encodings.dims_by_kl().tolist()
    row = panel.coordinates.rows[0]
    assert row.number.value() == pytest.approx(0.5)
