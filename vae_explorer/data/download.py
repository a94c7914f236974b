"""Fetches a published set into torchvision's file layout: reports in MB, leaves no half file behind."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vae_explorer.data.events import LoadProgressed, Pace
from vae_explorer.data.sources import SOURCE_INFO, missing_files
from vae_explorer.data.spec import SourceName
from vae_explorer.errors import DataError

__all__ = ["REMOTES", "Remote", "download_set"]

_TIMEOUT_S = 20.0  # without a byte; also the longest that a cancel can take on a dead line
_CHUNK_BYTES = 1 << 16
_HEADERS = {"User-Agent": "vae-explorer"}
_MB = 1e6


@dataclass(frozen=True)
class Remote:
    """One file on the net: where, its digest, and which files of the layout it holds once unpacked."""

    urls: tuple[str, ...]  # mirrors, tried in order
    md5: str  # as published by torchvision; guards against damage, not against malice
    unpack: Callable[[Path, Path], None]  # (packed file, empty folder): lays the holdings into the folder
    holds: tuple[str, ...]  # paths below the data root


def download_set(source: SourceName, root: Path) -> Iterator[LoadProgressed]:
    """Fetch what `root` lacks of `source`. Closing the generator cancels and removes what is half done.

    Raises
    ------
    DataError
        If there is no connection, what arrives is damaged, or `root` cannot be written.
    """
    info = SOURCE_INFO[source]
    missing = set(missing_files(source, root))
    wanted = [remote for remote in REMOTES[source] if missing.intersection(remote.holds)]
    pace = Pace(info.download_mb * len(wanted) / len(REMOTES[source]), "MB", f"Downloading {info.title}")
    done_mb = 0.0
    with _half_done(root, info.title) as folder:
        for k, remote in enumerate(wanted):
            packed = folder / f"packed-{k}"
            try:
                done_mb = yield from _fetch(remote, packed, pace, done_mb)
            except _FetchError as error:
                raise DataError(
                    f"{info.title} cannot be downloaded ({error}): check the network and try again, "
                    f"or copy {remote.holds[0]} and its fellows into {root} by hand."
                ) from error
            unpacked = folder / f"unpacked-{k}"
            yield pace.now(done_mb)
            _install(remote, packed, unpacked, root, info.title)
            packed.unlink()


class _FetchError(Exception):
    """A file did not arrive; the text says why in a few words."""


@contextlib.contextmanager
def _half_done(root: Path, title: str) -> Iterator[Path]:
    """A hidden folder on the disk of `root`, gone afterwards."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".download-", dir=root))
    except OSError as error:
        raise DataError(
            f"{title} cannot be downloaded into {root} ({error.strerror}): choose another folder."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fetch(
    remote: Remote, target: Path, pace: Pace, before_mb: float
) -> Generator[LoadProgressed, None, float]:
    problems = []
    for url in remote.urls:
        try:
            return (yield from _fetch_one(url, remote.md5, target, pace, before_mb))
        except _FetchError as error:
            problems.append(str(error))
    raise _FetchError("; ".join(problems))


def _fetch_one(
    url: str, md5: str, target: Path, pace: Pace, before_mb: float
) -> Generator[LoadProgressed, None, float]:
    host = urlsplit(url).hostname
    digest = hashlib.md5(usedforsecurity=False)
    n_bytes = 0
    try:
        with (
            urllib.request.urlopen(
                urllib.request.Request(url, headers=_HEADERS), timeout=_TIMEOUT_S
            ) as answer,
            target.open("wb") as file,
        ):
            while chunk := answer.read(_CHUNK_BYTES):
                file.write(chunk)
                digest.update(chunk)
                n_bytes += len(chunk)
                if event := pace.report(before_mb + n_bytes / _MB):
                    yield event
    except urllib.error.HTTPError as error:
        raise _FetchError(f"{host} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise _FetchError(f"no connection to {host}: {reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _FetchError(f"{host}: {getattr(error, 'strerror', None) or error}") from error
    if digest.hexdigest() != md5:
        raise _FetchError(f"what {host} sent is damaged or not the published file")
    return before_mb + n_bytes / _MB


def _install(remote: Remote, packed: Path, folder: Path, root: Path, title: str) -> None:
    try:
        folder.mkdir()
        remote.unpack(packed, folder)
        for name in remote.holds:
            place = root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (folder / Path(name).name).replace(place)
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile, KeyError) as error:
        raise DataError(f"{title} was downloaded but cannot be unpacked into {root}: {error}.") from error


def _gunzip_as(name: str) -> Callable[[Path, Path], None]:
    def unpack(packed: Path, folder: Path) -> None:
        with gzip.open(packed) as source, (folder / name).open("wb") as target:
            shutil.copyfileobj(source, target)

    return unpack


def _keep_as(name: str) -> Callable[[Path, Path], None]:
    def unpack(packed: Path, folder: Path) -> None:
        shutil.copyfile(packed, folder / name)

    return unpack


def _untar(names: tuple[str, ...]) -> Callable[[Path, Path], None]:
    """Take single members by name: nothing in an archive chooses where it lands."""

    def unpack(packed: Path, folder: Path) -> None:
        with tarfile.open(packed, "r:gz") as archive:
            for name in names:
                source = archive.extractfile(name)
                if source is None:
                    raise KeyError(name)
                with source, (folder / Path(name).name).open("wb") as target:
                    shutil.copyfileobj(source, target)

    return unpack


def _unzip_gz(names: tuple[str, ...]) -> Callable[[Path, Path], None]:
    def unpack(packed: Path, folder: Path) -> None:
        with zipfile.ZipFile(packed) as archive:
            for name in names:
                plain = Path(name).name
                with (
                    archive.open(f"gzip/{plain}.gz") as inner,
                    gzip.open(inner) as source,
                    (folder / plain).open("wb") as target,
                ):
                    shutil.copyfileobj(source, target)

    return unpack


def _idx_remotes(
    source: SourceName, mirrors: tuple[str, ...], digests: tuple[str, ...]
) -> tuple[Remote, ...]:
    remotes = []
    for holding, md5 in zip(SOURCE_INFO[source].files, digests, strict=True):
        name = Path(holding).name
        urls = tuple(f"{mirror}{name}.gz" for mirror in mirrors)
        remotes.append(Remote(urls, md5, _gunzip_as(name), (holding,)))
    return tuple(remotes)


# Addresses and digests are those of torchvision 0.29 (torchvision/datasets/{mnist,cifar,svhn}.py).
REMOTES: dict[SourceName, tuple[Remote, ...]] = {
    "mnist": _idx_remotes(
        "mnist",
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    ),
    "fashion-mnist": _idx_remotes(
        "fashion-mnist",
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    ),
    "kmnist": _idx_remotes(
        "kmnist",
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        (
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
    ),
    "emnist-letters": (
        Remote(
            ("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",),
            "58c8d27c78d21e728a6bc7b3cc06412e",
            _unzip_gz(SOURCE_INFO["emnist-letters"].files),
            SOURCE_INFO["emnist-letters"].files,
        ),
    ),
    "cifar10": (
        Remote(
            ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            "c58f30108f718f92721af3b95e74349a",
            _untar(SOURCE_INFO["cifar10"].files),
            SOURCE_INFO["cifar10"].files,
        ),
    ),
    "svhn": tuple(
        Remote(
            (f"http://ufldl.stanford.edu/housenumbers/{name}",),
            md5,
            _keep_as(name),
            (name,),
        )
        for name, md5 in (
            ("train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),
            ("test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),
        )
    ),
}
