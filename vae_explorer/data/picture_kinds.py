"""Which files are pictures, without Pillow: a window needs it only once there is a folder to read."""

from __future__ import annotations

__all__ = ["DEFAULT_SIDE", "FOREIGN_SUFFIXES", "PICTURE_FORMATS", "PICTURE_SUFFIXES"]

PICTURE_SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif")
)
# Pictures that this program does not read; a person who has some should learn that they were left out.
FOREIGN_SUFFIXES = frozenset(
    (
        ".heic",
        ".heif",
        ".avif",
        ".jxl",
        ".jp2",
        ".svg",
        ".psd",
        ".raw",
        ".dng",
        ".cr2",
        ".cr3",
        ".nef",
        ".arw",
    )
)
PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF")
# Pixels, where neither the spec nor the pictures name a size; also the largest size that is taken over from them.
DEFAULT_SIDE = 64
