"""Adam (Kingma & Ba 2015): torch's own step, fused where there is one, around state that we hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor
from torch.optim.adam import adam

__all__ = ["Adam"]

_FUSED = ("cpu", "cuda")  # device types with one kernel for the whole step


class Adam:
    """Adam with its published β1 = 0.9, β2 = 0.999, ε = 1e-8; equal to ``torch.optim.Adam``.

    The functional form, without parameter groups, hooks and gradients kept on parameters, saves the
    twentieth part of a small network's step.

    Parameters
    ----------
    parameters
        What is trained; the moments have their memory order, as the fused kernel needs.
    betas
        Where they differ from the published ones.
    name
        What its packed state begins with.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        betas: tuple[float, float] = (0.9, 0.999),
        name: str = "adam",
    ) -> None:
        self.parameters = list(parameters)
        self._betas = betas
        self._name = name
        self._means = [torch.zeros_like(p, memory_format=torch.preserve_format) for p in self.parameters]
        self._squares = [torch.zeros_like(p, memory_format=torch.preserve_format) for p in self.parameters]
        self._fused = all(p.device.type in _FUSED for p in self.parameters)
        # Where the kernel wants the count of steps; float32 as torch has it.
        self._counts = [torch.zeros((), device=p.device if self._fused else "cpu") for p in self.parameters]
        self._begun = False

    def gradients(self, loss: Tensor) -> tuple[Tensor, ...]:
        """Gradients of `loss` (scalar), one a parameter."""
        return torch.autograd.grad(loss, self.parameters)

    @torch.no_grad()
    def step(
        self, gradients: Iterable[Tensor], learning_rate: float | Tensor, part: Sequence[int] | None = None
    ) -> None:
        """Change the parameters along their `gradients`.

        Parameters
        ----------
        learning_rate
            A number, or a float32 scalar on a device with a kernel for the whole step.
        part
            Numbers of the parameters that `gradients` are of; None: all. A step is complete when every parameter
            had its turn; parts may be done by several threads at once.
        """
        self._begun = True
        numbers = range(len(self.parameters)) if part is None else part
        adam(
            [self.parameters[k] for k in numbers],
            list(gradients),
            [self._means[k] for k in numbers],
            [self._squares[k] for k in numbers],
            [],
            [self._counts[k] for k in numbers],
            foreach=False,
            capturable=False,
            differentiable=False,
            fused=self._fused,
            amsgrad=False,
            beta1=self._betas[0],
            beta2=self._betas[1],
            lr=learning_rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )

    def pack(self) -> dict[str, Tensor]:
        """The state as CPU tensors, named ``<name>.<parameter number>.<moment>``; empty before step 1.

        Of parameters on the CPU these are no copies: the next step changes them.
        """
        if not self._begun:
            return {}
        return {
            f"{self._name}.{number}.{name}": moment.detach().cpu().contiguous()
            for name, moments in self._moments().items()
            for number, moment in enumerate(moments)
        }

    def unpack(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over a state of `pack`, of the same parameters.

        Raises
        ------
        KeyError
            If a moment is missing.
        RuntimeError
            If one has another shape.
        """
        if not any(name.startswith(f"{self._name}.") for name in tensors):
            return
        for name, moments in self._moments().items():
            for number, moment in enumerate(moments):
                moment.copy_(tensors[f"{self._name}.{number}.{name}"].view(moment.shape))
        self._begun = True

    def _moments(self) -> dict[str, list[Tensor]]:
        return {"step": self._counts, "exp_avg": self._means, "exp_avg_sq": self._squares}
