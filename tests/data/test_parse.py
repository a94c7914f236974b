"""Words of the command line as specs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vae_explorer.data.parse import NAMED_SOURCES
from vae_explorer.data.spec import DataSpec
from vae_explorer.errors import DataError


@pytest.mark.parametrize("text", ["fashion-mnist", "Fashion-MNIST", " fashion_mnist "])
def test_that_names_are_forgiving(text: str) -> None:
    assert DataSpec.parse(text).source == "fashion-mnist"


def test_that_the_data_root_is_kept_as_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert DataSpec.parse("mnist", Path("sets")).data_root == tmp_path / "sets"


def test_that_a_folder_is_a_folder_of_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = DataSpec.parse("mine")
    assert (spec.source, spec.path) == ("folder", tmp_path / "mine")


def test_that_a_name_wins_over_a_folder_unless_it_is_written_as_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    assert DataSpec.parse("digits").source == "digits"
    assert DataSpec.parse("./digits").source == "folder"


@pytest.mark.parametrize("name", ["a.npy", "a.NPZ"])
def test_that_an_array_file_is_an_array(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    assert DataSpec.parse(str(tmp_path / name)).source == "array"


def test_that_an_unknown_word_lists_all_names(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        DataSpec.parse(str(tmp_path / "nowhere"))
    assert all(name in str(caught.value) for name in NAMED_SOURCES)


def test_that_a_misspelling_gets_a_suggestion() -> None:
    with pytest.raises(DataError, match="did you mean mnist"):
        DataSpec.parse("mnits")


def test_that_a_single_picture_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
    with pytest.raises(DataError, match="single picture"):
        DataSpec.parse(str(path))


def test_that_another_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="neither a folder of pictures"):
        DataSpec.parse(str(tmp_path / "notes.txt"))


def test_that_an_empty_word_is_refused() -> None:
    with pytest.raises(DataError, match="no data set"):
        DataSpec.parse("")
