"""``vae-explorer decode`` and ``interpolate``: latents as pictures and films."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from vae_explorer.cli.console import Console
from vae_explorer.cli.inputs import load_snapshot, open_run
from vae_explorer.cli.options import Json, Run, Step
from vae_explorer.cli.values import number, whole_number
from vae_explorer.errors import ConfigError, ExportError

if TYPE_CHECKING:
    import numpy as np

    from vae_explorer.latent.explorer import Explorer

__all__ = ["decode", "interpolate"]

FRAMES_MAX = 1000
PRIOR_MAX = 10_000

Scale = Annotated[
    int | None,
    typer.Option(
        "--scale",
        metavar="N",
        parser=whole_number,
        help="Enlarge by this whole factor, without smoothing, 1 to 64.",
    ),
]
Points = Annotated[
    list[str] | None,
    typer.Option(
        "--z",
        metavar="Z1,Z2…",
        help="A latent, all D coordinates; may be repeated. Negative numbers need no quotes.",
    ),
]
Class = Annotated[
    str | None,
    typer.Option(
        "--class", metavar="NAME", help="Of a conditional model: the class to draw, by name or number from 0."
    ),
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.", show_default=False)]


def decode(
    run: Run,
    out: Out,
    z: Points = None,
    prior: Annotated[
        int | None,
        typer.Option(
            "--prior", metavar="N", parser=whole_number, help="Instead of --z: N latents from the prior."
        ),
    ] = None,
    temperature: Annotated[
        float,
        typer.Option("--temperature", metavar="T", parser=number, help="Standard deviation of --prior."),
    ] = 1.0,
    sample: Annotated[
        bool, typer.Option("--sample", help="Draw x ~ p(x|z) instead of showing its mean.")
    ] = False,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", parser=whole_number, help="Of --prior and --sample.")
    ] = 0,
    columns: Annotated[
        int | None,
        typer.Option(
            "--columns", metavar="N", parser=whole_number, help="Pictures a row; default: near a square."
        ),
    ] = None,
    label: Class = None,
    scale: Scale = 1,
    step: Step = None,
    json: Json = False,
) -> None:
    """Decode latents into a PNG picture; several of them into a grid.

    \b
    vae-explorer decode blooms-2d --z 0.5,-1.2 --out flower.png
    vae-explorer decode blooms-2d --z 0.5,-1 --z -1,0 --scale 8 --out pair.png
    vae-explorer decode mnist-10d --prior 64 --temperature 0.8 --out samples.png
    """
    from vae_explorer.latent.pictures import grid, save_png

    _check_suffix(out, (".png",))
    if (z is None) == (prior is None):
        raise ConfigError("Say what to decode with --z 0.5,-1.2 (may be repeated) or with --prior N.")
    if prior is not None and not 1 <= prior <= PRIOR_MAX:
        raise ConfigError(f"--prior must be from 1 to {PRIOR_MAX:,}, got {prior}.")
    if temperature < 0.0:
        raise ConfigError(f"--temperature must be at least 0, got {temperature:g}.")
    if columns is not None and columns < 1:
        raise ConfigError(f"--columns must be at least 1, got {columns}.")
    _check_seed(seed)
    path, explorer = _explorer(run, step, label)
    if prior is not None:
        latents = explorer.sample_prior(prior, seed, temperature)
    else:
        latents = _latents(z or [], explorer.latent_dim)
    images = explorer.sample_images(latents, seed) if sample else explorer.decode(latents)
    n_columns = columns or math.ceil(math.sqrt(len(images)))
    sheet = (
        grid(images, n_columns, scale=scale)
        if len(images) > 1
        else _enlarged(images[0], 1 if scale is None else scale)
    )
    written = save_png(out, sheet)
    _tell(json, path, written, latents, (sheet.shape[2], sheet.shape[1]))


def interpolate(
    run: Run,
    out: Out,
    z: Points = None,
    frames: Annotated[
        int,
        typer.Option(
            "--frames", metavar="N", parser=whole_number, help=f"Pictures on the way, 2 to {FRAMES_MAX}."
        ),
    ] = 9,
    kind: Annotated[
        str,
        typer.Option("--path", metavar="KIND", help="straight, or slerp: along great circles (White 2016)."),
    ] = "straight",
    slerp: Annotated[bool, typer.Option("--slerp", help="Same as --path slerp.")] = False,
    loop: Annotated[bool, typer.Option("--loop", help="Return to the first latent.")] = False,
    fps: Annotated[
        float, typer.Option("--fps", metavar="N", parser=number, help="Frames a second of a GIF or MP4.")
    ] = 12.0,
    gap: Annotated[
        int,
        typer.Option("--gap", metavar="PX", parser=whole_number, help="Pixels between pictures of a strip."),
    ] = 2,
    label: Class = None,
    scale: Scale = None,
    step: Step = None,
    json: Json = False,
) -> None:
    """Walk between latents: a PNG strip, a GIF or an MP4, as the file's name says.

    Frames lie at equal times; the first is the first --z, and without --loop the last is the last --z. Small
    pictures are enlarged to crisp squares: --scale chooses by how much.

    \b
    vae-explorer interpolate blooms-2d --z -1.5,0 --z 1,1.2 --out strip.png
    vae-explorer interpolate blooms-2d --z -1,0 --z 1,1 --loop --out walk.gif
    vae-explorer interpolate RUN --z -2,1 --z 2,-1 --slerp --frames 60 --out walk.mp4
    """
    from vae_explorer.latent.paths import PathKind, path_frames
    from vae_explorer.latent.pictures import FILM_SUFFIXES, save_auto

    _check_suffix(out, (".png", *FILM_SUFFIXES))
    if slerp:
        kind = "slerp"
    if kind not in get_args(PathKind):
        raise ConfigError(f"--path must be one of {', '.join(get_args(PathKind))}, got '{kind}'.")
    if not 2 <= frames <= FRAMES_MAX:
        raise ConfigError(f"--frames must be from 2 to {FRAMES_MAX}, got {frames}.")
    if gap < 0:
        raise ConfigError(f"--gap must be at least 0, got {gap}.")
    if len(z or []) < 2:
        raise ConfigError(f"A walk needs two or more latents: give --z twice or more, got {len(z or [])}.")
    if frames < len(z or []):
        raise ConfigError(f"--frames must be at least the number of --z, {len(z or [])}, got {frames}.")
    path, explorer = _explorer(run, step, label)
    anchors = _latents(z or [], explorer.latent_dim)
    chosen: PathKind = "slerp" if kind == "slerp" else "straight"
    latents = path_frames(anchors, frames, chosen, loop)
    written = save_auto(out, explorer.decode(latents), fps=fps, scale=scale, gap=gap)
    _tell(json, path, written, latents, None)


def _explorer(run: str, step: int | None, label: str | None) -> tuple[Path, Explorer]:
    from vae_explorer.latent.explorer import Explorer
    from vae_explorer.training.devices import configure_threads

    folder = open_run(run)
    configure_threads(leave_one_free=False)
    explorer = Explorer.from_snapshot(load_snapshot(folder, step))
    if label is not None:
        names = folder.info.data.class_names
        if label not in names and not label.isdecimal():
            raise ConfigError(f"--class must be one of {', '.join(names) or 'no classes'}, got '{label}'.")
        explorer = explorer.with_label(names.index(label) if label in names else int(label))
    return folder.path, explorer


def _latents(texts: list[str], latent_dim: int) -> np.ndarray:
    import numpy as np

    from vae_explorer.latent.coordinates import parse_latent

    latents = []
    for text in texts:
        if not text.strip():
            numbers = "the number" if latent_dim == 1 else f"the {latent_dim} numbers"
            raise ConfigError(f"--z is empty: give {numbers} of a latent, with commas between them.")
        try:
            latents.append(parse_latent(text, latent_dim))
        except ConfigError as error:
            raise ConfigError(f"--z {text}: {error}") from error
    return np.stack(latents)


def _enlarged(image: np.ndarray, scale: int) -> np.ndarray:
    from vae_explorer.latent.pictures import grid

    return grid(image[None], 1, gap=0, scale=scale)


def _check_suffix(out: Path, suffixes: tuple[str, ...]) -> None:
    if out.suffix.lower() not in suffixes:
        raise ExportError(f"Cannot write '{out}': give --out a name that ends with {_either(suffixes)}.")


def _check_seed(seed: int) -> None:
    if not 0 <= seed < 2**63:
        raise ConfigError(f"--seed must be from 0 to 2⁶³ − 1, got {seed}.")


def _either(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _tell(json: bool, run: Path, out: Path, latents: np.ndarray, size: tuple[int, int] | None) -> None:
    values: dict[str, object] = {"run": str(run), "out": str(out), "z": latents.tolist()}
    if size is not None:
        values |= {"width": size[0], "height": size[1]}
    Console(json).result(values, str(out))
