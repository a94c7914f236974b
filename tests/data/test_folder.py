"""Folders of pictures: order, classes, skipped files, cache and cancel."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vae_explorer.data import folder as folder_module
from vae_explorer.data.events import LoadFinished, LoadProgressed
from vae_explorer.data.folder import preview
from vae_explorer.data.listing import list_pictures
from vae_explorer.data.load import load, load_now
from vae_explorer.data.pictures import Frame, decode_picture
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import DataError

pytestmark = pytest.mark.usefixtures("home")


def _save(path: Path, level: int | tuple[int, int, int] = 100, size: tuple[int, int] = (12, 10)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if isinstance(level, int) else "RGB", size, level).save(path)
    return path


def _spec(path: Path, **settings: object) -> DataSpec:
    return DataSpec.model_validate({"source": "folder", "path": path, "height": 8, "width": 8, **settings})


def _finished(spec: DataSpec) -> LoadFinished:
    *_, last = load(spec)
    assert isinstance(last, LoadFinished)
    return last


def test_that_labels_follow_the_folders(tmp_path: Path) -> None:
    for k, name in enumerate(["b/1.png", "a/1.png", "c/x/1.png", "a/2.png"]):
        _save(tmp_path / name, level=50 * k)
    images = load_now(_spec(tmp_path))
    assert images.class_names == ("a", "b", "c")
    assert images.labels is not None
    assert images.labels.tolist() == [0, 0, 1, 2]
    assert images.images[:, 0, 4, 4].tolist() == [50, 150, 0, 100]


def test_that_grey_pictures_give_one_channel_and_a_coloured_one_gives_three(tmp_path: Path) -> None:
    _save(tmp_path / "1.png", 10)
    _save(tmp_path / "2.png", (20, 20, 20))
    assert load_now(_spec(tmp_path)).image_shape == (1, 8, 8)
    _save(tmp_path / "3.png", (20, 20, 21))
    assert load_now(_spec(tmp_path)).image_shape == (3, 8, 8)
    assert load_now(_spec(tmp_path, channels=1)).image_shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ([(12, 10), (12, 10)], (10, 12)),
        ([(64, 64), (64, 64)], (64, 64)),
        ([(64, 8), (64, 8)], (8, 64)),
        ([(12, 10), (10, 12)], (64, 64)),
        ([(12, 10), (12, 10), (12, 11)], (64, 64)),
        ([(65, 10), (65, 10)], (64, 64)),
        ([(300, 200), (300, 200)], (64, 64)),
        ([(4, 4), (4, 4)], (8, 8)),  # the smallest that networks take
    ],
)
def test_that_the_default_size_is_the_pictures_own_if_they_share_a_small_one_else_64_by_64(
    tmp_path: Path, sizes: list[tuple[int, int]], shape: tuple[int, int]
) -> None:
    for k, size in enumerate(sizes):
        _save(tmp_path / f"{k}.png", size=size)
    assert load_now(DataSpec(source="folder", path=tmp_path)).image_shape == (1, *shape)
    assert load_now(DataSpec(source="folder", path=tmp_path, width=24)).image_shape == (1, shape[0], 24)


def test_that_files_that_are_no_pictures_have_no_say_in_the_size(tmp_path: Path) -> None:
    for k in range(2):
        _save(tmp_path / f"{k}.png")
    (tmp_path / "a.png").write_text("no picture")
    assert load_now(DataSpec(source="folder", path=tmp_path)).image_shape == (1, 10, 12)


def test_that_the_size_follows_all_pictures_also_where_a_few_are_loaded(tmp_path: Path) -> None:
    for k in range(20):
        _save(tmp_path / f"{k:02}.png", size=(12, 10) if k < 19 else (30, 30))
    for n in (2, 3, 10):
        spec = DataSpec(source="folder", path=tmp_path, n_images=n)
        assert load_now(spec).image_shape == (1, 64, 64)


def test_that_bad_files_are_skipped_and_listed_with_their_reasons(tmp_path: Path) -> None:
    for k in range(40):
        _save(tmp_path / f"{k:02}.png", level=5 * k)
    (tmp_path / "07.png").write_text("no picture")
    (tmp_path / "21.png").write_bytes(b"")
    (tmp_path / "phone.heic").write_bytes(b"x")
    finished = _finished(_spec(tmp_path))
    assert len(finished.images) == 38
    assert {(s.path.name, s.reason.split()[0]) for s in finished.skipped} == {
        ("07.png", "not"),
        ("21.png", "the"),
        ("phone.heic", "HEIC"),
    }
    expected = [5 * k for k in range(40) if k not in (7, 21)]
    assert (
        finished.images.images[:, 0, 4, 4].tolist() == expected
    )  # nothing stands in for them, order is kept
    again = _finished(_spec(tmp_path))
    assert again.from_cache
    assert again.skipped == finished.skipped


def test_that_a_class_without_usable_pictures_is_no_class(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/2.png", "c/1.png"):
        _save(tmp_path / name)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.png").write_text("no picture")
    images = load_now(_spec(tmp_path))
    assert images.class_names == ("a", "c")
    assert images.labels is not None
    assert images.labels.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "There are no PNG, JPEG, WebP, BMP, TIFF or GIF pictures in"),
        ({"a.heic": "x"}, "of a kind that is not read, such as a.heic"),
        ({"a.png": "x"}, "Cannot use the only picture in .*a.png, for one: not a PNG picture"),
        ({"a.png": "x", "b.png": ""}, "Cannot use any of the 2 pictures in"),
        ({"a.png": "x", "b.png": "good"}, r"Only one picture in .* can be used \(1 were skipped\)"),
    ],
)
def test_that_too_few_usable_pictures_are_an_error_in_words(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        if content == "good":
            _save(tmp_path / name)
        else:
            (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        load_now(_spec(tmp_path))


def test_that_a_missing_folder_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        load_now(_spec(tmp_path / "gone"))
    with pytest.raises(DataError, match="No folder is named"):
        load_now(DataSpec(source="folder"))


def test_that_progress_counts_pictures_up_to_all(tmp_path: Path) -> None:
    for k in range(70):
        _save(tmp_path / f"{k}.png")
    *events, last = load(_spec(tmp_path))
    reading = [e for e in events if isinstance(e, LoadProgressed) and e.unit == "pictures"]
    assert isinstance(last, LoadFinished)
    assert [e.done for e in reading] == sorted(e.done for e in reading)
    assert reading[0].total == 0  # looking for pictures: how many is not known yet
    assert (reading[-1].done, reading[-1].total) == (70, 70)


def test_that_closing_the_generator_ends_the_threads_and_leaves_nothing(tmp_path: Path, home: Path) -> None:
    for k in range(200):
        _save(tmp_path / "pictures" / f"{k}.png", size=(64, 64))
    events = load(_spec(tmp_path / "pictures"))
    reading = next(e for e in events if isinstance(e, LoadProgressed) and e.done)
    assert reading.done < 200
    events.close()  # type: ignore[attr-defined]  # the contract: load returns a generator
    assert not any(thread.name.startswith("decode") for thread in threading.enumerate())
    assert list((home / "cache" / "images").iterdir()) == []


def test_that_a_slow_file_still_lets_the_person_cancel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(tmp_path / "1.png")
    _save(tmp_path / "2.png")
    release = threading.Event()

    def slow(path: Path, frame: Frame) -> object:
        release.wait(10)
        return decode_picture(path, frame)

    monkeypatch.setattr(folder_module, "decode_picture", slow)
    events = load(_spec(tmp_path))
    assert next(events).doing == "Looking for pictures"  # type: ignore[union-attr]  # not finished yet
    waiting = next(events)
    assert isinstance(waiting, LoadProgressed)
    assert waiting.done == 0
    release.set()
    assert isinstance(list(events)[-1], LoadFinished)


def test_that_the_cache_notices_every_change(tmp_path: Path) -> None:
    for k in range(4):
        _save(tmp_path / f"{k}.png", level=40 * k)
    first = _finished(_spec(tmp_path))
    assert not first.from_cache
    assert _finished(_spec(tmp_path)).from_cache
    assert not _finished(_spec(tmp_path, fit="pad")).from_cache
    assert not _finished(_spec(tmp_path, width=9)).from_cache
    assert not _finished(_spec(tmp_path, seed=1)).from_cache
    os.utime(tmp_path / "0.png", ns=(1, 1))
    touched = _finished(_spec(tmp_path))
    assert not touched.from_cache
    assert touched.images.fingerprint == first.images.fingerprint
    _save(tmp_path / "0.png", level=99)
    assert _finished(_spec(tmp_path)).images.fingerprint != first.images.fingerprint
    (tmp_path / "0.png").unlink()
    assert len(_finished(_spec(tmp_path)).images) == 3


def test_that_a_number_of_images_chooses_before_decoding(tmp_path: Path) -> None:
    for k in range(30):
        _save(tmp_path / f"{k:02}.png", level=8 * k)
    *_, last = load(_spec(tmp_path, n_images=5))
    assert isinstance(last, LoadFinished)
    levels = last.images.images[:, 0, 4, 4].tolist()
    assert len(levels) == 5
    assert levels == sorted(levels)


@pytest.mark.parametrize("grey", [True, False])
def test_that_a_set_beyond_the_budget_is_mapped_and_equal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grey: bool
) -> None:
    for k in range(20):
        _save(tmp_path / "p" / f"{k:02}.png", level=9 * k if grey else (9 * k, 5, 200))
    (tmp_path / "p" / "03.png").write_text("no picture")
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(tmp_path / "home-1"))
    inside = load_now(_spec(tmp_path / "p"))
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(tmp_path / "home-2"))
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "0.0005")
    beyond = load_now(_spec(tmp_path / "p"))
    assert not isinstance(inside.images, np.memmap)
    assert isinstance(beyond.images, np.memmap)
    assert not beyond.images.flags.writeable
    assert inside.fingerprint == beyond.fingerprint
    np.testing.assert_array_equal(inside.images, beyond.images)
    assert beyond.image_shape == ((1, 8, 8) if grey else (3, 8, 8))


@pytest.mark.parametrize("fit", ["pad", "crop", "stretch"])
def test_that_the_preview_is_what_loading_gives(tmp_path: Path, fit: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "1.png")
    Image.fromarray(noise[::-1].copy()).save(tmp_path / "2.png")
    spec = _spec(tmp_path, fit=fit, height=20, width=12, background="#204060")
    shown = preview(tmp_path / "1.png", spec)
    assert shown.shape == (3, 20, 12)
    np.testing.assert_array_equal(shown, load_now(spec).images[0])
    assert preview(tmp_path / "1.png", _spec(tmp_path, channels=1)).shape == (1, 8, 8)


def test_that_the_preview_of_a_bad_file_says_why(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_text("no picture")
    with pytest.raises(DataError, match=r"1\.png cannot be used: not a PNG picture"):
        preview(tmp_path / "1.png", _spec(tmp_path))


def test_that_real_photos_load(test_data: Path) -> None:
    root = test_data / "cifar-folder"
    if not root.is_dir():
        pytest.skip("cifar-folder is absent")
    images = load_now(DataSpec(source="folder", path=root, height=32, width=32))
    files = list_pictures(root).files
    assert images.image_shape == (3, 32, 32)
    assert len(images) == len(files)
    assert len(images.class_names) == len([p for p in root.iterdir() if p.is_dir()])
    with Image.open(files[7]) as picture:
        np.testing.assert_array_equal(images.images[7].transpose(1, 2, 0), np.asarray(picture))
