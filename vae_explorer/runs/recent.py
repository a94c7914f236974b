"""Runs that a person may want again: those in the runs folder, and others opened from elsewhere."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from vae_explorer.errors import RunError
from vae_explorer.locations import runs_folder, settings_folder
from vae_explorer.runs.cards import RunCard, cards_in, cards_of
from vae_explorer.runs.files import read_model, write_atomically

__all__ = ["forget", "recent_runs", "remember"]

_REMEMBERED_MAX = 50  # paths; older ones fall out


class _Remembered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    opened: tuple[Path, ...] = ()  # newest first
    hidden: tuple[Path, ...] = ()  # forgotten, though they lie in the runs folder


def recent_runs(limit: int = 20) -> list[RunCard]:
    """At most `limit` runs: those opened last come first, then the newest of the runs folder.

    Damaged folders, and runs without weights, are left out.
    """
    remembered = _load()
    hidden = set(remembered.hidden)
    cards = cards_of(remembered.opened)
    known = {card.path for card in cards}
    others = [card for card in cards_in(runs_folder()) if card.path not in known | hidden]
    others.sort(key=lambda card: card.created, reverse=True)
    return [*cards, *others][:limit]


def remember(path: Path) -> None:
    """Put the run at `path` first.

    Raises
    ------
    RunError
        If the settings folder cannot be written.
    """
    path = Path(path).absolute()
    kept = _load()
    opened = (path, *(other for other in kept.opened if other != path))[:_REMEMBERED_MAX]
    _save(_Remembered(opened=opened, hidden=tuple(other for other in kept.hidden if other != path)))


def forget(path: Path) -> None:
    """List the run at `path` no longer; the folder itself stays.

    Raises
    ------
    RunError
        If the settings folder cannot be written.
    """
    path = Path(path).absolute()
    kept = _load()
    hidden = tuple(other for other in kept.hidden if other != path)
    if path.parent == runs_folder().absolute():  # elsewhere nothing would list it again
        hidden = (path, *hidden)
    _save(_Remembered(opened=tuple(other for other in kept.opened if other != path), hidden=hidden))


def _file() -> Path:
    return settings_folder() / "recent-runs.json"


def _load() -> _Remembered:
    try:
        return read_model(_file(), _Remembered)
    except RunError:  # none yet, or damaged: a convenience, not worth a question
        return _Remembered()


def _save(remembered: _Remembered) -> None:
    write_atomically(_file(), remembered.model_dump_json(indent=1).encode())
