"""What every index promises."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from opensearchpy import AsyncOpenSearch
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.index import opensearch, tantivy
from squad.ports.index import Entry, Found, Index, Query

CLOCK = Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/fuzz/blns.json.zst"
HOSTILE = (
    "\"'`",
    "title:printer",
    '"unclosed phrase',
    "printer AND (NOT",
    "pr?nt* ~2 ^5 [a TO z]",
    "'; drop table entries; --",
    "<script>alert('printer')</script>",
    "<mark>printer</mark>&amp;",
    "printer\x00\x1f\x7fprinter",
    "\ud800printer",
    "e\u0301\u0301\u0301té \u202eretnirp\u202c",
    "Ｐｒｉｎｔｅｒ ﬁre ﷺ ½ İ ß",
    "打印机着火了 프린터 принтер 🖨🔥",
    "\u200b \ufeff \u2028",
    "a" * 70_000,
    "printer " * 5_000,
    " ".join(f"word{number}" for number in range(3_000)),
    "../../etc/passwd%00",
    "${jndi:ldap://x}",
    "{{7*7}}",
)


@pytest.fixture(params=["tantivy in files", "tantivy in memory", "opensearch"])
async def index(
    request: pytest.FixtureRequest, tmp_path: Path, engines: Engines
) -> AsyncIterator[Index]:
    """Each index, empty."""
    if request.param == "opensearch":
        async with opensearch_index(engines) as opened:
            yield opened
        return
    folder = f"{tmp_path}/an index" if request.param == "tantivy in files" else ""
    embedded: Index = await tantivy.open(f"tantivy:{folder}", CLOCK)
    yield embedded
    await embedded.close()


@asynccontextmanager
async def opensearch_index(engines: Engines) -> AsyncIterator[Index]:
    """An index of its own in OpenSearch, dropped afterwards: a node holds 1,000 shards."""
    engine, prefix = engines("opensearch"), f"t{uuid4().hex}"
    opened = await opensearch.open(f"opensearch:{engine}?prefix={prefix}", CLOCK)
    yield opened
    await opened.close()
    async with AsyncOpenSearch(hosts=[engine]) as client:
        await client.indices.delete(index=f"{prefix}-*")


def ticket(id: str, title: str, body: str = "", *, version: int = 1, **more: object) -> Entry:
    """A ticket in English, unless told otherwise."""
    given = {"kind": "ticket", "language": "en"} | more
    return Entry(id=id, version=version, title=title, body=body, **given)  # type: ignore[arg-type]


async def fill(index: Index, *entries: Entry) -> None:
    """Puts and flushes."""
    await index.put(entries)
    await index.flush()


async def find(index: Index, text: str, **more: object) -> list[str]:
    """Ids of what is found."""
    found = await index.search(Query(text, **more))  # type: ignore[arg-type]
    return [hit.id for hit in found.hits]


def marked(found: Found) -> list[str]:
    """All that is marked in the first hit."""
    return re.findall("<mark>(.*?)</mark>", " ".join(found.hits[0].highlights))


async def test_finds_what_was_put_once_flush_returned(index: Index) -> None:
    """Words of title and body lead to the entry, with its payload, marked where they stand."""
    await fill(index, ticket("t1", "Printer on fire", "It smokes.", payload=b"\x00p"))

    found = await index.search(Query("SMOKES printer"))

    assert [(hit.id, hit.kind, hit.payload) for hit in found.hits] == [("t1", "ticket", b"\x00p")]
    assert (found.total, found.after) == (1, "")
    assert found.hits[0].highlights == (
        "<mark>Printer</mark> on fire",
        "It <mark>smokes</mark>.",
    )


@pytest.mark.parametrize("flushed", [True, False])
async def test_ignores_news_that_comes_late(index: Index, flushed: bool) -> None:
    """A version equal to or below the one stored or waiting changes nothing; a higher one does."""
    await index.put([ticket("t1", "second", version=2)])
    if flushed:
        await index.flush()

    await fill(index, ticket("t1", "first", version=1), ticket("t1", "again", version=2))

    assert [entry.title for entry in await index.get(["t1"])] == ["second"]
    assert await find(index, "first again") == []
    await fill(index, ticket("t1", "third", version=3))
    assert await find(index, "second third") == ["t1"]
    assert await find(index, "second") == []
    assert await index.count() == 1


async def test_gives_entries_before_they_are_flushed(index: Index) -> None:
    """`get` sees every change at once, in the order asked, whole; unknown ids are left out."""
    whole = ticket("t2", "b", private="p", tags={"reader": ("x", "y")}, at=4.5, payload=b"q")
    await fill(index, ticket("t1", "a"), ticket("gone", "c"))

    await index.put([whole])
    await index.remove(["gone"])

    assert await index.get(["t2", "nobody", "gone", "t1"]) == [whole, ticket("t1", "a")]


async def test_removes_every_word_of_an_entry(index: Index) -> None:
    """After a flush no search, suggestion or count knows of it; a new put starts afresh."""
    await fill(index, ticket("t1", "Zanzibar", "Ouagadougou", version=9), ticket("t2", "Lima"))

    await index.remove(["t1", "unknown"])
    await index.flush()

    for text in ("Zanzibar", "Zanzibra", "Ouagadougou", "Lima Zanzibar"):
        assert "t1" not in await find(index, text)
    assert await index.suggest("zan", Query(""), 5) == []
    assert await index.get(["t1"]) == []
    assert await index.count() == 1
    await fill(index, ticket("t1", "Back", version=1))
    assert await find(index, "back") == ["t1"]


async def test_counts_only_what_filters_let_through(index: Index) -> None:
    """Kinds and tags are an AND of ORs that holds before counting, paging and suggesting."""
    await fill(
        index,
        ticket("t1", "printer", tags={"reader": ("a", "b"), "status": ("new",)}),
        ticket("t2", "printer", tags={"reader": ("b",), "status": ("closed",)}),
        ticket("p1", "printer", kind="person", tags={"reader": ("a",)}),
    )

    async def total(**more: object) -> int:
        return (await index.search(Query("printer", limit=1, **more))).total  # type: ignore[arg-type]

    assert await total() == 3
    assert await total(kinds=("ticket",)) == 2
    assert await total(all={"reader": ("a",)}) == 2
    assert await total(all={"reader": ("a", "b")}, kinds=("ticket", "person")) == 3
    assert await total(all={"reader": ("b",), "status": ("new", "waiting")}) == 1
    assert await total(all={"reader": ()}) == 0
    assert await total(all={"": ("ticket",), "reader": ("nobody",)}) == 0
    assert await find(index, "", all={"status": ("closed",)}) == ["t2"]


async def test_keeps_private_text_to_those_allowed(index: Index) -> None:
    """Without leave, private words neither find, nor rank, nor show; with it they do all."""
    await fill(
        index,
        ticket("t1", "Router", "Router down", private="Router behind the fridge", language="en"),
        ticket("t2", "Router", "Router down"),
    )

    assert await find(index, "fridge") == await find(index, "fridges") == []
    assert await find(index, "frigde") == []
    assert await index.suggest("fri", Query("", private=True), 5) == []
    public = await index.search(Query("router fridge"))
    assert len({hit.score for hit in public.hits}) == 1
    assert "fridge" not in repr(public)
    allowed = await index.search(Query("frigde", private=True))
    assert [hit.highlights for hit in allowed.hits] == [("Router behind the <mark>fridge</mark>",)]


@pytest.mark.parametrize(
    ("language", "stored", "typed"),
    [
        ("en", "two broken printers", "printer"),
        ("en", "connected", "connections"),
        ("fr-CA", "les imprimantes réparées", "imprimante"),
        ("fr", "réparation", "reparations"),
        ("fr", "naïve cœur", "coeur"),
        ("es", "configuración", "configurar"),
        ("es", "configuración", "configuraciones"),
        ("es", "impresoras", "IMPRESORA"),
        ("es", "Ñandú", "nandu"),
        ("", "printers", "printer"),
        ("de", "Straße", "strasse"),
        ("en", "cafe\u0301", "café"),
    ],
)
async def test_knows_a_word_by_its_stem_without_accents(
    index: Index, language: str, stored: str, typed: str
) -> None:
    """Endings of the entry's language, accents and case do not keep a word from being found."""
    await fill(index, ticket("t1", stored, language=language), ticket("t2", "nothing like it"))

    found = await index.search(Query(typed))

    assert [hit.id for hit in found.hits] == ["t1"]
    assert marked(found)


