"""Which measures there are, in the order of a report; a module is imported only when its measure is wanted."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from vae_explorer.errors import ConfigError
from vae_explorer.evaluation.measure import Measure

__all__ = ["MEASURES", "groups", "load_measures"]

_HERE = "vae_explorer.evaluation.measures"

MEASURES = {  # group -> module that holds its MEASURE
    "bound": f"{_HERE}.bound",
    "likelihood": f"{_HERE}.likelihood",
    "latents": f"{_HERE}.latents",
    "aggregate": f"{_HERE}.aggregate",
    "reconstructions": f"{_HERE}.reconstructions",
    "sharpness": f"{_HERE}.sharpness",
    "samples": f"{_HERE}.samples",
    "probes": f"{_HERE}.probes",
    "disentanglement": f"{_HERE}.disentanglement",
    "anomaly": f"{_HERE}.anomaly",
}


def groups() -> tuple[str, ...]:
    """Names of all groups, in order."""
    return tuple(MEASURES)


def load_measures(wanted: Sequence[str] = ()) -> list[Measure]:
    """The measures of the groups in `wanted`, in the registry's order; all if none is named.

    Raises
    ------
    ConfigError
        If there is no such group.
    """
    for name in wanted:
        if name not in MEASURES:
            raise ConfigError(f"There is no group of measures '{name}': choose from {', '.join(MEASURES)}.")
    modules = [module for group, module in MEASURES.items() if not wanted or group in wanted]
    measures = [importlib.import_module(module).MEASURE for module in modules]
    assert all(isinstance(measure, Measure) for measure in measures)
    return measures
