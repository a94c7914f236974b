"""The published sets, read from torchvision's layout made small, and from the real MNIST."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vae_explorer.data.image_set import Split
from vae_explorer.data.load import MissingDataSet, load, load_now
from vae_explorer.data.sources import SOURCE_INFO, is_available
from vae_explorer.data.spec import TORCHVISION_SOURCES, DataSpec, SourceName
from vae_explorer.data.torchvision_sets import CLASS_NAMES, read_idx
from vae_explorer.errors import DataError

pytestmark = pytest.mark.usefixtures("home")

IDX_SOURCES: tuple[SourceName, ...] = ("mnist", "fashion-mnist", "kmnist", "emnist-letters")


def _idx(values: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">BBBB{values.ndim}i", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def _write_idx_set(
    root: Path, source: SourceName, *, packed: bool = False
) -> tuple[NDArray[np.uint8], list[int]]:
    """100 training and 20 test images; returns all of them as stored, and their labels."""
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (120, 28, 28), dtype=np.uint8)
    n_classes, first = SOURCE_INFO[source].n_classes, int(source == "emnist-letters")
    labels = (np.arange(120) % n_classes).astype(np.uint8)
    stored = (images[:100], labels[:100] + first, images[100:], labels[100:] + first)
    for name, values in zip(SOURCE_INFO[source].files, stored, strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = _idx(values.astype(np.uint8))
        if packed:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(data))
        else:
            path.write_bytes(data)
    return images, labels.tolist()


@pytest.mark.parametrize("source", IDX_SOURCES)
@pytest.mark.parametrize("packed", [False, True])
def test_that_idx_sets_are_read_packed_and_unpacked(tmp_path: Path, source: SourceName, packed: bool) -> None:
    assert not is_available(source, tmp_path)
    stored, labels = _write_idx_set(tmp_path, source, packed=packed)
    assert is_available(source, tmp_path)
    images = load_now(DataSpec(source=source, data_root=tmp_path))
    upright = stored.transpose(0, 2, 1) if source == "emnist-letters" else stored
    np.testing.assert_array_equal(images.images[:, 0], upright)
    assert images.labels is not None
    assert images.labels.tolist() == labels
    assert images.class_names == CLASS_NAMES[source]
    assert images.name == SOURCE_INFO[source].title


def test_that_the_official_test_part_stays_the_test_part(tmp_path: Path) -> None:
    _write_idx_set(tmp_path, "mnist")
    images = load_now(DataSpec(source="mnist", data_root=tmp_path, validation_fraction=0.2))
    assert images.indices(Split.TEST).tolist() == list(range(100, 120))
    assert len(images.indices(Split.VALIDATION)) == 20
    assert images.indices(Split.VALIDATION).max() < 100


def test_that_seed_size_channels_and_number_are_heeded(tmp_path: Path) -> None:
    _write_idx_set(tmp_path, "mnist")
    spec = DataSpec(source="mnist", data_root=tmp_path, height=12, width=20, channels=3, n_images=60, seed=4)
    images = load_now(spec)
    assert images.images.shape == (60, 3, 12, 20)
    assert len(images.indices(Split.TEST)) == 10
    assert load_now(spec).fingerprint == images.fingerprint
    assert load_now(spec.model_copy(update={"seed": 5})).fingerprint != images.fingerprint


@pytest.mark.parametrize("source", TORCHVISION_SOURCES)
def test_that_a_missing_set_names_its_size_and_place(tmp_path: Path, source: SourceName) -> None:
    with pytest.raises(MissingDataSet) as caught:
        next(iter(load(DataSpec(source=source, data_root=tmp_path))))
    assert caught.value.source == source
    assert caught.value.root == tmp_path
    assert caught.value.size_mb == SOURCE_INFO[source].download_mb > 1
    assert str(tmp_path) in str(caught.value)
    assert "MB" in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x0d\x01\0\0\0\x01\0",
        _idx(np.zeros((3, 4, 4), dtype=np.uint8))[:-1],
        _idx(np.zeros((3, 4, 4), dtype=np.uint8)) + b"\0",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_that_a_damaged_idx_file_is_an_error_in_words(tmp_path: Path, data: bytes, packed: bool) -> None:
    path = tmp_path / "a-idx3-ubyte"
    (path.with_name(path.name + ".gz") if packed else path).write_bytes(
        gzip.compress(data) if packed else data
    )
    with pytest.raises(DataError, match="delete it and download"):
        read_idx(path)


def test_that_a_damaged_gzip_is_an_error_in_words(tmp_path: Path) -> None:
    packed = gzip.compress(_idx(np.zeros((3, 40, 40), dtype=np.uint8)))
    (tmp_path / "a.gz").write_bytes(packed[:-12])
    with pytest.raises(DataError, match="delete it and download"):
        read_idx(tmp_path / "a")


def test_that_images_and_labels_must_belong_together(tmp_path: Path) -> None:
    _write_idx_set(tmp_path, "mnist")
    (tmp_path / SOURCE_INFO["mnist"].files[1]).write_bytes(_idx(np.zeros(99, dtype=np.uint8)))
    with pytest.raises(DataError, match="do not belong together"):
        load_now(DataSpec(source="mnist", data_root=tmp_path))


def _write_cifar10(root: Path, monkeypatch: pytest.MonkeyPatch) -> NDArray[np.uint8]:
    from torchvision.datasets import CIFAR10

    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    images = np.random.default_rng(1).integers(0, 256, (60, 3, 32, 32), dtype=np.uint8)
    lists: dict[str, list[list[str]]] = {"train_list": [], "test_list": []}
    for k, name in enumerate([f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]):
        batch = {"data": images[10 * k : 10 * k + 10].reshape(10, -1), "labels": list(range(10))}
        (folder / name).write_bytes(data := pickle.dumps(batch))
        lists["test_list" if k == 5 else "train_list"].append([name, hashlib.md5(data).hexdigest()])
    (folder / "batches.meta").write_bytes(data := pickle.dumps({"label_names": list(CLASS_NAMES["cifar10"])}))
    meta = {**CIFAR10.meta, "md5": hashlib.md5(data).hexdigest()}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    for name, values in lists.items():
        monkeypatch.setattr(CIFAR10, name, values)
    return images


def test_that_cifar10_is_read_through_torchvision_and_then_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = _write_cifar10(tmp_path, monkeypatch)
    spec = DataSpec(source="cifar10", data_root=tmp_path)
    images = load_now(spec)
    np.testing.assert_array_equal(images.images, stored)
    assert images.indices(Split.TEST).tolist() == list(range(50, 60))
    assert images.labels is not None
    assert images.labels[:12].tolist() == [*range(10), 0, 1]
    *_, last = load(spec)
    assert last.from_cache  # type: ignore[union-attr]  # the last event is LoadFinished


def test_that_damaged_cifar10_files_are_never_unpickled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_cifar10(tmp_path, monkeypatch)
    (tmp_path / "cifar-10-batches-py" / "data_batch_3").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(DataError, match=r"CIFAR-10 .* are damaged"):
        load_now(DataSpec(source="cifar10", data_root=tmp_path))


def test_that_svhn_is_read_with_ten_meaning_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scipy.io import savemat  # type: ignore[import-untyped]  # scipy has no types
    from torchvision.datasets import SVHN

    rng = np.random.default_rng(2)
    splits = {}
    stored = {}
    for name, n in (("train", 12), ("test", 5)):
        stored[name] = rng.integers(0, 256, (32, 32, 3, n), dtype=np.uint8)
        path = tmp_path / f"{name}_32x32.mat"
        savemat(path, {"X": stored[name], "y": (np.arange(n) % 10 + 1)[:, None].astype(np.uint8)})
        splits[name] = ["http://localhost/", path.name, hashlib.md5(path.read_bytes()).hexdigest()]
    monkeypatch.setattr(SVHN, "split_list", splits)
    images = load_now(DataSpec(source="svhn", data_root=tmp_path))
    np.testing.assert_array_equal(images.images[:12], stored["train"].transpose(3, 2, 0, 1))
    assert images.labels is not None
    assert images.labels[:12].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    assert images.indices(Split.TEST).tolist() == list(range(12, 17))


def test_that_the_real_mnist_has_its_known_counts(test_data: Path) -> None:
    if not is_available("mnist", test_data):
        pytest.skip("MNIST/raw is absent")
    images = load_now(DataSpec(source="mnist", data_root=test_data))
    assert images.images.shape == (70_000, 1, 28, 28)
    assert [len(images.indices(split)) for split in Split] == [55_000, 5_000, 10_000]
    assert images.labels is not None
    assert np.bincount(images.labels[:60_000]).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert images.images[:60_000].mean() / 255 == pytest.approx(0.1307, abs=1e-4)  # the mean everybody quotes
    assert not images.images.flags.writeable
