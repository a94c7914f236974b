"""Files of a run: written atomically, read with a sentence for every way they can be damaged."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from vae_explorer.errors import RunError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["read_arrays", "read_model", "read_tensors", "write_arrays", "write_atomically", "write_tensors"]

M = TypeVar("M", bound=BaseModel)
_CHECKSUM = "crc32"


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, or leave it as it was.

    Raises
    ------
    RunError
        If the folder cannot be written, for example because the disk is full.
    """
    with _replacing(path) as temporary:
        temporary.write_bytes(content)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write to inside; then fsync and rename, or nothing at all."""
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp makes it private; a run may be shared
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise RunError(f"{path} cannot be written ({error.strerror or error}).") from error


def read_model(path: Path, kind: type[M]) -> M:
    """The JSON file `path` as a checked `kind`.

    Raises
    ------
    RunError
        If it is missing, is not JSON, or holds other fields than `kind`.
    """
    try:
        return kind.model_validate_json(_read(path))
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":  # pydantic's words name lines and columns of a parser
            raise RunError(f"{path} is damaged: it is not JSON.") from error
        if not first["loc"]:
            raise RunError(f"{path} is damaged: it holds no settings or records.") from error
        place = ".".join(str(part) for part in first["loc"])
        raise RunError(f"{path} is damaged: {place}: {first['msg']}.") from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any]) -> None:
    """Write contiguous CPU tensors as safetensors, with `metadata` as JSON and a checksum.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {"vae-explorer": json.dumps(metadata), _CHECKSUM: f"{_checksum(kept):08x}"}
    with _replacing(path) as temporary:
        try:
            save_file(kept, temporary, header)  # from the tensors' own memory
        except SafetensorError as error:  # says so where a disk is full
            raise OSError(str(error)) from error


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and metadata of a file by `write_tensors`.

    Raises
    ------
    RunError
        If it is missing, truncated, altered, or written by another program.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    content = _read(path)  # not memory-mapped: Windows could not replace a mapped file
    try:
        header = _header(content)
        tensors: dict[str, Tensor] = load(content)
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise RunError(f"{path} is damaged and cannot be read.") from error
    if "vae-explorer" not in header:
        raise RunError(f"{path} holds tensors, but was not written by vae-explorer.")
    try:
        metadata = json.loads(header["vae-explorer"])
    except ValueError as error:
        raise RunError(f"{path} is damaged: its description is not JSON.") from error
    if header.get(_CHECKSUM) != f"{_checksum(tensors):08x}" or not isinstance(metadata, dict):
        raise RunError(f"{path} is damaged: its content does not match its checksum.")
    return tensors, metadata


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as a compressed ``.npz``.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict(arrays))  # type: ignore[arg-type]  # stub mixes up allow_pickle
    write_atomically(path, buffer.getvalue())


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Arrays of an ``.npz``; pickles are refused.

    Raises
    ------
    RunError
        If it is missing, damaged, or holds Python objects.
    """
    try:
        with np.load(io.BytesIO(_read(path)), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, KeyError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise RunError(f"{path} is damaged and cannot be read.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise RunError(f"{path} is missing; the run folder is incomplete.") from error
    except OSError as error:
        raise RunError(f"{path} cannot be read ({error.strerror or error}).") from error


def _header(content: bytes) -> dict[str, str]:
    """The free text of a safetensors file: its first 8 bytes give the length of the JSON that follows."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    metadata = header.get("__metadata__", {}) if isinstance(header, dict) else {}
    return {str(name): str(value) for name, value in metadata.items()}


def _checksum(tensors: Mapping[str, Tensor]) -> int:
    value = 0
    for name in sorted(tensors):
        value = zlib.crc32(name.encode(), value)
        value = zlib.crc32(tensors[name].numpy().data, value)
    return value
