"""Which real images lie nearest: never of another model, never for a place that was left."""

from __future__ import annotations

import threading

import numpy as np
from pytestqt.qtbot import QtBot

from vae_explorer.data.image_set import ImageSet
from vae_explorer.latent.encodings import Encodings
from vae_explorer.ui.nearest import Nearest, NearestFinder
from vae_explorer.ui.panels.nearest_line import NearestLine
from vae_explorer.ui.session import Session

Z = np.zeros(2)


def encodings(*mu: tuple[float, float], first: int = 0) -> Encodings:
    n = len(mu)
    zeros = np.zeros(n, dtype=np.float32)
    return Encodings(
        index=np.arange(first, first + n, dtype=np.int64),
        mu=np.array(mu, dtype=np.float32),
        log_var=np.zeros((n, 2), dtype=np.float32),
        recon=zeros,
        kl=zeros,
        kl_per_dim=np.zeros(2, dtype=np.float32),
        step=0,
    )


def ready(session: Session, qtbot: QtBot) -> tuple[NearestFinder, list[Nearest | None]]:
    """A finder whose tree is built, and its answers so far."""
    finder, answers = NearestFinder(session), list[Nearest | None]()
    finder.ask("a", Z, 1, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1, timeout=20_000)
    return finder, answers


def test_that_the_nearest_image_is_found(session: Session, qtbot: QtBot) -> None:
    session.set_encodings(encodings((3.0, 0.0), (0.5, 0.0), first=10))
    _, answers = ready(session, qtbot)
    assert answers[0] is not None
    np.testing.assert_array_equal(answers[0][0], [11])
    np.testing.assert_allclose(answers[0][1], [0.5])


def test_that_an_answer_for_the_model_before_is_dropped(session: Session, qtbot: QtBot) -> None:
    session.set_encodings(encodings((1.0, 0.0)))
    finder, answers = ready(session, qtbot)
    hold = threading.Event()
    session.fast.request("hold", lambda _: hold.wait(5), lambda _: None, priority=-1)
    finder.ask("a", Z, 1, answers.append)
    session.set_encodings(None)
    hold.set()
    qtbot.waitUntil(lambda: session.fast.is_idle)
    assert len(answers) == 1


def test_that_a_question_that_waits_for_newer_codes_withdraws_the_one_before(
    session: Session, qtbot: QtBot
) -> None:
    session.set_encodings(encodings((1.0, 0.0), (0.0, 9.0)))
    finder, answers = ready(session, qtbot)
    hold = threading.Event()
    session.fast.request("hold", lambda _: hold.wait(5), lambda _: None, priority=-1)
    finder.ask("a", Z, 1, answers.append)
    session.set_encodings(encodings((1.0, 0.0), (0.0, 8.0)))
    finder.ask("a", np.array([0.0, 9.0]), 1, answers.append)
    hold.set()
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers[1] is not None
    np.testing.assert_allclose(answers[1][1], [1.0])


def test_that_a_code_that_is_not_finite_does_not_stop_the_search(session: Session, qtbot: QtBot) -> None:
    session.set_encodings(encodings((np.nan, 0.0), (2.0, 0.0)))
    _, answers = ready(session, qtbot)
    assert answers[0] is not None
    np.testing.assert_array_equal(answers[0][0], [1])


def test_that_pictures_that_come_after_the_codes_appear(session: Session, qtbot: QtBot) -> None:
    line = NearestLine(session)
    qtbot.addWidget(line)
    line.show()
    session.replace_model("m", 2)
    session.set_encodings(encodings((1.0, 0.0)))
    qtbot.waitUntil(lambda: line.image == 0, timeout=20_000)
    assert line._thumb.icon().isNull()
    pixels = np.full((1, 1, 8, 8), 200, dtype=np.uint8)
    session.set_images(ImageSet("late", pixels, np.zeros(1, dtype=np.uint8), "f"))
    qtbot.waitUntil(lambda: not line._thumb.icon().isNull())
