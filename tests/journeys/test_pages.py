"""The node's own pages: what it tells about itself, safely, in three languages."""

import re
from collections.abc import AsyncIterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.journeys.watch import Watch

from squad.adapters.clock.frozen import Frozen
from squad.apps.pages.html import Html, join, language, prose, respond, tag
from squad.apps.pages.landing import duration, number, texts
from squad.apps.pages.simulator import rules
from squad.ports.bus import Depth
from squad.ports.unit import Unavailable

PAGES = ("/", "/about", "/api/docs", "/sign-in", "/about/simulator")
VOID = {"meta", "link", "input", "br", "path", "rect"}


@pytest.fixture
async def watch(tmp_path: Path, clock: Frozen) -> AsyncIterator[Watch]:
    """A node that runs monitoring."""
    opened = await Watch.open(tmp_path, clock)
    yield opened
    await opened.close()


class Strict(HTMLParser):
    """Checks that elements nest, and notes ids, references and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(name)

    def handle_endtag(self, tag: str) -> None:
        """Called by the parser."""
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
async def test_writes_sound_html_without_outside_resources(watch: Watch, path: str) -> None:
    """Elements nest, ids are unique, links within the page lead somewhere, nothing is fetched."""
    answer = await watch.ask("", "GET", path)
    parser = Strict()
    parser.feed(answer.text)

    assert parser.open == []
    assert len(parser.ids) == len(set(parser.ids))
    assert {link[1:] for link in parser.links if link.startswith("#")} <= set(parser.ids)
    outside = {link for link in parser.links if re.match("https?:|//", link)}
    assert outside <= {"https://www.geonames.org/"}
    assert parser.inline == []
    assert parser.headings.count(1) == 1


@pytest.mark.parametrize("path", PAGES)
async def test_runs_only_its_own_script_and_style(watch: Watch, path: str) -> None:
    """The policy names a nonce of this answer alone, and nobody may frame the page."""
    first, second = [await watch.ask("", "GET", path) for _ in range(2)]
    policy = first.headers["content-security-policy"]
    (nonce,) = set(re.findall("'nonce-([^']+)'", policy))

    assert set(re.findall('nonce="([^"]*)"', first.text)) == {nonce}
    assert nonce not in second.text
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert first.headers["x-frame-options"] == "DENY"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("wish", "lang", "word"),
    [
        ("", "en", "Ready for tickets"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr", "Prêt à recevoir des billets"),
        ("es-MX", "es", "Listo para recibir incidencias"),
        ("de, es;q=0.3, en;q=0.2", "es", "Servicios"),
        ("fr;q=0, *", "en", "Services"),
    ],
)
async def test_speaks_three_languages(watch: Watch, wish: str, lang: str, word: str) -> None:
    """By Accept-Language, English where it has none of ours."""
    answer = await watch.ask("", "GET", "/", headers={"Accept-Language": wish})

    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["content-language"] == lang
    assert "Accept-Language" in answer.headers["vary"]
    assert word in answer.text
    assert "GeoNames.org" in answer.text
    assert "CC BY 4.0" in answer.text


@pytest.mark.parametrize(("path", "told"), [("/", True), ("/about", False)])
async def test_says_how_to_build_the_app(watch: Watch, path: str, told: bool) -> None:
    """Whoever comes for the web app where it was not built learns what to do."""
    assert ("<code>make web</code>" in (await watch.ask("", "GET", path)).text) == told


async def test_shows_what_waits_and_how_full_the_queues_are(watch: Watch) -> None:
    """A service's reason is shown as text, whatever is in it; figures are at most 2 s old."""
    await watch.ask("", "GET", "/")
    watch.vitals.watch("search", lambda: "<b>builds</b>", None)

    soon = await watch.ask("", "GET", "/")
    watch.clock.advance(3)
    later = await watch.ask("", "GET", "/")

    assert "builds" not in soon.text
    assert "&lt;b&gt;builds&lt;/b&gt;" in later.text
    assert "Not ready yet" in later.text
    assert "Waiting: 1 of 2 services." in later.text
    assert '<th scope="row">monitoring</th>' in later.text


