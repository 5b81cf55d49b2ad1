"""The simulator's comparison: every rule of routing in the same worlds, as charts."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from squad.apps.pages import charts
from squad.apps.pages.charts import Bar
from squad.apps.pages.html import Html, file, join, page, prose, tag
from squad.apps.pages.landing import Words, footer, header, number, texts

OURS = "ours"
RIVAL = "nearest idle"  # what most helpdesks do, and the rule to beat
SHOWN = (("cost", "min"), ("missed", "share"), ("km", "km"), ("wait", "min"),
         ("overtime", "min"), ("gini", ""))  # fmt: skip


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's figures, each a mean a ticket, as bench/routing/quality.py writes them."""

    name: str
    cost: float
    missed: float
    by_priority: tuple[float, float, float, float]
    wait: float
    km: float
    overtime: float
    gini: float
    moves: float


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """All rules in the same worlds. weekday: tickets of one. slow: roads, times."""

    seeds: int
    consultants: int
    days: int
    weekday: int
    slow: float
    rules: Sequence[Rule]


@cache
def rules() -> Rules:
    """This will read the figures that were last measured."""
    return msgspec.json.decode(file("rules.json"), type=Rules)


def render(lang: str, found: Rules | None = None) -> str:
    """This will write the page, but for its nonce."""
    words, found = texts()[lang], found or rules()
    by_name = {rule.name: rule for rule in found.rules}
    lead = words["sim_lead"].format(
        seeds=found.seeds, consultants=number(found.consultants, lang),
        tickets=number(found.weekday, lang), days=found.days,
    )  # fmt: skip
    cards = [_card(name, unit, found.rules, words, lang) for name, unit in SHOWN]
    body = join(
        header(words, here="/about/simulator"),
        tag(
            "main",
            tag("div", tag("h1", words["sim_title"]), tag("p", lead, class_="lead")),
            _tiles(by_name, words, lang),
            tag("div", *cards, class_="charts"),
            _table(found.rules, words, lang),
            tag("section", tag("h2", words["sim_try"]), tag("p", prose(words["sim_try_more"])),
                tag("pre", words["sim_command"]), class_="card"),
            id="main",
        ),
        footer(words),
    )  # fmt: skip
    title = f"{words['sim_title']} · Sysops Squad"
    return page(body, title=title, script="", lang=lang, style="charts.css")


def _tiles(rules: dict[str, Rule], words: Words, lang: str) -> Html | None:
    """How much better than the rule to beat."""
    if OURS not in rules or RIVAL not in rules:
        return None
    ours, rival = rules[OURS], rules[RIVAL]
    tiles = [
        tag(
            "div",
            tag("dt", words[f"sim_{name}"]),
            tag("dd", _change(getattr(ours, name), getattr(rival, name), lang)),
        )
        for name in ("cost", "missed", "km", "gini")
    ]
    heading = words["sim_against"].format(rule=words[f"rule_{RIVAL}"])
    return tag("section", tag("h2", heading), tag("dl", *tiles, class_="tiles"))


def _change(ours: float, rival: float, lang: str) -> str:
    if not rival:
        return "–"
    text = f"{(ours / rival - 1) * 100:+.0f}".replace("-", "−")
    return text + ("%" if lang == "en" else "\u202f%")


def _card(name: str, unit: str, rules: Sequence[Rule], words: Words, lang: str) -> Html:
    title = words[f"sim_{name}"]
    rows = [
        (
            _named(rule, words),
            [Bar(_of(rule, name), _told(_of(rule, name), unit, lang), _kind(rule))],
        )
        for rule in rules
    ]
    note = tag("p", words[f"sim_{name}_more"], class_="lead")
    return tag("section", tag("h2", title), note, charts.bars(rows, title), class_="card")


def _table(rules: Sequence[Rule], words: Words, lang: str) -> Html:
    """Broken promises by priority: figures too small for bars."""
    head = tag("tr", tag("th", words["sim_rule"], scope="col"),
               *(tag("th", f"P{n}", scope="col") for n in (1, 2, 3, 4)))  # fmt: skip
    rows = [
        tag("tr", tag("th", _named(rule, words), scope="row"),
            *(tag("td", _told(share, "share", lang)) for share in rule.by_priority))
        for rule in rules
    ]  # fmt: skip
    table = tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="scroll")
    return tag("section", tag("h2", words["sim_priorities"]), table, class_="card rules")


def _of(rule: Rule, name: str) -> float:
    value: float = getattr(rule, name)
    return value


def _told(value: float, unit: str, lang: str) -> str:
    if unit == "share":
        text = f"{value * 100:.1f}" + ("%" if lang == "en" else "\u202f%")
    elif unit:
        text = f"{value:.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}"
    else:
        text = f"{value:.3f}"
    return text if lang == "en" else text.replace(",", "\u202f").replace(".", ",")


def _kind(rule: Rule) -> str:
    return "b" if rule.name == OURS else "a"


def _named(rule: Rule, words: Words) -> Any:
    return words.get(f"rule_{rule.name}", rule.name)
