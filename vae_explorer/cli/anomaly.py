"""``vae-explorer anomaly``: a model for each class, and how well it tells the other classes apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console
from vae_explorer.cli.inputs import load_images
from vae_explorer.cli.options import DataRoot, Device, Download, Json, sources_starting_with
from vae_explorer.cli.values import number, whole_number, whole_numbers
from vae_explorer.errors import ConfigError

if TYPE_CHECKING:
    from vae_explorer.cli.anomaly_results import AnomalyFile
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.evaluation.anomaly.protocol import ProtocolName
    from vae_explorer.runs.config import RunConfig

__all__ = ["anomaly"]

PROTOCOLS = ("one-class", "leave-one-out")
SCORES = ("squared-error", "recon", "neg-elbo", "kl", "prior", "mahalanobis")
_TITLES = ("sq. error", "recon", "−ELBO", "KL", "prior", "Mahalan.")  # in a table of 80 columns


def anomaly(
    data: Annotated[
        str,
        typer.Option(
            "--data",
            metavar="SOURCE",
            help="A set with classes: its name, a folder of sub-folders, an .npz file.",
            autocompletion=sources_starting_with,
        ),
    ] = "mnist",
    data_root: DataRoot = None,
    download: Download = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", parser=whole_number, help="Use N images only.")
    ] = None,
    protocol: Annotated[
        str,
        typer.Option(
            "--protocol",
            metavar="NAME",
            help="one-class: train on one class, the others are anomalies; leave-one-out: the reverse.",
        ),
    ] = "one-class",
    classes: Annotated[
        str | None,
        typer.Option("--classes", metavar="N,N…", help="Numbers of the classes to do; default: all."),
    ] = None,
    score: Annotated[
        str,
        typer.Option("--score", metavar="NAME", help=f"What the mean is of: {', '.join(SCORES)}."),
    ] = "squared-error",
    latent_dim: Annotated[
        int, typer.Option("--latent-dim", metavar="D", parser=whole_number, help="Latent dimensions.")
    ] = 10,
    hidden: Annotated[
        str, typer.Option("--hidden", metavar="N,N…", help="Units of the encoder's layers; an MLP.")
    ] = "400",
    likelihood: Annotated[
        str, typer.Option("--likelihood", metavar="NAME", help="Of pixels, as for train.")
    ] = "bernoulli",
    beta: Annotated[
        float, typer.Option("--beta", metavar="B", parser=number, help="Weight of the KL.")
    ] = 1.0,
    epochs: Annotated[
        int,
        typer.Option("--epochs", metavar="N", parser=whole_number, help="Passes over the training images."),
    ] = 30,
    batch_size: Annotated[
        int, typer.Option("--batch-size", metavar="N", parser=whole_number, help="Images a step.")
    ] = 128,
    lr: Annotated[
        float, typer.Option("--lr", metavar="RATE", parser=number, help="Learning rate of Adam.")
    ] = 1e-3,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", parser=whole_number, help="Of weights, order and noise.")
    ] = 0,
    device: Device = "auto",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Keep results as JSON; run again with it, the classes done are skipped.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Detect anomalies: train a model for each class and measure AUROC on test images.

    Images of the test part (validation if there is none) of all classes are scored by a model that has seen
    one class only, or all but one. AUROC is the probability that a random anomaly scores above a random normal
    image, with the standard error of Hanley and McNeil (1982).

    \b
    vae-explorer anomaly --data mnist --data-root FOLDER --out anomaly.json
    vae-explorer anomaly --data digits --protocol leave-one-out --classes 0,1
    vae-explorer anomaly --data fashion-mnist --score neg-elbo --json

    With --json each class is a line of JSON; the last line holds the mean of every score.
    """
    from vae_explorer.cli.anomaly_results import AnomalySettings, ClassRecord, opened
    from vae_explorer.cli.anomaly_training import trained_by
    from vae_explorer.evaluation.anomaly.protocol import run_tasks, tasks
    from vae_explorer.training.devices import configure_threads, resolve_device

    console = Console(json)
    chosen_protocol = _protocol(protocol)
    if score not in SCORES:
        raise ConfigError(f"--score must be one of {', '.join(SCORES)}, got '{score}'.")
    labels = None if classes is None else sorted(set(whole_numbers(classes, "--classes")))
    config = _config(
        data,
        data_root,
        {"n_images": limit},
        {
            "hidden": whole_numbers(hidden, "--hidden"),
            "latent_dim": latent_dim,
            "likelihood": likelihood,
        },
        {"beta": beta},
        {"epochs": epochs, "batch_size": batch_size, "learning_rate": lr, "seed": seed, "device": device},
    )
    resolve_device(config.device)
    configure_threads(leave_one_free=False)
    images = load_images(config.data, console, download=download).images
    wanted = tasks(images, chosen_protocol, labels)
    settings = AnomalySettings(protocol=protocol, data=images.fingerprint, config=_portable(config))
    out = None if out is None else out.expanduser()
    file = opened(out, settings)
    if out is not None:
        file.write(out)  # a place that cannot be written is told before hours of training
    done = {record.label for record in file.classes}
    with console.progress() as progress:
        missing = [task for task in wanted if task.label not in done]
        for result in run_tasks(missing, trained_by(config, images, progress, len(missing))):
            record = ClassRecord.of(result)
            file = file.with_class(record)
            if out is not None:
                file.write(out)
            console.emit(record.model_dump())
    chosen = {task.label for task in wanted}
    file = file.model_copy(update={"classes": tuple(r for r in file.classes if r.label in chosen)})
    _report(console, file, score, images, wanted[0].test_split)


