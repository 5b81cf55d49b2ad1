"""The landing page: the state of the node at a glance."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from squad.apps.pages.html import Html, file, join, page, prose, tag
from squad.contracts.routing import TicketAssigned
from squad.contracts.tickets import TicketClosed, TicketCreated, TicketResolved
from squad.kernel.vitals import Health, Part
from squad.ports.bus import Depth
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

FRESH = 2.0  # s that a look at the node serves everybody who asks
REFRESH = 30  # s between loads where there is no script
FLOW = (
    ("logged", TicketCreated.type),
    ("assigned", TicketAssigned.type),
    ("resolved", TicketResolved.type),
    ("closed", TicketClosed.type),
)
_MARK = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/>'
    '<path d="M9 17l5 5 9-12" fill="none" stroke-width="3.5" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)
_LINKS = (
    ("simulator", "/about/simulator"),
    ("docs", "/api/docs"),
    ("openapi", "/api/openapi.json"),
    ("healthz", "/healthz"),
    ("readyz", "/readyz"),
)
Words = Mapping[str, str]


class State(msgspec.Struct, frozen=True):
    """What the page shows. depths: None where the bus does not answer. flow: events by type."""

    health: Health
    depths: Sequence[Depth] | None
    flow: Mapping[str, int]


class Look:
    """Looks at the node at most every 2 s, however many people look at the page."""

    def __init__(
        self,
        health: Callable[[], Health],
        depths: Callable[[], Awaitable[Sequence[Depth]]],
        flow: Callable[[], Mapping[str, int]],
        clock: Clock,
    ) -> None:
        self._health = health
        self._depths = depths
        self._flow = flow
        self._clock = clock
        self._seen: tuple[float, State] | None = None

    async def state(self) -> State:
        """This will tell the state of the node, at most 2 s old."""
        now = self._clock.monotonic()
        if self._seen is None or now - self._seen[0] >= FRESH:
            self._seen = (now, State(self._health(), await self._queues(), self._flow()))
        return self._seen[1]

    async def _queues(self) -> Sequence[Depth] | None:
        try:
            return sorted(await self._depths(), key=lambda depth: depth.queue)
        except Unavailable:
            return None


@cache
def texts() -> Mapping[str, Words]:
    """This will read the words of the pages, by language."""
    found: dict[str, Words] = json.loads(file("texts.json"))
    return found


def render(state: State, lang: str, *, unbuilt: bool = False) -> str:
    """This will write the page, but for its nonce. unbuilt: it stands where the app should."""
    words = texts()[lang]
    body = join(
        tag("a", words["skip"], class_="skip", href="#main"),
        header(words, here="/about"),
        tag(
            "main",
            tag("p", prose(words["unbuilt"]), class_="warn note") if unbuilt else None,
            _hero(state.health, words, lang),
            _flow(state, words, lang),
            tag(
                "div",
                _services(state.health.services, words, lang),
                _queues(state.depths, words, lang),
                class_="columns",
            ),
            _explore(words),
            id="main",
        ),
        footer(words, words["refreshed"]),
    )
    title = f"{words['title']} · Sysops Squad"
    return page(body, title=title, script="landing.js", lang=lang, refresh=REFRESH)


def header(words: Words, *, here: str) -> Html:
    """This will write the bar at the top. here: the address of the page itself."""
    links = (("home", "/about"), ("simulator", "/about/simulator"), ("docs", "/api/docs"),
             ("signin", "/sign-in"))  # fmt: skip
    nav = [
        tag("a", words[name], href=to, aria_current="page" if to == here else None)
        for name, to in links
    ]
    brand = tag("a", Html(_MARK), tag("span", "Sysops Squad"), class_="brand", href="/")
    return tag("header", tag("div", brand, tag("nav", *nav), class_="bar"))


def footer(words: Words, more: str = "") -> Html:
    """This will write the end, with the attribution that GeoNames asks for."""
    link = tag("a", "GeoNames.org", href="https://www.geonames.org/", rel="noreferrer")
    before, after = words["geonames"].split("{link}")
    return tag("footer", tag("p", before, link, after), tag("p", more))


def _hero(health: Health, words: Words, lang: str) -> Html:
    waiting = sum(not part.ready for part in health.services)
    name = "ready" if health.ready else "waits"
    more = words[f"{name}_more"].format(count=waiting, all=len(health.services))
    facts = (
        ("version", health.version),
        ("uptime", duration(health.uptime, lang)),
        ("memory", f"{number(health.memory / 1e6, lang)} {'Mo' if lang == 'fr' else 'MB'}"),
        ("lag", f"{number(health.lag, lang)} ms"),
    )
    items = [tag("div", tag("dt", words[key]), tag("dd", value)) for key, value in facts]
    return tag(
        "section",
        tag(
            "div",
            tag("span", class_="light", aria_hidden="true"),
            tag("div", tag("h1", words[name]), tag("p", more), role="status"),
            class_="status",
        ),
        tag("dl", *items, class_="facts"),
        class_=f"hero {'good' if health.ready else 'warn'}",
        data_live="hero",
    )


def _flow(state: State, words: Words, lang: str) -> Html | None:
    """Only a node that runs monitoring sees the events."""
    if not any(part.service == "monitoring" for part in state.health.services):
        return None
    tiles = [
        tag("div", tag("dt", words[key]), tag("dd", number(state.flow.get(type, 0), lang)))
        for key, type in FLOW
    ]
    return tag(
        "section",
        tag("h2", words["flow"]),
        tag("dl", *tiles, class_="tiles"),
        data_live="flow",
    )


def _services(parts: Sequence[Part], words: Words, lang: str) -> Html:
    return tag(
        "section",
        tag("h2", words["services"]),
        tag("ul", *(_service(part, words, lang) for part in parts), class_="services"),
        class_="card",
        data_live="services",
    )


def _service(part: Part, words: Words, lang: str) -> Html:
    state, color = ("up", "good") if part.ready else ("down", "warn")
    send = words["outbox"].format(count=number(part.outbox, lang)) if part.outbox else None
    return tag(
        "li",
        tag(
            "div",
            tag("strong", part.service),
            tag("span", part.reason or words.get(part.service, "")),
            class_="what",
        ),
        send and tag("span", send, class_="pill"),
        tag("span", words[state], class_=f"pill {color}"),
    )


def _queues(depths: Sequence[Depth] | None, words: Words, lang: str) -> Html:
    content: Any = tag("p", words["unknown"], class_="warn note")
    if depths is not None:
        names = ("queue", "waiting", "hidden", "dead", "oldest")
        head = tag("tr", *(tag("th", words[name], scope="col") for name in names))
        rows = [_depth(depth, lang) for depth in depths]
        content = tag("div", tag("table", tag("thead", head), tag("tbody", *rows)), class_="scroll")
    heading = tag("h2", words["queues"])
    return tag("section", heading, content, class_="card", data_live="queues")


def _depth(depth: Depth, lang: str) -> Html:
    dead = tag("span", number(depth.dead, lang), class_="pill bad") if depth.dead else "0"
    return tag(
        "tr",
        tag("th", depth.queue, scope="row"),
        tag("td", number(depth.waiting, lang)),
        tag("td", number(depth.hidden, lang)),
        tag("td", dead),
        tag("td", duration(depth.oldest, lang) if depth.waiting else "–"),
    )


def _explore(words: Words) -> Html:
    links = [
        tag("a", tag("strong", words[name]), tag("span", words[f"{name}_more"]), href=to)
        for name, to in (*_LINKS, ("signin", "/sign-in"))
    ]
    return tag("section", tag("h2", words["explore"]), tag("div", *links, class_="links"))


def number(value: float, lang: str) -> str:
    """This will write a number as people do; below 10 with one decimal where there is one."""
    shown = f"{value:,.1f}" if value < 10 and value != int(value) else f"{round(value):,}"
    if lang == "fr":
        return shown.replace(",", "\u202f").replace(".", ",")
    return shown


def duration(seconds: float, lang: str) -> str:
    """This will write a duration in its two largest units."""
    days = "j" if lang == "fr" else "d"
    left = int(seconds)
    parts: list[str] = []
    for size, unit in ((86_400, days), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])
