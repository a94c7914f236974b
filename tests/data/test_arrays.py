"""NumPy files: layouts, kinds of numbers, labels, factors, damage; never a pickle."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.load import load_now
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import DataError

pytestmark = pytest.mark.usefixtures("home")


def _bytes(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    values = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    values.flat[:2] = 0, 255
    return values


def _load(path: Path, **settings: object) -> ImageSet:
    return load_now(DataSpec.model_validate({"source": "array", "path": path, **settings}))


def _npy(folder: Path, values: NDArray[np.generic]) -> Path:
    np.save(folder / "set.npy", values)
    return folder / "set.npy"


def _npz(folder: Path, **arrays: NDArray[np.generic]) -> Path:
    np.savez_compressed(folder / "set.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub mistakes the keywords
    return folder / "set.npz"


@pytest.mark.parametrize(
    ("shape", "image_shape"),
    [
        ((5, 12, 10), (1, 12, 10)),
        ((5, 12, 10, 1), (1, 12, 10)),
        ((5, 12, 10, 3), (3, 12, 10)),
        ((5, 1, 12, 10), (1, 12, 10)),
        ((5, 3, 12, 10), (3, 12, 10)),
        ((5, 3, 64, 64), (3, 64, 64)),
        ((5, 144), (1, 12, 12)),
        ((5, 12, 10, 4), (3, 12, 10)),
        ((5, 2, 12, 10), (3, 12, 10)),
    ],
)
def test_that_common_layouts_are_understood(
    tmp_path: Path, shape: tuple[int, ...], image_shape: tuple[int, int, int]
) -> None:
    values = _bytes(*shape)
    images = _load(_npy(tmp_path, values))
    assert images.image_shape == image_shape
    assert len(images) == 5
    if shape[-1] == 3:
        np.testing.assert_array_equal(images.images, values.transpose(0, 3, 1, 2))
    elif shape[-1] != 4 and shape[1] != 2:
        np.testing.assert_array_equal(images.images, values.reshape(5, *image_shape))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0, 1, 128, 255], dtype=np.uint8), (0, 1, 128, 255)),
        (np.array([0, 1, 1, 0], dtype=np.uint8), (0, 255, 255, 0)),
        (np.array([False, True, True, False]), (0, 255, 255, 0)),
        (np.array([0, 0.5, 0.2, 1], dtype=np.float32), (0, 128, 51, 255)),
        (np.array([0, 0.5, 0.2, 1], dtype=np.float16), (0, 128, 51, 255)),
        (np.array([-1, 0, 0.5, 1], dtype=np.float64), (0, 128, 191, 255)),
        (np.array([0, 3.4, 200.6, 255], dtype=np.float64), (0, 3, 201, 255)),
        (np.array([0, 3, 200, 255], dtype=np.int64), (0, 3, 200, 255)),
        (np.array([0, 1, 1, 0], dtype=np.int32), (0, 255, 255, 0)),
        (np.array([0, 257, 32896, 65535], dtype=np.uint16), (0, 1, 128, 255)),
        (np.array([0, 257, 32896, 65535], dtype=">u2"), (0, 1, 128, 255)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_that_every_kind_of_number_becomes_bytes(
    tmp_path: Path, values: NDArray[np.generic], expected: tuple[int, ...], packed: bool
) -> None:
    images = np.broadcast_to(values[:, None, None], (4, 8, 8)).copy()
    path = _npz(tmp_path, images=images) if packed else _npy(tmp_path, images)
    np.testing.assert_allclose(_load(path).images[:, 0, 3, 3].astype(int), expected, atol=1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((4, 8, 8), np.nan), "not finite"),
        (np.full((4, 8, 8), np.inf, dtype=np.float32), "not finite"),
        (np.full((4, 8, 8), 3000.0), "from 3000 to 3000: bring them to 0–1 or 0–255"),
        (np.full((4, 8, 8), -5), "from -5 to -5"),
        (np.full((4, 8, 8), 1 << 20), "bring them to"),
        (np.zeros((4, 8, 8), dtype=np.complex64), "whole or real numbers"),
        (np.full((4, 8, 8), "a"), "whole or real numbers"),
        (np.zeros((4, 8, 8, 7), dtype=np.uint8), "has the shape"),
        (np.zeros((4, 63), dtype=np.uint8), "has the shape"),
        (np.zeros((4,), dtype=np.uint8), "has no images"),
        (np.zeros((1, 8, 8), dtype=np.uint8), "at least two"),
        (np.zeros((2, 2, 8, 8, 3), dtype=np.uint8), "has the shape"),
    ],
)
def test_that_what_is_no_set_of_images_is_explained(
    tmp_path: Path, values: NDArray[np.generic], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _load(_npy(tmp_path, values))


def test_that_fortran_order_is_read_right(tmp_path: Path) -> None:
    values = np.asfortranarray(_bytes(6, 9, 11))
    np.testing.assert_array_equal(_load(_npy(tmp_path, values)).images[:, 0], values)
    np.testing.assert_array_equal(_load(_npz(tmp_path, images=values)).images[:, 0], values)


@pytest.mark.parametrize("name", ["images", "imgs", "arr_0", "pictures"])
def test_that_images_are_found_by_name_or_as_the_only_candidate(tmp_path: Path, name: str) -> None:
    values = _bytes(4, 8, 8)
    arrays: dict[str, NDArray[np.generic]] = {name: values, "labels": np.arange(4)}
    images = _load(_npz(tmp_path, **arrays))
    np.testing.assert_array_equal(images.images[:, 0], values)
    assert images.name == "set"


def test_that_an_archive_without_images_lists_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"has no images .* but left \(4, 8, 8\), right \(4, 9, 9\)"):
        _load(_npz(tmp_path, left=_bytes(4, 8, 8), right=_bytes(4, 9, 9)))


@pytest.mark.parametrize(
    ("labels", "names", "index"),
    [
        (np.array([3, 7, 3, 9]), ("3", "7", "9"), [0, 1, 0, 2]),
        (np.array([[3], [7], [3], [9]]), ("3", "7", "9"), [0, 1, 0, 2]),
        (np.array([1.0, 0.0, 1.0, 0.0]), ("0", "1"), [1, 0, 1, 0]),
        (np.array(["cat", "ant", "cat", "bee"]), ("ant", "bee", "cat"), [2, 0, 2, 1]),
        (np.array([b"cat", b"ant", b"cat", b"bee"]), ("ant", "bee", "cat"), [2, 0, 2, 1]),
        (np.eye(4, dtype=np.uint8)[[1, 0, 3, 1]], ("0", "1", "3"), [1, 0, 2, 1]),
    ],
)
def test_that_labels_of_every_kind_are_read(
    tmp_path: Path, labels: NDArray[np.generic], names: tuple[str, ...], index: list[int]
) -> None:
    images = _load(_npz(tmp_path, images=_bytes(4, 8, 8), labels=labels))
    assert images.class_names == names
    assert images.labels is not None
    assert images.labels.tolist() == index
    assert images.labels.dtype == np.int64


def test_that_class_names_are_taken_from_the_file(tmp_path: Path) -> None:
    arrays = {
        "images": _bytes(4, 8, 8),
        "labels": np.array([2, 0, 2, 0]),
        "class_names": np.array(["a", "b", "c"]),
    }
    images = _load(_npz(tmp_path, **arrays))
    assert images.class_names == ("a", "c")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.arange(3), r"has the shape \(3,\)"),
        (np.zeros((4, 2, 2)), "has the shape"),
        (np.array([0.5, 1, 2, 3]), "fractions"),
    ],
)
def test_that_labels_which_do_not_fit_are_explained(
    tmp_path: Path, labels: NDArray[np.generic], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        _load(_npz(tmp_path, images=_bytes(4, 8, 8), labels=labels))


def test_that_the_dsprites_layout_gives_factors_and_shapes(tmp_path: Path) -> None:
    classes = np.array([[0, s, 1, 2, 3, 4] for s in (0, 1, 2, 1)])
    metadata = np.array(
        {"title": "dSprites"}, dtype=object
    )  # the real file holds this pickle; it is left alone
    images = (_bytes(4, 64, 64) > 127).astype(np.uint8)
    loaded = _load(_npz(tmp_path, imgs=images, latents_classes=classes, metadata=metadata))
    assert loaded.factor_names == ("color", "shape", "scale", "orientation", "posX", "posY")
    np.testing.assert_array_equal(loaded.factors, classes)
    assert loaded.class_names == ("square", "ellipse", "heart")
    assert loaded.labels is not None
    assert loaded.labels.tolist() == [0, 1, 2, 1]
    np.testing.assert_array_equal(loaded.images[:, 0], images * 255)


def test_that_named_factors_are_read_and_wrong_ones_explained(tmp_path: Path) -> None:
    factors = np.arange(8.0).reshape(4, 2)
    path = _npz(tmp_path, images=_bytes(4, 8, 8), factors=factors, factor_names=np.array(["size", "hue"]))
    loaded = _load(path)
    assert loaded.factor_names == ("size", "hue")
    np.testing.assert_array_equal(loaded.factors, factors)
    assert _load(_npz(tmp_path, images=_bytes(4, 8, 8), factors=factors)).factor_names == (
        "factor 1",
        "factor 2",
    )
    with pytest.raises(DataError, match="factors"):
        _load(_npz(tmp_path, images=_bytes(4, 8, 8), factors=factors[:3]))


def test_that_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "exploded",))  # type: ignore[return-value]  # any callable would do

    bomb = np.empty(3, dtype=object)
    bomb[:] = [Bomb()] * 3
    np.save(tmp_path / "bomb.npy", bomb, allow_pickle=True)
    np.savez(tmp_path / "bomb.npz", images=bomb)
    for name in ("bomb.npy", "bomb.npz"):
        with pytest.raises(DataError, match="pickle"):
            _load(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("name", ["set.npy", "set.npz"])
def test_that_a_damaged_file_is_an_error_in_words(tmp_path: Path, name: str) -> None:
    path = (
        _npy(tmp_path, _bytes(50, 16, 16)) if name == "set.npy" else _npz(tmp_path, images=_bytes(50, 16, 16))
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match="damaged"):
        _load(path)
    path.write_bytes(b"no numpy")
    with pytest.raises(DataError, match="is damaged or not a NumPy file: save it again") as caught:
        _load(path)
    assert "magic" not in str(caught.value)


def test_that_flipped_bytes_in_an_archive_are_noticed(tmp_path: Path) -> None:
    path = _npz(tmp_path, images=_bytes(50, 16, 16))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(DataError, match="damaged"):
        _load(path)


def test_that_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        _load(tmp_path / "set.npz")
    with pytest.raises(DataError, match="No file is named"):
        load_now(DataSpec(source="array"))


def test_that_alpha_lies_over_the_background(tmp_path: Path) -> None:
    values = np.zeros((2, 8, 8, 4), dtype=np.uint8)
    values[0, ..., 0] = 200  # red, fully transparent
    values[1, ..., 0] = values[1, ..., 3] = 255  # red, opaque
    images = _load(_npy(tmp_path, values), background="#0000ff").images
    assert images[0, :, 0, 0].tolist() == [0, 0, 255]
    assert images[1, :, 0, 0].tolist() == [255, 0, 0]


def test_that_images_larger_than_the_networks_take_are_scaled(tmp_path: Path) -> None:
    assert _load(_npy(tmp_path, _bytes(2, 400, 200))).image_shape == (1, 256, 128)
    assert _load(_npy(tmp_path, _bytes(2, 400, 200)), height=16, width=16, channels=3).image_shape == (
        3,
        16,
        16,
    )


def test_that_a_binary_set_keeps_its_greys_when_scaled(tmp_path: Path) -> None:
    half = np.zeros((2, 32, 32), dtype=np.uint8)
    half[:, :, :15] = 1
    scaled = _load(_npy(tmp_path, half), height=16, width=16).images
    assert scaled.max() == 255
    assert ((scaled > 20) & (scaled < 235)).any()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 5), st.booleans())
def test_that_a_subset_takes_images_labels_and_factors_of_the_same_rows(
    tmp_path: Path, n: int, wanted: int, seed: int, packed: bool
) -> None:
    images = np.zeros((n, 8, 8), dtype=np.uint8)
    images[:] = np.arange(n)[:, None, None]
    images[:, 0, 0] = 255
    if packed:
        path = _npz(tmp_path, images=images, labels=np.arange(n), factors=np.arange(n)[:, None])
        loaded = _load(path, n_images=wanted, seed=seed)
        assert loaded.labels is not None
        names = [int(loaded.class_names[k]) for k in loaded.labels]
        assert loaded.factors is not None
        assert names == loaded.factors[:, 0].tolist() == loaded.images[:, 0, 4, 4].tolist()
    else:
        loaded = _load(_npy(tmp_path, images), n_images=wanted, seed=seed)
    assert len(loaded) == len(set(loaded.images[:, 0, 4, 4].tolist())) == min(n, wanted)


@pytest.mark.parametrize("packed", [False, True])
def test_that_a_set_beyond_the_budget_is_streamed_to_a_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    values = _bytes(3000, 32, 32)
    path = _npz(tmp_path, images=values) if packed else _npy(tmp_path, values)
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "1")
    images = _load(path)
    assert isinstance(images.images, np.memmap)
    np.testing.assert_array_equal(images.images[:, 0], values)
    assert isinstance(_load(path).images, np.memmap)


def test_that_a_member_outside_numpys_format_is_left_alone(tmp_path: Path) -> None:
    path = _npz(tmp_path, images=_bytes(4, 8, 8))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "hello")
    assert len(_load(path)) == 4


def test_that_a_file_without_images_names_a_few_of_its_arrays(tmp_path: Path) -> None:
    path = _npz(tmp_path, **{f"a{k}": np.zeros(4) for k in range(10)})
    with pytest.raises(DataError, match=r"but a0 \(4,\), a1 \(4,\), a2 \(4,\) and 7 more: rename the array"):
        _load(path)
    path = _npz(tmp_path, mu=np.zeros((4, 2)), log_var=np.zeros((4, 2)), index=np.arange(4))
    with pytest.raises(DataError, match="holds codes of images"):
        _load(path)
