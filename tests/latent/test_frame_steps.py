import numpy as np

from vae_explorer.latent.frame_steps import step_sizes


def test_that_a_step_from_black_to_white_is_one() -> None:
    frames = np.zeros((2, 3, 4, 5), dtype=np.uint8)
    frames[1] = 255
    np.testing.assert_allclose(step_sizes(frames), [1.0])


def test_that_a_quarter_of_the_pixels_changing_fully_is_a_half() -> None:
    frames = np.zeros((3, 1, 2, 2), dtype=np.uint8)
    frames[1, 0, 0, 0] = 255
    np.testing.assert_allclose(step_sizes(frames), [0.5, 0.5])


def test_that_a_closed_walk_counts_the_step_home() -> None:
    frames = np.zeros((3, 1, 1, 1), dtype=np.uint8)
    frames[2] = 51
    np.testing.assert_allclose(step_sizes(frames, closes=True), [0.0, 0.2, 0.2], atol=1e-7)
