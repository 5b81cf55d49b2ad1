"""Charts as inline SVG: no script, no outside resource; colors come from the page's style."""

from collections.abc import Sequence
from typing import NamedTuple

from squad.apps.pages.html import Html, join, tag

WIDTH = 360.0  # of a drawing, in its own units: as wide as a phone, so that text stays readable
LETTER = 7.0  # wide, about
BAR, GAP, HEAD = 17.0, 3.0, 18.0
TALL = 190.0  # of columns and curves
LEFT, FOOT, TOP = 34.0, 30.0, 8.0


class Bar(NamedTuple):
    """A bar with its figure. kind: "a" or "b", its color."""

    value: float
    text: str
    kind: str = "a"


def bars(rows: Sequence[tuple[str, Sequence[Bar]]], title: str, top: float = 0.0) -> Html:
    """This will draw bars that lie, under their row's name. top: the full width's value."""
    most = max([top, *(bar.value for _, group in rows for bar in group)]) or 1.0
    room = (
        WIDTH
        - 14.0
        - LETTER * max((len(bar.text) for _, group in rows for bar in group), default=0)
    )
    drawn, y = [], 0.0
    for name, group in rows:
        drawn.append(tag("text", name, class_="dim", x=0, y=_n(y + 13)))
        y += HEAD
        for bar in group:
            length = max(1.5, room * bar.value / most)
            drawn.append(
                tag("rect", class_=bar.kind, x=0, y=_n(y), width=_n(length), height=BAR, rx=3)
            )
            drawn.append(tag("text", bar.text, x=_n(length + 6), y=_n(y + 13)))
            y += BAR + GAP
        y += 4
    return _frame(drawn, title, y)


def columns(labels: Sequence[str], groups: Sequence[Sequence[float]], title: str) -> Html:
    """This will draw columns that stand, groups side by side; values are shares."""
    most = max((value for group in groups for value in group), default=0.0) or 1.0
    step = (WIDTH - LEFT) / max(1, len(labels))
    wide = (step - 6) / len(groups)
    height = TALL - TOP - FOOT
    drawn = [_grid(most, height)]
    for n, label in enumerate(labels):
        x = LEFT + n * step + 3
        for kind, group in zip("ab", groups, strict=False):
            tall = height * group[n] / most
            drawn.append(
                tag("rect", class_=kind, x=_n(x), y=_n(TOP + height - tall), width=_n(wide - 1),
                    height=_n(tall), rx=2)
            )  # fmt: skip
            x += wide
        drawn.append(
            tag("text", label, class_="dim", x=_n(LEFT + (n + 0.5) * step), y=_n(TALL - 12),
                text_anchor="middle", font_size=10)
        )  # fmt: skip
    return _frame(drawn, title, TALL)


def curves(lines: Sequence[Sequence[tuple[float, float]]], title: str) -> Html:
    """This will draw curves in the square of shares, above the line of perfect evenness."""
    wide, height = WIDTH - LEFT - 6, TALL - TOP - FOOT

    def path(points: Sequence[tuple[float, float]]) -> str:
        placed = (f"{_n(LEFT + x * wide)} {_n(TOP + height * (1 - y))}" for x, y in points)
        return "M" + "L".join(placed)

    drawn = [_grid(1.0, height), tag("path", d=path([(0, 0), (1, 1)]), class_="even")]
    for kind, line in zip("ab", lines, strict=False):
        drawn.append(tag("path", d=path(line), class_=kind))
    drawn += [
        tag("text", f"{share:.0%}", class_="dim", x=_n(LEFT + share * wide), y=_n(TALL - 12),
            text_anchor="end" if share == 1.0 else "middle", font_size=10)
        for share in (0.0, 0.5, 1.0)
    ]  # fmt: skip
    return _frame(drawn, title, TALL)


def key(*names: str) -> Html:
    """This will tell which color is whose."""
    items = [
        tag("li", tag("i", class_=kind), name) for kind, name in zip("ab", names, strict=False)
    ]
    return tag("ul", *items, class_="key")


def _grid(most: float, height: float) -> Html:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = TOP + height * (1 - share)
        parts.append(tag("line", class_="axis", x1=LEFT, x2=WIDTH, y1=_n(y), y2=_n(y)))
        parts.append(
            tag("text", f"{most * share:.0%}", class_="dim", x=LEFT - 5, y=_n(y + 4),
                text_anchor="end", font_size=10)
        )  # fmt: skip
    return join(*parts)


def _frame(drawn: Sequence[Html], title: str, height: float) -> Html:
    box = f"0 0 {WIDTH:.0f} {_n(height)}"
    return tag(
        "svg", tag("title", title), *drawn, class_="chart", viewBox=box, role="img",
        aria_label=title,
    )  # fmt: skip


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
