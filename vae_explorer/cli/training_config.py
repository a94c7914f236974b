"""From the options of ``vae-explorer train`` to a `RunConfig`, new or of a run that goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vae_explorer.cli.inputs import own_spec, with_root
from vae_explorer.cli.problems import OPTION_OF_FIELD, checked
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import ConfigError, RunError
from vae_explorer.runs.config import RunConfig
from vae_explorer.vae.config import (
    CONVOLUTIONAL,
    DENSE,
    GATED_HIDDEN,
    OBJECTIVE_SETTINGS,
    PLUGIN_PREFIX,
    START_BETA,
    WITH_SIGMA,
    ModelConfig,
    ObjectiveConfig,
    check_fit,
)

if TYPE_CHECKING:
    from vae_explorer.runs.folder import RunFolder
    from vae_explorer.runs.presets import Preset

__all__ = ["Asked", "check_new_folder", "given", "new_config", "resumed_config"]


_OPTION_OF_DATA = {
    "source": "--data",
    "path": "--data",
    "width": "--size",
    "channels": "--grey/--colour",
    "seed": "--data-seed",
}


@dataclass(frozen=True)
class Asked:
    """What a person wrote, by config and field; nothing that was left out."""

    data: str | None
    data_root: Path | None
    picture: dict[str, Any]  # fields of DataSpec
    model: dict[str, Any]
    objective: dict[str, Any]
    training: dict[str, Any]  # fields of RunConfig


def given(**options: Any) -> dict[str, Any]:
    """The options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def new_config(asked: Asked, preset: Preset | None = None) -> RunConfig:
    """The config of a new run: what was asked, and else what `preset` says or the defaults.

    Raises
    ------
    ConfigError
        If a value is out of range.
    DataError
        If there is no such data set.
    """
    spec = DataSpec.parse(asked.data or DataSpec().source, asked.data_root)
    begun = RunConfig(data=spec)
    if preset is not None:
        begun = preset.applied_to(begun)
    name = asked.objective.get("name", begun.objective.name)
    if name != begun.objective.name:  # another objective's β would mean something else
        beta = START_BETA.get(name, ObjectiveConfig().beta)
        begun = begun.model_copy(update={"objective": begun.objective.model_copy(update={"beta": beta})})
    if asked.model.get("likelihood", "bernoulli") != "bernoulli":  # nor can its pixels be drawn
        begun = begun.model_copy(update={"model": begun.model.model_copy(update={"binarisation": "none"})})
    return _changed(begun, asked)


def resumed_config(run: RunFolder, asked: Asked) -> RunConfig:
    """The run's config with what was asked; training itself refuses what cannot change.

    Raises
    ------
    ConfigError
        If a value is out of range, or no more epochs are asked than the run has done.
    RunError
        If the run ships with the program or holds nothing to go on from.
    """
    run.check_trainable()
    if not run.has_resume_state():
        raise RunError(
            f"{run.path} holds no state to go on from: train a new model with 'vae-explorer train'."
        )
    spec = own_spec(run)
    if asked.data is not None:
        named = DataSpec.parse(asked.data, asked.data_root)
        spec = spec.model_copy(update={"source": named.source, "path": named.path})
    old = run.info.config.model_copy(update={"data": with_root(spec, asked.data_root)})
    config = _changed(old, asked)
    is_done = not run.has_epochs_left(config.epochs)
    _check_data(run, config.data, even_settings=is_done)
    if is_done:
        done = len(run.history().epochs)
        epochs = "1 epoch" if done == 1 else f"{done:,} epochs"
        raise ConfigError(
            f"--epochs must be above the {epochs} that {run.path} has done, got {config.epochs}."
            if "epochs" in asked.training
            else f"{run.path} has finished its {epochs}: give more with --epochs to train it further."
        )
    return config


