"""Shared by all tests: own folders, one thread, no display, and no log message ≥ WARNING passes unseen."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Read when torch and Qt are imported, hence before anything else.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.TemporaryDirectory(prefix="vae-explorer-tests-")
os.environ["VAE_EXPLORER_HOME"] = _HOME.name

import pytest  # noqa: E402


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def test_data() -> Path:
    """The folder with MNIST/raw and cifar-folder; skips where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("VAE_EXPLORER_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip("needs real data; set VAE_EXPLORER_TEST_DATA to a folder with MNIST/raw and cifar-folder")
    return folder


@pytest.fixture
def expected_log() -> list[str]:
    """Append substrings of log messages ≥ WARNING that the test provokes on purpose."""
    return []


@pytest.fixture(autouse=True)
def _no_unexpected_log(expected_log: list[str]) -> Iterator[None]:
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield
    finally:
        root.removeHandler(collector)
    unexpected = [
        record.getMessage()
        for record in collector.records
        if record.name.startswith(("vae_explorer", "qt", "root"))
        and not any(part in record.getMessage() for part in expected_log)
    ]
    assert not unexpected, f"unexpected log: {unexpected}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh VAE_EXPLORER_HOME for one test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(folder))
    return folder
