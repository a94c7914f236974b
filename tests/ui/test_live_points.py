"""The map shows as many points as training can bear, and keeps to a number while that is about right."""

from __future__ import annotations

import pytest

from vae_explorer.latent.batches import BATCH_IMAGES
from vae_explorer.ui.live_points import INTERVAL_S, MOST_POINTS, SHARE, LivePoints
from vae_explorer.ui.map_refresher import MEASURED


def _after(point_s: float, passes: int = 20, n_cores: int = 2) -> LivePoints:
    live = LivePoints(n_cores)
    for _ in range(passes):
        live.learn(live.count, live.count * point_s)
    return live


def test_that_a_cheap_model_shows_all_points_it_may() -> None:
    assert _after(1e-6).count == MOST_POINTS


@pytest.mark.parametrize("point_s", [2e-5, 1e-4, 1.5e-4])
@pytest.mark.parametrize("n_cores", [2, 8])
def test_that_a_pass_takes_its_share_of_the_cores_and_not_much_less(point_s: float, n_cores: int) -> None:
    allowed = SHARE * INTERVAL_S * n_cores
    count = _after(point_s, n_cores=n_cores).count
    assert count * point_s <= allowed
    assert count == MOST_POINTS or count * point_s >= 0.4 * allowed


def test_that_a_costly_model_still_has_a_map() -> None:
    assert _after(1.0).count == 256


def test_that_the_first_pass_does_not_count() -> None:
    live = LivePoints(2)
    before = live.count
    live.learn(before, 60.0)
    assert live.count == before


def test_that_the_number_of_points_does_not_flicker() -> None:
    live = _after(1e-4)
    settled, seen = live.count, set()
    for k in range(50):
        live.learn(live.count, live.count * 1e-4 * (1.05 if k % 2 else 0.95))
        seen.add(live.count)
    assert seen == {settled}


def test_that_all_numbers_of_points_are_cut_into_few_sizes_of_batches() -> None:
    """A new size costs megabytes of kernels, which stay."""
    sizes = set()
    for exponent in range(400):
        n = _after(1e-6 * 1.03**exponent).count
        for part in (n // MEASURED, n - n // MEASURED, n):  # decoded too, only encoded; all decoded
            sizes |= {BATCH_IMAGES} if part >= BATCH_IMAGES else set()
            sizes |= {part % BATCH_IMAGES} - {0}
    assert sizes <= {32, 64, 96, BATCH_IMAGES}
