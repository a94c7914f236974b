"""A word from the command line or a dropped path, understood as a `DataSpec`."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import get_args

from vae_explorer.data.picture_kinds import PICTURE_SUFFIXES
from vae_explorer.data.spec import ARRAY_SUFFIXES, DataSpec, SourceName
from vae_explorer.errors import DataError

__all__ = ["NAMED_SOURCES", "spec_from_text"]

NAMED_SOURCES: dict[str, SourceName] = {name: name for name in get_args(SourceName)[:-2]}


def spec_from_text(text: str, data_root: Path | None = None) -> DataSpec:
    """The spec meant by a source's name, a folder of pictures, or an ``.npy``/``.npz`` file.

    A name wins over a folder of the same name in the current folder: write ``./digits`` for the folder.

    Raises
    ------
    DataError
        If `text` is none of them; the message lists the names that exist.
    """
    word = text.strip()
    root = data_root.expanduser().absolute() if data_root is not None else None
    name = NAMED_SOURCES.get(word.lower().replace("_", "-"))
    if name is not None:
        return DataSpec(source=name, data_root=root)
    path = Path(word).expanduser().absolute()
    if word and path.is_dir():
        return DataSpec(source="folder", path=path, data_root=root)
    if word and path.is_file():
        if path.suffix.lower() in ARRAY_SUFFIXES:
            return DataSpec(source="array", path=path, data_root=root)
        if path.suffix.lower() in PICTURE_SUFFIXES:
            raise DataError(
                f"{word} is a single picture, and a data set needs many: name its folder, {path.parent}."
            )
        raise DataError(f"{word} is neither a folder of pictures nor an .npy or .npz file.")
    close = difflib.get_close_matches(word.lower(), NAMED_SOURCES, n=1)
    hint = (
        f"did you mean {close[0]}? The names are"
        if close
        else "give a folder, an .npy or .npz file, or one of"
    )
    raise DataError(f"There is no data set “{text}”: {hint} {', '.join(NAMED_SOURCES)}.")
