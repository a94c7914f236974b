"""Makes the README's pictures from the real window: ``python scripts/screenshots.py [--out docs] [--size 1440x900]``.

Runs without a display (Qt's offscreen platform) and in a home of its own: nothing of the person's is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

WAIT_S = 60.0  # for anything that the window computes


def main() -> int:
    """Write one picture for each scene and theme; the exit code tells whether all were made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--themes", default="dark,light")
    parser.add_argument("--scenes", default="blooms-2d,digits-2d,mnist-2d,mnist-10d,start")
    arguments = parser.parse_args()
    width, height = (int(n) for n in arguments.size.split("x"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["VAE_EXPLORER_HOME"] = home
        for theme in arguments.themes.split(","):
            for scene in arguments.scenes.split(","):
                _shoot(scene, theme, (width, height), arguments.out / f"{scene}-{theme}.png")
    return 0


def _shoot(scene: str, theme: str, size: tuple[int, int], out: Path) -> None:
    from vae_explorer.locations import models_folder
    from vae_explorer.ui.app import make_application
    from vae_explorer.ui.main_window import MainWindow
    from vae_explorer.ui.preferences import Preferences
    from vae_explorer.ui.theme import theme_manager

    app = make_application([])
    theme_manager().set_choice(theme)
    theme_manager().apply()
    data_root = os.environ.get("VAE_EXPLORER_DATA_ROOT")
    window = MainWindow(Preferences(theme=theme, data_root=Path(data_root) if data_root else None))
    window.resize(*size)
    window.show()
    session = window.session

    def settle(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            app.processEvents()
            time.sleep(0.005)

    def wait(condition: object) -> None:
        until = time.monotonic() + WAIT_S
        while not condition() and time.monotonic() < until:
            app.processEvents()
            time.sleep(0.005)

    window.begin(None if scene == "start" else models_folder() / scene)
    needs_images = data_root is not None or "mnist" not in scene
    wait(lambda: session.explorer is not None and (session.images is not None or not needs_images))
    settle(2.0)
    if scene == "start":
        window.show_start_page()
    else:
        _walk(window)
    settle(4.0)
    window.grab().save(str(out))
    print(out)
    window.close()
    window.deleteLater()
    app.processEvents()


def _walk(window: object) -> None:
    """Two pins far apart, a cursor between them, one image selected."""
    import numpy as np

    session = window.session
    codes = session.encodings.mu.astype(float)
    first, last = codes[np.argmin(codes[:, 0] - codes[:, 1])], codes[np.argmax(codes[:, 0] - codes[:, 1])]
    session.add_pin(0.7 * first)
    session.add_pin(0.7 * last)
    session.jump_cursor(0.35 * first + 0.2 * last)
    session.set_selection(int(session.encodings.index[len(session.encodings) // 2]))


if __name__ == "__main__":
    sys.exit(main())
