"""Figures of tickets equal a recount: of the lists behind them, of the table, and of history."""

import csv
import io
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.conftest import NOON
from tests.unit.tickets.conftest import logged

from squad.adapters.cache import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor
from squad.kernel.ids import derive
from squad.kernel.problem import Invalid
from squad.kernel.reading import ask
from squad.kernel.unit import Books, Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.tickets import model, store
from squad.services.tickets.api.figures import Report
from squad.services.tickets.api.lists import Filters, Listed, asked
from squad.services.tickets.model import Extra
from squad.services.tickets.model.figures import Figures, buckets
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.service.figures import Reports
from squad.services.tickets.service.repair import Repair
from squad.services.tickets.store import MIGRATIONS, Store, spans

MANAGER = Actor(derive("test", "manager"), ("manager",))
STAFF = [derive("test", f"consultant {number}") for number in range(4)]
DAYS = 40
TICKETS = 80
_LIKELY = {"accept": 8, "arrive": 6, "resolve": 6, "close": 4, "assign": 6, "travel": 4}


class Desks:
    """Tables of tickets with a history made by chance, by one seed."""

    def __init__(self, database: Any, clock: Frozen) -> None:
        self.books: Books[Statement] = Books("tickets", database, clock)
        self.store = Store(database)
        self.clock = clock
        self.desk: Any = None
        self.reports = Reports(self.store.lists, clock)
        self.repair = Repair(self.books, self.store)

    async def live(self, seed: int) -> None:
        """This will log tickets and take random legal steps, for weeks up to noon."""
        chance = random.Random(seed)
        self.desk = Desk(self.books, self.store, await memory.open("memory:?entries=9", self.clock))
        unit = self.books.open(Cause("", actor=chance.choice(STAFF)))
        for number in range(TICKETS):
            self._one(unit, chance, number)
        await unit.commit()

    def _one(self, unit: Unit[Statement], chance: random.Random, number: int) -> None:
        at = NOON - timedelta(minutes=chance.randrange(DAYS * 1440))
        known = logged(
            id=derive("test", f"ticket {number}"), priority=chance.randint(1, 4),
            category=chance.choice(["pos", "printer", "network"]), spot=_spot(chance),
        )  # fmt: skip
        ticket = model.begin(known, at)
        author = chance.choice(STAFF)
        unit.write(
            store.insert(ticket, Extra(), at),
            store.record(ticket, "create", author, "", ""),
            spans.begin(ticket, author),
        )
        for _ in range(chance.randint(0, 12)):
            at = min(NOON, at + timedelta(seconds=chance.randrange(1, 100_000)))
            ticket = self._step(unit, chance, ticket, at)

    def _step(
        self, unit: Unit[Statement], chance: random.Random, ticket: Ticket, at: datetime
    ) -> Ticket:
        steps = [step for state, step in model.TRANSITIONS if state == ticket.status]
        if not steps:
            return ticket
        step = chance.choices(steps, [_LIKELY.get(one, 1) for one in steps])[0]
        if step == "assign":
            who = chance.choice(STAFF)
            new = model.assign(ticket, at, consultant=who, turn=ticket.turn + 1)
        elif step in ("unassign", "decline", "reopen"):
            new = model.release(ticket, step, at, without=None)
        else:
            new = model.move(ticket, step, at)
        self.desk.write(unit, new, step, "")
        return new


def _spot(chance: random.Random) -> Any:
    return msgspec.structs.replace(logged().spot, region=chance.choice(["IL", "WI"]))


@pytest.fixture(params=[1, 2])
async def desks(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Frozen
) -> AsyncIterator[Desks]:
    """Some tickets with a past."""
    database = await sqlite.open(f"sqlite:{tmp_path}/tickets.db", clock)
    await database.migrate(MIGRATIONS)
    made = Desks(database, clock)
    await made.live(request.param)
    yield made
    await database.close()


async def report(desks: Desks, actor: Actor = MANAGER, **query: Any) -> Figures:
    """The figures of a span."""
    asks = Filters(territory=query.get("territory"), consultant=query.get("consultant"))
    given: dict[str, str] = {n: query[n] for n in ("territory", "consultant") if n in query}
    return await desks.reports.figures(
        asked=asked(asks, actor, NOON), given=given, since=query.get("since"), until=None,
        bucket=query.get("bucket", "day"), zone="America/St_Johns",
    )  # fmt: skip


