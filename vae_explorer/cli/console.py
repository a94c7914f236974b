"""``Console``: progress and words for a person on stderr, results on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

__all__ = ["Console", "Progress", "closing_events"]

T = TypeVar("T")


@contextmanager
def closing_events(events: Iterator[T]) -> Iterator[Iterator[T]]:
    """`events`, a generator, closed when the block ends: what it holds is saved and released."""
    try:
        yield events
    finally:
        close = getattr(events, "close", None)
        if close is not None:
            close()


class Progress:
    """One bar that changes its subject; shows nothing where nobody looks."""

    def __init__(self, bar: RichProgress | None) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def show(self, doing: str, done: float, total: float, detail: str = "") -> None:
        """Move the bar to `done` of `total`."""
        if self._bar is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(doing, total=total, detail=detail)
        self._bar.update(self._task, description=doing, completed=done, total=total, detail=detail)


class Console:
    """Where a command speaks.

    Parameters
    ----------
    machine
        Print results as JSON, one object a line, and stay silent on stderr.
    """

    def __init__(self, machine: bool) -> None:
        self.machine = machine

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar on stderr while the block runs; it goes when the block ends."""
        if self.machine or not sys.stderr.isatty():
            yield Progress(None)
            return
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=RichConsole(stderr=True),
            transient=True,
        )
        with bar:
            yield Progress(bar)

    def say(self, text: str) -> None:
        """A line for a person, on stderr."""
        if not self.machine:
            print(text, file=sys.stderr, flush=True)

    def emit(self, line: Mapping[str, Any]) -> None:
        """A JSON object on its own line of stdout, if machines listen."""
        if self.machine:
            print(json.dumps(line, allow_nan=False), flush=True)

    def result(self, values: Mapping[str, Any], text: str) -> None:
        """What the command was asked for: `values` for machines, `text` for a person; on stdout."""
        if self.machine:
            self.emit(values)
        else:
            print(text, flush=True)

    def table(self, columns: Mapping[str, bool], rows: Sequence[tuple[str, ...]]) -> None:
        """A table on stdout; `columns` maps titles to whether they hold numbers."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console as RichConsole
        from rich.table import Table

        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for title, is_number in columns.items():
            table.add_column(title, justify="right" if is_number else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        RichConsole(highlight=False, markup=False).print(table)
