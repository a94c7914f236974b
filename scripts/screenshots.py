"""Makes the README's pictures from the real window: ``python scripts/screenshots.py [SCENE-THEME …] [--out docs]``.

A scene is a shipped model, ``start`` (the start page) or ``evaluation`` (figures of a shipped model, measured anew). The
MNIST scenes take their pictures from the folder that VAE_EXPLORER_DATA_ROOT names. Without names it makes the README's.

Runs without a display (Qt's offscreen platform) and in a home of its own: nothing of the person's is touched.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

WAIT_S = 60.0  # for anything that the window computes
EVALUATION_S = 1_200.0
EVALUATED = "blooms-2d"  # it has factors, so that every kind of figure is measured
TALL_SHELF = 0.62  # of the window's height, for figures and charts
# The README's.
PICTURES = ("blooms-2d-dark", "start-light", "mnist-2d-light", "mnist-10d-dark", "evaluation-dark")


def main() -> int:
    """Write the pictures; ends with a sentence if one cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("pictures", nargs="*", default=PICTURES, metavar="SCENE-THEME")
    arguments = parser.parse_args()
    width, height = (int(n) for n in arguments.size.split("x"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["VAE_EXPLORER_HOME"] = home
        for picture in arguments.pictures:
            scene, theme = picture.rsplit("-", 1)
            _shoot(scene, theme, (width, height), arguments.out / f"{picture}.png")
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

    def wait(condition: Callable[[], bool], most_s: float = WAIT_S) -> None:
        until = time.monotonic() + most_s
        while not condition():
            if time.monotonic() > until:
                sys.exit(f"{out.name}: the window was not ready within {most_s:.0f} s.")
            app.processEvents()
            time.sleep(0.005)

    model = EVALUATED if scene == "evaluation" else scene
    window.begin(None if scene == "start" else models_folder() / model)
    needs_images = data_root is not None or "mnist" not in scene
    wait(lambda: session.explorer is not None and (session.images is not None or not needs_images))
    settle(2.0)
    if scene == "start":
        window.show_start_page()
    else:
        _walk(window)
    if scene == "evaluation":
        panel = window.panels.evaluation.panel
        window.panels.layout.dock("evaluationDock").raise_()
        wait(lambda: panel.choices.can_start)
        panel.choices.start_button.click()
        wait(lambda: not panel.desk.is_running, EVALUATION_S)
        window.panels.layout.make_room("evaluationDock", TALL_SHELF)
        settle(0.5)
        window.panels.map.view.fit()
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
    codes = session.encodings.mu.astype(float)  # (N, D)
    plane = session.plane
    across = (codes - plane.origin) @ (plane.u - plane.v)  # (N,), the map's falling diagonal
    first, last = codes[np.argmin(across)], codes[np.argmax(across)]
    session.add_pin(0.7 * first)
    session.add_pin(0.7 * last)
    session.jump_cursor(0.35 * first + 0.2 * last)
    session.set_selection(int(session.encodings.index[len(session.encodings) // 2]))


if __name__ == "__main__":
    sys.exit(main())
