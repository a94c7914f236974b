"""The driver's first calls, on a driver that we know."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from vae_explorer.training import cuda_start


class _Driver:
    """Answers as libcuda does: 0 is success."""

    def __init__(self, started: int = 0, n_devices: int = 1) -> None:
        self.calls: list[str] = []
        self._started, self._n_devices = started, n_devices

    def cuInit(self, flags: int) -> int:
        assert flags == 0
        self.calls.append("start")
        return self._started

    def cuDeviceGet(self, device: object, index: int) -> int:
        return 0 if index < self._n_devices else 101

    def cuDevicePrimaryCtxRetain(self, context: object, device: ctypes.c_int) -> int:
        self.calls.append("context")
        return 0


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    names = (cuda_start.start_cuda, cuda_start.open_context, cuda_start._driver)
    for function in names:
        function.cache_clear()
    yield
    for function in names:
        function.cache_clear()


def _with(monkeypatch: pytest.MonkeyPatch, driver: object) -> None:
    monkeypatch.setattr(cuda_start.ctypes, "CDLL", lambda _name: driver)


def test_that_the_driver_is_started_once_and_a_context_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = _Driver()
    _with(monkeypatch, driver)
    assert cuda_start.start_cuda()
    assert cuda_start.open_context(0)
    assert cuda_start.open_context(0)
    assert driver.calls == ["start", "context"]
    assert not cuda_start.open_context(1)  # no such device


def test_that_a_driver_that_refuses_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = _Driver(started=999)
    _with(monkeypatch, driver)
    assert not cuda_start.start_cuda()
    assert not cuda_start.open_context(0)
    assert driver.calls == ["start"]


def test_that_a_machine_without_a_driver_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> object:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(cuda_start.ctypes, "CDLL", absent)
    assert not cuda_start.start_cuda()
    assert not cuda_start.open_context(0)
