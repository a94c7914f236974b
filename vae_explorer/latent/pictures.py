"""Pictures and films out: PNG strips and grids, GIF, MP4.

Small images are enlarged by whole factors without smoothing, so that every pixel of the model stays a crisp
square. Files are written beside their target and renamed, so that a failure leaves what was there before.
"""

from __future__ import annotations

import errno
import secrets
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vae_explorer.errors import ExportError

__all__ = [
    "FILM_SUFFIXES",
    "enlarge",
    "grid",
    "save_animation",
    "save_auto",
    "save_png",
    "strip",
    "whole_scale",
]

Pixels = NDArray[np.uint8]

STRIP_SIDE_PX = 128  # wanted longer side of one image in a strip
FILM_SIDE_PX = 512  # and in a film, which is looked at alone
FILM_SUFFIXES = (".gif", ".mp4")
GIF_TICK_S = 0.01  # GIF stores durations in hundredths of a second, and players slow down below 2
X264_QUALITY = "16"  # constant rate factor: visually lossless for flat squares
DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def whole_scale(image_shape: tuple[int, int, int], side_px: int = STRIP_SIDE_PX) -> int:
    """The whole factor, at least 1, that brings the longer side of (C, H, W) nearest to `side_px`."""
    return max(1, round(side_px / max(image_shape[1:])))


def enlarge(images: Pixels, scale: int) -> Pixels:
    """Nearest-neighbour enlargement by a whole factor: (..., H, W) → (..., H·scale, W·scale)."""
    return images.repeat(scale, axis=-2).repeat(scale, axis=-1)


def strip(
    images: Pixels, gap: int = 2, scale: int | None = None, background: tuple[int, int, int] = (255, 255, 255)
) -> Pixels:
    """Images side by side.

    Parameters
    ----------
    images
        uint8, (n, C, H, W), n ≥ 1.
    gap
        Pixels between neighbours, after enlarging.
    scale
        Whole enlargement factor; None: to about `STRIP_SIDE_PX` an image.
    background
        Colour of the gaps, RGB; its mean for grey images.

    Returns
    -------
    uint8, (C, H·scale, n·W·scale + (n − 1)·gap)
    """
    return grid(images, columns=len(_checked(images)), gap=gap, scale=scale, background=background)


