"""The catalogue: what each source is, how large, under which licence, and whether it is on this disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from vae_explorer.data.blooms import KIND_NAMES, N_BLOOMS
from vae_explorer.data.spec import TORCHVISION_SOURCES, SourceName
from vae_explorer.locations import torchvision_folder

__all__ = ["SOURCE_INFO", "SourceInfo", "is_available", "missing_files", "resolve_root"]


@dataclass(frozen=True)
class SourceInfo:
    """What a person should know before choosing.

    `n_images`, `image_shape` (C, H, W) and `n_classes` are 0 where they depend on the person's own files.
    `download_mb` is 0 for what needs no download. `files` are needed below the data root; a packed
    one (``.gz``) counts too.
    """

    title: str
    description: str
    licence: str
    n_images: int
    image_shape: tuple[int, int, int]
    n_classes: int
    download_mb: float = 0.0
    files: tuple[str, ...] = ()


def _idx_files(folder: str, prefix: str = "", test: str = "t10k") -> tuple[str, ...]:
    return tuple(
        f"{folder}/raw/{prefix}{part}-{kind}-ubyte"
        for part in ("train", test)
        for kind in ("images-idx3", "labels-idx1")
    )


_OWN = (0, 0, 0)

SOURCE_INFO: Mapping[SourceName, SourceInfo] = MappingProxyType(
    {
        "blooms": SourceInfo(
            "Blooms",
            "Flowers, stars and polygons drawn by code from five known factors.",
            "Made by this program, free to use",
            N_BLOOMS,
            (3, 32, 32),
            len(KIND_NAMES),
        ),
        "digits": SourceInfo(
            "Digits",
            "Real handwritten digits, tiny and quick: a model trains in seconds.",
            "CC BY 4.0, E. Alpaydin and C. Kaynak (UCI)",
            1_797,
            (1, 8, 8),
            10,
        ),
        "mnist": SourceInfo(
            "MNIST",
            "Handwritten digits, the classic of the field.",
            "CC BY-SA 3.0, Y. LeCun and C. Cortes",
            70_000,
            (1, 28, 28),
            10,
            11.6,
            _idx_files("MNIST"),
        ),
        "fashion-mnist": SourceInfo(
            "Fashion-MNIST",
            "Clothes, shoes and bags from a shop's catalogue.",
            "MIT, Zalando SE",
            70_000,
            (1, 28, 28),
            10,
            30.9,
            _idx_files("FashionMNIST"),
        ),
        "kmnist": SourceInfo(
            "KMNIST",
            "Japanese characters from old books in cursive script.",
            "CC BY-SA 4.0, ROIS-DS Center for Open Data in the Humanities",
            70_000,
            (1, 28, 28),
            10,
            21.2,
            _idx_files("KMNIST"),
        ),
        "emnist-letters": SourceInfo(
            "EMNIST letters",
            "Handwritten letters A to Z, capital and small together.",
            "Public domain, NIST (G. Cohen et al. 2017)",
            145_600,
            (1, 28, 28),
            26,
            561.8,
            _idx_files("EMNIST", "emnist-letters-", "test"),
        ),
        "cifar10": SourceInfo(
            "CIFAR-10",
            "Small photos of animals and vehicles.",
            "For research, cite A. Krizhevsky 2009",
            60_000,
            (3, 32, 32),
            10,
            170.5,
            (
                *(f"cifar-10-batches-py/data_batch_{k}" for k in range(1, 6)),
                "cifar-10-batches-py/test_batch",
                "cifar-10-batches-py/batches.meta",
            ),
        ),
        "svhn": SourceInfo(
            "SVHN",
            "House numbers from street photos, cut to single digits.",
            "Non-commercial use, Y. Netzer et al. 2011",
            99_289,
            (3, 32, 32),
            10,
            246.4,
            ("train_32x32.mat", "test_32x32.mat"),
        ),
        "folder": SourceInfo(
            "A folder of pictures",
            "PNG, JPEG, WebP, BMP, TIFF or GIF of any size; sub-folders are classes.",
            "Your own",
            0,
            _OWN,
            0,
        ),
        "array": SourceInfo(
            "A NumPy file",
            "Images in an .npy or .npz file, with labels if it has them.",
            "Your own",
            0,
            _OWN,
            0,
        ),
    }
)


def resolve_root(data_root: Path | None) -> Path:
    """The folder of torchvision's layout: the one given, else the program's own."""
    return data_root.expanduser().absolute() if data_root is not None else torchvision_folder()


def missing_files(source: SourceName, root: Path) -> list[str]:
    """Files of a downloadable source that are not below `root`, packed or not."""
    return [
        name
        for name in SOURCE_INFO[source].files
        if not (root / name).is_file() and not (root / f"{name}.gz").is_file()
    ]


def is_available(source: SourceName, data_root: Path | None = None) -> bool:
    """Whether `source` can be loaded without a download; looks at file names only."""
    return source not in TORCHVISION_SOURCES or not missing_files(source, resolve_root(data_root))
