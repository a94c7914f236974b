"""Geometry of pad, crop and stretch, for every size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_explorer.data.fitting import MAX_SIDE, MIN_SIDE, native_size, place

_source = st.integers(1, 20_000)
_frame = st.integers(MIN_SIDE, MAX_SIDE)


@given(_source, _source, _frame, _frame, st.sampled_from(["pad", "crop", "stretch"]))
def test_that_the_scaled_box_lies_inside_picture_and_frame(
    w: int, h: int, fw: int, fh: int, fit: str
) -> None:
    spot = place(w, h, fw, fh, fit)  # type: ignore[arg-type]  # hypothesis knows only str
    left, top, right, bottom = spot.box
    assert 0 <= left < right <= w
    assert 0 <= top < bottom <= h
    assert spot.size[0] >= 1
    assert spot.size[1] >= 1
    assert spot.offset[0] >= 0
    assert spot.offset[1] >= 0
    assert spot.offset[0] + spot.size[0] <= fw
    assert spot.offset[1] + spot.size[1] <= fh


@given(_source, _source, _frame, _frame)
def test_that_stretch_uses_everything_and_fills_everything(w: int, h: int, fw: int, fh: int) -> None:
    spot = place(w, h, fw, fh, "stretch")
    assert spot.box == (0, 0, w, h)
    assert (spot.size, spot.offset) == ((fw, fh), (0, 0))


@given(_source, _source, _frame, _frame)
def test_that_crop_fills_the_frame_with_the_centre_undistorted(w: int, h: int, fw: int, fh: int) -> None:
    spot = place(w, h, fw, fh, "crop")
    left, top, right, bottom = spot.box
    assert (spot.size, spot.offset) == ((fw, fh), (0, 0))
    assert (right - left) / (bottom - top) == pytest.approx(fw / fh, rel=1e-9)
    assert left + right == pytest.approx(w)
    assert top + bottom == pytest.approx(h)
    assert right - left == pytest.approx(w) or bottom - top == pytest.approx(h)  # no more is cut than needed


@given(_source, _source, _frame, _frame)
def test_that_pad_shows_everything_undistorted_and_centred(w: int, h: int, fw: int, fh: int) -> None:
    spot = place(w, h, fw, fh, "pad")
    scale = min(fw / w, fh / h)
    assert spot.box == (0, 0, w, h)
    assert spot.size[0] == fw or spot.size[1] == fh
    assert abs(spot.size[0] - max(1, w * scale)) <= 0.5 + 1e-6
    assert abs(spot.size[1] - max(1, h * scale)) <= 0.5 + 1e-6
    for side, size, offset in zip((fw, fh), spot.size, spot.offset, strict=True):
        assert abs((side - size - offset) - offset) <= 1  # bars of equal width


@given(_frame, _frame, st.sampled_from(["pad", "crop", "stretch"]))
def test_that_a_picture_of_the_frames_size_stays_as_it_is(w: int, h: int, fit: str) -> None:
    spot = place(w, h, w, h, fit)  # type: ignore[arg-type]  # hypothesis knows only str
    assert (spot.box, spot.size, spot.offset) == ((0, 0, w, h), (w, h), (0, 0))


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_that_a_native_size_is_one_that_the_networks_take(h: int, w: int) -> None:
    height, width = native_size(h, w)
    assert MIN_SIDE <= height <= MAX_SIDE
    assert MIN_SIDE <= width <= MAX_SIDE
    if MIN_SIDE <= h <= MAX_SIDE and MIN_SIDE <= w <= MAX_SIDE:
        assert (height, width) == (h, w)


def test_that_a_large_native_size_keeps_its_aspect_ratio() -> None:
    assert native_size(1024, 512) == (256, 128)
    assert native_size(4, 6) == (8, 12)
