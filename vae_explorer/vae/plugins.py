"""Networks that other packages bring along: found by entry point, named ``plugin:NAME`` in a config.

A package registers a class under the group ``vae_explorer.networks``; in its ``pyproject.toml``::

    [project.entry-points."vae_explorer.networks"]
    mixer = "my_package.networks:Mixer"

What the class has to offer is described by `NetworkPlugin` in `vae_explorer.vae.networks.plugged`. This module
imports neither torch nor, before `load_plugin`, any code of a plug-in.
"""

from __future__ import annotations

from importlib import metadata

from pydantic import BaseModel, ConfigDict

from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import PLUGIN_PREFIX

__all__ = [
    "GROUP",
    "PluginOrigin",
    "installed_plugins",
    "is_plugin",
    "load_plugin",
    "origin_of",
    "require_plugin",
]

GROUP = "vae_explorer.networks"


class PluginOrigin(BaseModel):
    """Which package a network comes from; runs and snapshots record it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str  # of the entry point
    distribution: str
    version: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


def is_plugin(network: str) -> bool:
    """Whether a config's network names a plug-in."""
    return network.startswith(PLUGIN_PREFIX)


def installed_plugins() -> tuple[PluginOrigin, ...]:
    """What is registered in this environment, by name; looks at package metadata only."""
    return tuple(_origin(entry) for entry in sorted(_entries(), key=lambda entry: entry.name))


def origin_of(network: str) -> PluginOrigin | None:
    """Where a config's network comes from; None for the program's own and for one that is not installed."""
    found = [origin for origin in installed_plugins() if f"{PLUGIN_PREFIX}{origin.name}" == network]
    return found[0] if found else None


def require_plugin(network: str, made_with: PluginOrigin | None) -> None:
    """Refuse a trained model whose network is not installed.

    Raises
    ------
    ConfigError
        Naming the package that the model was `made_with`.
    """
    if is_plugin(network) and origin_of(network) is None:
        raise _missing(network, made_with)


def load_plugin(network: str) -> tuple[object, PluginOrigin]:
    """The plug-in's object, made from its class, and where it comes from.

    Raises
    ------
    ConfigError
        If it is not installed, installed twice, or cannot be imported.
    """
    found = [entry for entry in _entries() if f"{PLUGIN_PREFIX}{entry.name}" == network]
    if not found:
        raise _missing(network, None)
    if len(found) > 1:
        packages = " and ".join(str(_origin(entry)) for entry in found)
        raise ConfigError(f"The network {network} is registered by {packages}: uninstall one of them.")
    origin = _origin(found[0])
    try:
        plugin = found[0].load()
        return (plugin() if isinstance(plugin, type) else plugin), origin
    except Exception as error:
        raise ConfigError(
            f"The network {network} of {origin} cannot be loaded ({type(error).__name__}: {error}); update or "
            "reinstall that package."
        ) from error


def _entries() -> list[metadata.EntryPoint]:
    return list(metadata.entry_points(group=GROUP))


def _origin(entry: metadata.EntryPoint) -> PluginOrigin:
    package = entry.dist
    if package is None:  # an entry point made by hand
        return PluginOrigin(name=entry.name, distribution="unknown", version="unknown")
    return PluginOrigin(name=entry.name, distribution=package.name, version=package.version)


def _missing(network: str, made_with: PluginOrigin | None) -> ConfigError:
    wanted = f"install {made_with}" if made_with is not None else "install the package that brings it"
    return ConfigError(
        f"The network {network} is not installed here: {wanted}, or choose another network "
        "('vae-explorer networks' lists them)."
    )
