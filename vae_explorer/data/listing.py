"""The picture files below a folder, in a fixed order, and the classes that its sub-folders make of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from vae_explorer.data.picture_kinds import FOREIGN_SUFFIXES, PICTURE_SUFFIXES
from vae_explorer.errors import DataError

__all__ = ["FoundFiles", "Listing", "class_of_each", "find_files", "list_pictures", "stamp"]


class Listing(NamedTuple):
    """Files in a fixed order, and the names of their classes (empty without sub-folders)."""

    files: list[Path]
    classes: list[str]


class FoundFiles(NamedTuple):
    """Names relative to the folder, parts joined by ``/``, in ascending order.

    Plain text: a `Path` for each of 100,000 files would cost more than to list them.
    """

    pictures: list[str]
    foreign: list[str]  # pictures of kinds that are not read


def list_pictures(root: Path) -> Listing:
    """All picture files below `root`, ordered by their path; hidden files and folders are ignored.

    The class of a file is the first folder below the deepest folder that holds all pictures; deeper folders
    belong to it, as in torchvision's ``ImageFolder``. Pictures beside class folders form a class named after
    the folder that they lie in.

    Raises
    ------
    DataError
        If `root` is not a folder or cannot be read.
    """
    names = find_files(root).pictures
    return Listing([root / name for name in names], sorted(set(class_of_each(root, names))))


def find_files(root: Path) -> FoundFiles:
    """What `list_pictures` lists, and the pictures that it leaves out.

    Raises
    ------
    DataError
        If `root` is not a folder or cannot be read.
    """
    if not root.is_dir():
        raise DataError(f"{root} is not a folder: choose the folder that holds the pictures.")
    problems: list[OSError] = []
    pictures: list[str] = []
    foreign: list[str] = []
    n_found = 0
    for folder, folders, names in os.walk(root, onerror=problems.append):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        shown = [name for name in names if not _is_hidden(name)]
        n_found += len(shown)
        below = os.path.relpath(folder, root).replace(os.sep, "/")
        prefix = "" if below == "." else f"{below}/"
        for name in shown:
            suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122 - a Path costs four times as much
            if suffix in PICTURE_SUFFIXES:
                pictures.append(prefix + name)
            elif suffix in FOREIGN_SUFFIXES:
                foreign.append(prefix + name)
    if problems and not n_found:
        raise DataError(f"{root} cannot be read: {problems[0].strerror}.")
    return FoundFiles(sorted(pictures), sorted(foreign))


def class_of_each(root: Path, names: Sequence[str]) -> list[str]:
    """The class of each picture below `root`; empty if all lie in one folder."""
    folders = [name.split("/")[:-1] for name in names]
    if not folders:
        return []
    first, last = min(folders), max(folders)
    n_shared = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    if all(len(folder) == n_shared for folder in folders):
        return []
    top = root.joinpath(*first[:n_shared]).name
    return [folder[n_shared] if len(folder) > n_shared else top for folder in folders]


def stamp(root: Path, names: Sequence[str]) -> list[tuple[str, int, int]]:
    """(name, bytes, time of change in ns) of each file below `root`; −1 where it has vanished."""
    start = os.path.join(root, "")  # noqa: PTH118 - text, as above
    stamps = []
    for name in names:
        try:
            info = os.stat(start + name)  # noqa: PTH116
        except OSError:
            stamps.append((name, -1, -1))
        else:
            stamps.append((name, info.st_size, info.st_mtime_ns))
    return stamps


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
