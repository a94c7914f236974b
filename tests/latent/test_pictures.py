"""Pictures and films: read back with Pillow and ffmpeg, never trusted from the writer."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from vae_explorer.errors import ExportError
from vae_explorer.latent.pictures import (
    enlarge,
    grid,
    save_animation,
    save_auto,
    save_png,
    strip,
    whole_scale,
)

WRITABLE_ANYWAY = hasattr(os, "geteuid") and os.geteuid() == 0


def _images(n: int = 5, c: int = 3, h: int = 8, w: int = 12) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size=(n, c, h, w), dtype=np.uint8)


def _flat_colours(n: int, h: int, w: int) -> np.ndarray:
    """Images of 2 × 2 flat blocks in strong colours: survives a lossy codec almost unchanged."""
    colours = np.array([[230, 30, 30], [30, 200, 30], [40, 60, 220], [240, 240, 20]], dtype=np.uint8)
    images = np.empty((n, 3, h, w), dtype=np.uint8)
    for k in range(n):
        turned = np.roll(colours, k, axis=0).reshape(2, 2, 3).transpose(2, 0, 1)
        images[k] = turned.repeat(h // 2, axis=1).repeat(w // 2, axis=2)
    return images


def _film(path: Path) -> tuple[str, np.ndarray]:
    """What ffmpeg says of the video stream, and all frames (n, H, W, 3)."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True)
    stream = next(line for line in decoded.stderr.decode().splitlines() if "Video:" in line)
    size = re.search(r", (\d{2,})x(\d{2,})", stream)
    assert size is not None
    w, h = int(size[1]), int(size[2])
    return stream, np.frombuffer(decoded.stdout, dtype=np.uint8).reshape(-1, h, w, 3)


