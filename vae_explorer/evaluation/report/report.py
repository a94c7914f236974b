"""``Report``: the events of an evaluation, gathered by group."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from vae_explorer.evaluation.conditions import Conditions
from vae_explorer.evaluation.figures import Figure, Finding, Warned
from vae_explorer.evaluation.suite import Found, Skipped, SuiteEvent, SuiteStarted

__all__ = ["Group", "Report"]


@dataclass(eq=False)
class Group:
    """What one measure found, or why it was passed over."""

    name: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    skipped: str = ""

    @property
    def figures(self) -> list[Figure]:
        """Its numbers."""
        return [finding for finding in self.findings if isinstance(finding, Figure)]


@dataclass(eq=False)
class Report:
    """Grows with `add`; whole at any moment, also when an evaluation was stopped."""

    conditions: Conditions | None = None
    groups: list[Group] = field(default_factory=list)
    made: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def add(self, event: SuiteEvent) -> None:
        """Take in one event."""
        if isinstance(event, SuiteStarted):
            self.conditions = event.conditions
        elif isinstance(event, Found):
            self._group(event.group, event.title).findings.append(event.finding)
        elif isinstance(event, Skipped):
            self._group(event.group, event.title).skipped = event.reason

    @property
    def figures(self) -> list[tuple[Group, Figure]]:
        """All numbers with their groups."""
        return [(group, figure) for group in self.groups for figure in group.figures]

    @property
    def warnings(self) -> list[Warned]:
        """All warnings."""
        return [each for group in self.groups for each in group.findings if isinstance(each, Warned)]

    def figure(self, name: str) -> Figure | None:
        """The number of that name, if it was found."""
        return next((figure for _, figure in self.figures if figure.name == name), None)

    def _group(self, name: str, title: str) -> Group:
        for group in self.groups:
            if group.name == name:
                return group
        self.groups.append(Group(name, title))
        return self.groups[-1]
