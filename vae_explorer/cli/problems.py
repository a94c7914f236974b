"""Errors in words: what a person can mend becomes one sentence that names the option."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from vae_explorer.cli.notes import one_line
from vae_explorer.errors import ConfigError, VaeExplorerError, is_out_of_memory

M = TypeVar("M", bound=BaseModel)

__all__ = ["OPTION_OF_FIELD", "checked", "sentence_of"]

OPTION_OF_FIELD: Mapping[str, str] = {  # field of a config → the option that sets it
    "height": "--size",
    "width": "--width",
    "fit": "--fit",
    "background": "--background",
    "n_images": "--limit",
    "validation_fraction": "--validation-fraction",
    "network": "--net",
    "hidden": "--hidden",
    "start_layers": "--start-layers",
    "latent_dim": "--latent-dim",
    "likelihood": "--likelihood",
    "sigma": "--sigma",
    "logistics": "--logistics",
    "binarisation": "--binarisation",
    "binarisation_seed": "--binarisation-seed",
    "name": "--objective",
    "beta": "--beta",
    "warmup_epochs": "--warmup",
    "cycle_epochs": "--cycle",
    "capacity": "--capacity",
    "capacity_epochs": "--capacity-epochs",
    "capacity_weight": "--capacity-weight",
    "free_bits": "--free-bits",
    "tc_estimator": "--tc-estimator",
    "tc_weight": "--tc-weight",
    "discriminator_width": "--discriminator-width",
    "dip_weight": "--dip-weight",
    "mmd_weight": "--mmd-weight",
    "n_samples": "--samples",
    "dreg": "--dreg",
    "n_labels": "--labels",
    "alpha": "--alpha",
    "noise": "--noise",
    "prior": "--prior",
    "components": "--components",
    "posterior": "--posterior",
    "n_flows": "--flows",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "learning_rate": "--lr",
    "n_threads": "--threads",
    "seed": "--seed",
    "device": "--device",
}

# typer carries its own click since 0.24 and uses the installed one before: its bases are found, not imported.
_ClickException: type[Exception] = typer.BadParameter.__mro__[2]


def sentence_of(error: Exception) -> str | None:
    """One sentence for a person, or None if `error` is a defect of the program."""
    if isinstance(error, VaeExplorerError):
        return one_line(str(error))
    if isinstance(error, _ClickException):
        return _usage_sentence(error)
    if is_out_of_memory(error):
        return "There is not enough memory for this; try a smaller --batch-size, --size or --limit."
    return None


def checked(model: type[M], values: Mapping[str, Any], **options: str) -> M:
    """`model` made from `values`.

    Parameters
    ----------
    options
        Option names of fields that differ from `OPTION_OF_FIELD`.

    Raises
    ------
    ConfigError
        If a value is out of range, naming its option, the range, and what was got.
    """
    try:
        return model.model_validate(values)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise ConfigError(_sentence_of_field(first, options)) from problem


def _sentence_of_field(problem: Any, options: Mapping[str, str]) -> str:
    """`problem` is one of pydantic's ``ErrorDetails``."""
    names = [part for part in problem["loc"] if isinstance(part, str)]
    field = names[-1] if names else ""
    option = options.get(field) or OPTION_OF_FIELD.get(field) or field
    return f"{option} must be {_wanted(problem)}, got {_shown(problem['input'])}."


def _wanted(problem: Any) -> str:
    context = problem.get("ctx", {})
    words = {
        "greater_than_equal": f"at least {_plain(context.get('ge'))}",
        "greater_than": f"above {_plain(context.get('gt'))}",
        "less_than_equal": f"at most {_plain(context.get('le'))}",
        "less_than": f"below {_plain(context.get('lt'))}",
        "literal_error": f"one of {_listed(str(context.get('expected', '')))}",
        "finite_number": "a finite number",
        "too_long": f"at most {context.get('max_length')} numbers",
        "too_short": f"at least {context.get('min_length')} number",
    }
    kind = problem["type"]
    if kind in words:
        return words[kind]
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(problem["loc"][-1]), "written differently")
    message = str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    return message[:1].lower() + message[1:]


_PATTERNS = {
    "background": "a colour like #ffffff",
    "device": "auto, cpu, mps, cuda or cuda:1",
}


def _listed(expected: str) -> str:
    """pydantic's ``'a', 'b' or 'c'`` as ``a, b, c``."""
    return expected.replace("'", "").replace(" or ", ", ")


def _shown(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else _plain(value)


def _plain(value: object) -> str:
    """0.0 as 0."""
    return f"{value:g}" if isinstance(value, float) else f"{value}"


def _usage_sentence(error: Exception) -> str:
    format_message = getattr(error, "format_message", None)
    text = one_line(format_message() if callable(format_message) else str(error))
    text = re.sub(r"^Invalid value for '?([^':]+?)'?(?: / [^:]*)?: ", r"\1: ", text)
    text = re.sub(r"^Got unexpected extra arguments? \((.+)\)$", r"There is one argument too many: \1", text)
    text = re.sub(
        r"^Got unexpected extra argument\(s\) \((.+)\)$", r"There is one argument too many: \1", text
    )
    text = re.sub(r"^No such option: (\S+)", r"There is no option \1", text)
    text = text if text.endswith((".", "?", "!")) else f"{text}."
    command = getattr(getattr(error, "ctx", None), "command_path", None)
    hint = f" See '{command} --help'." if command else ""
    return text + hint
