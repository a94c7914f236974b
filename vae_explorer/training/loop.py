"""``TrainingLoop``: the order of a training, told as events: steps, reports, validation, saving."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from typing import Literal

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.history import EpochRecord, Losses, SettingMark
from vae_explorer.runs.info import Summary
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.training.control import Changes, TrainControl
from vae_explorer.training.devices import device_label
from vae_explorer.training.events import (
    Diverged,
    EpochFinished,
    Finished,
    Progressed,
    SettingChanged,
    SnapshotTaken,
    Started,
    TrainingEvent,
)
from vae_explorer.training.keeper import Keeper
from vae_explorer.training.pace import Clock, Pace, Rate
from vae_explorer.training.randomness import Purpose, generator_for
from vae_explorer.training.trainer import Trainer
from vae_explorer.vae.losses import evaluation_batch, iterate_losses

__all__ = ["TrainingLoop"]

_DIVERGED = (
    "The loss stopped being a finite number near step {step:,}; the weights of step {good:,} are kept. "
    "Try a smaller learning rate or, with a Gaussian likelihood, a larger σ."
)


class TrainingLoop:
    """The order of a training: steps, reports, validation, saving. Times are of `clock`, in seconds."""

    def __init__(
        self,
        config: RunConfig,
        images: ImageSet,
        trainer: Trainer,
        keeper: Keeper,
        control: TrainControl,
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._config = config
        self._images = images
        self._trainer = trainer
        self._keeper = keeper
        self._control = control
        self._pace = pace
        self._clock = clock
        self._rate = Rate()
        self._good: Snapshot | None = None  # newest snapshot whose weights and losses are finite
        self._pending: list[SettingChanged] = []
        # Sums of recon, kl and further terms, and images of this epoch, at the last report.
        self._reported: tuple[float, float, dict[str, float], int] = (0.0, 0.0, {}, 0)
        self._reported_at = 0.0
        self._losses = Losses(recon=0.0, kl=0.0)
        self._next_progress = 0.0
        self._next_snapshot = 0.0
        self._next_save = 0.0
        self._next_autosave = 0.0

    def apply_new_settings(self, begun: RunConfig) -> None:
        """A resumed run takes over β and learning rate where `config` differs from what it began with."""
        if self._config.objective.beta != begun.objective.beta:
            self._change_beta(self._config.objective.beta)
        if self._config.learning_rate != begun.learning_rate:
            self._change_learning_rate(self._config.learning_rate)

    def events(self) -> Generator[TrainingEvent, None, None]:
        """All events of the training from where `trainer` stands."""
        trainer = self._trainer
        yield Started(
            config=self._config,
            device=str(trainer.device),
            device_label=device_label(trainer.device, trainer.execution.n_threads)
            + (" · bfloat16" if trainer.execution.precision == "bfloat16" else ""),
            precision=trainer.execution.precision,
            n_threads=trainer.execution.n_threads,
            sharing=trainer.execution.sharing,
            n_parameters=trainer.n_parameters,
            n_train=len(trainer.train_index),
            steps_per_epoch=trainer.steps_per_epoch,
            epoch=trainer.epoch,
            step=trainer.step,
        )
        yield from self._take_pending()
        if not (yield from self._publish(save=trainer.step == 0)):
            return
        self._next_autosave = self._clock.now() + self._pace.autosave_s
        self._begin_reports()
        while trainer.epoch < self._config.epochs:
            if not (yield from self._train_epoch()) or not (yield from self._end_epoch()):
                return
        yield from self._finish()

    # Each part below yields its events and returns whether training goes on (False: it diverged).

    def _train_epoch(self) -> Generator[TrainingEvent, None, bool]:
        trainer, clock = self._trainer, self._clock
        began_at = clock.now() - trainer.seconds
        while trainer.step_in_epoch < trainer.steps_per_epoch:
            wanted = False
            if (changes := self._control.take()) is not None:
                wanted = changes.snapshot
                self._apply(changes)
                yield from self._take_pending()
            trainer.train_step()
            now = clock.now()
            trainer.seconds = now - began_at
            if now >= self._next_progress:
                if not all(map(math.isfinite, trainer.sums())):
                    return (yield from self._diverge())
                yield self._progress()
            save = wanted or now >= self._next_autosave
            if (save or now >= self._next_snapshot) and not (yield from self._publish(save=save)):
                return False
        return True

    def _end_epoch(self) -> Generator[TrainingEvent, None, bool]:
        trainer = self._trainer
        if not trainer.is_finite():
            return (yield from self._diverge())
        validation = yield from self._evaluate(Split.VALIDATION, "validation")
        if not _finite(validation):
            return (yield from self._diverge())
        record = EpochRecord(
            epoch=trainer.epoch + 1,
            step=trainer.step,
            train=trainer.epoch_losses(),
            validation=validation,
            beta=trainer.beta_now,
            learning_rate=trainer.learning_rate_now,
            seconds=trainer.seconds,
        )
        trainer.finish_epoch()
        self._keeper.add_record(record)
        self._begin_reports()
        now = self._clock.now()
        save = trainer.epoch in (1, self._config.epochs) or now >= self._next_save
        if (save or now >= self._next_snapshot) and not (yield from self._publish(save=save)):
            return False
        yield EpochFinished(record)
        return True

    def _finish(self) -> Generator[TrainingEvent, None, bool]:
        train = yield from self._evaluate(Split.TRAIN, "final")
        validation = yield from self._evaluate(Split.VALIDATION, "final")
        test = yield from self._evaluate(Split.TEST, "final")
        if not (_finite(train) and _finite(validation) and _finite(test)):
            return (yield from self._diverge())
        assert train is not None  # Trainer refuses a set without training images
        assert self._good is not None
        self._keeper.finish(Summary(train=train, validation=validation, test=test))
        yield Finished(self._good, train, validation, test)
        return True

    def _evaluate(self, split: Split, purpose: Purpose) -> Generator[TrainingEvent, None, Losses | None]:
        """Losses of a whole split with the same noise each time; reports so that a consumer can stop."""
        trainer = self._trainer
        index = self._images.indices(split)
        noise = generator_for(self._config.seed, purpose, int(split), trainer.device)
        losses = None
        labels = self._images.labels
        batch_size = evaluation_batch(trainer.model, trainer.device)
        for _, means in iterate_losses(trainer.model, trainer.pixels, index, batch_size, noise, labels):
            losses = Losses(recon=means.recon, kl=means.kl, accuracy=means.accuracy)
            if self._clock.now() >= self._next_progress:
                yield self._progress()
        return losses

    def _publish(self, *, save: bool) -> Generator[TrainingEvent, None, bool]:
        began_at = self._clock.now()
        snapshot = self._trainer.snapshot(self._keeper.run_name)
        if snapshot is None:
            return (yield from self._diverge())
        self._good = snapshot
        saved = save and self._keeper.save(snapshot)
        now = self._clock.now()
        pause = (now - began_at) / self._pace.cost_share
        self._next_snapshot = now + max(self._pace.snapshot_s, pause)
        if save:
            self._next_save = now + max(self._pace.save_s, pause)
            self._next_autosave = now + max(self._pace.autosave_s, pause)
        yield SnapshotTaken(snapshot, saved)
        return True

    def _diverge(self) -> Generator[TrainingEvent, None, bool]:
        assert self._good is not None  # fresh or restored weights are finite
        self._keeper.diverge(self._good)
        message = _DIVERGED.format(step=self._trainer.step, good=self._good.step)
        yield Diverged(self._trainer.step, message, self._good)
        return False

    def _progress(self) -> Progressed:
        """Losses of the images since the last report; the last losses again if there were none."""
        trainer, now = self._trainer, self._clock.now()
        recon, kl = trainer.sums()
        n_images = trainer.images_in_epoch
        before = self._reported
        if n := n_images - before[3]:
            terms = trainer.extra_sums()
            self._losses = Losses(
                recon=(recon - before[0]) / n,
                kl=(kl - before[1]) / n,
                extra={name: (total - before[2].get(name, 0.0)) / n for name, total in terms.items()},
            )
            self._rate.add(n, now - self._reported_at)
            self._reported, self._reported_at = (recon, kl, terms, n_images), now
        self._next_progress = now + self._pace.progress_s
        left = (self._config.epochs - trainer.epoch_fraction) * len(trainer.train_index)
        return Progressed(
            epoch=trainer.epoch,
            step=trainer.step,
            fraction=min(1.0, trainer.epoch_fraction / self._config.epochs),
            losses=self._losses,
            beta=trainer.beta_now,
            learning_rate=trainer.learning_rate_now,
            images_per_s=self._rate.per_s,
            remaining_s=max(0.0, left / self._rate.per_s) if self._rate.per_s else 0.0,
        )

    def _begin_reports(self) -> None:
        """Reports count from here: a new epoch, or a resumed one whose earlier sums were reported before."""
        recon, kl = self._trainer.sums()
        self._reported = (recon, kl, self._trainer.extra_sums(), self._trainer.images_in_epoch)
        self._reported_at = self._clock.now()

    def _apply(self, changes: Changes) -> None:
        if changes.beta is not None:
            self._change_beta(changes.beta)
        if changes.learning_rate is not None:
            self._change_learning_rate(changes.learning_rate)

    def _change_beta(self, beta: float) -> None:
        if beta != self._trainer.beta:
            self._trainer.beta = beta
            self._mark("beta", beta)

    def _change_learning_rate(self, learning_rate: float) -> None:
        if learning_rate != self._trainer.learning_rate:
            self._trainer.set_learning_rate(learning_rate)
            self._mark("learning_rate", learning_rate)

    def _mark(self, name: Literal["beta", "learning_rate"], value: float) -> None:
        step, epoch = self._trainer.step, self._trainer.epoch_fraction
        self._keeper.add_mark(SettingMark(step=step, epoch=epoch, name=name, value=value))
        self._pending.append(SettingChanged(step, epoch, name, value))

    def _take_pending(self) -> Iterator[SettingChanged]:
        while self._pending:
            yield self._pending.pop(0)


def _finite(losses: Losses | None) -> bool:
    return losses is None or math.isfinite(losses.elbo)
