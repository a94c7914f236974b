"""Makes the models that ship with the program: ``python models/make.py [--data-root FOLDER] [name …]``.

Each model is trained by the very command that its card shows, then packed: the newest weights as float16,
the encodings of its images, its history, and a card with the losses of the packed weights. The result is an
ordinary run folder of at most 2 MB, without a resume state.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.data.load import load_now
from vae_explorer.data.summary import describe
from vae_explorer.evaluation.elbo import evaluate
from vae_explorer.latent.explorer import Explorer
from vae_explorer.latent.pictures import grid, save_png
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.info import Summary
from vae_explorer.runs.shipped import ShippedCard, read_shipped_card, write_shipped_card
from vae_explorer.runs.snapshot import Snapshot

MODELS = Path(__file__).resolve().parent
SIZE_MAX_MB = 2.0
THUMBNAIL_TILES = (12, 6)  # columns, rows
THUMBNAIL_TILE_PX = 32  # at most, a tile's longer side
ENCODED_MAX = 12_000  # images: beyond it only the test images are on the shipped map


@dataclass(frozen=True)
class Recipe:
    """A shipped model: words for its card, and the options of ``vae-explorer train``."""

    title: str
    description: str
    options: str


RECIPES = {
    "blooms-2d": Recipe(
        "Blooms",
        "Flowers, stars and discs drawn by code, laid out on two dimensions by kind, colour and size.",
        "--data blooms --net residual --width 16 --latent-dim 2 --likelihood gaussian --sigma 0.3 "
        "--epochs 40 --batch-size 64 --lr 2e-3 --seed 0",
    ),
    "digits-2d": Recipe(
        "Digits",
        "The 1,797 small handwritten digits of scikit-learn, all of them, on two dimensions.",
        "--data digits --net residual --width 48 --latent-dim 2 --likelihood bernoulli "
        "--epochs 60 --batch-size 32 --lr 1e-3 --seed 0",
    ),
    "mnist-2d": Recipe(
        "MNIST, 2-D",
        "Handwritten digits on two dimensions: the classic picture of a latent space.",
        "--data mnist --net residual --width 16 --latent-dim 2 --likelihood bernoulli "
        "--epochs 10 --batch-size 128 --lr 2e-3 --seed 0",
    ),
    "mnist-10d": Recipe(
        "MNIST, 10-D",
        "Handwritten digits on ten dimensions: sharper, and a place to learn about planes and traversals.",
        "--data mnist --net residual --width 16 --latent-dim 10 --likelihood bernoulli "
        "--epochs 8 --batch-size 128 --lr 2e-3 --seed 0",
    ),
}


def main() -> None:
    """Make the models named on the command line, all by default, then the table of the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of {', '.join(RECIPES)}; default: all")
    parser.add_argument("--data-root", type=Path, help="where MNIST lies in torchvision's layout")
    parser.add_argument(
        "--keep", type=Path, help="folder for the unpacked runs; runs found there are not trained"
    )
    parser.add_argument(
        "--thumbnails", action="store_true", help="only draw the pictures of the models on disk"
    )
    parser.add_argument(
        "--latents", action="store_true", help="only encode anew with the models on disk, without training"
    )
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.names) - set(RECIPES))
    if unknown:
        parser.error(f"there is no model {', '.join(unknown)}; choose from {', '.join(RECIPES)}")
    if chosen.thumbnails:
        for name in chosen.names or RECIPES:
            draw_thumbnail(RunFolder.open(MODELS / name))
        return
    if chosen.latents:
        for name in chosen.names or RECIPES:
            refresh_latents(RunFolder.open(MODELS / name), chosen.data_root)
        return
    with tempfile.TemporaryDirectory(prefix="vae-explorer-models-") as scratch:
        work = chosen.keep or Path(scratch)
        for name in chosen.names or RECIPES:
            if not (work / name).exists():
                train(RECIPES[name], work / name, chosen.data_root)
            pack(name, RunFolder.open(work / name), chosen.data_root)
    write_table()


def train(recipe: Recipe, out: Path, data_root: Path | None) -> None:
    """Run the card's command, plus where data lies and where the run goes."""
    command = [sys.executable, "-m", "vae_explorer", "train", *shlex.split(recipe.options), "--out", str(out)]
    if data_root is not None:
        command += ["--data-root", str(data_root)]
    subprocess.run(command, check=True)


