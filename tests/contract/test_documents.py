"""What every store of documents promises, beside the promises of a unit (test_unit.py)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contract import dynamodb
from tests.engines import Engines

from squad.adapters.clock.frozen import Frozen
from squad.adapters.documents import sqlite
from squad.ports.clock import Clock
from squad.ports.documents import BODY, ITEMS, PARTITION, SORT, UNIT, Document, Documents, Put
from squad.ports.unit import Cause, Conflict, Letter

Opener = Callable[[Path, Clock, Engines], Awaitable[Documents]]
OPENERS: dict[str, Opener] = {
    "sqlite": lambda path, clock, _: sqlite.open(f"sqlite:{path}/documents.db", clock),
    **{name: partial(dynamodb.store, engine) for name, engine in dynamodb.ENGINES.items()},
}
FREE = Cause("")
DAY = 86_400.0  # s
Step = tuple[str, bytes | None, int | None, float | None, float]
"""A put: sort, body, guard and time to keep; and the seconds that pass before it."""


@pytest.fixture
def clock() -> Frozen:
    """A clock that stands still."""
    return Frozen(datetime(2026, 3, 2, 15, tzinfo=UTC))


@pytest.fixture(params=OPENERS)
async def documents(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Frozen, engines: Engines
) -> AsyncIterator[Documents]:
    """Each store, empty."""
    opened: Documents = await OPENERS[request.param](tmp_path, clock, engines)
    yield opened
    await opened.close()


async def write(documents: Documents, *puts: Put) -> None:
    """The puts, in one unit that is not remembered."""
    await documents.commit(FREE, puts, [], b"")


async def fill(documents: Documents, *sorts: str, partition: str = "ana") -> None:
    """A document for each sort key, its body the key."""
    await write(documents, *(Put("notes", partition, sort, sort.encode()) for sort in sorts))


async def sorts(documents: Documents, **options: object) -> list[str]:
    """The sort keys of Ana's notes, as listed."""
    found = await documents.list("notes", "ana", **options)  # type: ignore[arg-type]
    return [document.sort for document in found]


async def test_gives_back_what_was_put(documents: Documents) -> None:
    """A document comes back byte for byte, at version 1; another key has none."""
    body = bytes(range(256)) * 100

    await write(documents, Put("notes", "ana", "1", body))

    assert await documents.get("notes", "ana", "1") == Document("notes", "ana", "1", body, 1)
    assert await documents.get("notes", "ana", "2") is None
    assert await documents.get("notes", "bob", "1") is None
    assert await documents.get("mails", "ana", "1") is None


async def test_raises_the_version_with_every_put(documents: Documents) -> None:
    """Guarded or not, each put counts one up and replaces the body."""
    await fill(documents, "1")

    await write(documents, Put("notes", "ana", "1", b"second"))
    await write(documents, Put("notes", "ana", "1", b"third", version=2))

    found = await documents.get("notes", "ana", "1")
    assert found == Document("notes", "ana", "1", b"third", 3)


@pytest.mark.parametrize("stored", [0, 1, 2])
@pytest.mark.parametrize("guard", [0, 1, 2, 3])
@pytest.mark.parametrize("body", [b"new", None])
async def test_holds_a_guarded_write_only_at_its_version(
    documents: Documents, stored: int, guard: int, body: bytes | None
) -> None:
    """Put and removal alike: at the named version they hold, at any other nothing changes."""
    for _ in range(stored):
        await fill(documents, "1")
    before = await documents.get("notes", "ana", "1")

    try:
        await write(documents, Put("notes", "ana", "1", body, version=guard))
        held = True
    except Conflict:
        held = False

    after = await documents.get("notes", "ana", "1")
    assert held == (guard == stored)
    assert after == (before if not held else Document("notes", "ana", "1", b"new", stored + 1) if
                     body else None)  # fmt: skip


