"""``sweep.json``: rate and distortion of the runs of one sweep, which lie in folders beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from vae_explorer.runs.files import read_model, write_atomically

if TYPE_CHECKING:
    from vae_explorer.runs.folder import RunFolder

__all__ = ["SWEEP_FILE", "Sweep", "SweepPoint", "read_sweep", "write_sweep"]

SWEEP_FILE = "sweep.json"


class SweepPoint(BaseModel):
    """One finished run, measured; nats an image, errors are standard errors over images."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    beta: float
    run: str  # its folder, beside sweep.json
    epochs: int
    split: str
    n_images: int
    rate: float  # KL(q(z|x) ‖ p(z))
    rate_error: float | None
    distortion: float  # E_q[−log p(x|z)]
    distortion_error: float | None
    label: str = ""  # "not a likelihood: …" where distortion is none
    step: int | None = None  # of the weights that were measured; None: not recorded by older versions
    bound_error: float | None = None  # of rate + distortion; less than both errors together say
    active_units: int | None = None  # None: not known, or KL has no share for each dimension

    @property
    def bound(self) -> float:
        """−ELBO, rate + distortion."""
        return self.rate + self.distortion

    def is_of(self, run: RunFolder, split: str) -> bool:
        """Whether it tells of the newest weights of `run`, measured on `split`."""
        snapshots = run.snapshots()
        newest = snapshots[-1].step if snapshots else None
        return newest is not None and (self.run, self.step, self.split) == (run.name, newest, split)


class Sweep(BaseModel):
    """Content of ``sweep.json``; points by ascending β."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["vae-explorer sweep"] = "vae-explorer sweep"
    format_version: Literal[1] = 1
    base: str = ""  # the run whose settings are swept
    data: str = ""
    betas: tuple[float, ...] = ()  # what was asked for last, done or not
    epochs: int | None = None  # of each run
    points: tuple[SweepPoint, ...] = Field(default=())
    current: SweepPoint | None = None  # the run that was compared with them last

    def with_point(self, point: SweepPoint) -> Sweep:
        """The sweep with `point` in the place of one with the same β."""
        others = [each for each in self.points if each.beta != point.beta]
        return self.model_copy(update={"points": tuple(sorted([*others, point], key=lambda each: each.beta))})

    @property
    def missing(self) -> tuple[float, ...]:
        """Each β that was asked for and has no point yet."""
        done = {point.beta for point in self.points}
        return tuple(beta for beta in self.betas if beta not in done)

    @property
    def split(self) -> str | None:
        """What the points were measured on; None without points."""
        return self.points[0].split if self.points else None


def read_sweep(folder: Path) -> Sweep | None:
    """The sweep in `folder`; None if there is none yet.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = folder / SWEEP_FILE
    return read_model(path, Sweep) if path.exists() else None


def write_sweep(folder: Path, sweep: Sweep) -> None:
    """Replace ``sweep.json``.

    Raises
    ------
    RunError
        If it cannot be written.
    """
    write_atomically(folder / SWEEP_FILE, sweep.model_dump_json(indent=1).encode())
