"""A small run on the digits, and the program called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vae_explorer.cli import main

TINY = ["--data", "digits", "--net", "mlp", "--hidden", "24", "--latent-dim", "2", "--device", "cpu"]


@dataclass(frozen=True)
class Answer:
    """What a command said and returned."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The last line of stdout."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def lines(self) -> list[Any]:
        """Every line of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Program = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # main() sets them where they are missing;
    monkeypatch.setenv("GOMP_SPINCOUNT", "0")  # so that nothing stays behind


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    """Calls ``vae-explorer`` with these arguments."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three epochs on the digits; not to be changed."""
    path = tmp_path_factory.mktemp("trained") / "digits-run"
    assert main(["train", *TINY, "--epochs", "3", "--out", str(path)]) == 0
    return path


@pytest.fixture
def tiny() -> list[str]:
    """Options of a model that trains in a blink."""
    return list(TINY)
