"""A comparison as one HTML file with pictures: it needs nothing else, and no network."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

from squad.apps.pages import charts
from squad.apps.pages.charts import Bar
from squad.apps.pages.html import Html, file, join, prose, tag
from squad.apps.whatif import words
from squad.apps.whatif.compare import Comparison, lorenz

META = Html(
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
)


def render(found: Comparison, language: str = "en") -> str:
    """This will write the whole document. language: "en", "fr" or "es"."""
    text = words.texts()[language]
    legend = charts.key(text["baseline"], text["variant"])
    pictures = [
        tag("section", tag("h2", text[name]), note and tag("p", note), legend, drawn, class_="card")
        for name, note, drawn in _charts(found, language)
    ]
    body = tag(
        "main",
        tag("div", tag("h1", text["title"]), tag("p", words.lead(found, language), class_="lead")),
        _figures(found, language),
        tag("div", *pictures, class_="grid"),
        *(part for part in _parts(found, language)),
    )
    head = join(
        META,
        tag("title", f"{text['title']} · Sysops Squad"),
        tag("style", Html(file("shell.css") + file("charts.css") + _style())),
    )
    document = tag("html", tag("head", head), tag("body", body), lang=language)
    return f"<!doctype html>\n{document}\n"


def _figures(found: Comparison, language: str) -> Html:
    text = words.texts()[language]
    names = ("figure", "baseline", "variant", "change")
    rows = []
    for figure in found.figures:
        tone = {True: "pill good", False: "pill bad", None: "pill"}[words.good(figure)]
        cells = [tag("td", words.value(figure, side, language)) for side in (0, 1)]
        mark = tag("td", tag("span", words.change(figure, language), class_=tone))
        rows.append(tag("tr", tag("th", text[figure.name], scope="row"), *cells, mark))
    head = tag("thead", tag("tr", *(tag("th", text[name], scope="col") for name in names)))
    table = tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll")
    return tag("section", table, class_="card")


def _charts(found: Comparison, language: str) -> Iterator[tuple[str, str | None, Html]]:
    text = words.texts()[language]
    figures = {figure.name: figure for figure in found.figures}

    def pair(values: tuple[float, float], shown: tuple[str, str]) -> list[Bar]:
        return [Bar(one, said, kind) for one, said, kind in zip(values, shown, "ab", strict=True)]

    kept = [
        (f"P{one.priority}", pair(one.met, (words.share(one.met[0], language),
                                            words.share(one.met[1], language))))
        for one in found.by_priority
    ]  # fmt: skip
    yield "by_priority", None, charts.bars(kept, text["by_priority"], 1.0)
    hours = [words.number(edge / 60, language, 2) for edge in found.edges]
    labels = [
        *(one.removesuffix("0") if one[1:2] in ".," else one for one in hours),
        text["beyond"],
    ]
    shares = [[count / max(1, sum(side)) for count in side] for side in found.waits]
    yield "onsite", text["onsite_note"], charts.columns(labels, shares, text["onsite"])
    curves = [lorenz(side) for side in found.loads]
    gini = words.value(figures["gini"], 0, language), words.value(figures["gini"], 1, language)
    note = f"{text['load_note']} {text['gini']}: {gini[0]} → {gini[1]}."
    yield "load", note, charts.curves(curves, text["load"])
    paid = [
        (text[name], pair(figures[name].values, (words.value(figures[name], 0, language),
                                                 words.value(figures[name], 1, language))))
        for name in ("km", "overtime")
    ]  # fmt: skip
    drawn = join(*(charts.bars([row], row[0]) for row in paid))
    yield "paid", None, drawn


def _parts(found: Comparison, language: str) -> Iterator[Html]:
    text = words.texts()[language]
    old, new = found.versions
    edits = [
        tag("div", tag("p", edit["old"]), tag("p", edit["new"]), class_="edit")
        for edit in found.changes[language]
    ]
    said = text["versions"].format(old=old, new=new) if edits else ""
    said = said or text["same_policy"].format(version=old)
    policy = [tag("h2", text["policy"]), tag("p", said), *edits]
    promote = tag("p", prose(text["promote"])) if edits else None
    yield tag("section", *policy, promote, class_="card")
    if found.staff:
        lines = tag("ul", *(tag("li", line) for line in found.staff))
        yield tag("section", tag("h2", text["staff"]), lines, class_="card")
    yield _assignments(found, language)
    if (line := words.checked(found, language)) is not None:
        yield tag("section", tag("h2", text["checked"]), tag("p", line), class_="card")
    measured = text["measured"].format(
        measured=words.number(found.world.measured, language),
        tickets=words.number(found.world.tickets, language),
        declines=words.share(found.world.declines, language),
    )
    notes = [measured, *found.world.notes, text["took"].format(seconds=found.seconds)]
    listed = tag("ul", *(tag("li", note) for note in notes))
    yield tag("section", tag("h2", text["notes"]), listed, class_="card")


def _assignments(found: Comparison, language: str) -> Html:
    text = words.texts()[language]
    parts: list[Any] = [tag("h2", text["assignments"]), tag("p", words.summary(found, language))]
    if found.assignments.sample:
        names = ("ticket", "from", "to", "saved", "why")
        head = tag("tr", *(tag("th", text[name], scope="col") for name in names))
        rows = [
            tag(
                "tr",
                tag("th", f"{one.ticket} · P{one.priority}", scope="row"),
                *(tag("td", name or text["nobody"]) for name in one.consultants),
                tag("td", words.number(one.saved, language)),
                tag("td", words.why(one, language)),
            )
            for one in found.assignments.sample
        ]
        table = tag("table", tag("thead", head), tag("tbody", *rows), class_="wide")
        parts += [tag("h3", text["sample"]), tag("div", table, class_="scroll")]
    return tag("section", *parts, class_="card")


def _style() -> str:
    return resources.files(__package__).joinpath("report.css").read_text("utf-8")