def check_new_folder(out: Path) -> None:
    """Refuse what `RunFolder.create` would, before images are loaded.

    Raises
    ------
    RunError
        If `out` exists and is not an empty folder, or cannot be made.
    """
    nearest = next((folder for folder in (out, *out.absolute().parents) if folder.exists()), out)
    if nearest.is_dir() and not os.access(nearest, os.W_OK):
        raise RunError(f"{nearest} is write-protected: choose another folder for the run with --out.")
    if nearest != out and nearest.is_file():
        raise RunError(f"{nearest} is a file, so {out} cannot be made: choose another --out.")
    if out.is_file():
        raise RunError(f"{out} is a file: choose a new folder for the run with --out.")
    if (out / "run.json").is_file():
        raise RunError(f"{out} holds a run already: choose another --out, or go on with --resume {out}.")
    if out.is_dir() and any(out.iterdir()):
        raise RunError(f"{out} is not empty: choose a new folder for the run with --out.")


def _changed(old: RunConfig, asked: Asked) -> RunConfig:
    whole = checked(RunConfig, old.model_dump() | asked.training)
    wanted = asked.model
    if wanted.get("network") == "gated" and old.model.network != "gated":
        wanted = {"hidden": GATED_HIDDEN, **wanted}
    model = checked(ModelConfig, old.model.model_dump() | wanted)
    objective = checked(ObjectiveConfig, old.objective.model_dump() | asked.objective)
    _check_used(asked.model, model)
    _check_used_by_objective(asked.objective, objective)
    check_fit(model, objective)
    return whole.model_copy(
        update={
            "data": checked(
                DataSpec, old.data.model_dump() | asked.picture, width="--size", seed="--data-seed"
            ),
            "model": model,
            "objective": objective,
        }
    )


def _check_used(asked: Mapping[str, object], model: ModelConfig) -> None:
    """Refuse what was asked of the model and would have no effect on it."""
    is_plugin = model.network.startswith(PLUGIN_PREFIX)  # which may make of hidden and width what it likes
    network, likelihood = f"the network is {model.network}", f"the likelihood is {model.likelihood}"
    if "hidden" in asked and model.network not in DENSE and not is_plugin:
        raise ConfigError(f"--hidden needs --net mlp or gated, and {network}.")
    if "width" in asked and model.network not in CONVOLUTIONAL and not is_plugin:
        raise ConfigError(f"--width needs --net conv or residual, and {network}.")
    if "start_layers" in asked and model.network != "residual":
        raise ConfigError(f"--start-layers needs --net residual, and {network}.")
    if "sigma" in asked and model.likelihood not in WITH_SIGMA:
        raise ConfigError(
            f"--sigma needs --likelihood gaussian, gaussian-learned or laplace, and {likelihood}."
        )
    if "logistics" in asked and model.likelihood != "logistic-mixture":
        raise ConfigError(f"--logistics needs --likelihood logistic-mixture, and {likelihood}.")
    if model.binarisation != "none" and model.likelihood != "bernoulli":
        raise ConfigError(
            f"--binarisation {model.binarisation} needs --likelihood bernoulli, and {likelihood}."
        )
    if "binarisation_seed" in asked and model.binarisation == "none":
        raise ConfigError("--binarisation-seed needs --binarisation static or dynamic, and it is none.")
    if "components" in asked and model.prior == "normal":
        raise ConfigError("--components needs --prior mixture or vamp, and the prior is normal.")
    if "n_flows" in asked and model.posterior != "iaf":
        raise ConfigError(f"--flows needs --posterior iaf, and the posterior is {model.posterior}.")


def _check_used_by_objective(asked: Mapping[str, object], objective: ObjectiveConfig) -> None:
    for field in asked:
        users = [name for name, used in OBJECTIVE_SETTINGS.items() if field in used]
        if users and objective.name not in users:
            option = OPTION_OF_FIELD[field]
            few = f"needs --objective {' or '.join(users)}" if len(users) < 3 else "has no effect there"
            raise ConfigError(f"{option} {few}, and the objective is {objective.name}.")


def _check_data(run: RunFolder, new: DataSpec, *, even_settings: bool) -> None:
    """Refuse another source; settings and places may turn out to give the same images, which loading tells."""
    old = own_spec(run)
    names = [name for name in DataSpec.model_fields if name != "data_root"]
    changed = [name for name in names if getattr(new, name) != getattr(old, name)]
    if "source" in changed or (changed and even_settings):
        option = _OPTION_OF_DATA.get(changed[0]) or OPTION_OF_FIELD[changed[0]]
        raise ConfigError(
            f"{run.path} goes on with the images that it began with ({run.info.data.name}): {option} cannot "
            "change; train a new run for other images."
        )
