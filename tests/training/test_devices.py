"""Devices and threads: automatic choice, refusals, the policy."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from vae_explorer.errors import DeviceError
from vae_explorer.training import devices


@pytest.fixture
def threads() -> Iterator[None]:
    """Puts the number of threads back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with two CUDA cards and an Apple GPU, as far as the choice of devices can see."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda i: f"Card {i}")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    return monkeypatch


def test_that_auto_prefers_cuda_then_mps_then_cpu(machine: pytest.MonkeyPatch) -> None:
    assert devices.resolve_device("auto") == torch.device("cuda:0")
    machine.setattr(torch.cuda, "is_available", lambda: False)
    assert devices.resolve_device("auto") == torch.device("mps")
    machine.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.resolve_device("auto") == torch.device("cpu")


def test_that_a_device_can_be_chosen(machine: pytest.MonkeyPatch) -> None:
    assert devices.resolve_device("cuda") == torch.device("cuda:0")
    assert devices.resolve_device("cuda:1") == torch.device("cuda:1")
    assert devices.resolve_device("cpu") == torch.device("cpu")
    assert [name for name, _ in devices.available_devices()] == ["cuda:0", "cuda:1", "mps", "cpu"]
    assert devices.device_label(torch.device("cuda:1")) == "CUDA · Card 1"


def test_that_a_missing_device_is_refused_with_the_ones_that_exist(machine: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        DeviceError, match="'cuda:2' is not on this machine; choose auto, cuda:0, cuda:1, mps or cpu"
    ):
        devices.resolve_device("cuda:2")


@pytest.mark.parametrize(
    ("n_cores", "leave_one_free", "policy", "chosen", "expected"),
    [
        (2, True, "PASSIVE", "", 2),  # Linux: training's threads stand back
        (4, True, "PASSIVE", "", 3),
        (2, False, "PASSIVE", "", 2),
        (16, True, "passive", "", 15),
        (16, True, "", "", 15),  # a crew's threads never spin
        (16, False, "ACTIVE", "", 16),
        (1, True, "PASSIVE", "", 1),
        (8, True, "", "3", 3),  # the person decided
        (8, False, "PASSIVE", "0", 8),
    ],
)
def test_that_threads_follow_the_policy(
    threads: None,
    monkeypatch: pytest.MonkeyPatch,
    n_cores: int,
    leave_one_free: bool,
    policy: str,
    chosen: str,
    expected: int,
) -> None:
    monkeypatch.setattr(devices, "usable_cores", lambda: n_cores)
    monkeypatch.setattr(devices.sys, "platform", "linux")
    monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    monkeypatch.setenv("OMP_NUM_THREADS", chosen)
    assert devices.configure_threads(leave_one_free=leave_one_free) == expected
    assert devices.training_threads() == expected
    shared = not leave_one_free and policy.upper() == "PASSIVE"
    assert torch.get_num_threads() == (expected if shared else 1)


def test_that_the_window_leaves_a_core_free_where_threads_have_no_priority(
    threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "usable_cores", lambda: 2)
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.setattr(devices.sys, "platform", "win32")
    assert devices.configure_threads(leave_one_free=True) == 1


def test_that_a_training_s_own_threads_are_not_those_of_threads_to_come(
    monkeypatch: pytest.MonkeyPatch, threads: None
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    devices.configure_threads(leave_one_free=True)
    found: list[int] = []
    with devices.threads_set(2):
        here = torch.get_num_threads()
        other = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
        other.start()
        other.join()
    assert (here, found) == (2, [1])
    assert torch.get_num_threads() == 1
