"""``vae-explorer sweep``: a run's settings trained with several β, as a rate–distortion curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console, Progress, closing_events
from vae_explorer.cli.evaluate_suite import SPLITS
from vae_explorer.cli.inputs import load_for_run, load_snapshot, open_run, own_spec, with_root
from vae_explorer.cli.interruption import Interruption
from vae_explorer.cli.options import DataRoot, Device, Download, Json, Run
from vae_explorer.cli.values import whole_number
from vae_explorer.errors import ConfigError

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.sweep_file import Sweep, SweepPoint
    from vae_explorer.training.sweep import SweepEvent

__all__ = ["sweep"]


def sweep(
    run: Run,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FOLDER", help="Where the runs and the curve lie; goes on where it stopped."
        ),
    ],
    betas: Annotated[
        str | None,
        typer.Option("--betas", metavar="B,B…", help="Weights of KL. Default: 0.1,0.25,0.5,1,2,4,8."),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", metavar="N", parser=whole_number, help="Of each run. Default: as RUN."),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            help="Where rate and distortion are measured: train, validation or "
            "test. Default: test if there is one, else validation.",
        ),
    ] = None,
    data_root: DataRoot = None,
    download: Download = False,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Train the settings of RUN with several β and plot distortion over rate.

    Every run lies in its own folder in --out, with "sweep.json", "rate-distortion.csv" and "rate-distortion.html"
    beside them. The same command goes on where it was stopped: finished runs are kept, RUN itself stays as it is
    and is marked on the curve.

    \b
    vae-explorer sweep RUN --out SWEEP
    vae-explorer sweep RUN --out SWEEP --betas 0.5,1,2,4 --epochs 10
    """
    from vae_explorer.training.devices import configure_threads, resolve_device
    from vae_explorer.training.sweep import BETAS, plan_sweep
    from vae_explorer.training.sweep import sweep as events_of

    if split is not None and split not in SPLITS:
        raise ConfigError(f"--split must be one of {', '.join(SPLITS)}, got '{split}'.")
    if epochs is not None and epochs < 1:
        raise ConfigError(f"--epochs must be at least 1, got {epochs}.")
    console = Console(json)
    base = open_run(run)
    snapshot = load_snapshot(base, None)
    place = str(resolve_device(device))
    configure_threads(leave_one_free=False)
    config = base.info.config.model_copy(
        update={"data": with_root(own_spec(base), data_root), "device": device}
    )
    folder = out.expanduser().absolute()
    wanted = BETAS if betas is None else _numbers(betas)
    planned = plan_sweep(config, wanted, folder, epochs)
    images = load_for_run(base, snapshot, console, None, data_root, download=download).images
    teller = _Teller(console, folder, base, images, split, place)
    teller.begin(wanted, planned[0][1].epochs)
    with (
        Interruption(lambda: console.say("Stopping after this step; Ctrl-C again to stop at once.")) as wish,
        closing_events(events_of(planned, images, base.info.title or base.name)) as events,
        console.progress() as progress,
    ):
        for event in events:
            teller.show(event, progress)
            if wish.requested:
                break
    teller.end(stopped=wish.requested)
    if wish.requested:
        raise typer.Exit(wish.exit_code)


class _Teller:
    """Measures every run that ends, and keeps curve and table up to date."""

    def __init__(
        self,
        console: Console,
        folder: Path,
        base: RunFolder,
        images: ImageSet,
        split: str | None,
        device: str,
    ) -> None:
        from vae_explorer.runs.sweep_file import Sweep, read_sweep

        self._console, self._folder, self._base = console, folder, base
        self._images, self._split, self._device = images, split, device
        self._sweep: Sweep = read_sweep(folder) or Sweep(base=base.name, data=images.name)

    def begin(self, betas: tuple[float, ...], epochs: int) -> None:
        """Measure the run that is swept; the window finds the other words when it opens one of the runs."""
        asked = {"betas": betas, "epochs": epochs, "current": self._measured(self._base)}
        self._sweep = self._sweep.model_copy(update=asked)

    def show(self, event: SweepEvent, progress: Progress) -> None:
        """Report one event."""
        from vae_explorer.training.events import Diverged, Progressed
        from vae_explorer.training.sweep import SweepRunEnded, SweepTraining

        if isinstance(event, SweepTraining):
            inner = event.event
            if isinstance(inner, Progressed):
                bound = inner.losses.recon + inner.losses.kl
                progress.show(
                    f"β = {event.beta:g}, run {event.place + 1}/{event.n_runs}",
                    event.place + inner.fraction,
                    event.n_runs,
                    f"recon + KL {bound:,.2f}",
                )
            elif isinstance(inner, Diverged):
                self._console.say(f"β = {event.beta:g}: {inner.message}")
        elif isinstance(event, SweepRunEnded) and event.is_finished:
            point = self._measured(event.run)
            self._keep(point)
            self._console.emit({"event": "run", "found": event.found, **point.model_dump()})
            found = "  (finished before)" if event.found else ""
            self._console.say(
                f"β = {event.beta:g}: rate {point.rate:,.2f}, distortion {point.distortion:,.2f} nats{found}"
            )

    def end(self, *, stopped: bool) -> None:
        """The last words; for machines the last line."""
        points = [point.model_dump() for point in self._sweep.points]
        self._console.emit({"out": str(self._folder), "stopped": stopped, "points": points})
        if self._console.machine:
            return
        rows = [
            (
                f"{point.beta:g}",
                _with_error(point.rate, point.rate_error),
                _with_error(point.distortion, point.distortion_error),
                _with_error(point.bound, point.bound_error),
            )
            for point in self._sweep.points
        ]
        titles = ("β", "rate", "distortion", "−ELBO")
        self._console.table(dict.fromkeys(titles, True), rows)
        for label in dict.fromkeys(point.label for point in self._sweep.points if point.label):
            print(f"distortion: {label}")
        if rows:
            from vae_explorer.evaluation.rate_distortion import PAGE

            print(self._folder / PAGE)
        if stopped:
            self._console.say("Stopped; the same command goes on from here.")

    def _measured(self, run: RunFolder) -> SweepPoint:
        from vae_explorer.data.image_set import Split
        from vae_explorer.evaluation.rate_distortion import measure_point

        split = None if self._split is None else Split[self._split.upper()]
        seed = run.info.config.seed
        return measure_point(run.load_snapshot(), self._images, split=split, seed=seed, device=self._device)

    def _keep(self, point: SweepPoint) -> None:
        from vae_explorer.evaluation.rate_distortion import save_sweep

        self._sweep = self._sweep.with_point(point)
        save_sweep(self._folder, self._sweep)


def _with_error(value: float, error: float | None) -> str:
    return f"{value:,.2f}" if error is None else f"{value:,.2f} ± {error:.2f}"


def _numbers(text: str) -> tuple[float, ...]:
    from vae_explorer.runs.betas import parse_betas

    try:
        return parse_betas(text)
    except ConfigError as error:
        raise ConfigError(f"--betas: {error}") from None