def counts(value: Any) -> Iterator[tuple[int, str]]:
    """Every figure with the query of its list."""
    if isinstance(value, dict):
        if "list" in value:
            yield value["count"], value["list"]
        for inner in value.values():
            yield from counts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from counts(inner)


async def listed(desks: Desks, query: str, actor: Actor = MANAGER) -> set[str]:
    """The ids of a list, page by page."""
    question = asked(ask(parse_qsl(query), Listed), actor, desks.clock.now())
    found: list[str] = []
    after: tuple[Any, ...] = ()
    while rows := await desks.store.lists.page(question, sort="due", after=after, limit=7):
        found += [msgspec.json.decode(facts)["id"] for facts, _ in rows]
        after = rows[-1][1]
    assert len(found) == len(set(found)) == await desks.store.lists.count(question)
    return set(found)


@pytest.mark.parametrize("query", [
    {}, {"since": NOON - timedelta(days=9), "bucket": "week"}, {"territory": "US-WI"},
    {"consultant": STAFF[0]},
])  # fmt: skip
async def test_lists_as_many_tickets_as_a_figure_says(desks: Desks, query: dict[str, Any]) -> None:
    """The query behind each figure lists exactly that many, filters and buckets included."""
    figures = msgspec.to_builtins(await report(desks, **query))

    wrong = [(n, q) for n, q in counts(figures) if len(await listed(desks, q)) != n]
    assert wrong == []
    assert sum(n for n, _ in counts(figures)) > 0


async def test_counts_in_a_manager_s_own_territories_alone(desks: Desks) -> None:
    """What a manager may not see is in no figure and in no list behind one."""
    mine = msgspec.structs.replace(MANAGER, territories=("US-WI",))

    figures = await report(desks, mine)

    assert [part.key for part in figures.backlog.by_territory] == ["US-WI"]
    whole = await report(desks)
    assert 0 < figures.created.count < whole.created.count
    seen = await listed(desks, whole.created.list, mine)
    assert len(seen) == figures.created.count


def at(row: dict[str, str], name: str) -> datetime | None:
    """A time of the table."""
    return datetime.fromisoformat(row[name]) if row[name] else None


