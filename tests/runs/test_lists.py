"""Lists of runs: recent ones, shipped ones, names of new ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import torch

from vae_explorer.data.image_set import ImageSet
from vae_explorer.data.spec import DataSpec
from vae_explorer.locations import runs_folder
from vae_explorer.runs.config import RunConfig
from vae_explorer.runs.folder import RunFolder
from vae_explorer.runs.history import EpochRecord, History, Losses
from vae_explorer.runs.info import Summary
from vae_explorer.runs.lock import RunLock
from vae_explorer.runs.naming import new_run_path
from vae_explorer.runs.recent import forget, recent_runs, remember
from vae_explorer.runs.shipped import ShippedCard, read_shipped_card, write_shipped_card
from vae_explorer.runs.snapshot import Snapshot
from vae_explorer.vae.config import ModelConfig, ObjectiveConfig

CONFIG = RunConfig()


def _run(path: Path) -> RunFolder:
    images = ImageSet("four", np.zeros((4, 1, 8, 8), np.uint8), np.zeros(4, np.uint8), "abc")
    run = RunFolder.create(path, CONFIG, images)
    run.save_snapshot(
        Snapshot(run.name, 0, 0.0, CONFIG.model, CONFIG.objective, (1, 8, 8), {"w": torch.zeros(1)})
    )
    return run


def test_that_recent_runs_list_the_runs_folder_and_what_was_opened_elsewhere(
    home: Path, tmp_path: Path
) -> None:
    assert recent_runs(5) == []
    _run(runs_folder() / "a")
    _run(tmp_path / "elsewhere" / "b")
    assert [card.title for card in recent_runs(5)] == ["a"]
    remember(tmp_path / "elsewhere" / "b")
    assert [card.title for card in recent_runs(5)] == ["b", "a"]
    remember(runs_folder() / "a")
    assert [card.title for card in recent_runs(5)] == ["a", "b"]
    assert [card.title for card in recent_runs(1)] == ["a"]


def test_that_a_forgotten_run_leaves_the_list_but_not_the_disk(home: Path) -> None:
    run = _run(runs_folder() / "a")
    forget(run.path)
    assert recent_runs(5) == []
    assert RunFolder.open(run.path).info.status == "stopped"
    remember(run.path)
    assert len(recent_runs(5)) == 1


def test_that_damaged_foreign_and_weightless_folders_are_left_out(home: Path) -> None:
    good, damaged = _run(runs_folder() / "good"), _run(runs_folder() / "damaged")
    (damaged.path / "run.json").write_bytes(b"{")
    (runs_folder() / "holiday").mkdir()
    without = _run(runs_folder() / "without")
    without.snapshots()[0].path.unlink()
    remember(runs_folder() / "gone")
    remember(damaged.path)
    assert [card.path for card in recent_runs(9)] == [good.path]


def test_that_a_damaged_list_of_recent_runs_is_as_good_as_none(home: Path) -> None:
    run = _run(runs_folder() / "a")
    remember(run.path)
    (home / "settings" / "recent-runs.json").write_bytes(b"\x00\x01")
    assert len(recent_runs(5)) == 1


def test_that_a_card_shows_the_newest_validation_elbo(home: Path) -> None:
    run = _run(runs_folder() / "a")
    assert recent_runs(1)[0].elbo is None
    record = EpochRecord(
        epoch=1, step=1, train=Losses(recon=1, kl=1), validation=Losses(recon=5, kl=2), beta=1,
        learning_rate=1e-3, seconds=1,
    )  # fmt: skip
    run.write_history(History(epochs=(record,)))
    assert recent_runs(1)[0].elbo == -7.0
    losses = Losses(recon=4, kl=2)
    run.update(summary=Summary(train=losses, validation=losses, test=None))
    assert recent_runs(1)[0].elbo == -6.0


def test_that_new_paths_name_data_latent_dimension_and_day_and_do_not_exist(tmp_path: Path) -> None:
    day = date.today().isoformat()
    first = new_run_path(CONFIG, tmp_path)
    assert first.name == f"blooms-2d-{day}-1"
    first.mkdir()
    assert new_run_path(CONFIG, tmp_path).name == f"blooms-2d-{day}-2"
    config = RunConfig(
        data=DataSpec(source="folder", path=Path("/photos/My Röses (2024)")),
        model=ModelConfig(latent_dim=16),
        objective=ObjectiveConfig(name="autoencoder"),
    )
    assert new_run_path(config, tmp_path).name == f"my-r-ses-2024-16d-ae-{day}-1"


def test_that_a_shipped_card_comes_back(tmp_path: Path) -> None:
    losses = Losses(recon=4, kl=2)
    card = ShippedCard(
        title="Blooms",
        description="Flowers.",
        data="blooms",
        recipe="vae-explorer train",
        losses=Summary(train=losses, validation=losses, test=None),
        minutes=1.5,
        machine="CPU · 1 thread",
        n_parameters=12,
    )
    write_shipped_card(tmp_path, card)
    assert read_shipped_card(tmp_path) == card


def test_that_a_run_whose_program_was_killed_is_listed_as_stopped(home: Path) -> None:
    run = _run(runs_folder() / "a")
    run.update(status="running")
    assert recent_runs(1)[0].status == "stopped"
    lock = RunLock(run.path)
    assert recent_runs(1)[0].status == "running"
    lock.release()
