"""``sweep.json``: rate and distortion of the runs of one sweep, which lie in folders beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from vae_explorer.runs.files import read_model, write_atomically

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


class Sweep(BaseModel):
    """Content of ``sweep.json``; points by ascending β."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["vae-explorer sweep"] = "vae-explorer sweep"
    format_version: Literal[1] = 1
    base: str = ""  # the run whose settings are swept
    data: str = ""
    points: tuple[SweepPoint, ...] = Field(default=())

    def with_point(self, point: SweepPoint) -> Sweep:
        """The sweep with `point` in the place of one with the same β."""
        others = [each for each in self.points if each.beta != point.beta]
        return self.model_copy(update={"points": tuple(sorted([*others, point], key=lambda each: each.beta))})


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
