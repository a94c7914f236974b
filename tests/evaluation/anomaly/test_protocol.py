"""Tasks of the two protocols, and the runner with a detector whose answer is known."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.errors import DataError
from vae_explorer.evaluation.anomaly.auroc import Auroc
from vae_explorer.evaluation.anomaly.protocol import ClassResult, Task, run_tasks, summary, tasks

NAMES = ("zero", "one", "two")


def _images(split: tuple[Split, ...] = (Split.TRAIN, Split.TEST)) -> ImageSet:
    labels = np.tile(np.arange(3), 20)
    pixels = np.broadcast_to(labels[:, None, None, None], (60, 1, 8, 8)).astype(np.uint8)
    return ImageSet("three", pixels, np.repeat(split, 30).astype(np.uint8), "f", labels, NAMES)


def test_that_one_class_trains_on_the_class_and_calls_the_others_anomalies() -> None:
    images = _images()
    assert images.labels is not None
    found = tasks(images, "one-class")
    assert [task.class_name for task in found] == list(NAMES)
    for task in found:
        assert (images.labels[task.train_index] == task.label).all()
        assert (images.split[task.train_index] == Split.TRAIN).all()
        np.testing.assert_array_equal(task.is_anomaly, images.labels[task.test_index] != task.label)
        assert task.test_split == "test"


def test_that_leave_one_out_is_the_reverse() -> None:
    images = _images()
    assert images.labels is not None
    (task,) = tasks(images, "leave-one-out", [2])
    assert set(images.labels[task.train_index]) == {0, 1}
    np.testing.assert_array_equal(task.is_anomaly, images.labels[task.test_index] == 2)


def test_that_validation_images_stand_in_for_a_missing_test_part() -> None:
    (task,) = tasks(_images((Split.TRAIN, Split.VALIDATION)), "one-class", [0])
    assert task.test_split == "validation"
    assert len(task.test_index) == 30


def test_that_a_detector_that_knows_the_class_is_perfect() -> None:
    images = _images()

    def train_and_score(task: Task) -> Mapping[str, np.ndarray]:
        home = images.images[task.train_index].mean()
        distance = np.abs(images.images[task.test_index].mean((1, 2, 3)) - home)
        return {"distance": distance, "nothing": np.zeros(len(distance))}

    results = list(run_tasks(tasks(images, "one-class"), train_and_score))
    assert [result.n_train for result in results] == [10, 10, 10]
    assert summary(results, "distance").mean == 1.0
    assert summary(results, "nothing").mean == 0.5


def test_that_the_summary_has_the_errors_of_classes_and_of_images() -> None:
    areas = (0.9, 0.8, 0.85)
    results = [
        ClassResult(k, str(k), 5, {"s": Auroc(area, 0.03, (0.0, 1.0), 10, 10)})
        for k, area in enumerate(areas)
    ]
    found = summary(results, "s")
    assert found.mean == pytest.approx(0.85)
    assert found.standard_error == pytest.approx(0.05 / math.sqrt(3))
    assert found.test_error == pytest.approx(0.03 / math.sqrt(3))
    assert math.isnan(summary(results[:1], "s").standard_error)


def test_that_images_without_classes_are_refused_in_words() -> None:
    images = _images()
    bare = ImageSet("bare", images.images, images.split, "f")
    with pytest.raises(DataError, match="bare has no classes"):
        tasks(bare, "one-class")
    with pytest.raises(DataError, match="has classes 0 to 2, got 3"):
        tasks(images, "one-class", [3])
    alone = ImageSet("alone", images.images, images.split, "f", np.zeros(60, np.int64), NAMES)
    with pytest.raises(DataError, match="leaves too few images"):
        tasks(alone, "one-class", [0])
