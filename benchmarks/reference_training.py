"""Reference training loops, written plainly from their published description; no code of the program is used.

The dataloader-style loop is PyTorch's basic VAE example: one PIL image and ``ToTensor`` an item,
``DataLoader(batch_size=128, shuffle=True)`` without workers, 784-400-20, Adam 1e-3, float32, the loss read back
at each step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision.transforms import ToTensor

__all__ = [
    "BATCH",
    "ExampleVAE",
    "dataloader_steps",
    "example_loss",
    "negative_elbo",
    "rate",
    "resident_steps",
]

BATCH = 128


class ExampleVAE(nn.Module):
    """784-400-20-400-784 with ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = F.relu(self.fc1(x.view(-1, 784)))
        mu, log_var = self.fc21(hidden), self.fc22(hidden)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, log_var


def example_loss(output: tuple[Tensor, Tensor, Tensor], x: Tensor) -> Tensor:
    """Negative ELBO summed over the batch, nats."""
    p, mu, log_var = output
    recon = F.binary_cross_entropy(p, x.view(-1, 784), reduction="sum")
    return recon - 0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())


class _PilImages(torch.utils.data.Dataset[Any]):
    """Items as torchvision's MNIST gives them: a tensor's array → PIL image → tensor, with the label."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        self._images = torch.from_numpy(images)  # (N, H, W)
        self._labels = torch.from_numpy(labels)  # (N,)
        self._transform = ToTensor()

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        image, label = self._images[number], int(self._labels[number])
        return self._transform(Image.fromarray(image.numpy())), label


def dataloader_steps(
    images: NDArray[np.uint8], labels: NDArray[np.int64], model: ExampleVAE, device: str = "cpu"
) -> Iterator[int]:
    """Trains for ever; yields the number of images of each step. `images` (N, 28, 28), `labels` (N,)."""
    model.to(device)
    loader = DataLoader(_PilImages(images, labels), batch_size=BATCH, shuffle=True, num_workers=0)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    total = 0.0
    while True:
        for x, _ in loader:
            x = x.to(device)
            optimiser.zero_grad()
            loss = example_loss(model(x), x)
            loss.backward()
            total += loss.item()
            optimiser.step()
            yield len(x)


@torch.no_grad()
def negative_elbo(model: ExampleVAE, images: NDArray[np.uint8]) -> float:
    """Mean over `images` (N, 28, 28) with one sample each, nats."""
    model.eval()
    x = torch.from_numpy(images).float() / 255
    return sum(example_loss(model(part), part).item() for part in x.split(1000)) / len(images)


def resident_steps(
    model: nn.Module,
    loss: Callable[[nn.Module, Tensor], Tensor],
    images: NDArray[np.uint8],
    batch_size: int = BATCH,
    device: str = "cpu",
) -> Iterator[int]:
    """A plain float32 NCHW loop over a resident tensor: index permutation, Adam as torch has it by default."""
    pixels = torch.from_numpy(images).to(device)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    while True:
        for index in torch.randperm(len(pixels), device=device).split(batch_size):
            x = pixels[index].float() / 255
            optimiser.zero_grad()
            value = loss(model, x)
            value.backward()
            optimiser.step()
            yield len(x)


def rate(steps: Iterator[int], seconds: float) -> float:
    """Images a second of the next `seconds` of `steps`; on a CUDA device until it has done them."""
    n_images, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        n_images += next(steps)
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return n_images / (time.perf_counter() - begin)
