"""``Keeper``: brings a training to its run folder and back."""

from __future__ import annotations

from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import ResumeState, RunFolder
from vae_explorer.runs.history import EpochRecord, History, SettingMark
from vae_explorer.runs.info import DataCard, Machine, RunStatus, Summary
from vae_explorer.runs.lock import RunLock
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.training.execution import return_freed_memory
from vae_explorer.training.trainer import Trainer

__all__ = ["Keeper", "check_resumable"]


class Keeper:
    """The history of a training and, if it has one, its run folder.

    Order of writing: snapshot, history, resume state. So whatever a kill cuts off, the resume state never
    knows more than the history, and resuming drops what came after it.
    """

    def __init__(self, run: RunFolder | None, trainer: Trainer) -> None:
        self.history = History()
        self._run = run
        self._trainer = trainer
        self._lock: RunLock | None = None
        self._status: RunStatus | None = None  # None: not begun, the folder is not ours to write

    @property
    def run_name(self) -> str:
        return self._run.name if self._run is not None else "unsaved"

    @property
    def has_folder(self) -> bool:
        return self._run is not None

    def begin(self, device_label: str) -> None:
        """Restore what the folder holds and mark the run as running.

        Raises
        ------
        RunError
            If the folder is damaged, cannot be written, or is being trained already.
        """
        if self._run is None:
            self._status = "running"
            return
        self._lock = RunLock(self._run.path)
        self._run.sweep()
        state = self._run.load_resume_state()
        if state is not None:
            self._restore(self._run, state)
        self._status = "running"
        config, execution = self._trainer.config, self._trainer.execution
        self._run.update(
            status="running",
            epochs=config.epochs,
            machine=Machine(
                device=device_label,
                n_threads=execution.n_threads,
                precision=execution.precision,
                memory_format=execution.memory_format,
                sharing=execution.sharing,
                casts=execution.casts,
                elastic=execution.elastic,
                captured=execution.captured,
            ),
        )

    def add_record(self, record: EpochRecord) -> None:
        """Append an epoch."""
        self.history = self.history.model_copy(update={"epochs": (*self.history.epochs, record)})

    def add_mark(self, mark: SettingMark) -> None:
        """Append a change of a setting."""
        self.history = self.history.model_copy(update={"marks": (*self.history.marks, mark)})

    def save(self, snapshot: Snapshot) -> bool:
        """Write `snapshot` of the present step with history and resume state; False without a folder."""
        if self._run is None:
            return False
        self._run.save_snapshot(snapshot)
        self._run.write_history(self.history)
        state = self._trainer.state()
        if state is not None:  # else Adam's moments overflowed under finite weights: the older state stays
            self._run.save_resume_state(state.tensors, state.meta)
            del state
        return_freed_memory()
        return True

    def finish(self, summary: Summary) -> None:
        """All epochs are done."""
        self._end("finished", summary)

    def diverge(self, good: Snapshot) -> None:
        """The loss is not finite; `good` is kept, the resume state stays the last finite one."""
        if self._run is not None:
            self._run.save_snapshot(good)
        self._end("diverged")

    def close(self) -> None:
        """Save a training that is left before its end, unless a step was cut in half; free the folder."""
        try:
            if self._status == "running":
                self._stop()
        finally:
            if self._lock is not None:
                self._lock.release()

    def _stop(self) -> None:
        if self._run is not None and self._trainer.is_between_steps:
            snapshot = self._trainer.snapshot(self.run_name)
            if snapshot is not None:
                self.save(snapshot)
        self._end("stopped")

    def _end(self, status: RunStatus, summary: Summary | None = None) -> None:
        self._status = status
        if self._run is not None:
            self._run.write_history(self.history)
            self._run.update(status=status, summary=summary)

    def _restore(self, run: RunFolder, state: ResumeState) -> None:
        try:
            self._trainer.restore(state)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise RunError(
                f"{run.path} cannot be resumed: its resume state does not fit its settings; start a new run."
            ) from error
        kept = run.history()
        self.history = History(
            epochs=tuple(record for record in kept.epochs if record.epoch <= self._trainer.epoch),
            marks=tuple(mark for mark in kept.marks if mark.step <= self._trainer.step),
        )
        run.drop_snapshots_after(self._trainer.step)


def check_resumable(config: RunConfig, data: DataCard, run: RunFolder) -> None:
    """Refuse to go on with other pictures or another model than the run began with.

    More epochs, another device, a new β or learning rate are welcome.

    Raises
    ------
    RunError
        If the pictures are not those of the run, or its folder is not one to train in.
    ConfigError
        If a setting that cannot change differs, or no epochs are left to train.
    """
    run.check_trainable()
    known = run.info.data
    if data.fingerprint != known.fingerprint:
        raise RunError(
            f"{run.path} was trained on other pictures ({known.name}, {known.n_images:,} images) than these "
            f"({data.name}, {data.n_images:,} images), or their content or split has changed; "
            "bring the pictures back or start a new run."
        )
    if not run.has_epochs_left(config.epochs):
        done = len(run.history().epochs)
        raise ConfigError(
            f"{run.path} has done {done:,} epoch{'' if done == 1 else 's'} already: give a number above "
            f"{done:,}, not {config.epochs:,}."
        )
    old, new = run.info.config, config
    free = {"beta": 0.0}
    fixed = {
        "network and latent": (old.model, new.model),
        "objective": (old.objective.name, new.objective.name),
        "warm-up": (old.objective.warmup_epochs, new.objective.warmup_epochs),
        "setting of the objective": (
            old.objective.model_copy(update=free | {"name": "vae", "warmup_epochs": 0.0}),
            new.objective.model_copy(update=free | {"name": "vae", "warmup_epochs": 0.0}),
        ),
        "batch size": (old.batch_size, new.batch_size),
        "schedule": (old.schedule, new.schedule),
        "seed": (old.seed, new.seed),
    }
    different = [name for name, (before, now) in fixed.items() if before != now]
    if different:
        raise ConfigError(
            f"{run.path} cannot go on with another {' and '.join(different)}; "
            "start a new run for these settings."
        )
