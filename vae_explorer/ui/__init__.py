"""The window; the only package that imports Qt."""

import os
import sys

# OpenMP threads that wait must soon sleep; read once, when torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

if sys.platform == "win32":
    # c10.dll does not load after PySide6 (https://github.com/pytorch/pytorch/issues/166628).
    import torch  # noqa: F401
