"""``vae-explorer models``, ``runs``, ``networks`` and ``presets``: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vae_explorer.cli.console import Console
from vae_explorer.cli.options import Json
from vae_explorer.cli.values import whole_number
from vae_explorer.errors import ConfigError
from vae_explorer.vae.config import PLUGIN_PREFIX
from vae_explorer.vae.recon_label import MARK

if TYPE_CHECKING:
    from vae_explorer.runs.cards import RunCard
    from vae_explorer.runs.presets import Preset

__all__ = ["models", "networks", "presets", "runs"]

_NETWORKS = {
    "residual": "convolutional with residual blocks and group norm (--width)",
    "conv": "plain convolutional (--width)",
    "burgess": "convolutional, of Burgess et al. 2018",
    "mlp": "fully connected with ReLU (--hidden)",
    "gated": "fully connected with gates, of Tomczak & Welling 2018 (--hidden)",
}


def models(json: Json = False) -> None:
    """List the trained models that ship with the program.

    Their names stand wherever a command takes a RUN.

    \b
    vae-explorer models
    vae-explorer --run blooms-2d
    """
    from vae_explorer.runs.shipped import shipped_models

    _list(Console(json), shipped_models(), "models", "No model ships with this installation.")


def runs(
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", parser=whole_number, help="List at most N runs.")
    ] = 20,
    json: Json = False,
) -> None:
    """List your recent runs, newest first.

    \b
    vae-explorer runs
    vae-explorer runs --limit 5 --json
    """
    from vae_explorer.runs.recent import recent_runs

    if limit < 1:
        raise ConfigError(f"--limit must be at least 1, got {limit}.")
    _list(Console(json), recent_runs(limit), "runs", "There is no run yet: 'vae-explorer train' makes one.")


def networks(json: Json = False) -> None:
    """List the networks that --net takes: the program's own, and plug-ins of installed packages.

    A package registers a network under the entry point group "vae_explorer.networks".

    \b
    vae-explorer networks
    vae-explorer train --net plugin:NAME
    """
    from vae_explorer.vae.plugins import GROUP, installed_plugins

    console = Console(json)
    plugins = installed_plugins()
    console.emit(
        {
            "networks": [
                *({"name": name, "about": about} for name, about in _NETWORKS.items()),
                *(
                    {"name": f"{PLUGIN_PREFIX}{each.name}", **each.model_dump(exclude={"name"})}
                    for each in plugins
                ),
            ]
        }
    )
    if console.machine:
        return
    own = list(_NETWORKS.items())
    console.table({"network": False, "": False}, [*own, *((f"plugin:{p.name}", f"of {p}") for p in plugins)])
    if not plugins:
        console.say(f"No plug-in is installed: no package registers one under {GROUP}.")


def presets(json: Json = False) -> None:
    """List the recipes that ship with the program, each with the figure that was measured with it.

    \b
    vae-explorer presets
    vae-explorer train --data mnist --preset 2d-sharpest
    """
    from vae_explorer.runs.presets import PRESETS

    console = Console(json)
    console.emit({"presets": [_preset_as_json(preset) for preset in PRESETS]})
    if not console.machine:
        titles = {"preset": False, "": False, "measured": False}
        console.table(titles, [(preset.name, preset.about, preset.figure) for preset in PRESETS])


def _list(console: Console, cards: list[RunCard], name: str, nothing: str) -> None:
    console.emit({name: [_as_json(card) for card in cards]})
    if console.machine:
        return
    if not cards:
        console.say(nothing)
        return
    rows = [
        (
            card.path.name if name == "models" else str(card.path),
            card.data_name,
            str(card.latent_dim),
            "" if card.elbo is None else card.label.named(f"{-card.elbo:,.2f}"),
            card.status,
            f"{card.created.astimezone():%Y-%m-%d}",
        )
        for card in cards
    ]
    titles = {
        name.removesuffix("s"): False,
        "images": False,
        "D": True,
        "−ELBO": True,
        "status": False,
        "made": False,
    }
    console.table(titles, rows)
    for caption in sorted({card.label.caption for card in cards if card.label.caption.startswith(MARK)}):
        console.say(caption)


def _as_json(card: RunCard) -> dict[str, object]:
    return {
        "name": card.path.name,
        "run": str(card.path),
        "title": card.title,
        "data": card.data_name,
        "latent_dim": card.latent_dim,
        "status": card.status,
        "elbo": card.elbo,
        "measure": card.label.measure.value,
        "created": card.created.isoformat(),
    }


def _preset_as_json(preset: Preset) -> dict[str, object]:
    return {
        "name": preset.name,
        "title": preset.title,
        "about": preset.about,
        "figure": preset.figure,
        "model": preset.model.model_dump(mode="json", exclude_defaults=True),
        "objective": preset.objective.model_dump(mode="json", exclude_defaults=True),
        "epochs": preset.epochs,
        "batch_size": preset.batch_size,
        "learning_rate": preset.learning_rate,
        "schedule": preset.schedule,
    }
