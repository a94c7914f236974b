"""``python -m benchmarks [NAME …]``: run all benchmarks, or those named, and print a table."""

from __future__ import annotations

import compileall
import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.machine import describe_machine
from benchmarks.results import FOLDER, record
from benchmarks.rows import Row, table

# Name → module with `run(quick: bool) -> list[Row]`, or one whose `run` also takes the name.
BENCHMARKS: dict[str, str] = {
    "train-mlp": "train_mlp",
    "train-mlp-busy": "train_mlp",
    "train-limit": "train_mlp",
    "train-conv": "train_conv",
    "time-to-quality": "time_to_quality",
    "train-cache": "train_cache",
    "train-gui": "window_training",
    "gui-stall": "window_training",
    "decode-latency": "decode_latency",
    "map-points": "map_frames",
    "map-update": "map_frames",
    "tapestry": "tapestry",
    "start": "start",
    "folder": "folder",
    "memory": "memory",
    "scaling": "scaling",
    "gpu": "gpu",
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which to run; all if none is named.")] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Write rows and machine here; '-' prints them.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Shorter series: a first look, not a figure.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--record", help="Put the figures into benchmarks/RESULTS.md.")
    ] = False,
    show: Annotated[bool, typer.Option("--list", help="List the names and end.")] = False,
) -> None:
    """Measure the fast paths, each beside a reference that takes turns with it."""
    if show:
        print("\n".join(BENCHMARKS))
        return
    unknown = [name for name in names or () if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; choose from {', '.join(BENCHMARKS)}.", file=sys.stderr)
        raise typer.Exit(2)
    _compile()
    machine = describe_machine()
    os.environ["VAE_EXPLORER_BENCHMARK_OUTPUT"] = str(
        FOLDER if keep and not quick else Path.cwd()
    )  # pictures
    rows: list[Row] = []
    failed: list[str] = []
    for name in names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found = run_apart(name, quick=quick)
        if found is None:
            failed.append(name)
        else:
            rows += found
    if str(json_path) == "-":
        print(json.dumps(_as_json(machine, rows), indent=1))
    else:
        print(table(rows))
        for row in rows:
            if row.note:
                print(f"- {row.name}, {row.case}: {row.note}")
        if json_path is not None:
            json_path.write_text(json.dumps(_as_json(machine, rows), indent=1), "utf-8")
    if keep and not quick:
        record(machine, rows)
    if failed:
        print(f"These ended with an error: {', '.join(failed)}.", file=sys.stderr)
        raise typer.Exit(1)


def _compile() -> None:
    """Compile the program and the benchmarks, as pip does when it installs: a person's process never parses sources.

    Where a developer's environment keeps Python from storing what it has compiled, each worker would.
    """
    root = Path(__file__).resolve().parents[1]
    for package in ("vae_explorer", "benchmarks"):
        compileall.compile_dir(root / package, quiet=2)


def run_apart(name: str, *, quick: bool) -> list[Row] | None:
    """Rows of one benchmark, run in a process of its own; None if it failed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.json")
        command = [sys.executable, "-m", "benchmarks.alone", name, str(path), *(["--quick"] if quick else [])]
        if subprocess.run(command, check=False).returncode != 0 or not path.exists():
            return None
        return [Row.from_json(values) for values in json.loads(path.read_text("utf-8"))]


def run_here(name: str, *, quick: bool) -> list[Row]:
    """Rows of one benchmark, run in this process."""
    module = importlib.import_module(f"benchmarks.{BENCHMARKS[name]}")
    rows: list[Row] = module.run(name, quick=quick)
    return rows


def _as_json(machine: dict[str, str], rows: list[Row]) -> dict[str, Any]:
    return {"machine": machine, "rows": [row.as_json() for row in rows]}


if __name__ == "__main__":
    typer.run(main)
