"""Downloads from a server on this machine: whole, mirrored, damaged, cancelled, offline."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from vae_explorer.data import download
from vae_explorer.data.download import REMOTES, download_set
from vae_explorer.data.events import LoadFinished, LoadProgressed
from vae_explorer.data.load import load
from vae_explorer.data.sources import SOURCE_INFO, is_available
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec, SourceName
from vae_explorer.errors import DataError


@dataclass
class _Server:
    address: str
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    monkeypatch.setenv("no_proxy", "*")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            data = state.files.get(self.path)
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            try:
                self.wfile.write(data or b"")
            except OSError:
                self.close_connection = True  # the client has cancelled

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.daemon_threads = False
    state = _Server(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    listener.shutdown()
    listener.server_close()
    thread.join()


def _idx(values: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, values.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in values.shape)
    return header + values.astype(np.uint8).tobytes()


def _offer_mnist(server: _Server, monkeypatch: pytest.MonkeyPatch, noise: int = 0) -> None:
    """A small MNIST on the server, its first mirror empty; `noise` bytes of ballast make a file last."""
    rng = np.random.default_rng(0)
    parts = [
        rng.integers(0, 255, (40, 28, 28)),
        np.arange(40) % 10,
        rng.integers(0, 255, (10, 28, 28)),
        np.arange(10),
    ]
    remotes = []
    for remote, values in zip(REMOTES["mnist"], parts, strict=True):
        name = Path(remote.holds[0]).name
        data = gzip.compress(_idx(values)) + (rng.bytes(noise) if noise else b"")
        server.files[f"/good/{name}.gz"] = data
        urls = (f"{server.address}/empty/{name}.gz", f"{server.address}/good/{name}.gz")
        remotes.append(download.Remote(urls, hashlib.md5(data).hexdigest(), remote.unpack, remote.holds))
    monkeypatch.setitem(REMOTES, "mnist", tuple(remotes))


def _everything_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("home")
def test_that_a_set_is_downloaded_unpacked_and_loaded(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer_mnist(server, monkeypatch)
    root = tmp_path / "new" / "root"
    events = list(load(DataSpec(source="mnist", data_root=root), download=True))
    finished = events[-1]
    assert isinstance(finished, LoadFinished)
    assert len(finished.images) == 50
    assert any(isinstance(e, LoadProgressed) and e.unit == "MB" and "MNIST" in e.doing for e in events)
    assert _everything_in(root) == sorted(SOURCE_INFO["mnist"].files)
    assert [path for path in server.asked if path.startswith("/empty")]  # the first mirror was tried


def test_that_only_missing_files_are_fetched(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer_mnist(server, monkeypatch)
    list(download_set("mnist", tmp_path))
    (tmp_path / SOURCE_INFO["mnist"].files[3]).unlink()
    server.asked.clear()
    list(download_set("mnist", tmp_path))
    assert {path.rsplit("/", 1)[1] for path in server.asked} == {"t10k-labels-idx1-ubyte.gz"}
    assert is_available("mnist", tmp_path)


def test_that_cancelling_leaves_no_half_file(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer_mnist(server, monkeypatch, noise=3_000_000)
    events = download_set("mnist", tmp_path)
    first = next(events)
    assert first.total >= first.done
    assert list(tmp_path.iterdir())  # something is on its way
    events.close()  # type: ignore[attr-defined]  # download_set is a generator
    assert list(tmp_path.iterdir()) == []


def test_that_a_damaged_file_is_refused(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    _offer_mnist(server, monkeypatch)
    name = next(path for path in server.files if "t10k-images" in path)
    server.files[name] = server.files[name][:-3] + b"xyz"
    with pytest.raises(DataError, match="damaged or not the published file") as caught:
        list(download_set("mnist", tmp_path))
    assert "\n" not in str(caught.value)
    assert len(_everything_in(tmp_path)) == 2  # what arrived whole stays; nothing half does


def test_that_being_offline_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    remote = REMOTES["cifar10"][0]
    nowhere = download.Remote(
        ("http://127.0.0.1:9/a", "http://127.0.0.1:9/b"), remote.md5, remote.unpack, remote.holds
    )
    monkeypatch.setitem(REMOTES, "cifar10", (nowhere,))
    with pytest.raises(DataError) as caught:
        list(load(DataSpec(source="cifar10", data_root=tmp_path), download=True))
    message = str(caught.value)
    assert message.startswith("CIFAR-10 cannot be downloaded (no connection to 127.0.0.1")
    assert "check the network" in message
    assert str(tmp_path) in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_that_a_root_which_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="choose another folder"):
        list(download_set("mnist", tmp_path / "file" / "root"))


def _serve_archive(
    server: _Server, monkeypatch: pytest.MonkeyPatch, source: SourceName, data: bytes
) -> dict[str, bytes]:
    server.files["/archive"] = data
    remote = REMOTES[source][0]
    mine = download.Remote(
        (f"{server.address}/archive",), hashlib.md5(data).hexdigest(), remote.unpack, remote.holds
    )
    monkeypatch.setitem(REMOTES, source, (mine,))
    return {name: name.encode() for name in remote.holds}


def test_that_a_tar_gives_only_its_named_members(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in (*SOURCE_INFO["cifar10"].files, "../../evil"):
            member = tarfile.TarInfo(name)
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    expected = _serve_archive(server, monkeypatch, "cifar10", packed.getvalue())
    list(download_set("cifar10", tmp_path / "root"))
    assert {name: (tmp_path / "root" / name).read_bytes() for name in expected} == expected
    assert _everything_in(tmp_path) == sorted(f"root/{name}" for name in expected)


def test_that_a_zip_of_gzips_is_unpacked(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in SOURCE_INFO["emnist-letters"].files:
            archive.writestr(f"gzip/{Path(name).name}.gz", gzip.compress(name.encode()))
        archive.writestr("gzip/emnist-digits-mapping.txt", "not wanted")
    expected = _serve_archive(server, monkeypatch, "emnist-letters", packed.getvalue())
    list(download_set("emnist-letters", tmp_path))
    assert {name: (tmp_path / name).read_bytes() for name in expected} == expected
    assert _everything_in(tmp_path) == sorted(expected)


def test_that_an_archive_without_the_files_is_an_error_in_words(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w"):
        pass
    _serve_archive(server, monkeypatch, "emnist-letters", packed.getvalue())
    with pytest.raises(DataError, match="cannot be unpacked"):
        list(download_set("emnist-letters", tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", TORCHVISION_SOURCES)
def test_that_every_published_file_has_a_remote_with_torchvisions_digest(source: SourceName) -> None:
    held = [name for remote in REMOTES[source] for name in remote.holds]
    assert sorted(held) == sorted(SOURCE_INFO[source].files)
    from torchvision import datasets

    ours = {remote.md5 for remote in REMOTES[source]}
    match source:
        case "cifar10":
            assert ours == {datasets.CIFAR10.tgz_md5}
        case "svhn":
            assert ours == {datasets.SVHN.split_list[part][2] for part in ("train", "test")}
        case "emnist-letters":
            assert ours == {datasets.EMNIST.md5}
        case _:
            theirs = {
                "mnist": datasets.MNIST,
                "fashion-mnist": datasets.FashionMNIST,
                "kmnist": datasets.KMNIST,
            }
            assert ours == {md5 for _, md5 in theirs[source].resources}
