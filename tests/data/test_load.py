"""Loading as a whole: generated sets, cache, budget, damage and fingerprints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vae_explorer.data import cache, pixels
from vae_explorer.data.fingerprint import content_fingerprint
from vae_explorer.data.image_set import ImageSet, Split
from vae_explorer.data.load import LoadFinished, LoadProgressed, load, load_by_fingerprint, load_now
from vae_explorer.data.sources import SOURCE_INFO, is_available
from vae_explorer.data.spec import DataSpec
from vae_explorer.data.summary import describe
from vae_explorer.errors import DataError

pytestmark = pytest.mark.usefixtures("home")

SMALL = DataSpec(source="blooms", n_images=120, height=16, width=16)


def _finished(spec: DataSpec) -> LoadFinished:
    *_, last = load(spec)
    assert isinstance(last, LoadFinished)
    return last


def _entries(home: Path) -> list[Path]:
    return sorted((home / "cache" / "images").iterdir())


def test_that_blooms_come_with_labels_factors_and_a_split() -> None:
    images = load_now(SMALL)
    assert images.images.shape == (120, 3, 16, 16)
    assert images.factor_names == ("petals", "roundness", "hue", "rotation", "size")
    assert images.factors is not None
    assert images.factors.shape == (120, 5)
    assert images.labels is not None
    assert len(images.class_names) == SOURCE_INFO["blooms"].n_classes == images.labels.max() + 1
    assert [len(images.indices(split)) for split in Split] == [108, 12, 0]
    assert describe(images) == "120 · 16×16 · colour · 6 classes"


def test_that_the_second_load_comes_from_the_cache_and_is_equal() -> None:
    first, second = _finished(SMALL), _finished(SMALL)
    assert (first.from_cache, second.from_cache) == (False, True)
    for name in ("images", "labels", "split", "factors"):
        np.testing.assert_array_equal(getattr(first.images, name), getattr(second.images, name))
    for name in ("name", "fingerprint", "class_names", "factor_names"):
        assert getattr(first.images, name) == getattr(second.images, name)


def test_that_a_fresh_set_in_memory_is_not_read_back_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    open_entry = cache._open
    monkeypatch.setattr(cache, "_open", lambda folder: opened.append(folder) or open_entry(folder))
    first = _finished(SMALL)
    assert len(opened) == 1  # asked for before it was made
    assert np.array_equal(_finished(SMALL).images.images, first.images.images)


def test_that_images_are_read_only_whether_fresh_or_cached() -> None:
    for _ in range(2):
        images = load_now(SMALL)
        for values in (images.images, images.split, images.labels, images.factors):
            assert values is not None
            assert not values.flags.writeable


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"n_images": 121}, {"height": 17}, {"channels": 1}, {"validation_fraction": 0.2}]
)
def test_that_every_setting_which_matters_gives_other_content(change: dict[str, object]) -> None:
    first, second = _finished(SMALL), _finished(SMALL.model_copy(update=change))
    assert not second.from_cache
    assert first.images.fingerprint != second.images.fingerprint


def test_that_grey_blooms_have_one_channel() -> None:
    assert load_now(SMALL.model_copy(update={"channels": 1})).image_shape == (1, 16, 16)


def test_that_the_digits_are_the_real_ones_scaled_to_bytes() -> None:
    from sklearn.datasets import load_digits

    images = load_now(DataSpec(source="digits"))
    assert images.images.shape == (1797, 1, 8, 8)
    np.testing.assert_allclose(images.images[:, 0] / 255 * 16, load_digits().images, atol=0.04)
    np.testing.assert_array_equal(images.labels, load_digits().target)
    assert images.images.max() == 255
    assert describe(images) == "1,797 · 8×8 · grey · 10 classes"


def test_that_digits_take_another_size_and_number() -> None:
    images = load_now(DataSpec(source="digits", height=28, width=20, channels=3, n_images=50))
    assert images.images.shape == (50, 3, 28, 20)


def test_that_the_same_spec_gives_the_same_fingerprint_in_another_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_now(SMALL).fingerprint
    monkeypatch.setenv("VAE_EXPLORER_HOME", str(tmp_path / "another"))
    assert load_now(SMALL).fingerprint == first


def test_that_a_set_is_found_again_by_its_fingerprint() -> None:
    images = load_now(SMALL)
    found = load_by_fingerprint(images.fingerprint)
    assert found is not None
    np.testing.assert_array_equal(found.images, images.images)
    assert load_by_fingerprint("0" * 32) is None


def test_that_a_set_beyond_the_budget_is_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = load_now(SMALL)
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "0.01")
    cached, fresh = load_now(SMALL), load_now(DataSpec(source="digits"))
    assert isinstance(cached.images, np.memmap)
    assert isinstance(fresh.images, np.memmap)
    np.testing.assert_array_equal(cached.images, inside.images)
    monkeypatch.delenv("VAE_EXPLORER_MEMORY_BUDGET_MB")
    assert fresh.fingerprint == load_now(DataSpec(source="digits")).fingerprint


def test_that_a_budget_which_is_no_number_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "plenty")
    with pytest.raises(DataError, match="give a number of megabytes"):
        load_now(SMALL)


@pytest.mark.parametrize("damage", ["card", "json", "pixels", "shape", "labels", "format"])
def test_that_a_damaged_entry_is_made_again(home: Path, damage: str) -> None:
    first = load_now(SMALL)
    (entry,) = _entries(home)
    card = json.loads((entry / "card.json").read_text("utf-8"))
    match damage:
        case "card":
            (entry / "card.json").unlink()
        case "json":
            (entry / "card.json").write_text("{", "utf-8")
        case "pixels":
            data = (entry / "images.npy").read_bytes()
            (entry / "images.npy").write_bytes(data[:-5])
        case "shape":
            (entry / "card.json").write_text(json.dumps({**card, "shape": [1, 3, 16, 16]}), "utf-8")
        case "labels":
            np.save(entry / "labels.npy", np.arange(3))
        case _:
            (entry / "card.json").write_text(json.dumps({**card, "format": -1}), "utf-8")
    again = _finished(SMALL)
    assert not again.from_cache
    assert again.images.fingerprint == first.fingerprint
    assert _finished(SMALL).from_cache


def test_that_a_pickled_array_in_the_cache_is_not_opened(home: Path) -> None:
    load_now(SMALL)
    (entry,) = _entries(home)
    np.save(entry / "labels.npy", np.array([{}], dtype=object), allow_pickle=True)
    assert not _finished(SMALL).from_cache


def test_that_a_cache_which_cannot_be_written_only_costs_time(home: Path) -> None:
    home.mkdir()
    (home / "cache").write_text("in the way")
    assert len(load_now(SMALL)) == 120


def test_that_beyond_the_budget_a_cache_is_needed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    (home / "cache").write_text("in the way")
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "0.01")
    with pytest.raises(DataError, match="free some space"):
        load_now(SMALL)


def test_that_a_full_disk_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAE_EXPLORER_MEMORY_BUDGET_MB", "0")
    with pixels.PixelWriter(tmp_path, 4, (1, 8, 8)) as writer:
        assert writer._file is not None
        writer._file.close()
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("needs /dev/full")
        writer._file = full.open("wb", buffering=0)
        with pytest.raises(DataError, match="do not fit on the disk"):
            writer.append(np.zeros((4, 1, 8, 8), dtype=np.uint8))


def test_that_closing_early_leaves_nothing(home: Path) -> None:
    events = load(DataSpec(source="blooms", n_images=3000))
    assert isinstance(next(events), LoadProgressed)
    events.close()  # type: ignore[attr-defined]  # the contract: load returns a generator
    assert _entries(home) == []


def test_that_half_made_files_of_a_kill_are_swept_after_a_day(home: Path) -> None:
    import os

    old = home / "cache" / "images" / ".staging-old"
    young = home / "cache" / "images" / ".staging-young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    load_now(SMALL)
    assert not old.exists()
    assert young.exists()


def test_that_the_longest_unused_entries_leave_a_full_cache(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    specs = [SMALL.model_copy(update={"seed": k}) for k in range(3)]
    load_now(specs[0])
    load_now(specs[1])
    for k, entry in enumerate(_entries(home)):
        os.utime(entry / "card.json", (1000 + k, 1000 + k))
    _finished(specs[0])  # used just now
    monkeypatch.setattr(cache, "_LIMIT_BYTES", 250_000)  # two entries of about 100 kB
    load_now(specs[2])
    assert [_finished(spec).from_cache for spec in (specs[0], specs[2])] == [True, True]
    assert not _finished(specs[1]).from_cache


def test_that_two_writers_of_one_entry_do_not_disturb_each_other() -> None:
    images = load_now(SMALL)
    with cache.staging_folder() as one, cache.staging_folder() as two:
        first = cache.store("ab" * 16, one, images, ())
        second = cache.store("ab" * 16, two, images, ())
    assert first.fingerprint == second.fingerprint == images.fingerprint


def test_that_the_fingerprint_depends_on_pixels_labels_split_and_shape() -> None:
    pixels_ = np.arange(64, dtype=np.uint8).reshape(1, 1, 8, 8).repeat(4, axis=0)
    labels, split = np.arange(4), np.zeros(4, dtype=np.uint8)
    base = content_fingerprint(pixels_, labels, split)
    changed = pixels_.copy()
    changed[3, 0, 7, 7] ^= 1
    others = [
        content_fingerprint(changed, labels, split),
        content_fingerprint(pixels_, labels[::-1], split),
        content_fingerprint(pixels_, None, split),
        content_fingerprint(pixels_, labels, split + 1),
        content_fingerprint(pixels_.reshape(4, 1, 4, 16), labels, split),
    ]
    assert len({base, *others}) == 6
    assert content_fingerprint(pixels_.copy(order="F"), labels.astype(np.int32), split) == base


def test_that_loading_built_in_sets_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from vae_explorer.data.load import load_now;"
        "from vae_explorer.data.spec import DataSpec;"
        "load_now(DataSpec(n_images=10)); load_now(DataSpec(source='digits'));"
        "print([m for m in ('torch', 'torchvision', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_the_catalogue_agrees_with_what_is_loaded() -> None:
    for source in ("blooms", "digits"):
        info, images = SOURCE_INFO[source], load_now(DataSpec(source=source))
        assert (len(images), images.image_shape, len(images.class_names)) == (
            info.n_images,
            info.image_shape,
            info.n_classes,
        )
        assert info.title == images.name
        assert info.download_mb == 0
        assert is_available(source)


def test_that_a_set_without_classes_is_described_without_them() -> None:
    images = ImageSet("x", np.zeros((2, 1, 8, 16), np.uint8), np.zeros(2, np.uint8), "f")
    assert describe(images) == "2 · 16×8 · grey"
