"""``vae-explorer evaluate``: the bound of a run over whole splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console, closing_events
from vae_explorer.cli.inputs import load_for_run, load_snapshot, open_run
from vae_explorer.cli.options import DataRoot, Device, Download, Json, Run, Step, sources_starting_with
from vae_explorer.cli.values import whole_number

if TYPE_CHECKING:
    from vae_explorer.runs.history import Losses

__all__ = ["as_epochs", "as_json", "evaluate", "losses_table"]


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
    step: Step = None,
    device: Device = "auto",
    as_json_: Json = False,
) -> None:
    """Measure a run: recon, KL and ELBO over whole splits.

    Figures are nats an image, summed over pixels and latent dimensions, with one sample of z an image. With
    the run's own data and seed they repeat what training printed at its end.

    \b
    vae-explorer evaluate blooms-2d
    vae-explorer evaluate RUN --json
    vae-explorer evaluate mnist-10d --data-root ~/datasets --device cpu
    """
    from vae_explorer.evaluation.elbo import iterate_evaluation
    from vae_explorer.training.devices import configure_threads, resolve_device
    from vae_explorer.training.randomness import generator_for

    console = Console(as_json_)
    folder = open_run(run)
    snapshot = load_snapshot(folder, step)
    chosen_device = resolve_device(device)
    configure_threads(leave_one_free=False)
    loaded = load_for_run(folder, snapshot, console, data, data_root, download=download)
    images = loaded.images
    if images.fingerprint != folder.info.data.fingerprint:
        console.say(f"Note: {images.name} as loaded differs from the images that this run was trained on.")
    noise_seed = folder.info.config.seed if seed is None else seed
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