SLIPS = """
pritner rpinter PRNITER prnter printr rinter prinzer qrinter printter xprinter printesr
réapration reparatoin
"""


@pytest.mark.parametrize("typed", SLIPS.split())
async def test_forgives_one_slip(index: Index, typed: str) -> None:
    """One letter swapped, missing, wrong or too many, anywhere in a word of four or more."""
    await fill(index, ticket("t1", "The printer"), ticket("t1f", "Réparation", language="fr"))

    found = await index.search(Query(typed))

    assert [hit.id for hit in found.hits] in (["t1"], ["t1f"])
    assert marked(found) in (["printer"], ["Réparation"])


@pytest.mark.parametrize("typed", ["vnp", "vpm", "vp", "4251", "hp4251", "prtnier"])
async def test_does_not_guess_short_words_nor_numbers(index: Index, typed: str) -> None:
    """Three letters, digits, or two slips: taken as typed."""
    await fill(index, ticket("t1", "VPN printer HP4250 4250"))

    assert await find(index, typed) == []


async def test_ranks_what_was_typed_above_what_may_be_meant(index: Index) -> None:
    """A common word typed right beats a rare one that differs by a letter, wherever it stands."""
    forms = [ticket(f"t{n}", "A note", "please see the form " + "x " * n) for n in range(30)]
    await fill(index, *forms, ticket("rare", "Farm", "farm farm", at=9e9))

    ids = await find(index, "form", limit=50)

    assert sorted(ids[:30]) == sorted(entry.id for entry in forms)
    assert ids[30:] == ["rare"]


