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
from vae_explorer.vae.recon_label import Measure, ReconLabel, bits_per_dimension, recon_label

if TYPE_CHECKING:
    from vae_explorer.runs.history import Losses
    from vae_explorer.vae.config import ModelConfig

__all__ = ["as_epochs", "as_json", "evaluate", "label_as_json", "losses_table"]

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
    label = recon_label(snapshot.model, images.has_binary_pixels)
    console.emit(
        {
            "run": str(folder.path),
            "step": snapshot.step,
            "epochs": as_epochs(snapshot.epoch),
            "data": images.name,
            "fitted": loaded.fitted and loaded.fitted.as_json(),
            **label_as_json(label, snapshot.model),
            **{
                name: as_json(found.get(name), label, images.image_shape)
                for name in ("train", "validation", "test")
            },
        }
    )
    if not console.machine:
        losses_table(console, found, label, images.image_shape)


def as_json(
    losses: Losses | None, label: ReconLabel | None = None, image_shape: tuple[int, int, int] | None = None
) -> dict[str, float] | None:
    """recon, kl, elbo and what else was measured of a split, or None if it has no images; of probabilities also bits
    per dimension."""
    if losses is None:
        return None
    found = {"recon": losses.recon, "kl": losses.kl, "elbo": losses.elbo}
    if label is not None and image_shape is not None and label.measure is Measure.PROBABILITY:
        found["bits_per_dim"] = bits_per_dimension(-losses.elbo, image_shape)
    if losses.accuracy is not None:
        found["accuracy"] = losses.accuracy
    return found | losses.extra


def label_as_json(label: ReconLabel, model: ModelConfig) -> dict[str, object]:
    """What the figures are: probability, density or cross-entropy, and of which pixels."""
    return {"measure": label.measure.value, "binarisation": model.binarisation, "note": label.caption}


def as_epochs(epoch: float) -> float | int:
    """Whole numbers as integers."""
    return int(epoch) if float(epoch).is_integer() else epoch


def losses_table(
    console: Console, found: Mapping[str, Losses | None], label: ReconLabel, image_shape: tuple[int, int, int]
) -> None:
    """One row a split, in nats an image, with what the figures are under it."""
    measured = {name: losses for name, losses in found.items() if losses is not None}
    titles = {"nats an image": False, label.named("recon"): True, "KL": True, label.named("−ELBO"): True}
    if label.in_bits:
        titles["bits/dim"] = True
    classifies = any(losses.accuracy is not None for losses in measured.values())
    if classifies:
        titles["accuracy"] = True
    rows = []
    for name, losses in measured.items():
        row = [name, f"{losses.recon:,.2f}", f"{losses.kl:,.2f}", f"{-losses.elbo:,.2f}"]
        if label.in_bits:
            row.append(f"{bits_per_dimension(-losses.elbo, image_shape):.3f}")
        if classifies:
            row.append("" if losses.accuracy is None else f"{losses.accuracy:.2%}")
        rows.append(tuple(row))
    console.table(titles, rows)
    if label.caption:
        print(label.caption)
