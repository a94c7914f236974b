"""How rows are cut into batches: all of them once, in order, in few sizes."""

from __future__ import annotations

import pytest
from torch import nn

from vae_explorer.latent.batches import BatchSizes

_CONVOLVES = nn.Sequential(nn.Conv2d(3, 8, 3))
_DENSE = nn.Sequential(nn.Linear(8, 8))


@pytest.mark.parametrize("n", [0, 1, 15, 16, 63, 64, 65, 128, 200, 333])
@pytest.mark.parametrize("sizes", [BatchSizes(64, 16, 64), BatchSizes(128, 128, 256), BatchSizes(1, 1, 1)])
@pytest.mark.parametrize("decodes", [True, False])
def test_that_every_row_is_in_one_batch_in_order(n: int, sizes: BatchSizes, decodes: bool) -> None:
    rows = [row for part in sizes.cut(n, decodes=decodes) for row in range(part.start, part.stop)]
    assert rows == list(range(n))


def test_that_rests_are_cut_into_one_more_size() -> None:
    convolved, dense = BatchSizes(64, 16, 64), BatchSizes(128, 128, 256)
    assert [part.stop - part.start for part in convolved.cut(64 + 48 + 5)] == [64, 16, 16, 16, 5]
    assert [part.stop - part.start for part in dense.cut(300)] == [128, 128, 44]
    assert [part.stop - part.start for part in dense.cut(430, decodes=False)] == [256, 128, 46]


@pytest.mark.parametrize(
    ("model", "side", "expected"),
    [
        (_CONVOLVES, 32, BatchSizes(64, 16, 64)),
        (_CONVOLVES, 128, BatchSizes(16, 16, 16)),
        (_CONVOLVES, 256, BatchSizes(4, 4, 4)),
        (_CONVOLVES, 1024, BatchSizes(1, 1, 1)),
        (_DENSE, 28, BatchSizes(128, 128, 256)),
        (_DENSE, 64, BatchSizes(64, 64, 64)),
    ],
)
def test_that_sizes_suit_the_network_and_the_pictures(
    model: nn.Module, side: int, expected: BatchSizes
) -> None:
    assert BatchSizes.of(model, side, side) == expected
