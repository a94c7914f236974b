"""Headers of pictures: upright sizes, colour, and the look at a large folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from vae_explorer.data import headers
from vae_explorer.data.headers import Header, common_size, default_size, read_header, spread


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif", "gif"])
def test_that_a_header_tells_the_size_of_every_kind(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (30, 20), (1, 2, 3)).save(path)
    assert read_header(path) == Header(20, 30, is_grey=False)


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (20, 30)), (3, (20, 30)), (6, (30, 20)), (8, (30, 20))]
)
def test_that_sizes_are_those_of_the_upright_picture(
    tmp_path: Path, suffix: str, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (30, 20)).save(tmp_path / f"a.{suffix}", exif=exif)
    assert common_size([tmp_path / f"a.{suffix}"]) == size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_that_grey_modes_are_known(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (9, 9)).save(tmp_path / "a.png")
    assert read_header(tmp_path / "a.png") == Header(9, 9, is_grey=True)


def test_that_what_is_no_picture_has_no_header(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    assert read_header(tmp_path / "a.png") is None
    assert read_header(tmp_path / "gone.png") is None
    assert common_size([tmp_path / "a.png"]) is None
    assert default_size([]) == (64, 64)


def test_that_a_large_folder_gets_a_bounded_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (9, 9)).save(tmp_path / "a.png")
    looked: list[Path] = []

    def look(path: Path) -> Header:
        looked.append(path)
        return Header(9, 9, is_grey=True)

    monkeypatch.setattr(headers, "read_header", look)
    assert default_size([tmp_path / f"{k}.png" for k in range(100_000)]) == (9, 9)
    assert len(looked) == 256
    assert (looked[0].name, looked[-1].name) == ("0.png", "99999.png")


def test_that_spread_files_are_distinct_and_include_both_ends() -> None:
    files = [Path(f"{k}") for k in range(300)]
    few = spread(files, 256)
    assert len(set(few)) == 256
    assert (few[0], few[-1]) == (files[0], files[-1])
    assert spread(files[:5], 256) == files[:5]
