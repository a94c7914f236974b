"""``CapturedSteps``: the work of an optimiser step, recorded once on a CUDA device and replayed from then on."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache

import torch

__all__ = ["CapturedSteps", "release_unused_memory"]

WARM_STEPS = 3  # of a batch size before it is recorded: libraries choose kernels, caches fill
FINDS_NOISE_ITSELF = (
    2,
    14,
)  # the torch from which graphs find generators themselves, and warn if told of them

_log = logging.getLogger(__name__)
_recording = threading.Lock()  # freeing memory while another thread records would spoil the record


class CapturedSteps:
    """Replays each step as one CUDA graph instead of launching its kernels one by one.

    A step of a small network is some hundred kernels of a few microseconds; Python takes several times as long to launch
    them, and beside a window it also waits for the interpreter. A graph is launched as a whole.

    Replaying does the same to the same memory: what a step computes must begin and end in tensors that stay, and may
    not depend on numbers that Python reads anew. Noise is drawn anew, as each generator is seeded before a replay.
    What cannot be recorded is computed step by step as before.

    Parameters
    ----------
    device
        A CUDA device.
    noises
        Generators that a step draws from; seeded by the caller before each step.
    """

    def __init__(self, device: torch.device, noises: Sequence[torch.Generator]) -> None:
        self._device = device
        self._noises = noises
        self._graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self._n_taken: Counter[int] = Counter()
        self._is_possible = True
        self._pool = torch.cuda.graph_pool_handle()  # memory that all graphs share: they never run at once

    @property
    def sizes(self) -> frozenset[int]:
        """Batch sizes whose step is recorded."""
        return frozenset(self._graphs)

    def step(self, n_images: int, compute: Callable[[], None]) -> None:
        """One step with `n_images`: `compute` itself, or what it did when it was recorded for so many."""
        graph = self._graphs.get(n_images)
        if graph is None and self._is_possible and self._n_taken[n_images] >= WARM_STEPS:
            graph = self._record(n_images, compute)
        if graph is not None:
            graph.replay()
        else:
            compute()
            self._n_taken[n_images] += 1

    def close(self) -> None:
        """Forget the graphs and free their memory."""
        self._is_possible = False
        if self._graphs:
            torch.cuda.synchronize(self._device)
        self._graphs.clear()

    def _record(self, n_images: int, compute: Callable[[], None]) -> torch.cuda.CUDAGraph | None:
        """Nothing is computed while it is recorded, so nothing is lost where that fails."""
        seeds = [noise.initial_seed() for noise in self._noises]
        try:
            with _recording:
                graph = self._captured(compute)
        except Exception as error:  # a defect of `compute` itself comes again when it computes
            _log.warning(
                "a step cannot be replayed as a CUDA graph; it is computed kernel by kernel: %s", error
            )
            self._give_up(seeds)
            return None
        self._graphs[n_images] = graph
        return graph

    def _captured(self, compute: Callable[[], None]) -> torch.cuda.CUDAGraph:
        # Not by `torch.cuda.graph`, which runs the garbage collector first: a stall of a window.
        torch.cuda.synchronize(self._device)
        torch.cuda.empty_cache()  # of computed steps: a recorded one has memory of its own
        graph = torch.cuda.CUDAGraph()
        stream = _stream(self._device)
        stream.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(stream):
            if _torch_version() < FINDS_NOISE_ITSELF:
                for noise in self._noises:
                    graph.register_generator_state(noise)
            graph.capture_begin(self._pool, capture_error_mode="thread_local")
            try:
                compute()
            except BaseException:
                with suppress(RuntimeError):  # that the record was spoiled; why is told by the first error
                    graph.capture_end()
                raise
            graph.capture_end()
        torch.cuda.current_stream(self._device).wait_stream(stream)
        return graph

    def _give_up(self, seeds: Sequence[int]) -> None:
        """Record no more, and go on as if it had never been tried.

        A record that was spoiled leaves its generators waiting for a replay, and torch's memory for its end.
        """
        self._is_possible = False
        self._graphs.clear()
        for noise, seed in zip(self._noises, seeds, strict=True):
            with suppress(RuntimeError, AttributeError):
                noise.graphsafe_set_state(torch.Generator(noise.device).graphsafe_get_state())
            noise.manual_seed(seed)
        with suppress(RuntimeError):
            torch.cuda.empty_cache()


def release_unused_memory(device: torch.device) -> None:
    """Give back what a CUDA device holds for nobody, unless a step is being recorded."""
    if device.type == "cuda" and _recording.acquire(blocking=False):
        try:
            torch.cuda.empty_cache()
        finally:
            _recording.release()


@cache
def _stream(device: torch.device) -> torch.cuda.Stream:
    """The one that steps are recorded on: for each stream cuBLAS keeps 64 MB for good."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # not annotated in torch


def _torch_version() -> tuple[int, int]:
    major, minor = torch.__version__.split(".")[:2]
    return int(major), int(minor)
