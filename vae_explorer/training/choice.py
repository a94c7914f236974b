"""``choose_execution``: precision, memory format and threads by a brief measurement of the real model.

Nobody can know them from a processor's name: bfloat16 is 1.0 to 2.5 times as fast where there are instructions
for it and slower elsewhere, channels-last helps some networks only, and a second thread can cost more than it
brings when another program is busy, by how the two share the work.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import platform
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from vae_explorer.errors import RunError
from vae_explorer.locations import cache_folder
from vae_explorer.runs.config import Precision, RunConfig
from vae_explorer.runs.files import write_atomically
from vae_explorer.runs.info import Machine, Sharing
from vae_explorer.training.devices import (
    PLENTY,
    device_label,
    is_same_device,
    training_threads,
    waits_passively,
)
from vae_explorer.training.execution import Execution
from vae_explorer.training.probe import Probe
from vae_explorer.training.rounding_probe import rounding_may_pay
from vae_explorer.vae.config import DENSE
from vae_explorer.vae.likelihoods import make_likelihood
from vae_explorer.vae.networks import ImageShape
from vae_explorer.vae.objectives import make_objective
from vae_explorer.vae.plugins import is_plugin

__all__ = ["choose_execution"]

BFLOAT16_GAIN = 1.05  # bfloat16 must be this much faster, else the plainer float32 stays
THREADS_GAIN = 1.1  # all threads must be this much faster than one, which disturbs nobody
CREW_GAIN = 1.05  # likewise of a crew, whose threads wait for each other once a step only
LOOKS = 3  # at several threads before one is taken: the start of a window is busy for most of a second
LOOK_AGAIN_S = 0.4  # between them
_LIMIT_ENTRIES = 200

_log = logging.getLogger(__name__)


def choose_execution(
    config: RunConfig, image_shape: ImageShape, device: torch.device, known: Machine | None = None
) -> Execution:
    """The fastest way to train `config` on `device`.

    What `config` fixes stays. A resumed run (`known`) goes on as it began, so that it ends as if it had never
    stopped. Otherwise candidates train for a few steps on noise, in turns; precision and memory format are
    remembered in the cache folder for this machine and model; the number of threads, one or all, and what they share are
    measured each time, since that depends on what else is running. Where the number does not change a bit of the
    result, it is measured on while the training goes on (`ElasticThreads`).

    Parameters
    ----------
    image_shape
        (C, H, W).

    Returns
    -------
    Execution
        At most `training_threads`.
    """
    ceiling = training_threads()
    if known is not None and is_same_device(known.device, device) and known.system == platform.platform():
        precision = known.precision if config.precision == "auto" else config.precision
        n_threads = config.n_threads or min(known.n_threads, ceiling)
        casts = known.casts  # without a record MLPs rounded inside on a CPU, everything else was cast
        if casts is None:
            casts = device.type != "cpu" or config.model.network != "mlp"
        elastic = known.elastic and config.n_threads is None and 1 < n_threads == known.n_threads
        return Execution(
            precision, known.memory_format, n_threads, casts, known.sharing, elastic, known.captured
        )
    probe = Probe(config, image_shape, device)
    best = _best_alone(config, image_shape, device, probe)
    if device.type != "cpu":
        return replace(best, n_threads=ceiling)
    n_threads = min(config.n_threads or ceiling, ceiling)
    if n_threads == 1:
        return best
    several = [replace(best, n_threads=n_threads, sharing=sharing) for sharing in _ways_to_share(config)]
    if config.n_threads is not None:
        return several[0]
    least = dict.fromkeys((best, *several), math.inf)
    for look in range(LOOKS):
        if look:
            time.sleep(LOOK_AGAIN_S)
        found = probe.seconds([best, *several])
        if best in found and len(found) == 1:  # nothing to choose
            return best
        if look == 0 and _may_be_elastic(config, several) and probe.agree(best, several[0]):
            return replace(several[0], elastic=True)  # each step will choose
        for candidate, seconds in found.items():
            least[candidate] = min(least[candidate], seconds)
        costs = {c: least[c] * (CREW_GAIN if c.sharing == "batch" else THREADS_GAIN) for c in several}
        cheapest = min(costs, key=costs.__getitem__)
        if costs[cheapest] < least[best]:
            return cheapest
    return best


def _ways_to_share(config: RunConfig) -> list[Sharing]:
    """How threads may share the work, the usually faster first."""
    objective, likelihood = make_objective(config.objective), make_likelihood(config.model)
    if not (objective.is_mean_over_images and likelihood.is_of_each_image) or is_plugin(config.model.network):
        return ["operation"]  # nobody knows whether a plug-in bears two threads
    # The few large products of an MLP bear torch's threads meeting at each, beside a window too (784-400-20: 48,000
    # images/s, one thread 40,000, two that share the batch 40,000: a step is so short that they wait for the interpreter).
    if config.model.network in DENSE:
        return ["operation"] if waits_passively() else ["batch"]
    beside_window = torch.get_num_threads() == 1  # there each thread computes alone, see `configure_threads`
    # torch's threads spin between operations: on few cores a program that becomes busy later would make them crawl.
    return ["batch"] if beside_window or training_threads() < PLENTY else ["batch", "operation"]


def _may_be_captured(config: RunConfig, device: torch.device) -> bool:
    """Whether steps may be recorded and replayed: nobody knows what a plug-in reads anew in each step."""
    return (
        device.type == "cuda"
        and torch.version.hip is None  # AMD's devices bear that name too; nobody has tried
        and make_objective(config.objective).is_of_fixed_shapes
        and not is_plugin(config.model.network)
    )


def _may_be_elastic(config: RunConfig, several: list[Execution]) -> bool:
    """Whether the number of torch's threads may change from step to step, if the bits allow it: it does for MLPs.

    Not where batches have labelled images beside the others: then their sizes differ, and only one is tried.
    """
    of_one_size = config.objective.name != "m2"
    return config.model.network in DENSE and several[0].sharing == "operation" and of_one_size


def _best_alone(config: RunConfig, shape: ImageShape, device: torch.device, probe: Probe) -> Execution:
    """The best precision and memory format with one thread, measured once on this machine."""
    candidates = list(_candidates(config, device))
    name = _key(config, shape, device)
    remembered = _recall(name)
    if found := [c for c in candidates if _words(c) == remembered]:
        return found[0]
    if not all(c.casts for c in candidates) and not rounding_may_pay(config, shape, probe.n_images):
        candidates = [c for c in candidates if c.casts]
    seconds = probe.seconds(candidates)
    costs = {c: s * (BFLOAT16_GAIN if c.precision == "bfloat16" else 1.0) for c, s in seconds.items()}
    best = min(costs, key=costs.__getitem__)
    # Where memory was short, another program may have taken it.
    if all(map(math.isfinite, seconds.values())):
        _remember(name, best)
    _log.info("chose %s among %s", best, {c: f"{1e3 * s:.2f} ms" for c, s in seconds.items()})
    return best


def _candidates(config: RunConfig, device: torch.device) -> Iterator[Execution]:
    """With one thread; the plain one first."""
    captured = _may_be_captured(config, device)
    precisions: list[Precision] = ["float32"] if config.precision == "auto" else [config.precision]
    if config.precision == "auto" and _may_use_bfloat16(device):
        precisions.append("bfloat16")
    convolves = config.model.network not in DENSE
    for precision in precisions:
        yield Execution(precision, "contiguous", 1, captured=captured)
        if convolves and device.type != "mps":
            yield Execution(precision, "channels_last", 1, captured=captured)
        if precision == "bfloat16" and config.precision == "auto" and not convolves and device.type == "cpu":
            yield Execution(precision, "contiguous", 1, casts=False)


def _may_use_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu"


def _key(config: RunConfig, shape: ImageShape, device: torch.device) -> str:
    """Names everything that decides which candidate is fastest."""
    parts: Iterable[object] = (
        device_label(device),
        _processor(),
        torch.__version__,
        config.model.model_dump_json(),
        config.objective.model_dump_json(exclude={"beta", "warmup_epochs", "cycle_epochs"}),
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


def _words(execution: Execution) -> tuple[str, ...]:
    """What is remembered."""
    return (execution.precision, execution.memory_format, "casts" if execution.casts else "rounds inside")


def _path() -> Path:
    return cache_folder() / "execution.json"


def _entries() -> dict[str, list[str]]:
    try:
        found = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _recall(name: str) -> tuple[str, ...] | None:
    try:
        return tuple(map(str, _entries()[name]))
    except (KeyError, TypeError):
        return None


def _remember(name: str, chosen: Execution) -> None:
    entries = _entries()
    entries.pop(name, None)
    entries[name] = list(_words(chosen))
    newest = dict(list(entries.items())[-_LIMIT_ENTRIES:])
    with suppress(RunError):  # a convenience: without it the next training measures again
        write_atomically(_path(), json.dumps(newest, indent=1).encode())
