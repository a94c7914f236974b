"""``vae-explorer encode``: posteriors of images as arrays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console
from vae_explorer.cli.inputs import load_for_run, load_snapshot, open_run
from vae_explorer.cli.options import DataRoot, Device, Download, Json, Run, Step, sources_starting_with
from vae_explorer.errors import ConfigError, DataError, ExportError
from vae_explorer.vae.recon_label import recon_label

if TYPE_CHECKING:
    import numpy as np

    from vae_explorer.data.image_set import ImageSet

__all__ = ["encode"]

SPLITS = ("all", "train", "validation", "test")


def encode(
    run: Run,
    out: Annotated[
        Path, typer.Option("--out", metavar="CODES.npz", help="The file to write.", show_default=False)
    ],
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
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="all, train, validation or test.")
    ] = "all",
    step: Step = None,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Encode images into one .npz file: mu and log_var of q(z|x), recon and KL.

    Arrays: "mu" and "log_var" (n, D), "recon" and "kl" (n) in nats with recon at z = mu, "kl_per_dim" (D),
    "index" and "split" (n) of the images in their set, "step"; with classes also "labels" and "class_names".
    Images of another size or colour are brought to those of the model.

    \b
    vae-explorer encode blooms-2d --out codes.npz
    vae-explorer encode RUN --data PICTURES --out codes.npz
    vae-explorer encode RUN --split test --out codes.npz --json
    """
    from vae_explorer.latent.pictures import written

    if out.suffix.lower() != ".npz":
        raise ExportError(f"Cannot write '{out}': give --out a name that ends with .npz.")
    if split not in SPLITS:
        raise ConfigError(f"--split must be one of {', '.join(SPLITS)}, got '{split}'.")
    from vae_explorer.training.devices import configure_threads, resolve_device

    console = Console(json)
    folder = open_run(run)
    snapshot = load_snapshot(folder, step)
    chosen_device = resolve_device(device)
    configure_threads(leave_one_free=False)
    loaded = load_for_run(folder, snapshot, console, data, data_root, download=download)
    images = loaded.images
    index = _indices(images, split)
    if not len(index):
        raise DataError(f"{images.name} has no {split} images: choose another --split.")
    from vae_explorer.latent.explorer import Explorer

    explorer = Explorer.from_snapshot(snapshot, chosen_device)
    with console.progress() as progress:
        done = 0

        def show() -> bool:
            nonlocal done
            progress.show("Encoding", min(done, len(index)), len(index))
            done += explorer.batch_size
            return False

        encodings = explorer.encode(images, index, is_stale=show)
    arrays = encodings.to_arrays()

    def write(target: Path) -> None:
        import numpy as np

        with target.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # stub mixes up allow_pickle

    path = written(out, write)
    console.result(
        {
            "run": str(folder.path),
            "out": str(path),
            "data": images.name,
            "fitted": loaded.fitted and loaded.fitted.as_json(),
            "images": len(encodings),
            "latent_dim": encodings.latent_dim,
            "step": encodings.step,
            "measure": recon_label(snapshot.model, images.has_binary_pixels).measure.value,
            "recon": float(encodings.recon.mean()),
            "kl": float(encodings.kl.mean()),
        },
        f"{len(encodings):,} images of {images.name}, {encodings.latent_dim} latent dimensions: {path}",
    )


def _indices(images: ImageSet, split: str) -> np.ndarray:
    from vae_explorer.data.image_set import Split

    return images.indices() if split == "all" else images.indices(Split[split.upper()])
