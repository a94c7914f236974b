"""Training from the command line: what lands on disk, what is printed, stopping and going on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from vae_explorer.latent.encodings import Encodings
from vae_explorer.runs.folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]


def _pictures(folder: Path, n: int = 12) -> Path:
    rng = np.random.default_rng(0)
    for k in range(n):
        place = folder / ("dark" if k % 2 else "light")
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 100, (30, 40, 3), dtype=np.uint8) + (0 if k % 2 else 150)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"{k}.png")
    return folder


def test_that_the_last_line_is_one_object_with_the_losses_of_every_split(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    answer = program("train", *tiny, "--epochs", 2, "--out", tmp_path / "run", "--json")
    assert answer.code == 0
    assert answer.err == ""
    assert answer.json["run"] == str(tmp_path / "run")
    assert answer.json["epochs"] == 2
    assert answer.json["status"] == "finished"
    assert answer.json["test"] is None  # the digits have no test images
    for split in ("train", "validation"):
        losses = answer.json[split]
        assert losses["elbo"] == pytest.approx(-(losses["recon"] + losses["kl"]))
        assert 10 < losses["recon"] < 64
    assert [line.get("event") for line in answer.lines] == ["started", "epoch", "epoch", None]
    assert answer.lines[2]["epoch"] == 2


def test_that_a_person_reads_progress_on_stderr_and_the_result_on_stdout(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    answer = program("train", *tiny, "--epochs", 2, "--out", tmp_path / "run")
    assert answer.code == 0
    assert "epoch 2/2" in answer.err
    assert "1,797" in answer.err
    assert "validation" in answer.out
    assert answer.out.rstrip().endswith(f"vae-explorer --run {tmp_path / 'run'}")
    assert "Traceback" not in answer.err


def test_that_everything_about_the_run_is_kept(trained: Path) -> None:
    run = RunFolder.open(trained)
    assert run.info.status == "finished"
    assert run.info.config.model.hidden == (24,)
    assert len(run.history().epochs) == 3
    encodings = Encodings.from_arrays(run.load_latents() or {})
    assert len(encodings) == 180
    assert encodings.step == run.load_snapshot().step


def test_that_without_out_a_dated_run_appears_among_the_persons_own(
    program: Any, tiny: list[str], home: Path
) -> None:
    answer = program("train", *tiny, "--epochs", 1, "--json")
    assert Path(answer.json["run"]).parent == home / "runs"
    assert Path(answer.json["run"]).name.startswith("digits-2d-")
    listed = program("runs", "--json")
    assert [card["run"] for card in listed.json["runs"]] == [answer.json["run"]]


def test_that_options_reach_the_run(program: Any, home: Path, tmp_path: Path) -> None:
    options = (
        "--data digits --net conv --width 4 --latent-dim 3 --likelihood gaussian --sigma 0.2 --beta 0.5 "
        "--warmup 2 --epochs 1 --batch-size 300 --lr 2e-3 --seed 5 --limit 400 --validation-fraction 0.25 "
        "--data-seed 3 --size 12x10 --fit stretch --background #102030 --device cpu"
    )
    assert program("train", *options.split(), "--out", tmp_path / "run").code == 0
    config = RunFolder.open(tmp_path / "run").info.config
    assert (config.model.network, config.model.width, config.model.latent_dim) == ("conv", 4, 3)
    assert (config.model.likelihood, config.model.sigma) == ("gaussian", 0.2)
    assert (config.objective.beta, config.objective.warmup_epochs) == (0.5, 2.0)
    assert (config.epochs, config.batch_size, config.learning_rate, config.seed) == (1, 300, 2e-3, 5)
    data = config.data
    assert (data.n_images, data.validation_fraction, data.seed) == (400, 0.25, 3)
    assert (data.width, data.height, data.fit, data.background) == (12, 10, "stretch", "#102030")
    assert RunFolder.open(tmp_path / "run").info.data.image_shape == (1, 10, 12)


@pytest.mark.parametrize("option", [["--autoencoder"], ["--objective", "autoencoder"]])
def test_that_a_plain_autoencoder_has_no_kl(
    program: Any, tiny: list[str], tmp_path: Path, option: list[str]
) -> None:
    answer = program("train", *tiny, *option, "--epochs", 1, "--out", tmp_path / "run", "--json")
    assert answer.json["validation"]["kl"] == 0.0


def test_that_a_folder_of_pictures_is_trained_on_and_bad_files_are_named(
    program: Any, home: Path, tmp_path: Path
) -> None:
    folder = _pictures(tmp_path / "pictures")
    (folder / "dark" / "broken.png").write_bytes(b"\x89PNG nonsense")
    options = ["--size", "16x12", "--fit", "pad", "--background", "#ffffff", "--net", "mlp", "--epochs", 1]
    answer = program(
        "train", "--data", folder, *options, "--out", tmp_path / "run", "--json", "--device", "cpu"
    )
    assert answer.code == 0, answer.err
    assert [Path(file["path"]).name for file in answer.json["skipped"]] == ["broken.png"]
    info = RunFolder.open(tmp_path / "run").info
    assert info.data.image_shape == (3, 12, 16)
    assert info.data.class_names == ("dark", "light")


def test_that_small_pictures_of_one_size_keep_it(program: Any, home: Path, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "pictures")
    answer = program(
        "train", "--data", folder, "--net", "mlp", "--epochs", 1, "--out", tmp_path / "run", "--json"
    )
    assert answer.code == 0, answer.err
    assert RunFolder.open(tmp_path / "run").info.data.image_shape == (3, 30, 40)


def test_that_going_on_equals_never_having_stopped(program: Any, tiny: list[str], tmp_path: Path) -> None:
    whole = program("train", *tiny, "--epochs", 4, "--out", tmp_path / "whole", "--json")
    program("train", *tiny, "--epochs", 2, "--out", tmp_path / "parts")
    parts = program("train", "--resume", tmp_path / "parts", "--epochs", 4, "--json")
    assert parts.code == 0
    for split in ("train", "validation"):
        assert parts.json[split] == whole.json[split]
    assert parts.lines[0]["epoch"] == 2
    assert RunFolder.open(tmp_path / "parts").info.config.epochs == 4


def test_that_learning_rate_and_beta_may_change_on_the_way(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    program("train", *tiny, "--epochs", 1, "--out", tmp_path / "run")
    answer = program(
        "train", "--resume", tmp_path / "run", "--epochs", 2, "--lr", "5e-4", "--beta", 2, "--json"
    )
    assert answer.code == 0
    changed = {line["name"]: line["value"] for line in answer.lines if line.get("event") == "setting"}
    assert changed == {"learning_rate": 5e-4, "beta": 2.0}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "has finished its 3 epochs"),
        (["--data", "blooms"], "(Digits): --data cannot change; train a new run for other images"),
        (["--data", "blooms", "--epochs", "9"], "--data cannot change"),
        (["--limit", "100"], "--limit cannot change"),
        (["--size", "12"], "--size cannot change"),
        (["--colour"], "--grey/--colour cannot change"),
        (["--data-seed", "1"], "--data-seed cannot change"),
        (["--epochs", "3"], "--epochs must be above the 3 epochs that"),
        (["--epochs", "1"], "has done, got 1."),
        (["--epochs", "9", "--latent-dim", "5"], "start a new run"),
        (["--epochs", "9", "--seed", "4"], "another seed"),
        (["--epochs", "9", "--width", "8"], "--width needs --net conv or residual"),
        (["--epochs", "9", "--limit", "100"], "other pictures"),
    ],
)
def test_that_what_cannot_go_on_is_refused_in_words(
    program: Any, trained: Path, options: list[str], words: str
) -> None:
    before = {path: path.read_bytes() for path in trained.rglob("*") if path.is_file()}
    answer = program("train", "--resume", trained, *options)
    assert answer.code == 2
    assert words in answer.err
    assert answer.out == ""
    assert before == {path: path.read_bytes() for path in trained.rglob("*") if path.is_file()}


def test_that_a_resumed_run_goes_back_to_the_beta_it_began_with_if_asked(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    program("train", *tiny, "--beta", 1, "--epochs", 1, "--out", run)
    program("train", "--resume", run, "--epochs", 2, "--beta", 4, "--lr", "5e-4")
    program("train", "--resume", run, "--epochs", 3)
    program("train", "--resume", run, "--epochs", 4, "--beta", 1, "--lr", "1e-3")
    epochs = RunFolder.open(run).history().epochs
    assert [epoch.beta for epoch in epochs] == [1.0, 4.0, 4.0, 1.0]
    assert [epoch.learning_rate for epoch in epochs] == [1e-3, 5e-4, 5e-4, 1e-3]


def test_that_a_stopped_run_is_not_called_finished_by_asking_for_fewer_epochs(
    program: Any, trained: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(trained, tmp_path / "copy"))
    run = RunFolder.open(copy)
    run.update(status="stopped", epochs=20)
    before = (copy / "run.json").read_bytes()
    for epochs in (2, 3):
        answer = program("train", "--resume", copy, "--epochs", epochs)
        assert answer.code == 2
        assert f"has done, got {epochs}." in answer.err
    assert (copy / "run.json").read_bytes() == before


def test_that_a_shipped_model_does_not_go_on(program: Any, home: Path) -> None:
    answer = program("train", "--resume", "blooms-2d", "--epochs", 900)
    assert answer.code == 2
    assert "ships with the program and cannot be trained on" in answer.err
    assert len(answer.err.splitlines()) == 1


def test_that_a_model_without_resume_state_cannot_go_on(program: Any, trained: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(trained, tmp_path / "copy"))
    (copy / "resume.safetensors").unlink()
    answer = program("train", "--resume", copy, "--epochs", 9)
    assert answer.code == 2
    assert "holds no state to go on from" in answer.err


def test_that_an_existing_run_is_never_overwritten(program: Any, tiny: list[str], trained: Path) -> None:
    answer = program("train", *tiny, "--out", trained)
    assert answer.code == 2
    assert f"--resume {trained}" in answer.err


@pytest.mark.parametrize("kind", ["file", "full", "below a file"])
def test_that_a_place_that_cannot_hold_a_run_is_refused_before_anything_is_loaded(
    program: Any, tiny: list[str], tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "place"
    if kind == "full":
        place.mkdir()
        (place / "letter.txt").write_text("hello")
    else:
        place.write_text("hello")
    answer = program("train", *tiny, "--out", place / "run" if kind == "below a file" else place)
    assert answer.code == 2
    assert "--out" in answer.err
    assert "1,797" not in answer.err


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may write anywhere")
def test_that_a_write_protected_place_is_said_in_words(program: Any, tiny: list[str], tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        answer = program("train", *tiny, "--out", tmp_path / "run")
    finally:
        tmp_path.chmod(0o700)
    assert answer.code == 2
    assert "write-protected" in answer.err


def test_that_a_set_that_is_not_on_disk_names_the_option_that_fetches_it(
    program: Any, home: Path, tmp_path: Path
) -> None:
    answer = program("train", "--data", "kmnist", "--data-root", tmp_path)
    assert answer.code == 2
    assert "--download" in answer.err
    assert str(tmp_path) in answer.err


def test_that_an_absent_device_is_refused_before_anything_is_loaded(program: Any, tmp_path: Path) -> None:
    answer = program("train", "--data", "digits", "--device", "cuda:99", "--out", tmp_path / "run")
    assert answer.code == 2
    assert "cuda:99" in answer.err
    assert not (tmp_path / "run").exists()


def test_that_a_diverging_run_says_so_and_keeps_its_last_good_weights(program: Any, tmp_path: Path) -> None:
    options = ["--data", "digits", "--net", "mlp", "--likelihood", "gaussian", "--sigma", "1e-30"]
    answer = program("train", *options, "--device", "cpu", "--out", tmp_path / "run", "--json")
    assert answer.code == 1
    assert answer.json["status"] == "diverged"
    assert "smaller learning rate" in answer.err
    assert program("decode", tmp_path / "run", "--z", "0,0", "--out", tmp_path / "a.png").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_that_ctrl_c_keeps_the_state_and_going_on_from_it_is_exact(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "vae_explorer", "train", *tiny, "--epochs", "100000"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path / "run"), "--json"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:  # "started", then the first epoch
            if json.loads(line)["event"] == "epoch":
                break
        process.send_signal(signal.SIGINT)
        rest, error = process.communicate()
    assert process.returncode == 130, error
    last = json.loads(rest.splitlines()[-1])
    assert last["status"] == "stopped"
    assert last["validation"]["elbo"] < 0
    n = last["epochs"] + 1
    resumed = program("train", "--resume", tmp_path / "run", "--epochs", n, "--json")
    whole = program("train", *tiny, "--epochs", n, "--out", tmp_path / "whole", "--json")
    assert resumed.json["train"] == whole.json["train"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a single process")
def test_that_a_polite_kill_stops_as_well_and_tells_how_to_go_on(tiny: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "vae_explorer",
            "train",
            *tiny,
            "--epochs",
            "100000",
            "--out",
            str(tmp_path / "r u n"),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("epoch 1/"):
                break
        process.send_signal(signal.SIGTERM)
        _, error = process.communicate()
    assert process.returncode == 143
    assert f'vae-explorer train --resume "{tmp_path / "r u n"}"' in error
    assert "Traceback" not in error


def test_that_a_conditional_model_trains_and_draws_the_class_that_is_asked_for(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    trained = program("train", *tiny, "--epochs", 1, "--conditional", "--prior", "mixture", "--out", run)
    assert trained.code == 0, trained.err
    for name in ("0", "3"):
        options = ["--prior", 4, "--class", name, "--out", tmp_path / f"{name}.png"]
        assert program("decode", run, *options).code == 0
    assert (tmp_path / "0.png").read_bytes() != (tmp_path / "3.png").read_bytes()
    refused = program("decode", run, "--prior", 4, "--class", "eleven", "--out", tmp_path / "x.png")
    assert refused.code == 2
    assert "--class must be one of 0, 1, 2" in refused.err


def test_that_semi_supervised_training_and_evaluation_report_the_same_accuracy(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    options = ["--objective", "m2", "--labels", 50, "--alpha", 10, "--epochs", 2, "--out", run, "--json"]
    trained = program("train", *tiny, *options)
    assert trained.code == 0, trained.err
    last = json.loads(trained.out.splitlines()[-1])
    assert 0.0 <= last["validation"]["accuracy"] <= 1.0
    measured = program("evaluate", run, "--json")
    assert measured.json["validation"]["accuracy"] == pytest.approx(last["validation"]["accuracy"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--free-bits", "1"], "--free-bits needs --objective free-bits, and the objective is vae."),
        (["--objective", "iwae", "--beta", "2"], "--beta has no effect there, and the objective is iwae."),
        (["--dip-weight", "1"], "--dip-weight needs --objective dip-i or dip-ii, and the objective is vae."),
        (["--components", "9"], "--components needs --prior mixture or vamp, and the prior is normal."),
        (
            ["--net", "conv", "--start-layers", "3"],
            "--start-layers needs --net residual, and the network is conv.",
        ),
        (["--flows", "9"], "--flows needs --posterior iaf, and the posterior is gaussian."),
        (["--objective", "tcvae", "--posterior", "iaf"], "choose --posterior gaussian"),
        (["--samples", "0", "--objective", "iwae"], "--samples must be at least 1, got 0."),
        (["--prior", "flat"], "--prior must be one of normal, mixture, vamp, got 'flat'."),
        (["--objective", "m2"], "--labels must be at most the 18 training images, got 100."),
    ],
)
def test_that_settings_of_another_objective_are_refused_in_words(
    program: Any, tmp_path: Path, options: list[str], sentence: str
) -> None:
    answer = program("train", "--limit", 20, "--epochs", 1, "--out", tmp_path / "run", *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert not (tmp_path / "run").exists()


def test_that_an_objective_begins_with_the_beta_that_suits_it(
    program: Any, tiny: list[str], tmp_path: Path
) -> None:
    for options, beta in (([], 6.0), (["--beta", "2"], 2.0)):
        run = tmp_path / f"run{beta:g}"
        answer = program("train", *tiny, "--objective", "tcvae", *options, "--epochs", 1, "--out", run)
        assert answer.code == 0, answer.err
        assert RunFolder.open(run).info.config.objective.beta == beta
