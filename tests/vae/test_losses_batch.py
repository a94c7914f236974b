"""How many images an evaluation takes at once."""

from __future__ import annotations

import pytest
import torch

from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.cross_entropy import cross_entropy
from vae_explorer.vae.losses import evaluation_batch
from vae_explorer.vae.model import build_model

CPU, CUDA = torch.device("cpu"), torch.device("cuda")


def test_that_an_accelerator_takes_more_of_small_pictures_and_counts_what_is_decoded() -> None:
    vae = ObjectiveConfig()
    small = build_model(ModelConfig(network="mlp", hidden=(8,)), vae, (1, 28, 28))
    large = build_model(ModelConfig(network="mlp", hidden=(8,)), vae, (3, 256, 256))
    mixture = build_model(
        ModelConfig(network="mlp", hidden=(8,), likelihood="logistic-mixture"), vae, (1, 28, 28)
    )
    labelled = ModelConfig(network="mlp", hidden=(8,), conditional=True, n_classes=10)
    m2 = build_model(labelled, ObjectiveConfig(name="m2"), (1, 28, 28))
    assert {evaluation_batch(model, CPU) for model in (small, large, mixture, m2)} == {256}
    assert evaluation_batch(small, CUDA) == 2**21 // 784
    assert evaluation_batch(large, CUDA) == 256
    assert evaluation_batch(m2, CUDA) == 2**21 // 7840
    assert 256 <= evaluation_batch(mixture, CUDA) < evaluation_batch(small, CUDA)


@pytest.mark.parametrize("n_images", [0, 1, 5])
@pytest.mark.parametrize("shape", [(1, 13, 13), (1, 8, 8), (3, 28, 28), (1, 11, 1)])
def test_that_any_number_of_pixels_has_its_cross_entropy(n_images: int, shape: tuple[int, int, int]) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 30.0 * torch.randn(n_images, *shape, generator=generator)
    x = torch.rand(n_images, *shape, generator=generator)
    exact = torch.nn.functional.binary_cross_entropy_with_logits(
        logits.double(), x.double(), reduction="none"
    )
    torch.testing.assert_close(
        cross_entropy(logits, x).double(), exact.flatten(1).sum(1), rtol=1e-6, atol=1e-3
    )
