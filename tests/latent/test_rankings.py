from dataclasses import replace

import numpy as np

from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.rankings import active_dims, ranked_images


def _encodings(recon: list[float], kl_per_dim: tuple[float, ...] = (1.0, 2.0)) -> Encodings:
    n, d = len(recon), len(kl_per_dim)
    return Encodings(
        index=10 + np.arange(n, dtype=np.int64),
        mu=np.zeros((n, d), dtype=np.float32),
        log_var=np.zeros((n, d), dtype=np.float32),
        recon=np.array(recon, dtype=np.float32),
        kl=np.zeros(n, dtype=np.float32),
        kl_per_dim=np.array(kl_per_dim, dtype=np.float32),
        step=1,
    )


def test_that_worst_comes_first_and_best_reverses_it() -> None:
    encodings = _encodings([3.0, 9.0, 1.0])
    assert ranked_images(encodings, "worst").tolist() == [11, 10, 12]
    assert ranked_images(encodings, "best").tolist() == [12, 10, 11]


def test_that_a_loss_that_is_not_finite_counts_as_the_worst() -> None:
    encodings = _encodings([3.0, np.nan, 9.0])
    assert ranked_images(encodings, "worst").tolist() == [11, 12, 10]
    assert ranked_images(encodings, "best").tolist() == [10, 12, 11]


def test_that_what_was_not_measured_has_no_rank_but_a_place_in_random_order() -> None:
    encodings = replace(_encodings([3.0, np.nan, 9.0, np.nan]), measured=np.array([True, False, True, False]))
    assert ranked_images(encodings, "worst").tolist() == [12, 10]
    assert ranked_images(encodings, "best").tolist() == [10, 12]
    assert sorted(ranked_images(encodings, "random").tolist()) == [10, 11, 12, 13]


def test_that_random_order_is_a_permutation_fixed_by_its_seed() -> None:
    encodings = _encodings([0.0] * 50)
    first = ranked_images(encodings, "random", seed=3)
    assert sorted(first.tolist()) == encodings.index.tolist()
    assert first.tolist() == ranked_images(encodings, "random", seed=3).tolist()
    assert first.tolist() != ranked_images(encodings, "random", seed=4).tolist()


def test_that_only_images_of_the_class_and_the_split_are_ranked() -> None:
    encodings = _encodings([3.0, 9.0, 1.0, 5.0])
    labels = np.zeros(20, dtype=np.int64)
    labels[[10, 13]] = 1
    assert ranked_images(encodings, "worst", labels=labels, label=1).tolist() == [13, 10]
    assert ranked_images(encodings, "worst", within=np.array([10, 11])).tolist() == [11, 10]


def test_that_chosen_images_keep_their_order_even_if_they_were_not_encoded() -> None:
    chosen = np.array([12, 3, 10])
    assert ranked_images(_encodings([1.0, 2.0, 3.0]), "chosen", chosen=chosen).tolist() == [12, 3, 10]


def test_that_dimensions_below_a_hundredth_of_a_nat_are_inactive() -> None:
    active, inactive = active_dims(_encodings([0.0], (0.5, 0.0099, 3.0, 0.01)))
    assert active.tolist() == [2, 0, 3]
    assert inactive.tolist() == [1]
