"""``NotesForLater``: warnings wait until a command has succeeded."""

from __future__ import annotations

import logging
import re
from types import TracebackType

__all__ = ["NotesForLater", "one_line"]


class NotesForLater(logging.Handler):
    """Holds the program's own warnings back, so that an error stays the one sentence on stderr."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.messages: list[str] = []
        self._log = logging.getLogger("vae_explorer")

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(one_line(record.getMessage()))

    def __enter__(self) -> NotesForLater:
        self._log.addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._log.removeHandler(self)


def one_line(text: str) -> str:
    """`text` with each run of blanks and line breaks as one blank."""
    return re.sub(r"\s+", " ", text).strip()
