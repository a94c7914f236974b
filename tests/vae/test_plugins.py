"""Networks of other packages: found by entry point, checked, seeded, recorded, and missed in words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.errors import ConfigError
from vae_explorer.latent.explorer import Explorer
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.training.events import Finished
from vae_explorer.training.train import train
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig
from vae_explorer.vae.model import build_model, model_from_weights
from vae_explorer.vae.plugins import PluginOrigin, installed_plugins, origin_of

SHAPE = (1, 9, 8)
OBJECTIVE = ObjectiveConfig()
GOOD = """
import math
import torch
from torch import nn

class Tiny:
    def encoder(self, image_shape, config):
        return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(image_shape), config.hidden[0]), nn.LayerNorm(config.hidden[0]))

    def decoder(self, n_inputs, output_shape, config):
        return nn.Sequential(nn.Linear(n_inputs, math.prod(output_shape)), Scaled(), nn.Unflatten(1, output_shape))

class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.randn(()))
        self.register_buffer("constant", torch.linspace(1.0, 2.0, 3)[1], persistent=False)

    def forward(self, x):
        return self.scale * self.constant * x
"""

Install = Callable[[str, str], ModelConfig]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package with one network on the path as an installer would: code, and metadata with the entry point."""
    site = tmp_path / "site"

    def put(name: str, code: str) -> ModelConfig:
        module = f"plugged_{name}_{len(list(tmp_path.iterdir()))}"
        info = site / f"{name}_nets-1.2.dist-info"
        info.mkdir(parents=True)
        (site / f"{module}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-nets\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[vae_explorer.networks]\n{name} = {module}:Tiny\n")
        return ModelConfig(network=f"plugin:{name}", hidden=(6,), latent_dim=3)

    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    known = set(sys.modules)
    yield put
    for name in set(sys.modules) - known:
        if name.startswith("plugged_"):
            del sys.modules[name]


def test_that_an_installed_network_is_listed_with_its_package(install: Install) -> None:
    install("tiny", GOOD)
    origin = PluginOrigin(name="tiny", distribution="tiny-nets", version="1.2")
    assert origin in installed_plugins()
    assert origin_of("plugin:tiny") == origin
    assert origin_of("residual") is None


def test_that_a_plugged_network_maps_images_to_latents_and_back(install: Install) -> None:
    model = build_model(install("tiny", GOOD), OBJECTIVE, SHAPE)
    x = torch.rand((4, *SHAPE), generator=torch.Generator().manual_seed(0))
    posterior, _, params = model(x, torch.Generator().manual_seed(1))
    assert posterior.mu.shape == (4, 3)
    assert params.shape == x.shape


def test_that_its_weights_depend_on_the_seed_alone_and_the_global_generator_is_untouched(
    install: Install,
) -> None:
    config = install("tiny", GOOD)
    before = torch.get_rng_state()
    one, same, other = (build_model(config, OBJECTIVE, SHAPE, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["decoder.inner.1.scale"], other["decoder.inner.1.scale"])
    assert not torch.equal(one["mu.weight"], other["mu.weight"])
    assert torch.equal(one["encoder.inner.2.weight"], torch.ones(6))  # layer norm, as the plug-in has it


def test_that_a_run_with_a_plugged_network_is_kept_opened_and_continued(
    install: Install, tmp_path: Path
) -> None:
    config = RunConfig(model=install("tiny", GOOD), epochs=2, batch_size=16, device="cpu")
    rng = np.random.default_rng(0)
    split = np.repeat([0, 1], [40, 8]).astype(np.uint8)
    images = ImageSet("noise", rng.integers(0, 256, (48, *SHAPE)).astype(np.uint8), split, "noise")
    run = RunFolder.create(tmp_path / "run", config, images)
    *_, finished = train(config, images, run)
    assert isinstance(finished, Finished)
    opened = RunFolder.open(run.path)
    origin = PluginOrigin(name="tiny", distribution="tiny-nets", version="1.2")
    snapshot = opened.load_snapshot()
    assert opened.info.plugin == snapshot.plugin == origin
    z = np.zeros((1, 3))
    np.testing.assert_array_equal(
        Explorer.from_snapshot(snapshot).decode(z), Explorer.from_snapshot(finished.snapshot).decode(z)
    )
    *_, longer = train(config.model_copy(update={"epochs": 3}), images, opened)
    assert isinstance(longer, Finished)
    assert longer.snapshot.step == 9


def test_that_a_missing_network_is_named_with_the_package_that_made_the_run(install: Install) -> None:
    config = install("tiny", GOOD)
    model = build_model(config, OBJECTIVE, SHAPE)
    gone = config.model_copy(update={"network": "plugin:gone"})
    with pytest.raises(ConfigError, match=r"plugin:gone is not installed here: install the package"):
        build_model(gone, OBJECTIVE, SHAPE)
    with pytest.raises(ConfigError, match="not installed"):
        model_from_weights(gone, OBJECTIVE, SHAPE, model.state_dict())
    made_with = PluginOrigin(name="gone", distribution="gone-nets", version="3.0")
    snapshot = Snapshot("run", 0, 0.0, gone, OBJECTIVE, SHAPE, model.state_dict(), made_with)
    with pytest.raises(ConfigError, match=r"install gone-nets 3\.0"):
        Explorer.from_snapshot(snapshot)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("nn.Flatten(), ", "", r"encoder of plugin:bad \(bad-nets 1.2\) (fails|must return)"),
        (
            "nn.Unflatten(1, output_shape)",
            "nn.Flatten()",
            r"decoder .* must return .*\(2, 1, 9, 8\).* got \(2, 72\)",
        ),
        ("def decoder", "def other", r"has no method decoder\(\)"),
        ("class Tiny", "class Small", r"bad-nets 1.2 cannot be loaded \(AttributeError"),
        ("import math", "import no_such_module", r"cannot be loaded \(ModuleNotFoundError"),
        ("return nn.Sequential(nn.Flatten()", "return (nn.Flatten()", r"not a torch.nn.Module"),
        ("self.scale * self", "self", r"a weight that its output does not depend on, 1\.scale"),
    ],
)
def test_that_a_network_that_misbehaves_is_refused_in_one_sentence(
    install: Install, before: str, after: str, sentence: str
) -> None:
    assert before in GOOD
    config = install("bad", GOOD.replace(before, after))
    with pytest.raises(ConfigError, match=sentence) as caught:
        build_model(config, OBJECTIVE, SHAPE)
    assert "\n" not in str(caught.value)


def test_that_two_packages_with_one_name_are_told(install: Install, tmp_path: Path) -> None:
    config = install("tiny", GOOD)
    info = tmp_path / "site" / "other-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 2.0\n")
    (info / "entry_points.txt").write_text("[vae_explorer.networks]\ntiny = math:pi\n")
    with pytest.raises(ConfigError, match=r"registered by .*tiny-nets 1\.2"):
        build_model(config, OBJECTIVE, SHAPE)


def test_that_names_of_networks_are_checked_where_they_are_written() -> None:
    assert ModelConfig(network="plugin:my.net-2").network == "plugin:my.net-2"
    for name in ("perceptron", "plugin:", "plugin:a b", "plugin:../x"):
        with pytest.raises(ValueError, match="'mlp', 'gated'"):
            ModelConfig(network=name)
