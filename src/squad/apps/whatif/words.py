"""The words of a comparison, in three languages, and its numbers as people write them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from squad.apps.whatif.compare import Comparison, Figure, Moved

Words = Mapping[str, str]
# A sign of `why`: above 0, below 0.
SIGNED = {
    "sooner": ("sooner", "later"), "nearer": ("nearer", "farther"),
    "skilled": ("skilled", "unskilled"), "overtime": ("overtime_less", "overtime_more"),
}  # fmt: skip


@cache
def texts() -> Mapping[str, Words]:
    """This will read the words, by language."""
    found: dict[str, Words] = json.loads(
        resources.files(__package__).joinpath("texts.json").read_text("utf-8")
    )
    return found


def number(value: float, language: str, digits: int = 1) -> str:
    """This will write a number; whole from 1,000 on."""
    shown = f"{value:,.{0 if abs(value) >= 1000 or value == int(value) else digits}f}"
    if language == "en":
        return shown
    thousands = "\u202f" if language == "fr" else "."
    return shown.replace(",", "\0").replace(".", ",").replace("\0", thousands)


def share(value: float, language: str) -> str:
    """This will write a share as a percentage, never rounded up to all."""
    percent = value * 100
    if percent < 100 and round(percent, 1) == 100:
        percent = 99.9
    return number(percent, language) + (" %" if language != "en" else "%")


def value(figure: Figure, which: int, language: str) -> str:
    """This will write a figure of one side with its unit."""
    one = figure.values[which]
    if figure.unit == "share":
        return share(one, language)
    digits = 3 if figure.name == "gini" else 1
    text = number(one, language, digits)
    return f"{text} {figure.unit}" if figure.unit else text


def change(figure: Figure, language: str) -> str:
    """This will write the difference, in points for shares, else relative."""
    before, after = figure.values
    if figure.unit == "share":
        return points(figure.values, language)
    if before == after:
        return "="
    if not before:
        return f"+{number(after, language)}"
    text = f"{(after / before - 1) * 100:+.1f}%"
    return text if language == "en" else text.replace(".", ",").replace("%", " %")


def points(values: tuple[float, float], language: str) -> str:
    """This will write the difference of two shares, in points."""
    text = f"{(values[1] - values[0]) * 100:+.1f}"
    return text if language == "en" else text.replace(".", ",")


def good(figure: Figure) -> bool | None:
    """This will tell whether the change is for the better; None: neither."""
    before, after = figure.values
    if before == after or not figure.better:
        return None
    return (after > before) == (figure.better == "more")


def why(moved: Moved, language: str) -> str:
    """This will tell what differs for a ticket."""
    return "; ".join(_reasons(moved, texts()[language], language))


def _reasons(moved: Moved, words: Words, language: str) -> Iterator[str]:
    for code, by in moved.why.items():
        if code in SIGNED:
            yield words[SIGNED[code][by < 0]].format(n=number(abs(by), language))
        elif code in ("gone", "new"):
            yield f"{moved.consultants[code == 'new']} {words[code]}"
        else:
            yield words["unserved_why" if code == "unserved" else code]


def lead(found: Comparison, language: str) -> str:
    """This will tell what was replayed."""
    world = found.world
    return texts()[language][f"lead_{world.source}"].format(
        tickets=number(world.tickets, language),
        since=f"{world.since:%Y-%m-%d %H:%M}",
        until=f"{world.until:%Y-%m-%d %H:%M}",
        days=(world.until - world.since).days,
        seed=world.seed,
    )


def summary(found: Comparison, language: str) -> str:
    """This will tell how many assignments changed."""
    words, made = texts()[language], found.assignments
    if made.identical:
        return words["identical"].format(count=number(made.decisions[0], language))
    return words["changed"].format(
        changed=number(made.changed, language),
        tickets=number(found.world.tickets, language),
        reproduced=share(made.reproduced, language),
    )


def checked(found: Comparison, language: str) -> str | None:
    """This will tell what came of deciding stored decisions again; None: not asked."""
    if (one := found.checked) is None:
        return None
    form = "checked_all" if one.same == one.decisions else "checked_some"
    return texts()[language][form].format(
        decisions=number(one.decisions, language), same=number(one.same, language),
        differ=", ".join(one.differ),
    )  # fmt: skip
