"""``vae-explorer evaluate``: the bound of a run over whole splits, or the whole suite of measures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console, closing_events
from vae_explorer.cli.evaluate_suite import SuiteOptions, evaluate_suite
from vae_explorer.cli.inputs import load_for_run, load_snapshot, open_run
from vae_explorer.cli.options import DataRoot, Device, Download, Json, Run, Step, sources_starting_with
from vae_explorer.cli.values import whole_number

if TYPE_CHECKING:
    from vae_explorer.runs.history import Losses

__all__ = ["as_epochs", "as_json", "evaluate", "losses_table"]

SUITE = "Suite of measures"  # panel of the help


def evaluate(
    run: Run,
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="SOURCE",
            help="Other images than the run's own: a set's name, a folder, an .npy or .npz file.",
            autocompletion=sources_starting_with,
        ),
    ] = None,
    data_root: DataRoot = None,
    download: Download = False,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", metavar="N", parser=whole_number, help="Of the noise; default: the run's seed."
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Every measure that applies; the options below ask for it too.",
            rich_help_panel=SUITE,
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="GROUP",
            help="This group of measures, e.g. likelihood; can be repeated. "
            "A name that does not exist lists all.",
            rich_help_panel=SUITE,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            help="train, validation or test. Default: test if there is one, else validation.",
            rich_help_panel=SUITE,
        ),
    ] = None,
    n_images: Annotated[
        int | None,
        typer.Option(
            "--images",
            metavar="N",
            parser=whole_number,
            help="Images, chosen at random, for what is costly; 0: all. Default: 1,000.",
            rich_help_panel=SUITE,
        ),
    ] = None,
    n_samples: Annotated[
        int | None,
        typer.Option(
            "--samples",
            metavar="K",
            parser=whole_number,
            help="Samples of z an image for the importance-sampled likelihood. Default: 500.",
            rich_help_panel=SUITE,
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a line a figure.", rich_help_panel=SUITE),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="Write a page with figures, plots and pictures that needs no other file.",
            rich_help_panel=SUITE,
        ),
    ] = None,
    step: Step = None,
    device: Device = "auto",
    as_json_: Json = False,
) -> None:
    """Measure a run: recon, KL and ELBO over whole splits, or with --full everything there is to measure.

    Figures are nats an image, summed over pixels and latent dimensions, with one sample of z an image. With
    the run's own data and seed they repeat what training printed at its end.

    With --full each figure has its error, data and number of samples: importance-sampled likelihood, mutual
    information and total correlation of the aggregate posterior, active units, and more.

    \b
    vae-explorer evaluate blooms-2d
    vae-explorer evaluate RUN --json
    vae-explorer evaluate RUN --full --html report.html
    vae-explorer evaluate RUN --only likelihood --samples 5000 --images 1000
    vae-explorer evaluate mnist-10d --data-root ~/datasets --device cpu
    """
    from vae_explorer.evaluation.elbo import iterate_evaluation
    from vae_explorer.training.devices import configure_threads, resolve_device
    from vae_explorer.training.randomness import generator_for

    console = Console(as_json_)
    groups = tuple(word for each in only or () for word in each.replace(",", " ").split())
    asked = SuiteOptions(split, n_images, n_samples, groups, csv, html)
    asked.check()
    folder = open_run(run)
    snapshot = load_snapshot(folder, step)
    chosen_device = resolve_device(device)
    configure_threads(leave_one_free=False)
    loaded = load_for_run(folder, snapshot, console, data, data_root, download=download)
    images = loaded.images
    if images.fingerprint != folder.info.data.fingerprint:
        console.say(f"Note: {images.name} as loaded differs from the images that this run was trained on.")
    noise_seed = folder.info.config.seed if seed is None else seed
    if full or asked.is_asked:
        evaluate_suite(console, folder, snapshot, images, asked, seed=noise_seed, device=str(chosen_device))
        return
    found: dict[str, Losses] = {}
    steps = iterate_evaluation(
        snapshot,
        images,
        noise=lambda split, place: generator_for(noise_seed, "final", int(split), place),
        device=chosen_device,
    )
    with console.progress() as progress, closing_events(steps) as events:
        for each in events:
            progress.show("Evaluating", each.done, each.total, each.split.name.lower())
            if each.is_last:
                found[each.split.name.lower()] = each.losses
    console.emit(
        {
            "run": str(folder.path),
            "step": snapshot.step,
            "epochs": as_epochs(snapshot.epoch),
            "data": images.name,
            "fitted": loaded.fitted and loaded.fitted.as_json(),
            **{name: as_json(found.get(name)) for name in ("train", "validation", "test")},
        }
    )
    if not console.machine:
        losses_table(console, found)


def as_json(losses: Losses | None) -> dict[str, float] | None:
    """recon, kl and elbo of a split, or None if it has no images."""
    return None if losses is None else {"recon": losses.recon, "kl": losses.kl, "elbo": losses.elbo}


def as_epochs(epoch: float) -> float | int:
    """Whole numbers as integers."""
    return int(epoch) if float(epoch).is_integer() else epoch


def losses_table(console: Console, found: Mapping[str, Losses | None]) -> None:
    """One row a split, in nats an image."""
    rows = [
        (name, f"{losses.recon:,.2f}", f"{losses.kl:,.2f}", f"{-losses.elbo:,.2f}")
        for name, losses in found.items()
        if losses is not None
    ]
    console.table({"nats an image": False, "recon": True, "KL": True, "−ELBO": True}, rows)
