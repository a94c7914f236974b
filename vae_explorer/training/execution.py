"""``Execution``: in which precision, memory format and number of threads a training computes."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from vae_explorer.runs.config import Precision
from vae_explorer.runs.info import MemoryFormat, Sharing
from vae_explorer.vae.model import VAE

__all__ = ["PLAIN", "Execution", "denormals_flushed", "keep_freed_memory", "return_freed_memory"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's mallopt(3)


@dataclass(frozen=True)
class Execution:
    """How a training computes; with the seed and the machine it decides every bit of the result.

    Attributes
    ----------
    precision
        ``bfloat16``: matrix products and convolutions in bfloat16 with float32 sums;
        weights, Adam, q(z|x), kl and recon stay float32, and so does every reported evaluation.
    memory_format
        ``channels_last``: maps lie as NHWC, which convolutions in bfloat16 prefer.
    n_threads
        Of the CPU.
    sharing
        What the threads share: each operation, as torch does it, or the ``batch``, of which each takes a part (see
        `Crew`).
    casts
        How bfloat16 comes about: True casts tensors (``torch.autocast``), which convolutions need; False lets matrix
        products of float32 tensors round inside, which some CPUs do faster for MLPs and some do not do at all. That
        setting is the process's: what other threads decode or encode during a step shares it, to three digits.
    captured
        Steps of a CUDA device are recorded and replayed where that is possible; see `CapturedSteps`.
    elastic
        Any step may have one thread instead, which gives the same bits; see `ElasticThreads`.
    """

    precision: Precision = "float32"
    memory_format: MemoryFormat = "contiguous"
    n_threads: int = 1
    casts: bool = True
    sharing: Sharing = "operation"
    elastic: bool = False
    captured: bool = False

    @property
    def n_shares(self) -> int:
        """Parts of a batch that are computed side by side."""
        return self.n_threads if self.sharing == "batch" else 1

    @property
    def n_threads_of_torch(self) -> int:
        """Threads within one operation."""
        return 1 if self.sharing == "batch" else self.n_threads

    def place(self, model: VAE) -> VAE:
        """`model` with its weights in this memory format."""
        return model.to(memory_format=self._format)

    def images(self, x: Tensor) -> Tensor:
        """Images (B, C, H, W) in this memory format."""
        return x.contiguous(memory_format=self._format)

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """Around a loss, not around its gradients."""
        wanted = self.precision == "bfloat16" and self.casts
        return torch.autocast(device.type, dtype=torch.bfloat16) if wanted else nullcontext()

    def products(self) -> AbstractContextManager[object]:
        """Around a loss and its gradients."""
        return _rounded_products() if self.precision == "bfloat16" and not self.casts else nullcontext()

    @property
    def _format(self) -> torch.memory_format:
        return torch.channels_last if self.memory_format == "channels_last" else torch.contiguous_format


PLAIN = Execution()


@contextmanager
def _rounded_products() -> Iterator[None]:
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def denormals_flushed(flushed: bool = True) -> Iterator[None]:
    """In this thread, CPU numbers below 1e-38 are zero (or, with False, kept again) inside.

    Adam's moments of weights that see no gradient fade into such numbers, which a processor handles a
    hundred times slower: its step took 1.6 ms instead of 0.7 ms on MNIST. Threads that OpenMP starts inside
    inherit the setting.
    """
    before = _flushes_denormals()
    torch.set_flush_denormal(flushed)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


@cache
def keep_freed_memory() -> bool:
    """Ask the C library to keep freed memory for the next step; False where it cannot be asked.

    glibc returns large blocks to the system at once, so that every training step asks for its memory anew,
    page by page: 3,000 page faults a step of a residual network, a tenth of its time. Up to 256 MiB stay.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, 32 << 20)) and bool(mallopt(_M_TRIM_THRESHOLD, 256 << 20))


def return_freed_memory() -> None:
    """Give the system what is free for good after a burst of work that will not come again; a few milliseconds.

    What the next step needs of it is found again, page by page, once.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def _flushes_denormals() -> bool:
    smallest = torch.tensor(1e-40)  # not a normal number of float32
    return bool((smallest * 1.0).item() == 0.0)
