"""The gate: lint, format, types, import rules, tests. ``python scripts/check.py [pytest arguments]``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Run every check; the exit code is the number of those that failed."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks = (
        ("lint", [sys.executable, "-m", "ruff", "check", "."]),
        ("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        ("types", [sys.executable, "-m", "mypy"]),
        ("import rules", [str(TOOLS / "lint-imports"), "--no-cache"]),
        ("tests", [sys.executable, "-m", "pytest", *arguments]),
    )
    failed = []
    for name, command in checks:
        print(f"== {name}", flush=True)
        begin = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - begin:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "every check passed", flush=True)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