def grid(
    images: Pixels,
    columns: int,
    gap: int = 2,
    scale: int | None = None,
    background: tuple[int, int, int] = (255, 255, 255),
) -> Pixels:
    """Images in rows of `columns`, row by row; a short last row is filled with `background`.

    Parameters as for `strip`; returns uint8, (C, rows·(H·scale + gap) − gap, columns·(W·scale + gap) − gap).
    """
    n, c, h, w = _checked(images).shape
    if columns < 1 or gap < 0:
        raise ExportError(f"A grid needs at least one column and no negative gap, got {columns} and {gap}.")
    factor = whole_scale((c, h, w)) if scale is None else _checked_scale(scale)
    rows = -(-n // columns)
    cell_h, cell_w = h * factor + gap, w * factor + gap
    colour = np.array(background if c == 3 else [round(sum(background) / 3)], dtype=np.uint8)  # (C,)
    sheet = np.empty((c, rows * cell_h - gap, columns * cell_w - gap), dtype=np.uint8)
    sheet[:] = colour[:, None, None]
    for k, image in enumerate(enlarge(images, factor)):
        top, left = (k // columns) * cell_h, (k % columns) * cell_w
        sheet[:, top : top + h * factor, left : left + w * factor] = image
    return sheet


def save_png(path: Path, image: Pixels) -> Path:
    """Write one picture, uint8, (C, H, W), as it is.

    Raises
    ------
    ExportError
        If the file cannot be written, or its name does not end with ``.png``.
    """
    if path.suffix.lower() != ".png":
        raise ExportError(f"Cannot write '{path}' as a PNG picture: give it a name that ends with .png.")
    pixels = _pillow_order(_checked(image[None])[0])

    def write(target: Path) -> None:
        from PIL import Image

        Image.fromarray(pixels).save(target, format="PNG")

    return written(path, write)


def save_animation(path: Path, images: Pixels, fps: float = 12.0, scale: int | None = None) -> Path:
    """Write a film that repeats for ever (GIF) or plays once (MP4, H.264, yuv420p).

    Parameters
    ----------
    images
        uint8, (n, C, H, W), n ≥ 1.
    fps
        Frames a second. GIF counts hundredths of a second and is rounded to them, 50 at most.
    scale
        Whole enlargement factor; None: to about `FILM_SIDE_PX`. For MP4 that factor is even, so that the
        halved colour resolution of yuv420p falls on whole model pixels; odd sizes of a chosen factor are
        completed by repeating the last row or column.

    Raises
    ------
    ExportError
        If the file cannot be written, the suffix is neither ``.gif`` nor ``.mp4``, or `fps` is not positive.
    """
    suffix = path.suffix.lower()
    if suffix not in FILM_SUFFIXES:
        raise ExportError(f"Cannot write '{path}' as a film: give it a name that ends with .gif or .mp4.")
    if not (np.isfinite(fps) and 0.0 < fps <= 240.0):
        raise ExportError(f"A film needs between 0 and 240 frames a second, got {fps:g}.")
    shape = _checked(images).shape[1:]
    factor = (
        whole_scale((shape[0], shape[1], shape[2]), FILM_SIDE_PX) if scale is None else _checked_scale(scale)
    )
    if suffix == ".gif":
        return written(path, lambda target: _write_gif(target, images, fps, factor))
    if scale is None:
        factor += factor % 2
    return written(path, lambda target: _write_mp4(target, images, fps, factor))


def save_auto(
    path: Path, images: Pixels, *, fps: float = 12.0, scale: int | None = None, gap: int = 2
) -> Path:
    """Write `images`, (n, C, H, W), as the suffix says: ``.png`` a strip, ``.gif`` or ``.mp4`` a film.

    Raises
    ------
    ExportError
        If the suffix is another, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ".png":
        return save_png(path, strip(images, gap, scale))
    if suffix in FILM_SUFFIXES:
        return save_animation(path, images, fps, scale)
    got = f"'{path.suffix}' is not a kind of file this program writes" if suffix else "the name has no suffix"
    raise ExportError(f"Cannot write '{path}': {got}; use .png, .gif or .mp4.")


def _checked(images: Pixels) -> Pixels:
    if images.ndim != 4 or images.shape[1] not in (1, 3) or images.dtype != np.uint8:
        raise ExportError(f"Pictures must be uint8, (n, 1 or 3, H, W), got {images.dtype}, {images.shape}.")
    if images.size == 0:
        raise ExportError("There is no picture to write.")
    return images


def _checked_scale(scale: int) -> int:
    if not 1 <= scale <= 64:
        raise ExportError(f"The enlargement must lie between 1 and 64, got {scale}.")
    return scale


def _pillow_order(image: Pixels) -> Pixels:
    """(1, H, W) → (H, W); (3, H, W) → (H, W, 3)."""
    return np.ascontiguousarray(image[0] if len(image) == 1 else image.transpose(1, 2, 0))


def _write_gif(target: Path, images: Pixels, fps: float, scale: int) -> None:
    from PIL import Image

    frames = []
    for image in images:
        small = Image.fromarray(_pillow_order(image))
        if small.mode == "RGB":  # each frame has its own 256 colours, chosen before enlarging
            small = small.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        frames.append(small.resize((small.width * scale, small.height * scale), Image.Resampling.NEAREST))
    ticks = max(2, round(1.0 / (fps * GIF_TICK_S)))
    frames[0].save(
        target, format="GIF", save_all=True, append_images=frames[1:], duration=ticks * 10, loop=0, disposal=1
    )


def _write_mp4(target: Path, images: Pixels, fps: float, scale: int) -> None:
    import imageio_ffmpeg

    even = [(0, 0), (0, 0), (0, images.shape[2] * scale % 2), (0, images.shape[3] * scale % 2)]
    frames = np.pad(enlarge(images, scale), even, mode="edge")  # (n, C, H, W), even sizes
    n, _, h, w = frames.shape
    rgb = np.broadcast_to(frames, (n, 3, h, w)).transpose(0, 2, 3, 1)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{w}x{h}", "-r", f"{fps:g}", "-i", "-", "-an"]
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", X264_QUALITY, "-movflags", "+faststart"]
    encoder = subprocess.run(
        [*command, str(target)],
        input=rgb.tobytes(),
        capture_output=True,
        check=False,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows: no console flashes up
    )
    if encoder.returncode != 0 or target.stat().st_size == 0:
        said = encoder.stderr.decode(errors="replace").strip().splitlines()
        full = any("No space left" in line for line in said)
        raise OSError(errno.ENOSPC if full else errno.EIO, said[-1] if said else "the film encoder failed")


def written(path: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file beside `path`, then rename it.

    Raises
    ------
    ExportError
        If the folder is missing or write-protected, the disk is full, or `write` fails.
    """
    path = path.expanduser()
    partial: Path | None = None
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        partial = path.with_name(f".{path.stem[:40]}-{secrets.token_hex(4)}{path.suffix}")
        partial.touch(exist_ok=False)
        write(partial)
        partial.replace(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise ExportError(f"Cannot write '{path}': {_reason(error, path)}.") from error
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    return path


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        return f"there is no folder '{path.parent}'"
    if isinstance(error, IsADirectoryError):
        return "it is a folder; add a file name"
    if isinstance(error, PermissionError):
        return "this place is write-protected; choose another folder"
    code = error.errno if isinstance(error, OSError) else None
    if code in DISK_FULL:
        return "the disk is full"
    if code == errno.EROFS:
        return "this place is write-protected; choose another folder"
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).strip()
    return text.splitlines()[-1].rstrip(".") if text else type(error).__name__
