"""Draw ``resources/samples``: one strip of small pictures for each data source, for its card.

Usage: ``python scripts/make_samples.py [--data-root FOLDER]``. Sources that would need a download
and are not below the data root are left as they are.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vae_explorer.data.load import load_now
from vae_explorer.data.sources import is_available
from vae_explorer.data.spec import DataSpec, SourceName
from vae_explorer.locations import resources_folder
from vae_explorer.ui.panels.samples import N_SAMPLES, write_samples

SHIPPED: tuple[SourceName, ...] = (
    "blooms",
    "digits",
    "mnist",
)  # whose licences allow it, see resources/samples/README.md


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, default=None)
    root = parser.parse_args().data_root
    for source in SHIPPED:
        if not is_available(source, root):
            print(f"{source}: not on this disk, left as it is")
            continue
        n = 2_000 if source == "blooms" else None
        images = load_now(DataSpec.model_validate({"source": source, "data_root": root, "n_images": n}))
        path = resources_folder() / "samples" / f"{source}.png"
        write_samples(images, path)
        print(f"{path}: {N_SAMPLES} pictures, {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