async def test_removes(documents: Documents) -> None:
    """A put without a body removes; removing nothing is no error; a new one starts at 1."""
    await fill(documents, "1")
    await fill(documents, "1")

    await write(documents, Put("notes", "ana", "1", None), Put("notes", "ana", "2", None))
    gone = await documents.get("notes", "ana", "1")
    await write(documents, Put("notes", "ana", "1", b"again", version=0))

    again = await documents.get("notes", "ana", "1")
    assert gone is None
    assert again == Document("notes", "ana", "1", b"again", 1)


async def test_lists_a_partition_in_order(documents: Documents) -> None:
    """Only that table and partition, by the bytes of `sort`, whatever the order of writing."""
    await fill(documents, "b", "a/2", "é", "a", "B", "\U0001f600", "a/10")
    await fill(documents, "a", partition="bob")
    await write(documents, Put("mails", "ana", "a", b""))

    listed = await sorts(documents)
    back = await sorts(documents, newest_first=True)

    assert listed == ["B", "a", "a/10", "a/2", "b", "é", "\U0001f600"]
    assert back == listed[::-1]


async def test_lists_from_beyond_a_key(documents: Documents) -> None:
    """Pages join without a gap or a repeat in either direction; the key need not exist."""
    await fill(documents, *"abcdefg")

    pages = [await sorts(documents, after=after, limit=3) for after in ("", "c", "f", "g")]
    back = [
        await sorts(documents, after=after, limit=3, newest_first=True) for after in ("", "e", "b")
    ]
    between = await sorts(documents, after="cc", limit=2)

    assert pages == [["a", "b", "c"], ["d", "e", "f"], ["g"], []]
    assert back == [["g", "f", "e"], ["d", "c", "b"], ["a"]]
    assert between == ["d", "e"]


async def test_lists_by_prefix(documents: Documents) -> None:
    """A prefix takes exactly the keys that begin with it, wildcards of other languages included."""
    await fill(documents, "a", "a%", "a%1", "a_", "ab", "b", "a%\U0010fffe")

    assert await sorts(documents, prefix="a%") == ["a%", "a%1", "a%\U0010fffe"]
    assert await sorts(documents, prefix="a", after="a%1", limit=2) == ["a%\U0010fffe", "a_"]
    assert await sorts(documents, prefix="a%", newest_first=True, limit=1) == ["a%\U0010fffe"]
    assert await sorts(documents, prefix="c") == []


async def test_forgets_after_its_time(documents: Documents, clock: Frozen) -> None:
    """An expired document is gone for reads, lists and guards, and a new one starts at 1."""
    await write(documents, Put("notes", "ana", "1", b"soon", keep=60.0), *_kept("2", None))
    clock.advance(59)
    alive = await sorts(documents)
    clock.advance(1)

    gone = await documents.get("notes", "ana", "1")
    left = await sorts(documents)
    with pytest.raises(Conflict):
        await write(documents, Put("notes", "ana", "1", b"late", version=1))
    await write(documents, Put("notes", "ana", "1", b"anew", version=0))

    assert (alive, gone, left) == (["1", "2"], None, ["2"])
    assert await documents.get("notes", "ana", "1") == Document("notes", "ana", "1", b"anew", 1)


async def test_keeps_as_long_as_the_last_put_says(documents: Documents, clock: Frozen) -> None:
    """Each put sets the time anew, none included; an unguarded put after the end starts at 1."""
    await write(documents, *_kept("longer", 10.0), *_kept("ever", 10.0), *_kept("over", 10.0))
    await write(documents, *_kept("longer", 20.0), *_kept("ever", None))
    clock.advance(15)
    await write(documents, *_kept("over", 10.0))

    found = {sort: await documents.get("notes", "ana", sort) for sort in ("longer", "ever", "over")}
    clock.advance(100)

    assert {sort: d.version for sort, d in found.items() if d} == {
        "longer": 2, "ever": 2, "over": 1,
    }  # fmt: skip
    assert await sorts(documents) == ["ever"]


