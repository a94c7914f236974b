"""A sweep over β: one run after another with the same settings and images, resumable at any point."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.betas import checked_betas, run_name_of
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.training.events import TrainingEvent
from vae_explorer.training.train import train

__all__ = ["BETAS", "SweepEvent", "SweepRunEnded", "SweepRunStarted", "SweepTraining", "plan_sweep", "sweep"]

BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

# What may differ between a finished run and the plan: where it is computed and where its images lie.
_OF_NO_MATTER = {"device", "precision", "n_threads"}


@dataclass(frozen=True)
class SweepRunStarted:
    """Run number `place` (from 0) of `n_runs`, with weight `beta`."""

    place: int
    n_runs: int
    beta: float
    run: RunFolder


@dataclass(frozen=True)
class SweepTraining:
    """What the training of the present run tells."""

    place: int
    n_runs: int
    beta: float
    event: TrainingEvent


@dataclass(frozen=True)
class SweepRunEnded:
    """The run ended; `found` tells that it was finished before, `is_finished` is False where it diverged."""

    place: int
    n_runs: int
    beta: float
    run: RunFolder
    found: bool
    is_finished: bool


SweepEvent = SweepRunStarted | SweepTraining | SweepRunEnded


def plan_sweep(
    base: RunConfig, betas: Sequence[float], folder: Path, epochs: int | None = None
) -> list[tuple[Path, RunConfig]]:
    """Folder and config of each run, by ascending β.

    Parameters
    ----------
    base
        Settings that all runs share, but for β.
    betas
        Weights of KL, at least one; repetitions count once.
    epochs
        Instead of those of `base`.

    Raises
    ------
    ConfigError
        If there is no β, one is out of range, or the objective has none.
    """
    if not base.objective.uses_beta:
        raise ConfigError(
            f"The objective {base.objective.name} has no β to sweep; choose a run with --objective vae."
        )
    planned = []
    for beta in checked_betas(betas):
        objective = base.objective.model_copy(update={"beta": beta})
        config = base.model_copy(update={"objective": objective, "epochs": epochs or base.epochs})
        planned.append((folder / run_name_of(beta), config))
    return planned


def sweep(
    planned: Sequence[tuple[Path, RunConfig]], images: ImageSet, title: str = ""
) -> Generator[SweepEvent, None, None]:
    """Train what is planned; finished runs with the same settings are passed over, stopped ones go on.

    `title` is that of the run that is swept: lists of runs tell the sweep's by it, e.g. ``Digits, β = 0.5``.
    Consumers may leave at any time: the present run is kept as training keeps it.

    Raises
    ------
    RunError
        If a folder holds a run with other settings, something else, or cannot be written.
    """
    runs = [_run_of(path, config, images) for path, config in planned]  # before hours are spent
    for place, ((path, config), run) in enumerate(zip(planned, runs, strict=True)):
        beta, n = config.objective.beta, len(planned)
        run = run or RunFolder.create(path, config, images, title=f"{title or 'Sweep'}, β = {beta:g}")
        yield SweepRunStarted(place, n, beta, run)
        found = run.info.status == "finished"
        if not found:
            with closing(_events(config, images, run)) as events:
                for event in events:
                    yield SweepTraining(place, n, beta, event)
        yield SweepRunEnded(place, n, beta, run, found, run.info.status == "finished")


def _events(config: RunConfig, images: ImageSet, run: RunFolder) -> Generator[TrainingEvent, None, None]:
    yield from train(config, images, run)


def _run_of(path: Path, config: RunConfig, images: ImageSet) -> RunFolder | None:
    """The run at `path` if it is the planned one; None if there is nothing yet.

    Raises
    ------
    RunError
        If it is another one.
    """
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return None
    run = RunFolder.open(path)
    same_images = run.info.data.fingerprint == images.fingerprint
    if not same_images or _what_matters(run.info.config) != _what_matters(config):
        raise RunError(
            f"{path} holds a run with other settings or images; choose another folder for the sweep."
        )
    return run


def _what_matters(config: RunConfig) -> dict[str, object]:
    return config.model_dump(exclude=_OF_NO_MATTER | {"data"})
