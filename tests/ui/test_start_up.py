"""What happens behind a window that has just shown."""

from __future__ import annotations

import subprocess
import sys


def test_that_a_training_that_begins_after_the_warm_up_need_import_nothing_of_the_program() -> None:
    code = """
import sys
from vae_explorer.ui.start_up import _warm_up
_warm_up(None)
before = set(sys.modules)
import numpy as np
from vae_explorer.data.image_set import ImageSet
from vae_explorer.runs.config import RunConfig
from vae_explorer.training.train import train
from vae_explorer.vae.config import ModelConfig
images = np.zeros((8, 1, 8, 8), np.uint8)
config = RunConfig(model=ModelConfig(network="mlp", hidden=(8,), latent_dim=2), device="cpu", batch_size=8, epochs=1)
for _ in train(config, ImageSet("black", images, np.zeros(8, np.uint8), "")):
    pass
print(sorted(name for name in set(sys.modules) - before if name.startswith(("vae_explorer.training", "vae_explorer.vae"))))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