async def test_ranks_entries_with_more_of_the_words_first(index: Index) -> None:
    """Any word is enough; more of them, and in the title, is better."""
    await fill(
        index,
        ticket("one", "Scanner", "jams"),
        ticket("body", "Help", "the scanner in the lobby jams again"),
        ticket("both", "Scanner jams in the lobby", "again"),
        ticket("none", "Router"),
    )

    assert await find(index, "lobby scanner") == ["both", "body", "one"]


async def test_takes_syntax_for_words(index: Index) -> None:
    """Operators, fields, wildcards and quotes of query languages have no power."""
    await fill(index, ticket("t1", "Printer on fire"), ticket("t2", "Cable"))

    assert await find(index, "printer NOT fire") == ["t1"]
    assert await find(index, "printer -fire") == ["t1"]
    assert await find(index, '"fire printer"') == ["t1"]
    assert await find(index, "cable OR nothing") == ["t2"]
    for nothing in ("prin*", "p.*", "*", "title:", "id:t1", "/.*/", "tag:ticket", "[a TO z]", "!!"):
        assert await find(index, nothing) == [], nothing


def hostile() -> Sequence[str]:
    """Our list, and the big list of naughty strings where it is at hand."""
    more = []
    if CORPUS.exists():
        with zstandard.open(CORPUS) as corpus:
            more = json.loads(corpus.read())
    return [*HOSTILE, *more]


async def test_takes_any_text(index: Index, request: pytest.FixtureRequest) -> None:
    """Hostile text can be stored, sought, suggested, filtered by and shown: never raw HTML."""
    texts = [text for text in hostile() if text]
    if "opensearch" in request.node.name:
        texts = texts[::5]  # three requests each: all of them take more than a minute
    await index.put([ticket(f"t{n}", text, text, private=text) for n, text in enumerate(texts)])
    await index.flush()

    assert await index.count() == len(texts)
    for text in texts:
        query = Query(text, private=True, limit=5)
        found = await index.search(query)
        await index.suggest(text, query, 3)
        assert found.total or not any(map(str.isalnum, text))
        for shown in (mark for hit in found.hits for mark in hit.highlights):
            bare = shown.replace("<mark>", "").replace("</mark>", "")
            assert "<" not in bare
            assert ">" not in bare
            assert len(unescape(bare)) < 1_000
        filtered = Query("", kinds=(text,), all={text: (text,)}, after="")
        assert (await index.search(filtered)).total == 0
        assert await index.get([text]) == []


async def test_finds_everything_newest_first_for_a_blank_text(index: Index) -> None:
    """ "" and blanks let everything through that the filters do, without marks."""
    await fill(index, *(ticket(f"t{n}", "x", at=float(n)) for n in range(5)))

    found = await index.search(Query(" ", limit=3))

    assert [hit.id for hit in found.hits] == ["t4", "t3", "t2"]
    assert {hit.highlights for hit in found.hits} == {()}
    assert found.total == 5