async def test_equals_a_recount_of_the_table(desks: Desks) -> None:
    """Who counts the CSV by hand comes to the same figures, medians too."""
    figures = await report(desks)
    every = asked(Filters(), MANAGER, NOON)
    text = b"".join([chunk async for chunk in desks.reports.table(every)]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))

    def within(name: str) -> list[dict[str, str]]:
        return [r for r in rows if (t := at(r, name)) and figures.since <= t < figures.until]

    assert len(rows) == TICKETS
    due = [row["sla"] for row in within("due_at")]
    assert figures.created.count == len(within("created_at"))
    assert figures.resolved.count == figures.resolution.count == len(within("resolved_at"))
    assert figures.closed.count == len(within("closed_at"))
    assert figures.sla.met.count == due.count("met")
    assert figures.sla.missed.count == due.count("missed")
    assert figures.reassigned.times == sum(int(row["hands"]) for row in within("created_at"))
    assert figures.declined.times == sum(int(row["declines"]) for row in within("created_at"))
    waits = sorted(int(row["response_s"]) for row in within("accepted_at"))
    assert figures.response.p50 == waits[(len(waits) + 1) // 2 - 1]
    open = [row for row in rows if row["status"] not in ("resolved", "closed", "cancelled")]
    assert figures.backlog.count == len(open)
    assert sum(load.open.count for load in figures.load) == sum(bool(r["assignee"]) for r in open)


async def test_makes_spans_again_from_history(desks: Desks) -> None:
    """Spans written step by step are those that history gives; missing ones are made again."""
    kept = await desks.store.lists.spans(asked(Filters(), MANAGER, NOON), after="", limit=999)
    assert await desks.repair.repair() == 0
    unit = desks.books.open(Cause(""))
    unit.write(Statement("delete from spans where priority < 3"))
    unit.write(Statement("update spans set version = version - 1, hands = 77 where priority = 3"))
    await unit.commit()

    made = await desks.repair.repair()

    again = await desks.store.lists.spans(asked(Filters(), MANAGER, NOON), after="", limit=999)
    assert made == sum(span.priority <= 3 for span in kept)
    assert again == kept
    assert sum(span.hands + span.declines + span.reopens for span in kept) > 0


async def test_counts_a_late_event_by_its_own_time(desks: Desks) -> None:
    """A visit that began offline before another was told of counts from when it began."""
    [first, *_] = await desks.store.lists.spans(
        asked(Filters(figure="onsite"), MANAGER, NOON), after="", limit=9
    )
    found = await desks.store.ticket(first.ticket)
    assert found is not None
    early = found[0].created_at + timedelta(seconds=5)
    unit = desks.books.open(Cause(""))
    unit.write(spans.note(found[0], "arrive", early))
    await unit.commit()

    rows = await desks.store.lists.spans(
        asked(Filters(figure="onsite", since=NOON - timedelta(days=60)), MANAGER, NOON),
        after="", limit=99,
    )  # fmt: skip

    assert {row.ticket: row.onsite for row in rows}[first.ticket] == first.created + 5_000


@pytest.mark.parametrize("sort", ["newest", "due", "priority"])
async def test_pages_through_a_list_once(desks: Desks, sort: Any) -> None:
    """Each order shows each ticket once, the most urgent or the newest first."""
    question = asked(Filters(open=True), MANAGER, NOON)
    keys: list[Any] = []
    after: tuple[Any, ...] = ()
    while rows := await desks.store.lists.page(question, sort=sort, after=after, limit=3):
        keys += [key for _, key in rows]
        after = rows[-1][1]

    assert keys == sorted(keys, reverse=sort == "newest")
    assert len(keys) == len(set(keys)) == await desks.store.lists.count(question)


async def test_filters_as_history_says(desks: Desks) -> None:
    """Several statuses, several priorities, who logged it and what is at risk, each as counted."""
    every = await desks.store.lists.spans(asked(Filters(), MANAGER, NOON), after="", limit=999)

    async def ids(query: str) -> set[str]:
        return await listed(desks, query)

    assert await ids("status=new,assigned&status=closed") == {
        s.ticket for s in every if s.status in ("new", "assigned", "closed")
    }
    assert await ids(f"logged_by={STAFF[0]}&priority=1,2") == {
        s.ticket for s in every if s.logged_by == STAFF[0] and s.priority < 3
    }
    risky = await ids("due_before=2199-01-01T00:00:00Z")
    assert risky == {s.ticket for s in every if s.open and s.begun is None}
    assert await ids("open=false&category=pos") == {
        s.ticket for s in every if not s.open and s.category == "pos"
    }


@pytest.mark.parametrize(("query", "path"), [
    ("status=open", "query.status"), ("priority=1,9", "query.priority"),
    ("created_from=2026-01-01", "query.created_from"), ("figure=all", "query.figure"),
    ("from=2026-01-01T00:00:00Z", "query.figure"), ("sort=oldest", "query.sort"),
    ("figure=created&from=2199-01-01T00:00:00Z", "query.from"), ("open=maybe", "query.open"),
])  # fmt: skip
def test_refuses_wrong_filters_by_name(query: str, path: str) -> None:
    """The fault names the parameter."""
    with pytest.raises(Invalid) as refused:
        asked(ask(parse_qsl(query), Listed), MANAGER, NOON)

    assert refused.value.faults[0].path == path


def test_cuts_days_at_midnight_of_the_zone() -> None:
    """A day of a changed clock has 23 hours; the first and the last bucket end with the span."""
    start, end = datetime(2026, 3, 7, 20, tzinfo=UTC), datetime(2026, 3, 10, 1, tzinfo=UTC)

    cut = buckets(start, end, "day", ZoneInfo("America/New_York"))

    hours = [(until - since) / timedelta(hours=1) for since, until in cut]
    assert hours == [9.0, 23.0, 21.0]
    with pytest.raises(Invalid, match="buckets"):
        buckets(start - timedelta(days=500), end, "day", UTC)


def test_takes_categories_with_commas() -> None:
    """A report takes several, in one parameter or in more."""
    asks = ask([("category", "pos,printer"), ("category", "email")], Report)

    assert asks.category == ["pos", "printer", "email"]