async def test_frees_what_has_expired(documents: Documents, clock: Frozen) -> None:
    """`prune` counts and removes expired documents, and no others."""
    for batch in range(3):
        await write(documents, *(p for n in range(ITEMS) for p in _kept(f"{batch}/{n}", 60.0)))
    await write(documents, *_kept("kept", None), *_kept("later", 61.0))
    clock.advance(60)

    gone = await documents.prune(inbox=DAY, outbox=DAY)
    again = await documents.prune(inbox=DAY, outbox=DAY)

    assert (gone, again) == (3 * ITEMS, 0)
    assert await sorts(documents) == ["kept", "later"]


async def test_refuses_a_unit_that_another_store_could_not_take(documents: Documents) -> None:
    """Over ITEMS documents and letters, or one document twice: an error, nothing written."""
    letters = [Letter("1", "squad.test.done.v1", "s", b"{}")]
    many = [Put("notes", "ana", str(n), b"") for n in range(ITEMS)]

    with pytest.raises(ValueError, match="over"):
        await documents.commit(Cause("a"), many, letters, b"")
    with pytest.raises(ValueError, match="twice"):
        await documents.commit(Cause("b"), [many[0], many[0]], [], b"")
    await documents.commit(Cause("c"), many, [], b"")

    assert await documents.done("a") is None
    assert await documents.done("b") is None
    assert len(await sorts(documents, limit=200)) == ITEMS


async def test_takes_a_unit_as_large_as_it_says(documents: Documents) -> None:
    """Bodies, keys and sums up to the bounds hold; a byte over is an error, nothing written."""
    part, sort = "p" * (PARTITION - len("notes")), "s" * SORT
    large = [Put("notes", part, f"{sort[1:]}{n}", bytes(BODY)) for n in range(UNIT // BODY)]

    await write(documents, *large)
    listed = await documents.list("notes", part)
    for wrong in (
        [Put("notes", "ana", "1", bytes(BODY + 1))],
        [*large, Put("notes", "ana", "1", bytes(UNIT % BODY + 1))],
        [Put("notes", f"{part}p", "1", b"")],
        [Put("notes", "ana", f"{sort}s", b"")],
        [Put("notes", "ana", "é" * (SORT // 2 + 1), b"")],
    ):
        with pytest.raises(ValueError, match=r"over|long"):
            await write(documents, *wrong)

    assert sum(len(document.body) for document in listed) == UNIT // BODY * BODY
    assert await sorts(documents) == []


@pytest.mark.parametrize("kind", OPENERS)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from([b"x", b"y", None]),
            st.sampled_from([None, 0, 1, 2]),
            st.sampled_from([None, 5.0, 20.0]),
            st.sampled_from([0.0, 3.0, 10.0]),
        ),
        max_size=12,
    )
)
async def test_behaves_like_a_dictionary(
    kind: str, tmp_path_factory: pytest.TempPathFactory, engines: Engines, steps: list[Step]
) -> None:
    """Any sequence of puts, removals and waits leaves what a plain model of them says."""
    clock = Frozen(datetime(2026, 3, 2, tzinfo=UTC))
    documents: Documents = await OPENERS[kind](tmp_path_factory.mktemp(kind), clock, engines)
    model: dict[str, tuple[bytes, int, float | None]] = {}

    for sort, body, guard, keep, pause in steps:
        clock.advance(pause)
        now = clock.monotonic()
        model = {key: row for key, row in model.items() if row[2] is None or row[2] > now}
        version = model[sort][1] if sort in model else 0
        try:
            await write(documents, Put("notes", "ana", sort, body, version=guard, keep=keep))
        except Conflict:
            assert guard not in (None, version)
            continue
        assert guard in (None, version)
        if body is None:
            model.pop(sort, None)
        else:
            model[sort] = (body, version + 1, None if keep is None else now + keep)

    listed = await documents.list("notes", "ana")
    await documents.close()
    assert [(d.sort, d.body, d.version) for d in listed] == [
        (sort, *model[sort][:2]) for sort in sorted(model)
    ]


def _kept(sort: str, keep: float | None) -> tuple[Put]:
    return (Put("notes", "ana", sort, b"", keep=keep),)
