"""Generated pictures: as many as asked, of 8 bits, from the prior."""

from __future__ import annotations

import torch

from vae_explorer.evaluation.sample_quality.generated import generated_pictures
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model


def test_that_pictures_are_decoded_prior_draws_of_8_bits() -> None:
    model = build_model(ModelConfig(network="mlp", hidden=(16,)), ObjectiveConfig(), (1, 8, 8), 2).eval()
    batches = list(generated_pictures(model, 10, torch.Generator().manual_seed(3), batch_size=6))
    assert [len(batch) for batch, _ in batches] == [6, 4]
    x = torch.cat([batch for batch, _ in batches])
    assert torch.allclose(x * 255, (x * 255).round(), atol=1e-4)
    generator = torch.Generator().manual_seed(3)
    z = torch.cat((torch.randn(6, 2, generator=generator), torch.randn(4, 2, generator=generator)))
    with torch.no_grad():
        assert torch.allclose(x, torch.sigmoid(model.decode(z)), atol=0.5 / 255 + 1e-6)
