"""For tests of the window: the theme, and a session whose threads end."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from vae_explorer.ui.session import Session
from vae_explorer.ui.theme import theme_manager

FULL_ROUND = 25  # tests between rounds of the collector that look at everything, which takes 0.1 s
_tests = itertools.count(1)


@pytest.fixture(autouse=True)
def _garbage_waits_for_this_thread(_dark_theme: None) -> Iterator[None]:
    """As in the program: collected on a worker's thread, a widget of an earlier test crashes the process."""
    gc.disable()
    gc.collect(0)
    yield
    gc.collect(2 if next(_tests) % FULL_ROUND == 0 else 1)


@pytest.fixture(autouse=True)
def _dark_theme(qapp: object) -> None:
    # Widgets of earlier tests wait for an event loop to be deleted; until then each would be styled again.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme_manager().set_choice("dark")
    theme_manager().apply()


@pytest.fixture(autouse=True, scope="session")
def _clipboard_is_empty_at_the_end(qapp: object) -> Iterator[None]:
    """Without a display the clipboard is a static object of Qt's: what Python put there outlives Python and crashes it."""
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session of its own; its threads end with the test."""
    session = Session()
    yield session
    session.shut_down()
