"""Shapes of sources before fitting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vae_explorer.data.native import native_shape
from vae_explorer.data.spec import DataSpec


def _folder(path: Path, *colours: tuple[int, int, int], sizes: tuple[tuple[int, int], ...]) -> DataSpec:
    for k, (colour, size) in enumerate(zip(colours, sizes, strict=True)):
        Image.new("RGB", size, colour).save(path / f"{k}.png")
    return DataSpec(source="folder", path=path, height=8, width=8, channels=1)


def test_that_a_folder_has_the_size_and_colour_of_its_pictures(tmp_path: Path) -> None:
    spec = _folder(tmp_path, (5, 5, 5), (1, 2, 3), sizes=((300, 200), (300, 200)))
    assert native_shape(spec) == (3, (200, 300))


def test_that_grey_pixels_in_colour_files_are_grey(tmp_path: Path) -> None:
    assert native_shape(_folder(tmp_path, (5, 5, 5), (9, 9, 9), sizes=((9, 9), (9, 9)))) == (1, (9, 9))


def test_that_pictures_of_several_sizes_have_none(tmp_path: Path) -> None:
    assert native_shape(_folder(tmp_path, (5, 5, 5), (9, 9, 9), sizes=((9, 9), (9, 8)))) == (1, None)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4, 10, 12), (1, (10, 12))), ((4, 10, 12, 3), (3, (10, 12))), ((4, 4, 10, 12), (3, (10, 12)))],
)
def test_that_an_array_is_as_its_header_says(
    tmp_path: Path, shape: tuple[int, ...], expected: tuple[int, tuple[int, int]]
) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape, np.uint8))
    spec = DataSpec(source="array", path=tmp_path / "a.npy", height=32, width=32)
    assert native_shape(spec) == expected


def test_that_sets_with_a_name_are_as_the_catalogue_says_and_blooms_are_drawn_to_size() -> None:
    assert native_shape(DataSpec(source="cifar10", height=8, width=8)) == (3, (32, 32))
    assert native_shape(DataSpec(source="digits", height=32, width=32)) == (1, (8, 8))
    assert native_shape(DataSpec(source="blooms", height=48, width=40)) == (3, (48, 40))
