"""``choose_execution``: precision, memory format and threads by a brief measurement of the real model.

Nobody can know them from a processor's name: bfloat16 is 1.0 to 2.5 times as fast where there are instructions
for it and slower elsewhere, channels-last helps some networks only, and a second thread can cost more than it
brings when another program is busy.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import statistics
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import torch
from torch import Tensor

from vae_explorer.errors import RunError
from vae_explorer.locations import cache_folder
from vae_explorer.runs.config import Precision, RunConfig
from vae_explorer.runs.files import write_atomically
from vae_explorer.runs.info import Machine
from vae_explorer.training.devices import device_label, is_same_device, threads_set
from vae_explorer.training.execution import Execution, denormals_flushed
from vae_explorer.training.optimiser import make_adam
from vae_explorer.vae.model import VAE, build_model
from vae_explorer.vae.networks import ImageShape
from vae_explorer.vae.objectives import make_objective

__all__ = ["choose_execution"]

BFLOAT16_GAIN = 1.1  # bfloat16 must be this much faster, else the plainer float32 stays
THREADS_GAIN = 1.25  # all threads must be this much faster than one, which disturbs nobody
NEGLIGIBLE_S = 0.002  # a step this short is all overhead: nothing to choose
PROBE_VALUES = 128 * 3 * 32 * 32  # pixels of a probe's batch at most: a step stays a fraction of a second
ROUNDS = 4
LIMIT_S = 1.5  # for all candidates together; the round under way is finished
_LIMIT_ENTRIES = 200

_log = logging.getLogger(__name__)


def choose_execution(
    config: RunConfig, image_shape: ImageShape, device: torch.device, known: Machine | None = None
) -> Execution:
    """The fastest way to train `config` on `device`.

    What `config` fixes stays. A resumed run (`known`) goes on as it began, so that it ends as if it had never
    stopped. Otherwise candidates train for a few steps on noise, in turns; precision and memory format are
    remembered in the cache folder for this machine and model, threads are measured each time, since they depend
    on what else is running.

    Parameters
    ----------
    image_shape
        (C, H, W).

    Returns
    -------
    Execution
        At most as many threads as torch has now.
    """
    ceiling = torch.get_num_threads()
    if known is not None and is_same_device(known.device, device) and known.system == platform.platform():
        begun = Execution(known.precision, known.memory_format, min(known.n_threads, ceiling))
        return _with_fixed(config, begun)
    n_threads = min(config.n_threads or ceiling, ceiling) if device.type == "cpu" else ceiling
    candidates = list(_candidates(config, device, n_threads))
    name = _key(config, image_shape, device, n_threads)
    remembered = _recall(name)
    best = remembered if remembered in candidates else None
    probe = _Probe(config, image_shape, device)
    if best is None:
        seconds = probe.seconds(candidates)
        best = _fastest(candidates, seconds)
        _remember(name, best)
        _log.info("chose %s among %s", best, {c: f"{1e3 * s:.2f} ms" for c, s in seconds.items()})
    if config.n_threads is None and device.type == "cpu" and n_threads > 1:
        alone = Execution(best.precision, best.memory_format, 1)
        seconds = probe.seconds([best, alone])
        if seconds[alone] < THREADS_GAIN * seconds[best]:
            return alone
    return best


def _candidates(config: RunConfig, device: torch.device, n_threads: int) -> Iterator[Execution]:
    """The plain one first."""
    precisions: list[Precision] = ["float32"] if config.precision == "auto" else [config.precision]
    if config.precision == "auto" and _may_use_bfloat16(device):
        precisions.append("bfloat16")
    for precision in precisions:
        yield Execution(precision, "contiguous", n_threads)
        if config.model.network != "mlp" and device.type != "mps":
            yield Execution(precision, "channels_last", n_threads)


def _may_use_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu"


def _with_fixed(config: RunConfig, execution: Execution) -> Execution:
    """`execution` with what `config` fixes."""
    return Execution(
        execution.precision if config.precision == "auto" else config.precision,
        execution.memory_format,
        config.n_threads or execution.n_threads,
    )


def _fastest(candidates: list[Execution], seconds: dict[Execution, float]) -> Execution:
    def cost(candidate: Execution) -> float:
        return seconds[candidate] * (BFLOAT16_GAIN if candidate.precision == "bfloat16" else 1.0)

    return min((c for c in candidates if c in seconds), key=cost)


class _Probe:
    """Trains copies of a model on noise; leaves torch's threads as they were."""

    def __init__(self, config: RunConfig, image_shape: ImageShape, device: torch.device) -> None:
        self._config = config
        self._shape = image_shape
        self._device = device
        values = image_shape[0] * image_shape[1] * image_shape[2]
        self._n_images = max(1, min(config.batch_size, PROBE_VALUES // values))

    def seconds(self, candidates: list[Execution]) -> dict[Execution, float]:
        """Median seconds of a step of each candidate; the first alone if choosing cannot pay."""
        if len(candidates) == 1:
            return {candidates[0]: 0.0}
        steps = {candidate: self._steps(candidate) for candidate in candidates}
        taken: dict[Execution, list[float]] = {candidate: [] for candidate in candidates}
        with threads_set(torch.get_num_threads()), denormals_flushed():
            for candidate, step in steps.items():
                self._time(candidate, step)  # kernels are chosen and memory is found
                if candidate is candidates[0] and self._time(candidate, step) < NEGLIGIBLE_S:
                    return {candidate: 0.0}
            began = time.perf_counter()
            for _ in range(ROUNDS):
                for candidate, step in steps.items():
                    taken[candidate].append(self._time(candidate, step))
                if time.perf_counter() - began > LIMIT_S:
                    break
        return {candidate: statistics.median(series) for candidate, series in taken.items()}

    def _time(self, candidate: Execution, step: Iterator[None]) -> float:
        torch.set_num_threads(candidate.n_threads)
        begin = time.perf_counter()
        next(step)
        return time.perf_counter() - begin

    def _steps(self, execution: Execution) -> Iterator[None]:
        config, device = self._config, self._device
        model: VAE = execution.place(build_model(config.model, config.objective, self._shape).to(device))
        objective = make_objective(config.objective)
        optimiser = make_adam(model.parameters(), config.learning_rate)
        noise = torch.Generator(device).manual_seed(0)
        x = execution.images(_noise(self._n_images, self._shape).to(device))
        while True:
            for _ in range(2):
                with execution.autocast(device):
                    terms = objective(model, x, 1.0, noise)
                optimiser.zero_grad(set_to_none=True)
                torch.autograd.backward(terms.loss)
                optimiser.step()
            _wait_for(device)
            yield


def _noise(n: int, shape: ImageShape) -> Tensor:
    return torch.rand((n, *shape), generator=torch.Generator().manual_seed(0))


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _key(config: RunConfig, shape: ImageShape, device: torch.device, n_threads: int) -> str:
    """Names everything that decides which candidate is fastest."""
    parts: Iterable[object] = (
        device_label(device),
        _processor(),
        torch.__version__,
        n_threads,
        os.environ.get("OMP_WAIT_POLICY"),
        os.environ.get("GOMP_SPINCOUNT"),
        config.model.model_dump_json(),
        config.objective.name,
        config.batch_size,
        config.precision,
        shape,
    )
    return hashlib.blake2b(repr(tuple(parts)).encode(), digest_size=12).hexdigest()


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line
    return platform.processor() or platform.machine()


def _path() -> Path:
    return cache_folder() / "execution.json"


def _entries() -> dict[str, list[str]]:
    try:
        found = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _recall(name: str) -> Execution | None:
    """What was chosen before, with as many threads as it was measured with."""
    try:
        precision, memory_format, n_threads = _entries()[name]
        return Execution(precision, memory_format, int(n_threads))  # type: ignore[arg-type]  # checked by the caller
    except (KeyError, TypeError, ValueError):
        return None


def _remember(name: str, chosen: Execution) -> None:
    entries = _entries()
    entries.pop(name, None)
    entries[name] = [chosen.precision, chosen.memory_format, str(chosen.n_threads)]
    newest = dict(list(entries.items())[-_LIMIT_ENTRIES:])
    with suppress(RunError):  # a convenience: without it the next training measures again
        write_atomically(_path(), json.dumps(newest, indent=1).encode())
