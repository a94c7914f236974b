"""Measurements of every fast path, each beside a reference of the same run. ``python -m benchmarks --help``."""
