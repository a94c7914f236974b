"""``train-cache``: training from the memory-mapped cache beside training from memory."""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Worker, alternating
from benchmarks.rows import Row, paired
from vae_explorer.cores import openmp_environment
from vae_explorer.data.scattered import expect_scattered_reads, is_mapped

__all__ = ["ENVIRONMENT", "begin", "chosen", "rate", "run"]

_BUDGET_MB = 32  # of the side that must not hold the set
_DROP_S = 0.2  # between two droppings of every page: hardly an image comes back within it
# What `vae-explorer` sets before torch is imported; a number of threads of the caller's is not passed on.
ENVIRONMENT: dict[str, str | None] = {**openmp_environment(trains=True), "OMP_NUM_THREADS": None}
# network, images, (C, H, W)
_CASES: dict[str, tuple[dict[str, Any], int, tuple[int, int, int]]] = {
    "784-400-20": ({"network": "mlp", "hidden": (400,), "latent_dim": 20}, 200_000, (1, 28, 28)),
    "conv": ({"network": "conv", "latent_dim": 10}, 60_000, (3, 32, 32)),
}
_STATE: dict[str, Any] = {}  # of a worker: its set and its training under way


def run(name: str, *, quick: bool) -> list[Row]:
    """Rows of ``train-cache``."""
    seconds, rounds = (1.0, 2) if quick else (4.0, 3)
    rows = []
    for case, (model, n_images, shape) in _CASES.items():
        with tempfile.TemporaryDirectory(prefix="images-") as folder:
            path = Path(folder, "images.npy")
            np.save(path, _noise(n_images, shape))
            rows += _measure(name, case, model, path, seconds, rounds)
    return rows


def _measure(
    name: str, case: str, model: dict[str, Any], path: Path, seconds: float, rounds: int
) -> list[Row]:
    lowered = {**ENVIRONMENT, "VAE_EXPLORER_MEMORY_BUDGET_MB": str(_BUDGET_MB)}
    with Worker(ENVIRONMENT) as resident, Worker(lowered) as mapped:
        shape, in_file = resident.call(begin, str(path), model, None)
        assert not in_file
        how = resident.call(chosen)
        _, in_file = mapped.call(begin, str(path), model, how)
        assert in_file
        first = mapped.call(rate, seconds)  # each page is fetched from the disk for the first time
        found = alternating(
            {
                "resident": lambda: float(resident.call(rate, seconds)),
                "mapped": lambda: float(mapped.call(rate, seconds)),
                "forgetful": lambda: float(mapped.call(forgetful_rate, seconds)),
            },
            rounds,
        )
        megabytes_read = mapped.call(from_disk) / 1e6
    size = f"{shape[0]:,} × {shape[2]}×{shape[3]}×{shape[1]}"
    megabytes = int(np.prod(shape)) / 1e6
    setting = (
        f"{how[0]}, {how[1]} of {os.cpu_count()} threads on both sides; reference: the same set in memory"
    )
    return [
        paired(
            name,
            f"{case}, {size}, mapped",
            found["mapped"],
            found["resident"],
            "images/s",
            note=(
                f"{megabytes:,.0f} MB under a budget of {_BUDGET_MB} MB; {setting}; with no page in the file "
                f"cache at first, the first {seconds:g} s gave {first:,.0f} images/s"
            ),
            extra={"first_images_per_s": first},
            better="higher",
            must_ratio=0.8,
        ),
        paired(
            name,
            f"{case}, {size}, memory keeps nothing",
            found["forgetful"],
            found["resident"],
            "images/s",
            note=(
                f"as above, and every page is dropped each {1000 * _DROP_S:g} ms, so that each image comes "
                f"from the disk ({megabytes_read:,.0f} MB in all): what a set many times larger than memory meets"
            ),
            extra={"megabytes_read": megabytes_read},
            better="higher",
        ),
    ]


def begin(path: str, model: dict[str, Any], how: tuple[str, int] | None) -> tuple[tuple[int, ...], bool]:
    """Load the file through the cache and begin a training; the set's shape, and whether it is mapped."""
    from vae_explorer.data.load import load_now
    from vae_explorer.data.spec import DataSpec
    from vae_explorer.runs.config import RunConfig
    from vae_explorer.training.devices import configure_threads
    from vae_explorer.training.events import Started
    from vae_explorer.training.train import train

    configure_threads(leave_one_free=False)
    images = load_now(DataSpec(source="array", path=Path(path), validation_fraction=0.001))
    settings: dict[str, Any] = {"model": model, "epochs": 1000, "device": "cpu"}
    if how is not None:
        settings |= {"precision": how[0], "n_threads": how[1]}
        if is_mapped(images.images):
            _drop(images.images)
    events = train(RunConfig.model_validate(settings), images)
    started = next(events)
    assert isinstance(started, Started)
    _STATE.update(images=images.images, events=events, started=started)
    return images.images.shape, is_mapped(images.images)


def chosen() -> tuple[str, int]:
    """Precision and number of threads of this worker's training."""
    return _STATE["started"].precision, _STATE["started"].n_threads


def rate(seconds: float) -> float:
    """Images a second of this worker's training over the next `seconds`: everything included that it does."""
    from vae_explorer.training.events import Progressed

    started, events = _STATE["started"], _STATE["events"]
    n_in_all = started.config.epochs * started.n_train
    found: Iterator[tuple[float, float]] = (
        (time.perf_counter(), event.fraction) for event in events if isinstance(event, Progressed)
    )
    begin_s, begin_fraction = next(found)
    for now_s, fraction in found:
        if now_s - begin_s > seconds:
            return float((fraction - begin_fraction) * n_in_all / (now_s - begin_s))
    raise RuntimeError("the training ended before it was measured")


def forgetful_rate(seconds: float) -> float:
    """`rate` while the system is made to forget every page of the set again and again.

    The set is read as one that outgrows memory would be.
    """
    images = _STATE["images"]
    expect_scattered_reads(images)
    before = _bytes_read()
    ended = threading.Event()

    def forget() -> None:
        while not ended.wait(_DROP_S):
            _drop(images)

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        return rate(seconds)
    finally:
        ended.set()
        thread.join()
        _STATE["from_disk"] = _STATE.get("from_disk", 0) + _bytes_read() - before
        images.base.madvise(mmap.MADV_NORMAL)
        images.sum()  # in the file cache again


def from_disk() -> int:
    """Bytes that came from the disk during this worker's forgetful stretches."""
    return int(_STATE["from_disk"])


def _bytes_read() -> int:
    lines = Path("/proc/self/io").read_text("ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["read_bytes"])


def _drop(images: np.memmap[Any, Any]) -> None:
    """Take the pages of a mapped set out of this process and of the file cache."""
    assert isinstance(images.base, mmap.mmap)
    images.base.madvise(mmap.MADV_DONTNEED)
    with Path(str(images.filename)).open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _noise(n_images: int, shape: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 256, (n_images, *shape), dtype=np.uint8)
