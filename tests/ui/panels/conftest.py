"""A small linear world for panels: blobs as images, principal components as their codes, no torch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.latent.encodings import Encodings
from vae_explorer.latent.variations import prior_samples
from vae_explorer.ui.session import Session

N_IMAGES, SIDE_PX = 60, 12


def blob_images(n: int = N_IMAGES, side: int = SIDE_PX, channels: int = 1) -> ImageSet:
    """Soft discs at seeded places; class = left or right half; every fifth image is validation."""
    rng = np.random.default_rng(0)
    centre = rng.uniform(0.25, 0.75, (n, 2))
    radius = rng.uniform(0.12, 0.3, n)
    axis = (np.arange(side) + 0.5) / side
    x, y = axis[None, None, :] - centre[:, 0, None, None], axis[None, :, None] - centre[:, 1, None, None]
    discs = 1.0 / (1.0 + np.exp(40.0 * (np.hypot(x, y) - radius[:, None, None])))  # (n, side, side)
    tint = np.linspace(1.0, 0.5, channels)
    images = (255 * discs[:, None] * tint[None, :, None, None]).astype(np.uint8)
    return ImageSet(
        name="blobs",
        images=images,
        split=(np.arange(n) % 5 == 0).astype(np.uint8),
        fingerprint="0" * 16,
        labels=(centre[:, 0] > 0.5).astype(np.int64),
        class_names=("left", "right"),
        factors=np.column_stack([centre, radius]),
        factor_names=("x", "y", "radius"),
    )


@dataclass(eq=False)
class LinearExplorer:
    """Decodes by principal components; behaves as `Explorer` does towards panels."""

    images: ImageSet
    latent_dim: int
    step: int = 1
    variational: bool = True
    run_name: str = "blobs"
    epoch: float = 1.0
    likelihood_name: str = "bernoulli"
    prior_name: str = "normal"
    has_closed_kl: bool = True
    n_classes: int = 0
    label: int | None = None
    n_decoded: int = 0
    n_reconstructed: int = 0
    threads: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        flat = self.images.images.reshape(len(self.images), -1).astype(np.float64)
        self.mean = flat.mean(axis=0)
        _, s, vt = np.linalg.svd(flat - self.mean, full_matrices=False)
        self.scale = s[: self.latent_dim] / np.sqrt(len(flat))  # (D,)
        self.basis = vt[: self.latent_dim]  # (D, P)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self.images.image_shape

    def codes(self, x: NDArray[np.uint8]) -> NDArray[np.float64]:
        flat = x.reshape(len(x), -1).astype(np.float64)
        codes: NDArray[np.float64] = (flat - self.mean) @ self.basis.T / self.scale
        return codes

    def sample_prior(self, n: int, seed: int, temperature: float = 1.0) -> NDArray[np.float64]:
        return prior_samples(n, self.latent_dim, np.random.default_rng(seed), temperature)

    def decode(self, z: Any, labels: Any = None) -> NDArray[np.uint8]:
        self.threads.add(threading.current_thread().name)
        z = np.asarray(z, dtype=np.float64)
        self.n_decoded += len(z)
        flat = self.mean + (z * self.scale) @ self.basis
        images: NDArray[np.uint8] = np.clip(flat, 0, 255).round().astype(np.uint8)
        return images.reshape(-1, *self.image_shape)

    def sample_images(self, z: Any, seed: int) -> NDArray[np.uint8]:
        mean = self.decode(z).astype(np.float64)
        noise = np.random.default_rng(seed).normal(0.0, 40.0, mean.shape)
        return np.clip(mean + noise, 0, 255).astype(np.uint8)

    def encode_pictures(
        self, x: NDArray[np.uint8], index: NDArray[np.int64] | None = None, labels: Any = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        mu = self.codes(x).astype(np.float32)
        return mu, np.full_like(mu, -3.0)

    def reconstruct(
        self, x: NDArray[np.uint8], index: NDArray[np.int64] | None = None, labels: Any = None
    ) -> Any:
        self.n_reconstructed += len(x)
        shown = self.decode(self.codes(x))
        recon = np.square((x.astype(float) - shown) / 255.0).sum(axis=(1, 2, 3)).astype(np.float32)
        kl = (0.5 * np.square(self.codes(x)).sum(axis=1)).astype(np.float32)
        return SimpleNamespace(original=x, reconstruction=shown, recon=recon, kl=kl)

    def encodings(self) -> Encodings:
        x = self.images.images
        mu, log_var = self.encode_pictures(x)
        answer = self.reconstruct(x)
        kl_per_dim = (0.5 * np.square(mu)).mean(axis=0)
        kl_per_dim[5:] = 0.001  # dimensions beyond the fifth are told to be collapsed
        return Encodings(
            np.arange(len(x)), mu, log_var, answer.recon, answer.kl, kl_per_dim.astype(np.float32), self.step
        )


@dataclass
class World:
    """A session with everything a panel can show."""

    session: Session
    images: ImageSet
    explorer: LinearExplorer

    def newer_weights(self) -> LinearExplorer:
        self.explorer = LinearExplorer(
            self.images, self.explorer.latent_dim, self.explorer.step + 1, self.explorer.variational
        )
        self.session.set_explorer(self.explorer)  # type: ignore[arg-type]  # behaves alike
        return self.explorer


def fill(
    session: Session, latent_dim: int = 2, *, variational: bool = True, images: ImageSet | None = None
) -> World:
    images = blob_images() if images is None else images
    explorer = LinearExplorer(images, latent_dim, variational=variational)
    session.replace_model("blobs", latent_dim)
    session.set_images(images)
    session.set_explorer(explorer)  # type: ignore[arg-type]  # behaves alike
    session.set_encodings(explorer.encodings())
    return World(session, images, explorer)


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(tmp_path / "home"))
    session = Session()
    yield session
    session.shut_down()


@pytest.fixture
def world(session: Session) -> World:
    return fill(session)


@pytest.fixture
def open_world() -> Callable[..., World]:
    """Put another model on screen: ``open_world(session, latent_dim, variational=…)``."""
    return fill
