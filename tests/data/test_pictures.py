"""Single files of every kind, sound and damaged."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from vae_explorer.data import pictures
from vae_explorer.data.pictures import Frame, UnreadablePicture, _deep_to_bytes, decode_picture
from vae_explorer.data.spec import Fit

RED, GREEN, BLUE = (250, 10, 20), (10, 240, 30), (20, 30, 235)


def _frame(side: int = 16, fit: Fit = "stretch", background: str = "#000000") -> Frame:
    return Frame(side, side, fit, background)


def _quarters(width: int = 64, height: int = 64) -> Image.Image:
    """Red and green above, blue and white below."""
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = 255
    return Image.fromarray(pixels)


def _corners(image: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Colours in the middle of the four quarters; (4, 3)."""
    h, w, _ = image.shape
    return image[[h // 4, h // 4, -h // 4, -h // 4], [w // 4, -w // 4, w // 4, -w // 4]].astype(np.int64)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tif", "a.TIFF", "a.gif", "a.jfif"])
def test_that_every_kind_of_file_is_read(tmp_path: Path, name: str) -> None:
    _quarters().save(tmp_path / name, quality=98)
    image = decode_picture(tmp_path / name, _frame())
    assert image.shape == (16, 16, 3)
    assert image.dtype == np.uint8
    np.testing.assert_allclose(_corners(image), [RED, GREEN, BLUE, (255, 255, 255)], atol=14)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_that_every_mode_keeps_its_brightness(tmp_path: Path, mode: str) -> None:
    half = np.zeros((32, 32), dtype=np.uint8)
    half[:, 16:] = 255
    picture = Image.fromarray(half)
    picture = Image.fromarray(half.astype(np.uint16) * 257) if mode == "I;16" else picture.convert(mode)
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    picture.save(path)
    with Image.open(path) as written:
        assert written.mode == mode
    image = decode_picture(path, _frame(32))
    assert image[:, :14].max() <= 4
    assert image[:, 18:].min() >= 251


def test_that_a_cmyk_jpeg_has_its_colours(tmp_path: Path) -> None:
    _quarters().convert("CMYK").save(tmp_path / "a.jpg", quality=98)
    np.testing.assert_allclose(
        _corners(decode_picture(tmp_path / "a.jpg", _frame())), [RED, GREEN, BLUE, (255, 255, 255)], atol=20
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([0, 12850, 32896, 65535], dtype=np.uint16), (0, 50, 128, 255)),
        (np.array([0, 0.25, 0.5, 1], dtype=np.float32), (0, 64, 128, 255)),
        (np.array([0, 10, 200, 255], dtype=np.float32), (0, 10, 200, 255)),
        (np.array([-500, 0, 500, 1500], dtype=np.float32), (0, 64, 128, 255)),
        (np.array([0, 1000, 50_000, 100_000], dtype=np.int32), (0, 3, 128, 255)),
    ],
)
def test_that_deep_greys_are_scaled_by_their_kind(
    tmp_path: Path, values: NDArray[np.generic], expected: tuple[int, ...]
) -> None:
    Image.fromarray(np.repeat(np.repeat(values[None], 8, 0), 8, 1)).save(tmp_path / "a.tif")
    image = decode_picture(tmp_path / "a.tif", Frame(8, 32, "stretch", "#000000"))
    np.testing.assert_allclose(image[4, 4::8, 0].astype(int), expected, atol=1)
    assert (image[..., :1] == image).all()


def test_that_a_large_deep_grey_takes_little_more_memory_than_itself() -> None:
    values = np.random.default_rng(0).integers(0, 65536, (3000, 1500), dtype=np.uint16)  # several chunks
    tracemalloc.start()
    pixels = _deep_to_bytes(values)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(pixels, np.rint(values / 257).astype(np.uint8))
    assert peak < 80e6  # in one piece: 180 MB


