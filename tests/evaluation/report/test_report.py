"""Reports: what machines read back, and a page that stands alone."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest

from vae_explorer.data.image_set import ImageSet
from vae_explorer.evaluation.figures import Bars, Curve, Figure, Histogram, Table, Warned
from vae_explorer.evaluation.report.html import as_html
from vae_explorer.evaluation.report.machine import CSV_COLUMNS, as_csv, as_json
from vae_explorer.evaluation.report.report import Report
from vae_explorer.evaluation.suite import Found, Skipped, SuiteSettings, iterate_suite
from vae_explorer.runs.snapshot import Snapshot

GROUPS = ("bound", "likelihood", "latents", "aggregate", "reconstructions")


@pytest.fixture
def report(noise_images: Callable[..., ImageSet], tiny_snapshot: Callable[..., Snapshot]) -> Report:
    """Of an untrained model on noise."""
    made = Report()
    settings = SuiteSettings(n_samples=16, n_images=20, n_aggregate=100, groups=GROUPS)
    for event in iterate_suite(tiny_snapshot(), noise_images(), settings):
        made.add(event)
    return made


class _Tags(HTMLParser):
    """Counts tags and checks that they are closed in order."""

    VOID = frozenset({"meta", "img", "br", "circle", "rect", "line", "polyline", "polygon"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID or tag in ("rect", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_that_json_is_read_back_with_every_figure(report: Report) -> None:
    read = json.loads(json.dumps(as_json(report), allow_nan=False))
    assert read["conditions"]["data"] == "noise"
    found = {figure["name"]: figure for group in read["groups"] for figure in group["figures"]}
    own = report.figure("nll")
    assert own is not None
    assert found["nll"]["value"] == own.value
    assert found["nll"]["standard_error"] == own.standard_error
    assert "not a likelihood" in found["nll"]["label"]
    bars = read["groups"][2]["plots"][0]
    assert (bars["kind"], len(bars["values"])) == ("bars", 3)


def test_that_csv_has_a_line_a_figure(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) == len(report.figures)
    assert float(rows[0]["value"]) == report.figures[0][1].value
    assert as_csv(report, with_header=False) == as_csv(report).split("\n", 1)[1]


def test_that_what_is_not_finite_becomes_null() -> None:
    made = Report()
    made.add(Found("a", "A", Figure("x", "X", math.nan, "", "test", 1)))
    assert as_json(made)["groups"][0]["figures"][0]["value"] is None


def test_that_the_page_is_whole_and_loads_nothing(report: Report) -> None:
    html = as_html(report)
    tags = _Tags()
    tags.feed(html)
    assert tags.open == []
    assert len(tags.addresses) == 3  # rows of pictures
    assert all(address.startswith("data:image/png;base64,") for address in tags.addresses)
    assert not re.search(r"https?://|url\(|@import|<script", html)


def test_that_the_page_says_what_was_measured_and_escapes_names(report: Report) -> None:
    html = as_html(report)
    assert "run &lt;1&gt;" in html
    assert "run <1>" not in html
    for words in ("not a likelihood", "test split", "20 of 30 images", "16 samples", "cannot exceed log N"):
        assert words in html
    for _, figure in report.figures:
        assert figure.text in html


def test_that_skipped_groups_and_warnings_are_on_the_page() -> None:
    made = Report()
    made.add(Skipped("a", "A", "It has no <q>."))
    made.add(Found("b", "B", Warned("w", "Beware.")))
    made.add(Found("b", "B", Table("t", "T", ("one", "two"), (("x", 1.5), (None, 1_000)))))
    html = as_html(made)
    assert "It has no &lt;q&gt;." in html
    assert "Beware." in html
    assert '<td class="number">1,000</td>' in html
    assert "<td>–</td>" in html


def test_that_odd_plots_do_not_break_the_page() -> None:
    made = Report()
    one, none = np.array([3.0]), np.empty(0)
    for k, finding in enumerate(
        [
            Bars("a", "A", ("z1",), np.array([-1.0]), "nats", threshold=0.5),
            Bars("b", "B", (), none, "nats"),
            Bars("z", "Z", ("z1", "z2"), np.zeros(2), "nats"),
            Histogram("c", "C", one, "nats"),
            Histogram("d", "D", np.array([math.nan]), "nats"),
            Curve("e", "E", one, one, "x", "y"),
            Curve("f", "F", np.array([1.0, 1e6]), np.array([-2.0, 5.0]), "x", "y", is_log_x=True),
            Curve("g", "G", none, none, "x", "y"),
        ]
    ):
        made.add(Found(f"{k}", f"{k}", finding))
    tags = _Tags()
    html = as_html(made)
    tags.feed(html)
    assert "nan" not in html
    assert "inf" not in html.split("</style>")[1].replace("info", "")


def test_that_a_report_grows_by_groups_in_the_order_of_their_coming(report: Report) -> None:
    assert [group.name for group in report.groups] == list(GROUPS)
    assert report.figure("no such figure") is None