def _png(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_that_a_strip_holds_every_pixel_enlarged_as_a_square() -> None:
    images = _images()
    row = strip(images, gap=3, scale=4)
    assert row.shape == (3, 32, 5 * 48 + 4 * 3)
    for k, image in enumerate(images):
        left = k * (48 + 3)
        np.testing.assert_array_equal(row[:, ::4, left : left + 48 : 4], image)
        np.testing.assert_array_equal(row[:, 3::4, left + 3 : left + 48 : 4], image)
    assert (row[:, :, 48:51] == 255).all()


def test_that_a_short_last_row_of_a_grid_is_background() -> None:
    sheet = grid(_images(5, c=1), columns=3, gap=1, scale=1, background=(9, 9, 9))
    assert sheet.shape == (1, 2 * 8 + 1, 3 * 12 + 2)
    assert (sheet[:, 9:, 2 * 13 :] == 9).all()


def test_that_small_images_are_enlarged_and_large_ones_left_alone() -> None:
    assert whole_scale((1, 8, 8)) == 16
    assert whole_scale((3, 28, 28)) == 5
    assert whole_scale((3, 256, 100)) == 1


@pytest.mark.parametrize("c", [1, 3])
def test_that_a_png_is_read_back_unchanged(tmp_path: Path, c: int) -> None:
    image = _images(1, c)[0]
    save_png(tmp_path / "a.png", image)
    expected = image[0] if c == 1 else image.transpose(1, 2, 0)
    np.testing.assert_array_equal(_png(tmp_path / "a.png"), expected)


def test_that_a_gif_has_all_frames_their_rate_and_repeats(tmp_path: Path) -> None:
    save_animation(tmp_path / "a.gif", _flat_colours(4, 8, 8), fps=10, scale=3)
    with Image.open(tmp_path / "a.gif") as film:
        assert film.n_frames == 4
        assert film.size == (24, 24)
        assert film.info["loop"] == 0
        for k, image in enumerate(_flat_colours(4, 8, 8)):
            film.seek(k)
            assert film.info["duration"] == 100
            shown = np.asarray(film.convert("RGB"))
            np.testing.assert_allclose(shown, enlarge(image, 3).transpose(1, 2, 0), atol=4)


def test_that_a_grey_gif_is_lossless(tmp_path: Path) -> None:
    images = _images(3, c=1)
    save_animation(tmp_path / "a.gif", images, scale=1)
    with Image.open(tmp_path / "a.gif") as film:
        for k, image in enumerate(images):
            film.seek(k)
            np.testing.assert_array_equal(np.asarray(film.convert("L")), image[0])


@pytest.mark.parametrize(
    ("h", "w", "scale", "size"), [(28, 28, None, (504, 504)), (9, 13, 1, (14, 10)), (8, 10, 3, (30, 24))]
)
def test_that_an_mp4_has_even_sizes_and_plays_everywhere(
    tmp_path: Path, h: int, w: int, scale: int | None, size: tuple[int, int]
) -> None:
    save_animation(tmp_path / "a.mp4", _images(6, 3, h, w), fps=12, scale=scale)
    stream, frames = _film(tmp_path / "a.mp4")
    assert frames.shape == (6, size[1], size[0], 3)
    assert "h264" in stream
    assert "yuv420p" in stream
    assert "12 fps" in stream


def test_that_an_mp4_is_crisp_and_true_in_colour(tmp_path: Path) -> None:
    images = _flat_colours(3, 8, 8)
    save_animation(tmp_path / "a.mp4", images, scale=8)
    _, frames = _film(tmp_path / "a.mp4")
    expected = enlarge(images, 8).transpose(0, 2, 3, 1).astype(int)
    error = np.abs(frames.astype(int) - expected)
    assert np.median(error) <= 4
    assert error[:, 24, 31].max() <= 40  # the very last pixel before a colour edge
    assert error[:, 24, 32].max() <= 40


def test_that_a_grey_mp4_is_grey(tmp_path: Path) -> None:
    save_animation(tmp_path / "a.mp4", _images(3, c=1), scale=4)
    _, frames = _film(tmp_path / "a.mp4")
    assert int(np.ptp(frames.astype(int), axis=-1).max()) <= 3


@pytest.mark.parametrize("name", ["a.png", "a.GIF", "a.mp4"])
def test_that_the_suffix_chooses_the_kind_of_file(tmp_path: Path, name: str) -> None:
    save_auto(tmp_path / name, _images())
    head = (tmp_path / name).read_bytes()[:12]
    assert any(mark in head for mark in (b"PNG", b"GIF8", b"ftyp"))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_that_an_existing_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    save_auto(tmp_path / "a.png", _images())
    assert _png(tmp_path / "a.png").ndim == 3


@pytest.mark.parametrize(("name", "words"), [("a.bmp", re.escape("'.bmp' is not")), ("a", "no suffix")])
def test_that_an_unknown_suffix_is_refused_in_words(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(ExportError, match=words + r".*use \.png, \.gif or \.mp4"):
        save_auto(tmp_path / name, _images())


@pytest.mark.parametrize("suffix", [".png", ".gif", ".mp4"])
def test_that_a_missing_folder_is_named(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ExportError, match=r"there is no folder '.*nowhere'"):
        save_auto(tmp_path / "nowhere" / f"a{suffix}", _images())


@pytest.mark.parametrize("suffix", [".png", ".gif", ".mp4"])
def test_that_a_folder_in_the_way_is_refused_and_kept(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").mkdir()
    with pytest.raises(ExportError, match="it is a folder"):
        save_auto(tmp_path / f"a{suffix}", _images())
    assert (tmp_path / f"a{suffix}").is_dir()


@pytest.mark.skipif(WRITABLE_ANYWAY, reason="the superuser may write anywhere")
def test_that_a_write_protected_folder_is_said_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ExportError, match="write-protected"):
            save_auto(tmp_path / "a.png", _images())
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_that_a_full_disk_is_said_in_words_and_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / f"a{suffix}"
    path.write_text("old")
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(ExportError, match="the disk is full"):
        save_auto(path, _images())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_that_a_full_disk_stops_the_film_encoder_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run

    def onto_full_device(command: list[str], **kwargs: Any) -> subprocess.CompletedProcess[bytes]:
        return real([*command[:-1], "-f", "matroska", "/dev/full"], **kwargs)

    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full to fail on")
    monkeypatch.setattr(subprocess, "run", onto_full_device)
    with pytest.raises(ExportError, match="the disk is full"):
        save_auto(tmp_path / "a.mp4", _images(64, h=32, w=32))
    assert list(tmp_path.iterdir()) == []


def test_that_a_missing_film_encoder_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise RuntimeError("No ffmpeg exe could be found.")

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
    with pytest.raises(ExportError, match=r"Cannot write '.*a\.mp4': No ffmpeg exe could be found\."):
        save_auto(tmp_path / "a.mp4", _images())


@pytest.mark.parametrize("fps", [0.0, -3.0, float("nan"), 1e9])
def test_that_an_impossible_rate_is_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(ExportError, match="frames a second"):
        save_animation(tmp_path / "a.gif", _images(), fps=fps)


def test_that_no_picture_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no picture"):
        save_auto(tmp_path / "a.png", _images(0))