@pytest.mark.parametrize("kind", ["rgba", "palette", "rgb-key", "grey-alpha"])
def test_that_transparency_shows_the_background(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.png"
    if kind == "rgba":
        Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(path)
    elif kind == "grey-alpha":
        Image.new("LA", (8, 8), (255, 0)).save(path)
    elif kind == "palette":
        picture = Image.new("P", (8, 8), 3)
        picture.putpalette([level for level in range(4) for _ in range(3)])
        picture.save(path, transparency=bytes([255, 255, 255, 0]))
    else:
        Image.new("RGB", (8, 8), (9, 8, 7)).save(path, transparency=(9, 8, 7))
    image = decode_picture(path, _frame(8, background="#336699"))
    np.testing.assert_array_equal(image.reshape(-1, 3), np.tile([0x33, 0x66, 0x99], (64, 1)))


def test_that_half_transparency_mixes_with_the_background(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (200, 100, 0, 128)).save(tmp_path / "a.png")
    image = decode_picture(tmp_path / "a.png", _frame(8, background="#0000ff"))
    np.testing.assert_allclose(image[0, 0].astype(int), [100, 50, 127], atol=2)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_that_exif_orientation_is_undone(tmp_path: Path, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = _quarters(96, 64)
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.jpg", quality=98, exif=exif)
    image = decode_picture(tmp_path / "a.jpg", Frame(16, 24, "stretch", "#000000"))
    np.testing.assert_allclose(_corners(image), [RED, GREEN, BLUE, (255, 255, 255)], atol=14)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's remark, silenced outside tests
def test_that_a_broken_exif_block_does_not_spoil_the_picture(tmp_path: Path) -> None:
    _quarters().save(tmp_path / "a.jpg", quality=98, exif=b"Exif\0\0MM\0*\0\0\xff\xff" + b"\x07" * 20)
    np.testing.assert_allclose(_corners(decode_picture(tmp_path / "a.jpg", _frame()))[0], RED, atol=14)


def test_that_a_moving_picture_gives_its_first_frame(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (16, 16), RED), Image.new("RGB", (16, 16), BLUE)
    first.save(tmp_path / "a.gif", save_all=True, append_images=[second])
    np.testing.assert_allclose(decode_picture(tmp_path / "a.gif", _frame(8))[4, 4], RED, atol=8)


def test_that_a_large_jpeg_decodes_small_and_true(tmp_path: Path) -> None:
    y, x = np.mgrid[0:1200, 0:1600]
    pixels = np.stack([x * 255 / 1600, y * 255 / 1200, 0 * x + 90], axis=-1).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=95)
    image = decode_picture(tmp_path / "a.jpg", Frame(24, 32, "crop", "#000000")).astype(int)
    yy, xx = np.mgrid[0:24, 0:32]
    np.testing.assert_allclose(image[..., 0], (xx + 0.5) * 255 / 32, atol=5)
    np.testing.assert_allclose(image[..., 1], (yy + 0.5) * 255 / 24, atol=5)


@pytest.mark.parametrize(
    ("fit", "corner", "middle"), [("pad", (0x80, 0, 0x40), RED), ("crop", RED, RED), ("stretch", RED, RED)]
)
def test_that_a_wide_picture_is_padded_cropped_or_stretched(
    tmp_path: Path, fit: Fit, corner: tuple[int, int, int], middle: tuple[int, int, int]
) -> None:
    Image.new("RGB", (60, 20), RED).save(tmp_path / "a.png")
    image = decode_picture(tmp_path / "a.png", _frame(30, fit, "#800040"))
    np.testing.assert_array_equal(image[0, 0], corner)
    np.testing.assert_array_equal(image[15, 15], middle)


def test_that_one_row_of_pixels_is_a_picture_too(tmp_path: Path) -> None:
    Image.new("RGB", (3000, 1), RED).save(tmp_path / "a.png")
    for fit in ("pad", "crop", "stretch"):
        assert decode_picture(tmp_path / "a.png", _frame(16, fit)).shape == (16, 16, 3)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tif", "a.gif"])
@pytest.mark.parametrize("kept", [0.5, 0.9])
def test_that_a_truncated_file_is_refused(tmp_path: Path, name: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadablePicture, match=r"truncated|damaged|not a"):
        decode_picture(tmp_path / name, _frame())


def test_that_a_text_with_a_pictures_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("I am no picture")
    with pytest.raises(UnreadablePicture, match="not a PNG picture, whatever its name says"):
        decode_picture(tmp_path / "a.png", _frame())


def test_that_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(UnreadablePicture, match="the file is empty"):
        decode_picture(tmp_path / "a.jpg", _frame())


def test_that_a_vanished_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture, match="vanished"):
        decode_picture(tmp_path / "a.jpg", _frame())


@pytest.mark.parametrize("pixels", [pictures.MAX_PICTURE_PIXELS + 10_000, 4 * pictures.MAX_PICTURE_PIXELS])
def test_that_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, pixels: int) -> None:
    side = int(pixels**0.5) + 1
    header = Image.new("1", (8, 8))
    header.save(tmp_path / "a.bmp")
    data = bytearray((tmp_path / "a.bmp").read_bytes())
    data[18:26] = side.to_bytes(4, "little") * 2  # width and height of the BITMAPINFOHEADER
    (tmp_path / "a.bmp").write_bytes(bytes(data))
    with pytest.raises(UnreadablePicture, match="too large: more than 89 million pixels"):
        decode_picture(tmp_path / "a.bmp", _frame())


def test_that_a_name_of_another_picture_kind_does_not_matter(tmp_path: Path) -> None:
    _quarters().save(tmp_path / "a.bmp")
    (tmp_path / "a.bmp").rename(tmp_path / "a.png")
    np.testing.assert_allclose(_corners(decode_picture(tmp_path / "a.png", _frame()))[0], RED, atol=2)


def test_that_only_the_listed_kinds_are_opened(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.ppm")
    (tmp_path / "a.ppm").rename(tmp_path / "a.png")
    with pytest.raises(UnreadablePicture, match="not a PNG picture"):
        decode_picture(tmp_path / "a.png", _frame())
