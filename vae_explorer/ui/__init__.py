"""The window; the only package that imports Qt."""

import os
import sys

from vae_explorer.cores import openmp_environment

for _name, _value in openmp_environment(trains=True).items():  # read once, when torch is imported
    os.environ.setdefault(_name, _value)

if sys.platform == "win32":
    # c10.dll does not load after PySide6 (https://github.com/pytorch/pytorch/issues/166628).
    import torch  # noqa: F401
