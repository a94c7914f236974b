"""Presets: recipes that ship with the program, each with the figure that was measured with it."""

from __future__ import annotations

from dataclasses import dataclass

from vae_explorer.errors import ConfigError
from vae_explorer.runs.config import RunConfig, ScheduleName
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

__all__ = ["PRESETS", "Preset", "find_preset", "preset_of"]


@dataclass(frozen=True)
class Preset:
    """A model, its objective, and how long and how fast it is trained; nothing about images, seed or device.

    Attributes
    ----------
    name
        What the command line calls it.
    title
        What the window calls it.
    about
        What it is for, in a few words.
    figure
        What was measured with it, on which images; the README says with which commands.
    """

    name: str
    title: str
    about: str
    figure: str
    model: ModelConfig
    objective: ObjectiveConfig
    epochs: int
    batch_size: int
    learning_rate: float
    schedule: ScheduleName = "constant"

    def applied_to(self, config: RunConfig) -> RunConfig:
        """`config` with everything that this preset is about; its images, seed and device stay."""
        return config.model_copy(
            update={
                "model": self.model,
                "objective": self.objective,
                "epochs": self.epochs,
                "batch_size": self.batch_size,
                "learning_rate": self.learning_rate,
                "schedule": self.schedule,
            }
        )


PRESETS = (
    Preset(
        name="2d-sharpest",
        title="2-D, sharpest",
        about="The most probability for unseen pictures that was measured with two dimensions: a deep MLP trained on the "
        "bound of five samples, minutes of training.",
        figure="−log p(x) 127.36 ± 0.43, 500 samples of each of MNIST's 10,000 test images; −ELBO 137.78",
        model=ModelConfig(network="mlp", hidden=(512, 512, 512), latent_dim=2, binarisation="dynamic"),
        objective=ObjectiveConfig(name="iwae", n_samples=5),
        epochs=40,
        batch_size=128,
        learning_rate=1e-3,
        schedule="one-cycle",
    ),
    Preset(
        name="2d-residual",
        title="2-D, residual",
        about="A map of two dimensions by a residual convolutional network trained on the bound of five samples; half an "
        "hour on a CPU.",
        figure="−log p(x) 129.2 ± 0.9, 500 samples of each of 2,000 test images of MNIST; −ELBO 144.66, all 10,000",
        model=ModelConfig(network="residual", width=16, start_layers=3, latent_dim=2, binarisation="dynamic"),
        objective=ObjectiveConfig(name="iwae", n_samples=5),
        epochs=30,
        batch_size=128,
        learning_rate=1.5e-3,
        schedule="one-cycle",
    ),
    Preset(
        name="40d-likelihood",
        title="40-D, likelihood",
        about="As much probability for unseen pictures as possible; no map, but planes through 40 dimensions.",
        figure="−log p(x) 83.96 ± 0.48, 500 samples of each of 2,000 test images of MNIST; −ELBO 87.73, all 10,000",
        model=ModelConfig(
            network="conv", width=32, latent_dim=40, binarisation="dynamic", prior="vamp", components=100
        ),
        objective=ObjectiveConfig(warmup_epochs=5.0),
        epochs=50,
        batch_size=200,
        learning_rate=2e-3,
        schedule="one-cycle",
    ),
    Preset(
        name="basic",
        title="Basic, 20-D",
        about="The network of Kingma & Welling's kind, 784-400-20 on MNIST: a minute of training.",
        figure="−log p(x) 94.72 ± 0.24, 5,000 samples of each of MNIST's 10,000 test images; −ELBO 100.27",
        model=ModelConfig(network="mlp", hidden=(400,), latent_dim=20, binarisation="dynamic"),
        objective=ObjectiveConfig(),
        epochs=20,
        batch_size=128,
        learning_rate=1e-3,
    ),
    Preset(
        name="2d-basic",
        title="2-D, basic",
        about="A plain map in a minute, 784-256-128-2 on MNIST.",
        figure="−log p(x) 136.60 ± 0.47, 500 samples of each of MNIST's 10,000 test images; −ELBO 139.75",
        model=ModelConfig(network="mlp", hidden=(256, 128), latent_dim=2, binarisation="dynamic"),
        objective=ObjectiveConfig(warmup_epochs=10.0),
        epochs=30,
        batch_size=64,
        learning_rate=1e-3,
    ),
)


def find_preset(name: str) -> Preset:
    """The preset called `name`.

    Raises
    ------
    ConfigError
        If there is none.
    """
    for preset in PRESETS:
        if preset.name == name:
            return preset
    known = ", ".join(preset.name for preset in PRESETS)
    raise ConfigError(f"There is no preset '{name}': choose from {known}.")


def preset_of(config: RunConfig) -> Preset | None:
    """The preset that `config` follows in everything that a preset is about; None if there is none."""
    return next((preset for preset in PRESETS if preset.applied_to(config) == config), None)
