"""Which files of a folder are pictures, in which order, and of which class."""

from __future__ import annotations

from pathlib import Path

import pytest

from vae_explorer.data.listing import class_of_each, find_files, list_pictures, stamp


def _save(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no picture, but listing does not look inside")
    return path


def test_that_files_come_in_the_order_of_their_paths_and_hidden_ones_not_at_all(tmp_path: Path) -> None:
    for name in ("b/2.png", "a/9.PNG", "b/1.jpg", ".hidden/1.png", "b/.2.png", "__MACOSX/1.png"):
        _save(tmp_path / name)
    (tmp_path / "b" / "notes.txt").write_text("no picture")
    listing = list_pictures(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in listing.files] == [
        "a/9.PNG",
        "b/1.jpg",
        "b/2.png",
    ]
    assert listing.classes == ["a", "b"]


@pytest.mark.parametrize(
    ("files", "classes"),
    [
        (["1.png", "2.png"], []),
        (["only/1.png", "only/2.png"], []),
        (["cat/1.png", "dog/1.png"], ["cat", "dog"]),
        (["cat/old/1.png", "cat/new/2.png", "dog/1.png"], ["cat", "dog"]),
        (["photos/all/cat/1.png", "photos/all/dog/1.png"], ["cat", "dog"]),
        (["1.png", "dog/1.png"], ["dog", "root"]),
    ],
)
def test_that_sub_folders_are_classes(tmp_path: Path, files: list[str], classes: list[str]) -> None:
    for name in files:
        _save(tmp_path / "root" / name)
    assert list_pictures(tmp_path / "root").classes == classes


def test_that_each_file_has_the_class_of_its_first_folder_below_the_shared_ones(tmp_path: Path) -> None:
    names = ["all/cat/old/1.png", "all/cat/2.png", "all/dog/1.png", "all/3.png"]
    for name in names:
        _save(tmp_path / name)
    found = find_files(tmp_path).pictures
    assert found == sorted(names)
    assert dict(zip(found, class_of_each(tmp_path, found), strict=True)) == {
        "all/3.png": "all",
        "all/cat/2.png": "cat",
        "all/cat/old/1.png": "cat",
        "all/dog/1.png": "dog",
    }


def test_that_folders_whose_names_begin_alike_are_different_classes(tmp_path: Path) -> None:
    names = ["cat/1.png", "cats/1.png", "cat-x/1.png"]
    assert class_of_each(tmp_path, names) == ["cat", "cats", "cat-x"]


def test_that_pictures_of_kinds_that_are_not_read_are_listed_apart(tmp_path: Path) -> None:
    for name in ("b/raw.CR2", "a.heic", "1.png", "notes.txt"):
        _save(tmp_path / name)
    assert find_files(tmp_path) == (["1.png"], ["a.heic", "b/raw.CR2"])


def test_that_a_stamp_tells_size_and_time_and_survives_a_file_that_vanished(tmp_path: Path) -> None:
    path = _save(tmp_path / "a" / "1.png")
    info = path.stat()
    assert stamp(tmp_path, ["a/1.png", "a/gone.png"]) == [
        ("a/1.png", info.st_size, info.st_mtime_ns),
        ("a/gone.png", -1, -1),
    ]
