"""Problems that a person can mend, each said in one sentence: what, got, what to do."""

from __future__ import annotations

__all__ = [
    "Cancelled",
    "ConfigError",
    "DataError",
    "DeviceError",
    "ExportError",
    "RunError",
    "VaeExplorerError",
    "is_out_of_memory",
]

# What torch says on a CPU (Linux, Windows), on CUDA and MPS, and what CUDA's libraries say.
_SHORT_OF_MEMORY = ("can't allocate", "not enough memory", "out of memory", "ALLOC_FAILED")


class VaeExplorerError(Exception):
    """Base of every expected problem; ``str(error)`` is one sentence for a person."""


class ConfigError(VaeExplorerError):
    """A setting is outside its range or does not fit the others."""


class DataError(VaeExplorerError):
    """Pictures cannot be read, or there are none."""


class DeviceError(VaeExplorerError):
    """The chosen compute device is not on this machine, or not large enough."""


class RunError(VaeExplorerError):
    """A run folder is damaged, foreign, or cannot be written."""


class ExportError(VaeExplorerError):
    """A picture or film cannot be written."""


class Cancelled(VaeExplorerError):  # noqa: N818 — a wish, not a fault
    """The person asked for a long task to stop; nothing was lost."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` says that this machine, or its accelerator, has too little memory; torch's have no common class."""
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _SHORT_OF_MEMORY)
    )
