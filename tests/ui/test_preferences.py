"""Preferences survive a launch; a damaged file costs only the preferences."""

from __future__ import annotations

from pathlib import Path

import pytest

from vae_explorer.ui.preferences import Preferences, load_preferences, save_preferences


@pytest.mark.usefixtures("home")
def test_that_preferences_come_back() -> None:
    save_preferences(Preferences(theme="light", map_scope="all", data_root=Path("data")))
    assert load_preferences() == Preferences(theme="light", map_scope="all", data_root=Path("data"))


@pytest.mark.parametrize("content", [b"", b"{", b'{"theme": "mauve"}', b"\xff\xfe", b"[1]"])
def test_that_a_damaged_file_gives_defaults(home: Path, content: bytes) -> None:
    path = home / "settings" / "preferences.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert load_preferences() == Preferences()


def test_that_a_key_of_a_newer_version_is_passed_over(home: Path) -> None:
    path = home / "settings" / "preferences.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"theme": "dark", "hologram": true}', encoding="utf-8")
    assert load_preferences().theme == "dark"


def test_that_a_folder_that_cannot_be_written_is_not_fatal(home: Path) -> None:
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text("a file where the folder should be", encoding="utf-8")
    save_preferences(Preferences())
    assert home.is_file()
