"""``Row``: one measured figure beside its reference, and the table that people read."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["Row", "paired", "percentile", "table"]

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes
    ----------
    name, case
        The benchmark, and which of its cases: ``map-points``, ``1,000,000 · pan``.
    value, unit
        Ours: the median of `samples` unless `statistic` says otherwise.
    reference
        The reference's median in the same run and unit; None where there is none.
    ratio
        How many times better than the reference: the median of the rounds' own ratios.
    must_ratio, aim_ratio
        What `ratio` must and should reach; None: nothing asked.
    must, aim
        What `value` must and should reach; `better` says on which side.
    note
        What a reader must know: settings chosen, what the reference is.
    """

    name: str
    case: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    must_ratio: float | None = None
    aim_ratio: float | None = None
    must: float | None = None
    aim: float | None = None
    better: Better = "higher"
    statistic: str = "median"
    samples: tuple[float, ...] = ()
    reference_samples: tuple[float, ...] = ()
    note: str = ""
    extra: dict[str, Any] = field(default_factory=dict)  # Any: whatever JSON holds

    @property
    def verdict(self) -> str:
        """``aim``, ``ok`` or ``below``; empty where nothing was asked."""
        if not any(limit is not None for limit in (self.must, self.must_ratio)):
            return ""
        if not self._reaches(self.must, self.must_ratio):
            return "below"
        asked = self.aim is not None or self.aim_ratio is not None
        return "aim" if asked and self._reaches(self.aim, self.aim_ratio) else "ok"

    def as_json(self) -> dict[str, Any]:
        """Plain values, the verdict among them."""
        return {**asdict(self), "verdict": self.verdict}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Row:
        """The row that `as_json` wrote."""
        known = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        for key in ("samples", "reference_samples"):
            known[key] = tuple(known.get(key, ()))
        return cls(**known)

    def _reaches(self, limit: float | None, ratio: float | None) -> bool:
        if ratio is not None and (self.ratio is None or self.ratio < ratio):
            return False
        if limit is None:
            return True
        return self.value >= limit if self.better == "higher" else self.value <= limit


def paired(
    name: str,
    case: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    unit: str,
    *,
    better: Better,
    **more: Any,  # Any: further fields of Row
) -> Row:
    """A row of two alternated series: medians, and the median of the ratios of each round."""
    if better == "higher":
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    else:
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return Row(
        name,
        case,
        statistics.median(ours),
        unit,
        reference=statistics.median(theirs),
        ratio=statistics.median(ratios),
        better=better,
        samples=tuple(ours),
        reference_samples=tuple(theirs),
        **more,
    )


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that at least `share` (0–1) of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def table(rows: Sequence[Row], *, dates: Sequence[str] = ()) -> str:
    """Rows as a Markdown table, which a terminal can read too."""
    head = ["benchmark", "case", "measured", "reference", "ratio", "must", "aim", ""]
    lines = [[*_cells(row)] for row in rows]
    if dates:
        head.append("date")
        lines = [[*line, date] for line, date in zip(lines, dates, strict=True)]
    widths = [max(len(line[k]) for line in [head, *lines]) for k in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in [head, rule, *lines]
    )


def _cells(row: Row) -> list[str]:
    statistic = "" if row.statistic == "median" else f"{row.statistic} "
    return [
        row.name,
        row.case,
        f"{statistic}{_number(row.value)} {row.unit}",
        "" if row.reference is None else f"{_number(row.reference)} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.2f}×",
        _limits(row.must, row.must_ratio, row),
        _limits(row.aim, row.aim_ratio, row),
        row.verdict,
    ]


def _limits(limit: float | None, ratio: float | None, row: Row) -> str:
    sign = "≥" if row.better == "higher" else "≤"
    parts = [f"{sign} {_number(limit)} {row.unit}"] if limit is not None else []
    parts += [f"≥ {ratio:g}×"] if ratio is not None else []
    return ", ".join(parts)


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"
