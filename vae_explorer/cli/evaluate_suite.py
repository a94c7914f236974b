"""``vae-explorer evaluate --full``: the whole suite of measures, as a table, JSON, CSV and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vae_explorer.cli.console import Console, closing_events
from vae_explorer.cli.interruption import Interruption
from vae_explorer.errors import ConfigError, ExportError

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.evaluation.report.report import Report
    from vae_explorer.evaluation.settings import SuiteSettings
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.snapshot import Snapshot

__all__ = ["SuiteOptions", "evaluate_suite"]

SPLITS = ("train", "validation", "test")
_MARKS = "¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True)
class SuiteOptions:
    """What a person asked of the suite; None and empty: the default."""

    split: str | None
    n_images: int | None  # 0: all
    n_samples: int | None
    only: tuple[str, ...]
    csv: Path | None
    html: Path | None

    @property
    def is_asked(self) -> bool:
        """Whether any option needs the suite."""
        return any(value not in (None, ()) for value in vars(self).values())

    def check(self) -> None:
        """Refuse what would fail after the work is done.

        Raises
        ------
        ConfigError, ExportError
            If a split or group does not exist, or a file cannot be made there.
        """
        if self.split is not None and self.split not in SPLITS:
            raise ConfigError(f"--split must be one of {', '.join(SPLITS)}, got '{self.split}'.")
        for option, path, suffix in (("--csv", self.csv, ".csv"), ("--html", self.html, ".html")):
            if path is None:
                continue
            if path.suffix.lower() != suffix:
                raise ExportError(f"Cannot write '{path}': give {option} a name that ends with {suffix}.")
            if not path.expanduser().absolute().parent.is_dir():
                raise ExportError(f"Cannot write '{path}': its folder does not exist.")

    def settings(self, seed: int, device: str) -> SuiteSettings:
        """For the suite itself.

        Raises
        ------
        ConfigError
            If a number is out of range.
        """
        from vae_explorer.data.image_set import Split
        from vae_explorer.evaluation.settings import SuiteSettings

        default = SuiteSettings()
        n_images = default.n_images if self.n_images is None else self.n_images or None
        return SuiteSettings(
            split=None if self.split is None else Split[self.split.upper()],
            n_images=n_images,
            n_samples=default.n_samples if self.n_samples is None else self.n_samples,
            groups=self.only,
            seed=seed,
            device=device,
        )


def evaluate_suite(
    console: Console,
    run: RunFolder,
    snapshot: Snapshot,
    images: ImageSet,
    options: SuiteOptions,
    *,
    seed: int,
    device: str,
) -> None:
    """Measure, then write what was asked for; Ctrl-C ends after the current step with what was found until then.

    Raises
    ------
    ConfigError
        If the settings fit neither model nor images.
    ExportError
        If a file cannot be written.
    typer.Exit
        With 130 after Ctrl-C.
    """
    from vae_explorer.evaluation.report.report import Report
    from vae_explorer.evaluation.suite import SuiteProgressed, iterate_suite

    report = Report()
    steps = iterate_suite(snapshot, images, options.settings(seed, device))
    with (
        Interruption(lambda: console.say("Stopping after this step; Ctrl-C again to stop at once.")) as wish,
        console.progress() as progress,
        closing_events(steps) as events,
    ):
        for event in events:
            report.add(event)
            if isinstance(event, SuiteProgressed):
                progress.show(event.title, event.fraction, 1.0)
            if wish.requested:
                break
    _write(report, options)
    _tell(console, run, report, options, stopped=wish.requested)
    if wish.requested:
        raise typer.Exit(wish.exit_code)


def _write(report: Report, options: SuiteOptions) -> None:
    from vae_explorer.evaluation.report.html import as_html
    from vae_explorer.evaluation.report.machine import as_csv
    from vae_explorer.latent.pictures import written

    if options.csv is not None:
        text = as_csv(report)
        written(options.csv, lambda target: _fill(target, text))
    if options.html is not None:
        page = as_html(report)
        written(options.html, lambda target: _fill(target, page))


def _fill(target: Path, text: str) -> None:
    target.write_text(text, encoding="utf-8", newline="")


def _tell(console: Console, run: RunFolder, report: Report, options: SuiteOptions, *, stopped: bool) -> None:
    from vae_explorer.evaluation.report.machine import as_json

    files = {
        "csv": None if options.csv is None else str(options.csv),
        "html": None if options.html is None else str(options.html),
    }
    console.emit({"run": str(run.path), "stopped": stopped, **files, **as_json(report)})
    if console.machine:
        return
    conditions = report.conditions
    if conditions is not None:
        print(
            f"{conditions.data}, {conditions.split}: {conditions.n_images:,} of {conditions.n_split:,} images where "
            f"many samples are drawn; seed {conditions.seed}"
        )
        if conditions.classes:
            print(conditions.classes)
    _table(console, report)
    for group in report.groups:
        if group.skipped:
            print(f"{group.title}: {group.skipped}")
    for warned in report.warnings:
        print(f"Warning: {warned.message}")
    for path in (options.csv, options.html):
        if path is not None:
            print(path)
    if stopped:
        console.say("Stopped; the figures are those found until then.")


def _table(console: Console, report: Report) -> None:
    """One row a figure; labels such as "not a likelihood" stand below, by number."""
    labels = list(dict.fromkeys(figure.label for _, figure in report.figures if figure.label))
    rows = []
    for group, figure in report.figures:
        mark = f" {_MARKS[labels.index(figure.label) % len(_MARKS)]}" if figure.label else ""
        samples = "" if figure.n_samples is None else f"{figure.n_samples:,}"
        rows.append((group.name, figure.title + mark, figure.text, f"{figure.n_images:,}", samples))
    console.table({"group": False, "figure": False, "value": True, "images": True, "samples": True}, rows)
    for k, label in enumerate(labels):
        print(f"{_MARKS[k % len(_MARKS)]} {label}")
