"""``Stepper``: one optimiser step, in the precision and on the threads of an `Execution`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from vae_explorer.training.crew import Crew, shares_of
from vae_explorer.training.execution import Execution
from vae_explorer.training.optimiser import Adam
from vae_explorer.training.randomness import seed_for
from vae_explorer.vae.binarisation import draw_anew
from vae_explorer.vae.model import VAE
from vae_explorer.vae.objectives import Objective

__all__ = ["Gradients", "Stepper"]


@dataclass(frozen=True, eq=False)
class Gradients:
    """What a batch tells about the weights.

    Attributes
    ----------
    shares
        Gradients of each part of the batch, one a parameter; together those of the loss.
    sums
        Sums of recon and kl over the batch, in nats; (2,).
    extra
        Sums over the batch of the objective's further terms by name; scalars.
    """

    shares: Sequence[Sequence[Tensor]]
    sums: Tensor  # (2,)
    extra: Mapping[str, Tensor]


class Stepper:
    """Computes gradients of an objective and lets the optimiser take them.

    Parameters
    ----------
    model
        Whose weights the optimiser changes.
    seed
        Of the run: each step, and each share of its batch, has noise of its own.
    draws_anew
        Whether pixels become black or white by a new draw, the first of each share's noise.
    """

    def __init__(
        self,
        model: VAE,
        objective: Objective,
        optimiser: Adam,
        execution: Execution,
        device: torch.device,
        seed: int,
        *,
        draws_anew: bool = False,
    ) -> None:
        self._objective = objective
        self._optimiser = optimiser
        self._execution = execution
        self._device = device
        self._seed = seed
        self._draws_anew = draws_anew
        self._crew = Crew(execution.n_shares)
        self._noises = [torch.Generator(device) for _ in range(execution.n_shares)]
        self._model = model
        self._parts = _even_parts([p.numel() for p in optimiser.parameters], execution.n_shares)

    def begin(self, step: int) -> torch.Generator:
        """Start the noise of optimiser step `step`; the noise of its first share."""
        for number, noise in enumerate(self._noises):
            noise.manual_seed(seed_for(self._seed, "noise", step if number == 0 else f"{step}/{number}"))
        return self._noises[0]

    @property
    def crew(self) -> Crew:
        """The threads that share a batch."""
        return self._crew

    @property
    def noises(self) -> Sequence[torch.Generator]:
        """Of the shares of a batch."""
        return self._noises

    def gradients(
        self,
        x: Tensor,
        beta: float | Tensor,
        y: Tensor | None = None,
        epoch: float | Tensor = 0.0,
        *,
        exact: bool = False,
    ) -> Gradients:
        """Gradients of the loss of batch `x` (B, C, H, W), with labels `y` (B,) where the model takes them.

        Parameters
        ----------
        exact
            Compute in float32, whatever the precision.
        """
        how = replace(self._execution, precision="float32") if exact else self._execution
        with how.products():
            shares = shares_of(len(x), self._crew.n)
            found = self._crew.run(
                [
                    partial(self._share, how, k, x[rows], None if y is None else y[rows], beta, epoch, len(x))
                    for k, rows in enumerate(shares)
                ]
            )
        sums = found[0].sums if len(found) == 1 else torch.stack([each.sums for each in found]).sum(0)
        extra = {
            name: sum(each.extra[name] for each in found[1:]) + found[0].extra[name]
            for name in found[0].extra
        }
        return Gradients([each.shares[0] for each in found], sums, extra)

    def apply(self, gradients: Gradients, learning_rate: float | Tensor) -> None:
        """One step of the optimiser, its parameters dealt out to the threads."""
        self._crew.run([partial(self._apply, part, gradients.shares, learning_rate) for part in self._parts])

    def close(self) -> None:
        """End the threads."""
        self._crew.close()

    def _share(
        self,
        how: Execution,
        number: int,
        x: Tensor,
        y: Tensor | None,
        beta: float | Tensor,
        epoch: float | Tensor,
        n_images: int,
    ) -> Gradients:
        """What images `x` contribute to the gradients and sums of a batch of `n_images`."""
        noise = self._noises[number]
        if self._draws_anew:
            x = draw_anew(x, noise)
        with how.autocast(self._device):
            images = how.images(x)
            terms = self._objective(self._model, images, beta, noise, y=y, epoch=epoch)
        weight = len(x) / n_images
        loss = terms.loss if weight == 1.0 else weight * terms.loss
        gradients = self._optimiser.gradients(loss)
        sums = torch.stack((terms.recon.detach().sum(), terms.kl.detach().sum()))
        extra = {name: len(terms.recon) * value for name, value in terms.extra.items()}
        return Gradients([gradients], sums, extra)

    def _apply(
        self, part: list[int], shares: Sequence[Sequence[Tensor]], learning_rate: float | Tensor
    ) -> None:
        """Change the parameters numbered in `part`; gradients are added in the order of the shares."""
        sums = [shares[0][k] for k in part]
        for share in shares[1:]:
            torch._foreach_add_(sums, [share[k] for k in part])
        self._optimiser.step(sums, learning_rate, part)


def _even_parts(sizes: Sequence[int], n: int) -> list[list[int]]:
    """Numbers of the parameters in `n` parts of about as many weights, each ascending; empty parts are left out."""
    parts: list[list[int]] = [[] for _ in range(n)]
    loads = [0] * n
    for k in sorted(range(len(sizes)), key=lambda k: -sizes[k]):
        lightest = loads.index(min(loads))
        parts[lightest].append(k)
        loads[lightest] += sizes[k]
    return [sorted(part) for part in parts if part]
