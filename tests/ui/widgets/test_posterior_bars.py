from __future__ import annotations

from pytestqt.qtbot import QtBot

from vae_explorer.ui.widgets.posterior_bars import PosteriorBar, PosteriorBars


def test_that_means_and_deviations_can_be_read_aloud(qtbot: QtBot) -> None:
    bars = PosteriorBars()
    qtbot.addWidget(bars)
    bars.set_bars([PosteriorBar("z1", -0.5, 0.25), PosteriorBar("z2", 1.0, None)])
    assert bars.accessibleDescription() == "z1 −0.50 ± 0.25; z2 1.00"


def test_that_the_height_follows_the_number_of_dimensions_and_a_far_mean_stays_inside(qtbot: QtBot) -> None:
    bars = PosteriorBars()
    qtbot.addWidget(bars)
    bars.set_bars([PosteriorBar("z1", 0.0, 1.0)])
    one = bars.sizeHint().height()
    bars.set_bars([PosteriorBar(f"z{k}", 40.0 * k, 0.5) for k in range(3)])
    assert bars.sizeHint().height() == 3 * one
    bars.resize(300, 3 * one)
    assert not bars.grab().isNull()
