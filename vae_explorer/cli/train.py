"""``vae-explorer train``: from options to a trained run folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vae_explorer.cli import objective_options
from vae_explorer.cli import training_options as options
from vae_explorer.cli.console import Console, closing_events
from vae_explorer.cli.inputs import load_images, open_run
from vae_explorer.cli.interruption import Interruption
from vae_explorer.cli.options import DataRoot, Download, Json
from vae_explorer.cli.training_config import Asked, check_new_folder, given, new_config, resumed_config
from vae_explorer.cli.training_report import TrainingReport
from vae_explorer.cli.values import size_px, whole_numbers
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.presets import find_preset
from vae_explorer.vae.plugins import require_plugin

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.snapshot import Snapshot

__all__ = ["train"]

EXIT_DIVERGED = 1


def train(
    data: options.Data = None,
    data_root: DataRoot = None,
    download: Download = False,
    size: options.Size = None,
    fit: options.Fit = None,
    background: options.Background = None,
    grey: options.Grey = None,
    limit: options.Limit = None,
    validation_fraction: options.ValidationFraction = None,
    data_seed: options.DataSeed = None,
    preset: options.Preset = None,
    net: options.Net = None,
    hidden: options.Hidden = None,
    width: options.Width = None,
    start_layers: options.StartLayers = None,
    latent_dim: options.LatentDim = None,
    likelihood: options.Likelihood = None,
    sigma: options.Sigma = None,
    logistics: options.Logistics = None,
    binarisation: options.Binarisation = None,
    binarisation_seed: options.BinarisationSeed = None,
    prior: objective_options.Prior = None,
    components: objective_options.Components = None,
    posterior: objective_options.PosteriorKind = None,
    flows: objective_options.Flows = None,
    conditional: objective_options.Conditional = None,
    autoencoder: options.Autoencoder = False,
    objective: options.Objective = None,
    beta: options.Beta = None,
    warmup: options.Warmup = None,
    cycle: objective_options.Cycle = None,
    capacity: objective_options.Capacity = None,
    capacity_epochs: objective_options.CapacityEpochs = None,
    capacity_weight: objective_options.CapacityWeight = None,
    free_bits: objective_options.FreeBits = None,
    tc_estimator: objective_options.TcEstimator = None,
    tc_weight: objective_options.TcWeight = None,
    discriminator_width: objective_options.DiscriminatorWidth = None,
    dip_weight: objective_options.DipWeight = None,
    mmd_weight: objective_options.MmdWeight = None,
    samples: objective_options.Samples = None,
    dreg: objective_options.Dreg = None,
    labels: objective_options.Labels = None,
    alpha: objective_options.Alpha = None,
    noise: objective_options.Noise = None,
    epochs: options.Epochs = None,
    batch_size: options.BatchSize = None,
    lr: options.LearningRate = None,
    schedule: options.Schedule = None,
    seed: options.Seed = None,
    device: options.TrainingDevice = None,
    precision: options.Precision = None,
    threads: options.Threads = None,
    out: options.Out = None,
    resume: options.Resume = None,
    json: Json = False,
) -> None:
    """Train a model and keep everything about it in a run folder.

    Ctrl-C stops after the current step and keeps all of it; --resume goes on from there. The window opens
    the run with "vae-explorer --run RUN".

    \b
    vae-explorer train --data digits --epochs 30
    vae-explorer train --data PICTURES --size 64x48 --fit pad --latent-dim 16
    vae-explorer train --data mnist --download --net mlp --latent-dim 20 --out RUN
    vae-explorer train --data blooms --latent-dim 10 --objective tcvae --beta 6
    vae-explorer train --data mnist --objective m2 --labels 100
    vae-explorer train --data mnist --preset 2d-sharpest --epochs 10
    vae-explorer train --resume RUN --epochs 40

    With --json each epoch is a line of JSON; the last line holds "run", "epochs", and "train", "validation"
    and "test" with "recon", "kl" and "elbo" in nats an image; "measure" tells whether these are of a
    probability, a density or a cross-entropy.
    """
    console = Console(json)
    if autoencoder and objective not in (None, "autoencoder"):
        raise ConfigError(f"--autoencoder and --objective {objective} contradict each other: give one.")
    width_px, height_px = size_px(size, "--size") if size is not None else (None, None)
    asked = Asked(
        data=data,
        data_root=data_root,
        picture=given(
            width=width_px,
            height=height_px,
            channels=None if grey is None else 1 if grey else 3,
            fit=fit,
            background=background,
            n_images=limit,
            validation_fraction=validation_fraction,
            seed=data_seed,
        ),
        model=given(
            network=net,
            hidden=None if hidden is None else whole_numbers(hidden, "--hidden"),
            width=width,
            start_layers=start_layers,
            latent_dim=latent_dim,
            likelihood=likelihood,
            sigma=sigma,
            prior=prior,
            components=components,
            posterior=posterior,
            n_flows=flows,
            conditional=conditional,
            logistics=logistics,
            binarisation=binarisation,
            binarisation_seed=binarisation_seed,
        ),
        objective=given(
            name="autoencoder" if autoencoder else objective,
            beta=beta,
            warmup_epochs=warmup,
            cycle_epochs=cycle,
            capacity=capacity,
            capacity_epochs=capacity_epochs,
            capacity_weight=capacity_weight,
            free_bits=free_bits,
            tc_estimator=tc_estimator,
            tc_weight=tc_weight,
            discriminator_width=discriminator_width,
            dip_weight=dip_weight,
            mmd_weight=mmd_weight,
            n_samples=samples,
            dreg=dreg,
            n_labels=labels,
            alpha=alpha,
            noise=noise,
        ),
        training=given(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=lr,
            schedule=schedule,
            seed=seed,
            device=device,
            precision=precision,
            n_threads=threads,
        ),
    )
    if resume is not None:
        if out is not None:
            raise ConfigError("--resume goes on in the run's own folder: leave --out away.")
        if preset is not None:
            raise ConfigError("--preset begins a new run, and --resume goes on with an old one: give one.")
        run = open_run(resume)
        _train(resumed_config(run, asked), run, None, console, download=download, beta=beta, lr=lr)
        return
    if out is not None:
        check_new_folder(out.expanduser())
    _train(
        new_config(asked, None if preset is None else find_preset(preset)),
        None,
        out,
        console,
        download=download,
    )


def _train(
    config: RunConfig,
    run: RunFolder | None,
    out: Path | None,
    console: Console,
    *,
    download: bool,
    beta: float | None = None,
    lr: float | None = None,
) -> None:
    """Train `config`; `beta` and `lr` are what a resumed run was explicitly asked to go on with."""
    from vae_explorer.training.control import TrainControl
    from vae_explorer.training.devices import configure_threads, resolve_device
    from vae_explorer.training.events import Diverged, Finished
    from vae_explorer.training.train import train as events_of
    from vae_explorer.vae.model import try_plugin

    require_plugin(config.model.network, None if run is None else run.info.plugin)
    resolve_device(config.device)  # before minutes are spent on loading
    configure_threads(leave_one_free=False)
    loaded = load_images(config.data, console, download=download)
    images = loaded.images
    if run is None:
        try_plugin(config.model, config.objective, images.image_shape)
        run = _created(config, images, out)
    control = (
        TrainControl()
    )  # also back to what the run began with, which its config cannot tell from "as it was"
    if beta is not None:
        control.set_beta(beta)
    if lr is not None:
        control.set_learning_rate(lr)
    report = TrainingReport(console, run, images, config, loaded.skipped)
    with (
        Interruption(lambda: console.say("Stopping after this step; Ctrl-C again to stop at once.")) as wish,
        report,
        closing_events(events_of(config, images, run, control)) as events,
    ):
        for event in events:
            report.show(event)
            if isinstance(event, Finished):
                _keep_latents(run, event.snapshot, images)
            if isinstance(event, Diverged | Finished) or wish.requested:
                break
    report.end()
    if report.status == "stopped":
        raise typer.Exit(wish.exit_code)
    if report.status == "diverged":
        raise typer.Exit(EXIT_DIVERGED)


def _created(config: RunConfig, images: ImageSet, out: Path | None) -> RunFolder:
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.naming import new_run_path
    from vae_explorer.runs.recent import remember

    run = RunFolder.create(new_run_path(config) if out is None else out.expanduser(), config, images)
    with suppress(RunError):  # the list of recent runs is a convenience
        remember(run.path)
    return run


def _keep_latents(run: RunFolder, snapshot: Snapshot, images: ImageSet) -> None:
    """Encodings for the map, so that the window shows it before anything is computed."""
    from vae_explorer.data.image_set import Split
    from vae_explorer.latent.explorer import Explorer

    index = images.indices(Split.VALIDATION)
    encodings = Explorer.from_snapshot(snapshot).encode(images, index if len(index) else images.indices())
    run.save_latents(encodings.to_arrays())