def pack(name: str, trained: RunFolder, data_root: Path | None) -> None:
    """Replace the shipped folder `name` by the finished run `trained`, made small."""
    if trained.info.status != "finished":
        raise SystemExit(f"{trained.path} is {trained.info.status}, not finished; remove it and train again.")
    config = trained.info.config
    images = load_now(config.data.model_copy(update={"data_root": data_root}))
    snapshot = _halved(trained.load_snapshot(), name)
    recipe = RECIPES[name]
    shutil.rmtree(MODELS / name, ignore_errors=True)
    portable = config.model_copy(update={"data": config.data.model_copy(update={"data_root": None})})
    packed = RunFolder.create(MODELS / name, portable, images, title=recipe.title)
    packed.write_history(trained.history())
    packed.save_snapshot(snapshot, half=True)
    losses = evaluate(snapshot, images, seed=0)
    summary = Summary(
        train=losses[Split.TRAIN],
        validation=losses.get(Split.VALIDATION),
        test=losses.get(Split.TEST),
    )
    packed.update(status="finished", summary=summary, machine=trained.info.machine)
    packed.save_latents(_encode(snapshot, images))
    seconds = sum(record.seconds for record in trained.history().epochs)
    machine = trained.info.machine
    write_shipped_card(
        packed.path,
        ShippedCard(
            title=recipe.title,
            description=recipe.description,
            data=f"{images.name} · {describe(images)}",
            recipe=f"vae-explorer train {recipe.options}",
            losses=summary,
            minutes=round(seconds / 60, 1),
            machine=machine.device if machine else "unknown",
            n_parameters=sum(tensor.numel() for tensor in snapshot.weights.values()),
        ),
    )
    draw_thumbnail(packed)
    size_mb = _checked_size_mb(packed.path)
    print(f"{name}: {size_mb:.2f} MB, validation −ELBO {_figure(summary.validation)}")


def refresh_latents(packed: RunFolder, data_root: Path | None) -> None:
    """Write ``latents.npz`` of a model on disk anew, with its packed weights."""
    config = packed.info.config
    images = load_now(config.data.model_copy(update={"data_root": data_root}))
    if images.fingerprint != packed.info.data.fingerprint:
        raise SystemExit(
            f"{packed.name} was trained on other images than {images.name} here; train it again."
        )
    packed.save_latents(_encode(packed.load_snapshot(), images))
    print(f"{packed.name}: {_checked_size_mb(packed.path):.2f} MB")


def draw_thumbnail(packed: RunFolder) -> None:
    """Write ``thumbnail.png``: the tapestry of a 2-D model over its codes, else samples from the prior."""
    explorer = Explorer.from_snapshot(packed.load_snapshot())
    columns, rows = THUMBNAIL_TILES
    if explorer.latent_dim == 2:
        mu = (packed.load_latents() or {})["mu"]
        low, high = np.quantile(mu, (0.08, 0.92), axis=0)  # (2,) each: where the codes are dense
        z = np.stack(
            np.meshgrid(np.linspace(low[0], high[0], columns), np.linspace(high[1], low[1], rows)), -1
        )
    else:
        z = np.random.default_rng(0).standard_normal((rows, columns, explorer.latent_dim))
    tiles = explorer.decode(z.reshape(-1, explorer.latent_dim))
    scale = max(1, THUMBNAIL_TILE_PX // max(explorer.image_shape[1:]))
    save_png(packed.path / "thumbnail.png", grid(tiles, columns, gap=0, scale=scale))


def write_table() -> None:
    """Write the table in the README from the cards on disk."""
    readme = MODELS / "README.md"
    start, end = "<!-- table by make.py -->", "<!-- end of table -->"
    rows = [
        "| model | data | recipe | −ELBO train / validation / test (nats) | parameters | trained in |",
        "|---" * 6 + "|",
    ]
    for name in RECIPES:
        if not (MODELS / name / "card.json").exists():
            continue
        card = read_shipped_card(MODELS / name)
        losses = " / ".join(
            _figure(part) for part in (card.losses.train, card.losses.validation, card.losses.test)
        )
        rows.append(
            f"| `{name}` | {card.data} | `{card.recipe}` | {losses} | {card.n_parameters:,} | "
            f"{card.minutes:g} min, {card.machine} |"
        )
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(start)
    _, after = rest.split(end)
    readme.write_text(f"{before}{start}\n" + "\n".join(rows) + f"\n{end}{after}", encoding="utf-8")


def _halved(snapshot: Snapshot, name: str) -> Snapshot:
    """The snapshot as it will load again, rounded to float16: all figures are of these weights."""
    weights = {key: tensor.half().float() for key, tensor in snapshot.weights.items()}
    return Snapshot(
        name, snapshot.step, snapshot.epoch, snapshot.model, snapshot.objective, snapshot.image_shape, weights
    )


def _encode(snapshot: Snapshot, images: ImageSet) -> dict[str, np.ndarray]:
    index = images.indices()
    if len(index) > ENCODED_MAX:
        index = images.indices(Split.TEST)
    return dict(Explorer.from_snapshot(snapshot).encode(images, index).to_arrays())


def _checked_size_mb(folder: Path) -> float:
    size_mb = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    if size_mb > SIZE_MAX_MB:
        raise SystemExit(
            f"{folder.name} takes {size_mb:.2f} MB, more than {SIZE_MAX_MB:g} MB; make its network smaller."
        )
    return size_mb


def _figure(losses: object) -> str:
    elbo = getattr(losses, "elbo", None)
    return "–" if elbo is None else f"{-elbo:.1f}".replace("-", "−")


if __name__ == "__main__":
    main()
