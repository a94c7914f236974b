"""One benchmark in its own process: ``python -m benchmarks.alone NAME FILE [--quick]`` writes its rows as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.__main__ import run_here

if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="vae-explorer-benchmark-") as home:
        os.environ["VAE_EXPLORER_HOME"] = home  # a person's runs, cache and settings stay as they are
        rows = run_here(sys.argv[1], quick="--quick" in sys.argv)
    Path(sys.argv[2]).write_text(json.dumps([row.as_json() for row in rows]), "utf-8")