@pytest.mark.parametrize("text", ["", "printer"])
@pytest.mark.parametrize("spacing", [1.0, 0.001, 86_400.0])
async def test_pages_through_all_hits_newest_of_equals_first(
    index: Index, text: str, spacing: float
) -> None:
    """Pages follow each other without gap or repeat, and end; equals come newest first."""
    order = [(n * 7) % 45 for n in range(45)]
    for start in (0, 20):
        batch = order[start : start + 20] if start == 0 else order[20:]
        await fill(index, *(ticket(f"t{n}", "Printer", at=1.7e9 + n * spacing) for n in batch))

    ids, after, pages = [], "", 0
    while pages == 0 or after:
        found = await index.search(Query(text, limit=10, after=after))
        ids += [hit.id for hit in found.hits]
        after, pages = found.after, pages + 1

    assert ids == [f"t{n}" for n in reversed(range(45))]
    assert (pages, found.total) == (5, 45)


async def test_bounds_a_page(index: Index) -> None:
    """No size of page hurts: none gives the count, a huge one what there is."""
    await fill(index, *(ticket(f"t{n}", "printer") for n in range(3)))

    sizes = [await index.search(Query("printer", limit=n)) for n in (-1, 0, 2, 10**9)]

    assert [len(found.hits) for found in sizes] == [0, 0, 2, 3]
    assert [found.total for found in sizes] == [3] * 4


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 400, "' or 1=1", "\x00"])
async def test_refuses_a_foreign_cursor(index: Index, cursor: str) -> None:
    """A cursor that it did not give is a ValueError, not a page."""
    with pytest.raises(ValueError, match="cursor"):
        await index.search(Query("", after=cursor))


async def test_shows_the_best_part_of_a_long_text(index: Index) -> None:
    """A snippet holds the most marks of where they begin, and is cut between words."""
    filler = "lorem ipsum dolor sit amet " * 100
    body = f"{filler}one printer {filler[:162]}the printer & the toner & the drum {filler}"
    await fill(index, ticket("t1", "A title", body))

    found = await index.search(Query("printer toner drum"))

    (shown,) = found.hits[0].highlights
    assert marked(found) == ["printer", "toner", "drum"]
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 350
    assert "</mark> &amp; the <mark>" in shown


async def test_suggests_titles(index: Index) -> None:
    """A prefix, of the last of several words too, leads to titles that the filters let through."""
    mine = {"reader": ("me",)}
    await fill(
        index,
        ticket("t1", "The printer jams", "body", tags=mine, at=1.0),
        ticket("t2", "Printer on fire", tags=mine, at=2.0),
        ticket("t3", "Printer on fire", tags=mine, at=3.0),
        ticket("t4", "Príncipe", tags=mine, at=4.0),
        ticket("t5", "Printer of somebody else", at=5.0),
        ticket("t6", "Other", "printer", tags=mine),
    )
    query = Query("ignored", all=mine)

    assert await index.suggest("prin", query, 9) == [
        "Príncipe",
        "Printer on fire",
        "The printer jams",
    ]
    assert await index.suggest("printer on f", query, 9) == ["Printer on fire"]
    assert await index.suggest("PRÍNC", query, 9) == ["Príncipe"]
    assert await index.suggest("pritne", query, 9) == ["Printer on fire", "The printer jams"]
    assert await index.suggest("p", query, 1) == ["Príncipe"]
    assert await index.suggest("", query, 9) == await index.suggest("zzz", query, 9) == []
    assert await index.suggest("p", query, 0) == []


async def test_searches_on_while_it_is_rebuilt(index: Index) -> None:
    """The old generation answers until `finish`; changes meanwhile reach both."""
    assert index.wants_rebuild
    await fill(index, ticket("kept", "printer"), ticket("stale", "printer"))

    await index.begin()
    await fill(index, ticket("new", "printer"))
    assert sorted(await find(index, "printer")) == ["kept", "new", "stale"]
    assert await index.count() == 3
    await index.put([ticket("kept", "printer again", version=1)])
    await index.finish()

    assert sorted(await find(index, "printer")) == ["kept", "new"]
    assert await find(index, "again") == ["kept"]
    assert await index.count() == 2
    assert not index.wants_rebuild


