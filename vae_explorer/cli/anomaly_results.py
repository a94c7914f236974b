"""What ``vae-explorer anomaly`` keeps in its file: settings and the classes done, so that it can go on."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.anomaly.auroc import Auroc
from vae_explorer.evaluation.anomaly.protocol import ClassResult
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.files import read_model, write_atomically

__all__ = ["AnomalyFile", "AnomalySettings", "AreaRecord", "ClassRecord", "opened"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AreaRecord(_Frozen):
    """An `Auroc`."""

    value: float
    standard_error: float
    interval: tuple[float, float]
    n_normal: int
    n_anomalous: int


class ClassRecord(_Frozen):
    """A `ClassResult`."""

    label: int
    class_name: str
    n_train: int
    areas: dict[str, AreaRecord]

    @classmethod
    def of(cls, result: ClassResult) -> ClassRecord:
        """`result` as it is kept."""
        areas = {
            name: AreaRecord(
                value=area.value,
                standard_error=area.standard_error,
                interval=area.interval,
                n_normal=area.n_normal,
                n_anomalous=area.n_anomalous,
            )
            for name, area in result.areas.items()
        }
        return cls(label=result.label, class_name=result.class_name, n_train=result.n_train, areas=areas)

    def result(self) -> ClassResult:
        """The `ClassResult` that was kept."""
        areas = {name: Auroc(**area.model_dump()) for name, area in self.areas.items()}
        return ClassResult(self.label, self.class_name, self.n_train, areas)


class AnomalySettings(_Frozen):
    """Everything that the areas depend on."""

    protocol: str
    data: str  # fingerprint of the images
    config: RunConfig


class AnomalyFile(_Frozen):
    """The file's content."""

    settings: AnomalySettings
    classes: tuple[ClassRecord, ...] = ()

    def with_class(self, record: ClassRecord) -> AnomalyFile:
        """The file with one more class done, in the order of labels."""
        classes = sorted((*self.classes, record), key=lambda each: each.label)
        return self.model_copy(update={"classes": tuple(classes)})

    def write(self, path: Path) -> None:
        """Write it atomically.

        Raises
        ------
        RunError
            If the folder cannot be written.
        """
        write_atomically(path, self.model_dump_json(indent=1).encode())


def opened(path: Path | None, settings: AnomalySettings) -> AnomalyFile:
    """The file at `path` to go on with; a new one if there is none.

    Raises
    ------
    ConfigError
        If it was made with other settings.
    RunError
        If it is damaged.
    """
    if path is None or not path.exists():
        return AnomalyFile(settings=settings)
    found = read_model(path, AnomalyFile)
    if found.settings != settings:
        raise ConfigError(
            f"{path} holds results of other images or settings: choose another --out, or repeat its options."
        )
    return found
