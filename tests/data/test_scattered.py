"""Batches cut from images in a file, with the following batch read ahead."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_explorer.data import scattered as module
from vae_explorer.data.scattered import (
    ScatteredRows,
    expect_scattered_reads,
    is_mapped,
    outgrows_memory,
    release_pages,
)


@pytest.fixture
def mapped(tmp_path: Path) -> NDArray[np.uint8]:
    images = np.random.default_rng(0).integers(0, 256, (90, 1, 8, 9), dtype=np.uint8)
    np.save(tmp_path / "images.npy", images)
    opened: NDArray[np.uint8] = np.load(tmp_path / "images.npy", mmap_mode="r")
    return opened


@pytest.mark.parametrize("size", [1, 3, 4, 7, 32])
def test_that_batches_come_whole_and_in_order_with_or_without_reading_ahead(
    mapped: NDArray[np.uint8], size: int
) -> None:
    order = np.random.default_rng(1).permutation(len(mapped))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    ahead, plain = ScatteredRows(mapped), ScatteredRows(mapped)
    for batch, then in zip(batches, [*batches[1:], None], strict=True):
        expected = np.array(mapped)[batch]
        np.testing.assert_array_equal(ahead.take(batch, then), expected)
        np.testing.assert_array_equal(plain.take(batch), expected)


def test_that_another_batch_than_the_one_announced_is_still_the_right_one(mapped: NDArray[np.uint8]) -> None:
    rows = ScatteredRows(mapped)
    first, announced, other = np.arange(4), np.arange(10, 14), np.arange(20, 26)
    rows.take(first, then=announced)
    np.testing.assert_array_equal(rows.take(other, then=announced), np.array(mapped)[other])
    np.testing.assert_array_equal(rows.take(announced, then=announced[:0]), np.array(mapped)[announced])


def test_that_the_following_batch_is_read_before_it_is_asked_for(
    mapped: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    done = threading.Event()
    plain = module._rows

    def watched(images: NDArray[np.uint8], index: NDArray[np.int64]) -> NDArray[np.uint8]:
        found = plain(images, index)
        read.extend(index.tolist())
        if {40, 41, 42, 43} <= set(read):
            done.set()
        return found

    monkeypatch.setattr(module, "_rows", watched)
    rows = ScatteredRows(mapped)
    rows.take(np.arange(4), then=np.arange(40, 44))
    assert done.wait(10.0)
    rows.take(np.arange(40, 44))
    assert sorted(read) == [0, 1, 2, 3, 40, 41, 42, 43]  # nothing was read twice


def test_that_the_readers_end_with_their_owner(mapped: NDArray[np.uint8]) -> None:
    rows = ScatteredRows(mapped)
    rows.take(np.arange(8))
    readers = [thread for thread in threading.enumerate() if thread.name.startswith("read-ahead")]
    assert readers
    del rows
    for thread in readers:
        thread.join(10.0)
        assert not thread.is_alive()


def test_that_only_files_are_told_how_they_will_be_read(mapped: NDArray[np.uint8]) -> None:
    assert is_mapped(mapped)
    assert not is_mapped(np.array(mapped))
    assert not expect_scattered_reads(np.array(mapped))
    before = np.array(mapped)
    expect_scattered_reads(mapped)
    np.testing.assert_array_equal(mapped, before)


def test_that_a_set_far_beyond_any_memory_outgrows_it_and_a_small_one_does_not() -> None:
    assert not outgrows_memory(1 << 20)
    if hasattr(module.os, "sysconf"):
        assert outgrows_memory(1 << 60)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to see what is resident")
def test_that_released_pages_leave_the_memory_and_can_be_read_again(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.ones((2000, 1, 64, 64), dtype=np.uint8))
    images = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert int(images.sum(dtype=np.int64)) == images.size
    before = _resident_of_files_kb()
    assert release_pages(images[1:])
    assert before - _resident_of_files_kb() > 0.8 * images.nbytes / 1024
    assert int(images.sum(dtype=np.int64)) == images.size
    assert not release_pages(np.array(images))


def _resident_of_files_kb() -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("RssFile")).split()[1])
