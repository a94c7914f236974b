"""What the commands work on: a run by path or name, and images with progress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vae_explorer.cli.console import Console, closing_events
from vae_explorer.errors import DataError, RunError
from vae_explorer.locations import models_folder, runs_folder

if TYPE_CHECKING:
    from vae_explorer.cli.fitted import Fitted
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.data.load import SkippedFile
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.snapshot import Snapshot

__all__ = [
    "LoadedImages",
    "find_run",
    "load_for_run",
    "load_images",
    "load_snapshot",
    "open_run",
    "own_spec",
    "with_root",
]

SKIPPED_SHOWN = 5  # names of unusable files; the rest is counted


@dataclass(frozen=True)
class LoadedImages:
    """Images with the files that had to be left out."""

    images: ImageSet
    skipped: tuple[SkippedFile, ...]
    fitted: Fitted | None = None  # only for images that are not the run's own


def find_run(text: str) -> Path:
    """The folder meant by a path, the name of a shipped model, or the name of one of the person's runs.

    Raises
    ------
    RunError
        If there is none; the message lists the shipped models.
    """
    path = Path(text).expanduser()
    if path.exists():
        return path
    if text == path.name:
        for parent in (models_folder(), runs_folder()):
            if (parent / text / "run.json").is_file():
                return parent / text
    shipped = [folder.parent.name for folder in sorted(models_folder().glob("*/run.json"))]
    names = f", or a shipped model ({', '.join(shipped)})" if shipped else ""
    raise RunError(
        f"There is no run '{text}': give a run folder, a name that 'vae-explorer runs' lists{names}."
    )


def open_run(text: str) -> RunFolder:
    """The run that `find_run` finds.

    Raises
    ------
    RunError
        If there is none, or it is damaged.
    """
    from vae_explorer.runs.folder import RunFolder

    return RunFolder.open(find_run(text))


def load_snapshot(run: RunFolder, step: int | None) -> Snapshot:
    """The weights of `step`, or the newest.

    Raises
    ------
    RunError
        If they are missing or damaged; for a missing step the message lists those that exist.
    """
    steps = [ref.step for ref in run.snapshots()]
    if step is not None and step not in steps and steps:
        raise RunError(
            f"{run.path} has no snapshot of step {step}: choose --step from {', '.join(map(str, steps))}."
        )
    return run.load_snapshot(step)


def load_images(spec: DataSpec, console: Console, *, download: bool = False) -> LoadedImages:
    """Images of `spec`, with progress for a person.

    Raises
    ------
    DataError
        If they cannot be read, or a set is not on disk and `download` is False.
    """
    from vae_explorer.data.load import LoadFinished, MissingDataSet, load

    loaded: LoadedImages | None = None
    try:
        with console.progress() as progress, closing_events(load(spec, download=download)) as events:
            for event in events:
                if isinstance(event, LoadFinished):
                    loaded = LoadedImages(event.images, event.skipped)
                else:
                    progress.show(event.doing, event.done, event.total, f"{event.per_s:,.0f} {event.unit}/s")
    except MissingDataSet as missing:
        raise DataError(
            f"{missing.source} is not in {missing.root}: add --download to fetch it "
            f"({missing.size_mb:,.0f} MB), or name the folder that holds it with --data-root."
        ) from missing
    if loaded is None:
        raise DataError(f"Loading {spec.source} ended without images.")
    _tell_skipped(loaded.skipped, console)
    return loaded


def load_for_run(
    run: RunFolder,
    snapshot: Snapshot,
    console: Console,
    data: str | None,
    data_root: Path | None,
    *,
    download: bool = False,
) -> LoadedImages:
    """The images that `data` names, at the model's size and colour; without `data` those of the run itself.

    If the run's own source has gone, its images still come from the cache.

    Raises
    ------
    DataError
        If they cannot be read.
    """
    from vae_explorer.cli.fitted import Fitted
    from vae_explorer.data.load import load_by_fingerprint
    from vae_explorer.data.native import native_shape
    from vae_explorer.data.spec import DataSpec

    if data is not None:
        spec = shaped_like(DataSpec.parse(data, data_root), snapshot.image_shape)
        loaded = load_images(spec, console, download=download)
        fitted = Fitted.between(native_shape(spec), snapshot.image_shape)
        if fitted is not None:
            console.say(fitted.sentence)
        return replace(loaded, fitted=fitted)
    own = own_spec(run)
    try:
        return load_images(with_root(own, data_root), console, download=download)
    except DataError:
        kept = load_by_fingerprint(run.info.data.fingerprint)
        if kept is None:
            raise
        return LoadedImages(kept, ())


def own_spec(run: RunFolder) -> DataSpec:
    """What the run was made from; a folder at the size of then, as its pictures may suggest another today."""
    spec = run.info.config.data
    if spec.source != "folder":
        return spec
    _, h, w = run.info.data.image_shape
    return spec.model_copy(update={"height": spec.height or h, "width": spec.width or w})


def with_root(spec: DataSpec, data_root: Path | None) -> DataSpec:
    """`spec` looked for in `data_root`, if one is given."""
    return (
        spec
        if data_root is None
        else spec.model_copy(update={"data_root": data_root.expanduser().absolute()})
    )


def shaped_like(spec: DataSpec, image_shape: tuple[int, int, int]) -> DataSpec:
    """`spec` with images brought to the (C, H, W) that a model takes."""
    c, h, w = image_shape
    return spec.model_copy(update={"channels": c, "height": h, "width": w})


def _tell_skipped(skipped: tuple[SkippedFile, ...], console: Console) -> None:
    if not skipped:
        return
    console.say(f"{len(skipped)} file{'s were' if len(skipped) > 1 else ' was'} left out:")
    for file in skipped[:SKIPPED_SHOWN]:
        console.say(f"  {file.path}: {file.reason}")
    if len(skipped) > SKIPPED_SHOWN:
        console.say(f"  and {len(skipped) - SKIPPED_SHOWN} more")
