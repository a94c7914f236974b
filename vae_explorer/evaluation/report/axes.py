"""Scales, ticks and the frame of a small plot, as SVG text whose colours come from the page's style sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from itertools import pairwise

__all__ = ["Axis", "Plot", "linear_ticks", "log_ticks", "tick_text"]

WIDTH, HEIGHT = 560.0, 240.0  # of the drawing, in units that the page scales
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 12.0, 44.0
_TICKS = 5  # about


@dataclass(frozen=True)
class Axis:
    """A range with a name; logarithmic if `is_log`."""

    low: float
    high: float
    label: str
    is_log: bool = False

    def share(self, value: float) -> float:
        """0 at `low`, 1 at `high`."""
        if self.is_log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        """Round numbers in the range."""
        return log_ticks(self.low, self.high) if self.is_log else linear_ticks(self.low, self.high)


class Plot:
    """Gathers marks; `svg` puts the frame around them."""

    def __init__(self, title: str, x: Axis, y: Axis, *, with_x_ticks: bool = True) -> None:
        self._title, self.x, self.y = title, x, y
        self._with_x_ticks = with_x_ticks
        self._parts: list[str] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the data lies in the drawing."""
        return (
            LEFT + self.x.share(x) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - self.y.share(y) * (HEIGHT - TOP - BOTTOM),
        )

    def bar(self, x0: float, x1: float, y: float, tip: str = "") -> None:
        """From the bottom of the range, or 0, up or down to `y`."""
        left, top = self.at(x0, max(y, 0.0))
        right, bottom = self.at(x1, min(y, 0.0) if self.y.low < 0 else self.y.low)
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self._parts.append(
            f'<rect class="mark" x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 0.5):.1f}" '
            f'height="{max(bottom - top, 0.0):.1f}">{title}</rect>'
        )

    def line(self, xy: list[tuple[float, float]], style: str = "line") -> None:
        """Through points of the data."""
        points = " ".join("{:.1f},{:.1f}".format(*self.at(x, y)) for x, y in xy)
        self._parts.append(f'<polyline class="{style}" points="{points}"/>')

    def band(self, upper: list[tuple[float, float]], lower: list[tuple[float, float]]) -> None:
        """The area between two lines."""
        points = " ".join("{:.1f},{:.1f}".format(*self.at(x, y)) for x, y in [*upper, *reversed(lower)])
        self._parts.append(f'<polygon class="band" points="{points}"/>')

    def point(self, x: float, y: float, tip: str = "", *, name: str = "", style: str = "dot") -> None:
        """A dot, with its name beside it."""
        px, py = self.at(x, y)
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self._parts.append(f'<circle class="{style}" cx="{px:.1f}" cy="{py:.1f}" r="3.5">{title}</circle>')
        if name:
            self._parts.append(f'<text x="{px + 7:.1f}" y="{py - 6:.1f}">{escape(name)}</text>')

    def label(self, x: float, text: str) -> None:
        """A word below the axis."""
        px, _ = self.at(x, self.y.low)
        self._parts.append(f'<text class="mid" x="{px:.1f}" y="{HEIGHT - BOTTOM + 18}">{escape(text)}</text>')

    def svg(self) -> str:
        """The whole plot."""
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        frame = []
        for tick in self.y.ticks:
            _, y = self.at(self.x.low, tick)
            frame.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>')
            frame.append(
                f'<text class="end" x="{LEFT - 8}" y="{y + 4:.1f}">{tick_text(tick, self.y.ticks)}</text>'
            )
        for tick in self.x.ticks if self._with_x_ticks else ():
            x, _ = self.at(tick, self.y.low)
            frame.append(f'<line class="axis" x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 4}"/>')
            frame.append(
                f'<text class="mid" x="{x:.1f}" y="{bottom + 18}">{tick_text(tick, self.x.ticks)}</text>'
            )
        middle = (LEFT + right) / 2
        frame.append(f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>')
        frame.append(f'<text class="mid" x="{middle}" y="{HEIGHT - 6}">{escape(self.x.label)}</text>')
        height = (TOP + bottom) / 2
        frame.append(
            f'<text class="mid" transform="rotate(-90 14 {height})" x="14" y="{height}">'
            f"{escape(self.y.label)}</text>"
        )
        return (
            f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(self._title)}">'
            f"{''.join(frame)}{''.join(self._parts)}</svg>"
        )


def linear_ticks(low: float, high: float) -> list[float]:
    """About five multiples of 1, 2 or 5 times a power of ten."""
    raw = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [step * k for k in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten; of two where there are fewer than three of those."""
    tens = [
        10.0**k for k in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    ]
    if len(tens) >= 3:
        return tens
    twos = range(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)
    every = max(1, len(twos) // _TICKS)
    return [2.0**k for k in list(twos)[::every]]


def tick_text(tick: float, ticks: list[float]) -> str:
    """With as many digits as tell `ticks` apart."""
    if tick == 0:
        return "0"
    gaps = [abs(b - a) for a, b in pairwise(ticks)]
    smallest = min(gaps, default=abs(tick))
    digits = min(max(-math.floor(math.log10(smallest) + 1e-9), 0), 9)
    text = f"{tick:,.{digits}f}" if abs(tick) < 1e6 else f"{tick:.0e}"
    return text.replace("-", "−")
