"""What ``vae-explorer train`` says while it trains and at its end."""

from __future__ import annotations

import math
import sys
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any

from vae_explorer.cli.console import Console, Progress
from vae_explorer.cli.evaluate import as_json, label_as_json, losses_table
from vae_explorer.data.summary import describe
from vae_explorer.vae.recon_label import MARK, recon_label

if TYPE_CHECKING:
    from vae_explorer.data.image_set import ImageSet
    from vae_explorer.data.load import SkippedFile
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.history import EpochRecord, Losses
    from vae_explorer.runs.info import RunStatus
    from vae_explorer.training.events import TrainingEvent

__all__ = ["TrainingReport"]


class TrainingReport:
    """Turns training events into a progress bar and lines for a person, or into JSON lines."""

    def __init__(
        self,
        console: Console,
        run: RunFolder,
        images: ImageSet,
        config: RunConfig,
        skipped: tuple[SkippedFile, ...],
    ) -> None:
        self.status: RunStatus = "stopped"
        self._console = console
        self._run = run
        self._images = images
        self._config = config
        self._skipped = skipped
        self._label = recon_label(config.model, images.has_binary_pixels)
        self._progress = Progress(None)
        self._epochs_done = 0
        self._losses: dict[str, Losses | None] = {"train": None, "validation": None, "test": None}
        self._message = ""
        self._open = ExitStack()

    def __enter__(self) -> TrainingReport:
        self._progress = self._open.enter_context(self._console.progress())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def show(self, event: TrainingEvent) -> None:
        """Report one event."""
        from vae_explorer.training.events import (
            Diverged,
            EpochFinished,
            Finished,
            Progressed,
            SettingChanged,
            Started,
        )

        match event:
            case Started():
                self._start(event)
            case Progressed():
                bound = event.losses.recon + event.losses.kl
                self._progress.show(
                    f"epoch {min(event.epoch + 1, self._config.epochs)}/{self._config.epochs}",
                    event.fraction,
                    1.0,
                    f"{self._label.named('−ELBO')} {bound:,.2f}  {event.images_per_s:,.0f} images/s",
                )
            case EpochFinished():
                self._end_epoch(event.record)
            case SettingChanged():
                self._console.say(
                    f"{event.name.replace('_', ' ')} is {event.value:g} from step {event.step:,} on"
                )
                self._console.emit(
                    {"event": "setting", "step": event.step, "name": event.name, "value": event.value}
                )
            case Finished():
                self._losses = {"train": event.train, "validation": event.validation, "test": event.test}
                self.status = "finished"
            case Diverged():
                self._message = event.message
                self.status = "diverged"
            case _:
                pass

    def end(self) -> None:
        """The last words; for machines the last line."""
        self._open.close()
        self._console.emit(
            {
                "run": str(self._run.path),
                "status": self.status,
                "epochs": self._epochs_done,
                **label_as_json(self._label, self._config.model),
                **{
                    name: _finite(as_json(losses, self._label, self._images.image_shape))
                    for name, losses in self._losses.items()
                },
                "skipped": [{"path": str(file.path), "reason": file.reason} for file in self._skipped],
            }
        )
        if self.status == "diverged":
            print(self._message, file=sys.stderr)
        if self._console.machine:
            return
        if self.status == "finished":
            losses_table(self._console, self._losses, self._label, self._images.image_shape)
            print(f"{self._run.path}\nvae-explorer --run {_quoted(str(self._run.path))}")
        elif self.status == "stopped":
            self._console.say(
                f"Stopped after {self._epochs_done} of {self._config.epochs} epochs; everything so far is in "
                f"{self._run.path}.\nGo on with: vae-explorer train --resume {_quoted(str(self._run.path))}"
            )

    def _start(self, event: Any) -> None:
        self._epochs_done = event.epoch
        model, goal = self._config.model, self._config.objective
        going = f", going on after epoch {event.epoch}" if event.step else ""
        self._console.say(f"{self._images.name}: {describe(self._images)}")
        self._console.say(
            f"{goal.name}, {model.network}, {model.latent_dim} latent dimensions, {model.likelihood}: "
            f"{event.n_parameters:,} parameters on {event.device_label}{going}"
        )
        if self._label.caption:
            self._console.say(f"−ELBO and recon: {self._label.caption.removeprefix(MARK).strip()}")
        self._console.say(f"Run: {self._run.path}")
        self._console.emit(
            {
                "event": "started",
                "run": str(self._run.path),
                "data": self._images.name,
                "device": event.device,
                "parameters": event.n_parameters,
                "train_images": event.n_train,
                "epoch": event.epoch,
                "step": event.step,
            }
        )

    def _end_epoch(self, record: EpochRecord) -> None:
        self._epochs_done = record.epoch
        self._losses |= {"train": record.train, "validation": record.validation}
        shown = f"epoch {record.epoch}/{self._config.epochs}  {self._words('train', record.train)}"
        if record.validation is not None:
            shown += f"   {self._words('validation', record.validation)}"
        self._console.say(f"{shown}   {record.seconds:.1f} s")
        self._console.emit(
            {
                "event": "epoch",
                "epoch": record.epoch,
                "step": record.step,
                "train": _finite(as_json(record.train)),
                "validation": _finite(as_json(record.validation)),
                "beta": record.beta,
                "learning_rate": record.learning_rate,
                "seconds": round(record.seconds, 3),
            }
        )

    def _words(self, split: str, losses: Losses) -> str:
        bound, recon = self._label.named("−ELBO"), self._label.named("recon")
        accuracy = "" if losses.accuracy is None else f", {losses.accuracy:.2%} of the classes right"
        return f"{split} {bound} {-losses.elbo:,.2f} ({recon} {losses.recon:,.2f} + KL {losses.kl:,.2f}){accuracy}"


def _finite(losses: dict[str, float] | None) -> dict[str, float] | None:
    """JSON knows no infinity."""
    return losses if losses is not None and all(map(math.isfinite, losses.values())) else None


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
