"""``RESULTS.md`` and ``results.json``: the newest figures of each benchmark on each machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, table

__all__ = ["record"]

FOLDER = Path(__file__).resolve().parent
_HEAD = """# Results

Written by `python -m benchmarks --record`; `results.json` has every sample. *measured* is a median unless it says
otherwise, *ratio* how many times better than the reference that took turns with it in the same run (the median of
the rounds' ratios), *aim*/*ok*/*below* whether the figure reaches its aim, its must, or neither.
"""


def record(machine: dict[str, str], rows: list[Row]) -> None:
    """Replace the figures of the benchmarks in `rows` on this kind of machine; others stay."""
    path = FOLDER / "results.json"
    known: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    key = (machine["processor"], machine["cores"], machine.get("accelerator", ""))
    entry = next((e for e in known if _key(e["machine"]) == key), None)
    if entry is None:
        entry = {"machine": machine, "rows": []}
        known.append(entry)
    names = {row.name for row in rows}
    entry["machine"] = machine
    stamp = {"date": machine["date"], "load": machine.get("load", "")}
    entry["rows"] = [old for old in entry["rows"] if old["name"] not in names]
    entry["rows"] += [{**row.as_json(), **stamp} for row in rows]
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (FOLDER / "RESULTS.md").write_text("\n".join([_HEAD, *map(_section, known)]), "utf-8")


def _key(machine: dict[str, str]) -> tuple[str, str, str]:
    return (machine["processor"], machine["cores"], machine.get("accelerator", ""))


def _section(entry: dict[str, Any]) -> str:
    machine = entry["machine"]
    from benchmarks.__main__ import BENCHMARKS

    order = {name: k for k, name in enumerate(BENCHMARKS)}
    stored = sorted(entry["rows"], key=lambda values: order.get(values["name"], len(order)))
    rows = [Row.from_json(values) for values in stored]
    notes = [f"- **{row.name}**, {row.case}: {row.note}" for row in rows if row.note]
    what = " · ".join(
        machine[key] for key in ("accelerator", "processor", "system", "packages") if machine.get(key)
    )
    title = machine.get("accelerator") or machine["processor"].split(" (")[0]
    return "\n".join(
        [
            f"## {title}, {machine['cores']} cores",
            "",
            what,
            "",
            table(rows, dates=[values.get("date", "") for values in stored]),
            "",
            *notes,
            "",
        ]
    )