async def test_keeps_out_of_a_rebuild_what_is_removed(index: Index) -> None:
    """A source read before a removal cannot bring the entry back; real news can."""
    await fill(index, ticket("erased", "printer", version=4), ticket("moved", "printer", version=4))

    await index.begin()
    await index.remove(["erased", "moved", "unseen"])
    await index.put([ticket(id, "printer", version=4) for id in ("erased", "moved", "unseen")])
    await index.put([ticket("moved", "printer", version=5)])
    await index.flush()
    assert await find(index, "printer") == ["moved"]
    await index.finish()

    assert await find(index, "printer") == ["moved"]
    await fill(index, ticket("erased", "printer", version=1))
    assert await index.count() == 2


async def test_starts_a_rebuild_over(index: Index) -> None:
    """A second `begin` forgets the first; `finish` needs one, and fails without."""
    with pytest.raises(RuntimeError):
        await index.finish()
    await fill(index, ticket("t1", "printer"))
    await index.begin()
    await index.put([ticket("t2", "half done")])

    await index.begin()
    await index.put([ticket("t3", "printer")])
    await index.finish()

    assert await find(index, "") == ["t3"]
    with pytest.raises(RuntimeError):
        await index.finish()


async def test_compacts_without_losing_a_change(index: Index) -> None:
    """Entries, and changes made meanwhile, are all there afterwards; a rebuild takes over."""
    await fill(index, *(ticket(f"t{n}", f"printer {n}") for n in range(450)))
    await index.remove([f"t{n}" for n in range(100)])

    compacting = asyncio.create_task(index.compact())
    await asyncio.sleep(0)
    await index.put([ticket("t200", "scanner", version=2), ticket("t500", "scanner")])
    await index.remove(["t300"])
    await index.flush()
    await compacting

    assert await index.count() == 350
    assert sorted(await find(index, "scanner")) == ["t200", "t500"]
    assert await index.get(["t5", "t300"]) == []
    assert index.wants_rebuild
    await index.begin()
    await index.compact()
    await index.finish()
    assert await index.count() == 0


@pytest.mark.parametrize(
    "bad", [{"version": 1 << 63}, {"at": float("nan")}, {"at": float("inf")}], ids=str
)
async def test_refuses_figures_out_of_bounds(index: Index, bad: dict[str, float]) -> None:
    """Nothing of such a batch is put, and the index goes on."""
    with pytest.raises(ValueError, match="bounds"):
        await index.put([ticket("t1", "x"), ticket("t2", "x", **bad)])  # type: ignore[arg-type]

    assert await index.get(["t1", "t2"]) == []
    await fill(index, ticket("t3", "x", version=-1, at=-5e9))
    assert await find(index, "x") == ["t3"]


async def test_lets_the_event_loop_run_on(index: Index) -> None:
    """While 1,500 entries are written the loop turns many times: the engine works elsewhere."""
    await index.put([ticket(f"t{n}", f"printer {n}", "word " * 30) for n in range(1_500)])
    turns = 0

    flushing = asyncio.create_task(index.flush())
    while not flushing.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert turns >= 10
    assert await index.count() == 1_500


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "remove", "flush", "compact")),
        st.sampled_from("abcd"),
        st.integers(1, 6),
    ),
    max_size=25,
)


@asynccontextmanager
async def tantivy_index(_: Engines) -> AsyncIterator[Index]:
    """An index in memory."""
    opened = await tantivy.open("tantivy:", CLOCK)
    yield opened
    await opened.close()


@pytest.mark.parametrize("opened", [tantivy_index, opensearch_index], ids=["tantivy", "opensearch"])
@settings(max_examples=20, deadline=None)
@given(changes=CHANGES)
async def test_holds_what_a_dictionary_would(
    opened: Callable[[Engines], AbstractAsyncContextManager[Index]],
    engines: Engines,
    changes: list[tuple[str, str, int]],
) -> None:
    """After any changes in any order it has the same entries as the simplest model."""
    async with opened(engines) as index:
        await hold(index, changes)


async def hold(index: Index, changes: list[tuple[str, str, int]]) -> None:
    """Makes changes to an index and to a dictionary, and compares them."""
    model: dict[str, int] = {}
    for what, id, version in changes:
        if what == "put":
            await index.put([ticket(id, f"word{version}", version=version)])
            model[id] = max(version, model.get(id, 0))
        elif what == "remove":
            await index.remove([id])
            model.pop(id, None)
        else:
            await (index.flush() if what == "flush" else index.compact())

    await index.flush()

    assert {entry.id: entry.version for entry in await index.get("abcd")} == model
    for version in range(1, 7):
        expected = sorted(id for id, stored in model.items() if stored == version)
        assert sorted(await find(index, f"word{version}")) == expected
