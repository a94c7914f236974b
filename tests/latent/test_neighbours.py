"""Neighbours: against a sort of all distances."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vae_explorer.latent.neighbours import NearestImages


@pytest.mark.parametrize("latent_dim", [1, 2, 40])
def test_that_the_nearest_rows_are_those_of_a_full_sort(latent_dim: int) -> None:
    rng = np.random.default_rng(0)
    mu, z = rng.normal(size=(500, latent_dim)).astype(np.float32), rng.normal(size=latent_dim)
    rows, distances = NearestImages(mu).query(z, 12)
    everything = np.linalg.norm(mu.astype(np.float64) - z, axis=1)
    np.testing.assert_array_equal(rows, np.argsort(everything)[:12])
    np.testing.assert_allclose(distances, np.sort(everything)[:12], rtol=1e-4, atol=1e-5)


def test_that_a_batch_of_latents_is_answered_row_by_row() -> None:
    mu = np.arange(10.0)[:, None]
    rows, distances = NearestImages(mu).query([[0.1], [8.9]], 2)
    np.testing.assert_array_equal(rows, [[0, 1], [9, 8]])
    np.testing.assert_allclose(distances, [[0.1, 0.9], [0.1, 0.9]])


def test_that_of_equally_near_rows_the_first_comes_first() -> None:
    mu = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, -1.0]])
    rows, distances = NearestImages(mu).query([0.0, 0.0], 3)
    np.testing.assert_array_equal(rows, [1, 2, 3])
    np.testing.assert_array_equal(distances, [1.0, 1.0, 1.0])


def test_that_means_far_from_the_origin_keep_their_order() -> None:
    mu = (1000.0 + np.arange(50.0)[:, None] * 1e-3 * np.ones((1, 2))).astype(np.float32)
    exact = np.linalg.norm(mu.astype(np.float64) - mu[20], axis=1)
    rows, distances = NearestImages(mu).query(mu[20], 5)
    np.testing.assert_array_equal(np.sort(distances), distances)
    np.testing.assert_allclose(distances, np.sort(exact)[:5], rtol=1e-6)
    assert rows[0] == 20


def test_that_asking_for_more_than_there_are_gives_all() -> None:
    rows, distances = NearestImages(np.zeros((3, 2))).query([0.0, 0.0], 12)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert distances.shape == (3,)


def test_that_an_empty_set_has_no_neighbours() -> None:
    rows, distances = NearestImages(np.empty((0, 2))).query([0.0, 0.0], 5)
    assert rows.shape == distances.shape == (0,)


def test_that_rows_that_are_not_finite_are_never_found() -> None:
    mu = np.array([[np.nan, 0.0], [5.0, 5.0], [np.inf, 0.0], [1.0, 1.0]])
    rows, _ = NearestImages(mu).query([0.0, 0.0], 4)
    np.testing.assert_array_equal(rows, [3, 1])


def test_that_threads_may_share_one_search() -> None:
    rng = np.random.default_rng(1)
    mu, z = rng.normal(size=(300, 3)), rng.normal(size=(64, 3))
    search = NearestImages(mu)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda point: search.query(point, 1)[0][0], z))
    expected = np.argmin(np.linalg.norm(mu[None] - z[:, None], axis=2), axis=1)
    np.testing.assert_array_equal(found, expected)