def _protocol(text: str) -> ProtocolName:
    if text == "one-class":
        return "one-class"
    if text == "leave-one-out":
        return "leave-one-out"
    raise ConfigError(f"--protocol must be one of {', '.join(PROTOCOLS)}, got '{text}'.")


def _config(
    data: str,
    data_root: Path | None,
    picture: Mapping[str, object],
    model: Mapping[str, object],
    objective: Mapping[str, object],
    training: Mapping[str, object],
) -> RunConfig:
    from vae_explorer.cli.problems import checked
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

    spec = DataSpec.parse(data, data_root)
    whole = checked(RunConfig, dict(training))
    return whole.model_copy(
        update={
            "data": checked(DataSpec, spec.model_dump() | dict(picture)),
            "model": checked(ModelConfig, {"network": "mlp"} | dict(model)),
            "objective": checked(ObjectiveConfig, dict(objective)),
        }
    )


def _portable(config: RunConfig) -> RunConfig:
    """`config` without the place of the data, which may move: the fingerprint says which images they are."""
    return config.model_copy(update={"data": config.data.model_copy(update={"data_root": None})})


def _report(console: Console, file: AnomalyFile, score: str, images: ImageSet, test_split: str) -> None:
    from vae_explorer.evaluation.anomaly.protocol import summary

    results = [record.result() for record in file.classes]
    means = {name: summary(results, name) for name in SCORES}
    console.emit(
        {
            "data": images.name,
            "protocol": file.settings.protocol,
            "split": test_split,
            "score": score,
            "mean": means[score].mean,
            "n_classes": len(results),
            "means": {
                name: {
                    "mean": each.mean,
                    "standard_error": None if math.isnan(each.standard_error) else each.standard_error,
                    "test_error": each.test_error,
                }
                for name, each in means.items()
            },
        }
    )
    if console.machine:
        return
    others = [name for name in SCORES if name != score]
    mean = means[score]
    rows = [
        (
            result.class_name,
            f"{result.areas[score].value:.4f}",
            f"{result.areas[score].standard_error:.4f}",
            *(f"{result.areas[name].value:.3f}" for name in others),
        )
        for result in results
    ]
    rows.append(
        (
            "mean",
            f"{mean.mean:.4f}",
            f"{mean.test_error:.4f}",
            *(f"{means[name].mean:.3f}" for name in others),
        )
    )
    title = dict(zip(SCORES, _TITLES, strict=True))
    columns = ["class", title[score], "±", *(title[name] for name in others)]
    console.table({column: column != "class" for column in columns}, rows)
    what = "the class" if file.settings.protocol == "one-class" else "all other classes"
    console.say(
        f"AUROC on all {test_split} images of {images.name} after training on {what} alone; ± is the standard "
        "error of Hanley & McNeil (1982) over test images."
    )