async def test_stays_up_when_the_bus_is_down(watch: Watch) -> None:
    """The page says so instead of failing."""

    async def down() -> Sequence[Depth]:
        raise Unavailable("down")

    watch.bus.depth = down  # type: ignore[method-assign,assignment]
    await watch._serve()
    answer = await watch.ask("", "GET", "/")

    assert answer.status_code == 200
    assert "The bus does not answer at the moment." in answer.text


async def test_says_the_same_in_every_language() -> None:
    """No language lacks a word."""
    assert {lang: set(words) for lang, words in texts().items()} == {
        lang: set(texts()["en"]) for lang in ("en", "fr", "es")
    }


async def test_describes_every_endpoint(watch: Watch) -> None:
    """The reference has each operation of the OpenAPI document, with its roles and an example."""
    document = (await watch.ask("", "GET", "/api/openapi.json")).json()
    html = (await watch.ask("", "GET", "/api/docs")).text

    operations = [
        operation for methods in document["paths"].values() for operation in methods.values()
    ]
    assert len(operations) > 50
    assert [o["operationId"] for o in operations if f'id="{o["operationId"]}"' not in html] == []
    assert html.count('class="example"') == len(operations)
    assert "curl -X POST http://127.0.0.1:8000/api/tickets" in html


async def test_keeps_figures_to_the_machine(watch: Watch) -> None:
    """/metrics answers the machine itself; the world asks with a token elsewhere."""
    near = await watch.ask("", "GET", "/metrics")
    watch.http._transport.client = ("203.0.113.9", 1)  # type: ignore[attr-defined]
    far = await watch.ask("", "GET", "/metrics")

    assert (near.status_code, far.status_code) == (200, 404)


def test_escapes_by_default() -> None:
    """Text is text, in elements and in attributes; only markup stays markup."""
    found = tag("a", "<b>", Html("<i>"), None, href='"><script>', class_="x", hidden=True, id=None)

    assert found == '<a href="&quot;&gt;&lt;script&gt;" class="x" hidden>&lt;b&gt;<i></a>'
    assert join("&", prose("a `<b>` c")) == "&amp;a <code>&lt;b&gt;</code> c"


def test_gives_no_nonce_to_text() -> None:
    """A text that looks like our mark for the nonce does not become one."""
    answer = respond(tag("p", 'nonce="$nonce"'), "en")

    assert answer.content == "<p>nonce=&quot;$nonce&quot;</p>"


@pytest.mark.parametrize("header", ["", "*", ";;;", "en;q=9", "fr" * 400, "q=,,;q=1", "\x00"])
def test_answers_any_wish_in_english_at_least(header: str) -> None:
    """Nonsense is no error."""
    assert language(header, ("en", "fr", "es")) in ("en", "fr")


@pytest.mark.parametrize(
    ("seconds", "lang", "said"),
    [(0, "en", "0 s"), (59.9, "en", "59 s"), (3700, "en", "1 h 1 min"), (93712, "fr", "1 j 2 h"),
     (86400, "es", "1 d")],
)  # fmt: skip
def test_says_durations_in_two_units(seconds: float, lang: str, said: str) -> None:
    """The two largest are enough."""
    assert duration(seconds, lang) == said


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [(0, "en", "0"), (3.44, "en", "3.4"), (12483, "en", "12,483"), (12483.6, "fr", "12\u202f484"),
     (3.44, "fr", "3,4"), (7.0, "es", "7")],
)  # fmt: skip
def test_says_numbers_as_people_do(value: float, lang: str, said: str) -> None:
    """Grouped in thousands, decimals only where they tell."""
    assert number(value, lang) == said


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
async def test_shows_every_rule_of_routing_as_charts(watch: Watch, lang: str) -> None:
    """Each figure is drawn for each rule, ours in another color; the landing page leads there."""
    answer = await watch.ask("", "GET", "/about/simulator", headers={"Accept-Language": lang})
    html, found = answer.text, rules()

    assert {rule.name for rule in found.rules} >= {"ours", "nearest idle", "weighted score"}
    assert html.count("<svg viewBox") + html.count('<svg class="chart"') >= 6
    for rule in found.rules:
        assert html.count(texts()[lang][f"rule_{rule.name}"]) >= 7
    assert html.count('<rect class="b"') == 6
    assert html.count('<rect class="a"') == 6 * (len(found.rules) - 1)
    assert 'href="/about/simulator"' in (await watch.ask("", "GET", "/about")).text
