"""Monitoring: it looks on, tells a ticket's journey, and deals with dead letters."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOON

from squad.adapters.bus import memory
from squad.adapters.bus.memory import MemoryBus
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.contracts.envelope import Event
from squad.contracts.operations import Handling, LettersHandled, SnapshotEnded
from squad.contracts.registry import EVENTS
from squad.contracts.routing import PolicyPromoted, RoutingStalled, TicketUnassigned
from squad.contracts.tickets import TicketCreated
from squad.kernel.dispatch import Consumer
from squad.kernel.ids import derive
from squad.kernel.problem import Missing
from squad.kernel.service import Kit, Running
from squad.kernel.unit import letter_of
from squad.kernel.vitals import Vitals
from squad.ports.unit import Cause, Duplicate, Letter, Unavailable
from squad.services.monitoring import SERVICE, model
from squad.services.monitoring.model import Count, Fact, Sighting
from squad.services.monitoring.service import KEEP, Monitoring
from squad.services.monitoring.store import pack, unpack

TICKET = derive("ticket")
TRACE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"


class World:
    """Monitoring on a memory bus and a database file, with its consumer at hand."""

    def __init__(self, running: Running, bus: MemoryBus, clock: Frozen, database: Any) -> None:
        self.running = running
        self.service: Monitoring = running.service
        self.bus = bus
        self.clock = clock
        self.database = database
        self.consumer = Consumer(
            "monitoring", bus, {}, clock, settle=running.settle, observer=running.observer
        )

    async def see(self, *letters: Letter) -> None:
        """Publishes letters and has them seen."""
        await self.bus.publish(letters)
        await self.consumer.step(0)

    async def counts(self) -> tuple[int, int]:
        """Events that are told of the ticket, and handlings."""
        facts, sightings = await self.service.store.seen(TICKET)
        return len(facts), len(sightings)

    async def kill(self, queue: str, *letters: Letter) -> list[str]:
        """Buries letters of a queue; gives the ids of all dead letters."""
        await self.bus.subscribe(queue, ["*"])
        await self.bus.publish(letters)
        for delivery in await self.bus.receive(queue, limit=99, wait=0):
            await self.bus.bury(delivery, "ValueError: broken")
        return [dead.id for dead in await self.bus.dead()]


@pytest.fixture
async def world(tmp_path: Path, clock: Frozen) -> AsyncIterator[World]:
    """A world without letters."""
    bus = await memory.open("memory:", clock)
    database = await sqlite.open(f"sqlite:{tmp_path}/monitoring.db", clock)
    await bus.subscribe("monitoring", [event.type for event in SERVICE.consumes])
    kit = Kit("monitoring", database=database, bus=bus, clock=clock, vitals=Vitals(clock))
    yield World(await SERVICE.start(kit), bus, clock, database)
    await database.close()


def stalled(number: int, *, cause: str = "", actor: str = "", after: float = 0.0) -> Letter:
    """An event of the ticket. after: seconds after noon."""
    event = RoutingStalled(
        ticket=TICKET, turn=number, priority=1, excluded={}, decision=derive("decision")
    )
    return sealed(event, number, cause=cause, actor=actor, after=after)


def sealed(
    event: Event, number: int, *, cause: str = "", actor: str = "", after: float = 0.0
) -> Letter:
    """An event in its envelope."""
    return letter_of(
        event,
        id=derive("event", str(number)),
        version=number,
        source="routing",
        time=NOON + timedelta(seconds=after),
        cause=Cause(cause or derive("command"), actor=actor, trace=TRACE),
    )


def report(service: str, *handled: Handling) -> Letter:
    """A service's report of what it handled."""
    event = LettersHandled(service=service, handled=handled)
    return sealed(event, hash((service, handled)) & 0xFFFF)


def handling(number: int, outcome: str = "ack", receives: int = 1, at: float = 0.05) -> Handling:
    """A handling of that event; published 10 ms after noon."""
    noon = NOON.timestamp()
    id, type = derive("event", str(number)), RoutingStalled.type
    return Handling(id, type, TICKET, receives, noon + 0.01, noon + at, 1.234, outcome)


def test_wants_every_event_but_snapshots() -> None:
    """A new event type is seen without anybody thinking of it."""
    left_out = set(EVENTS.values()) - set(SERVICE.consumes)

    assert {event.__name__ for event in left_out} == {"TicketSnapshot", "UserSnapshot"}


async def test_tells_a_journey_in_order_of_time(world: World) -> None:
    """Letters come in any order; what is told is in the order in which it happened."""
    person, command = derive("person"), derive("client")
    await world.see(stalled(2, after=0.2), stalled(1, cause=command, actor=person))
    await world.see(report("search", handling(1), handling(2, at=0.3)))
    await world.see(report("tickets", handling(1, "retry", 1), handling(1, "ack", 2, at=0.25)))

    journey = await world.service.journey(ticket=TICKET)

    first, second = journey.events
    assert (first.version, first.cause, first.actor, first.traceparent) == (
        1,
        command,
        person,
        TRACE,
    )
    assert (first.after_ms, first.outbox_ms, second.after_ms) == (0, 10, 200)
    assert [(h.service, h.receives, h.outcome, h.latency_ms) for h in first.handled] == [
        ("search", 1, "ack", 40),
        ("tickets", 1, "retry", 40),
        ("tickets", 2, "ack", 240),
    ]
    assert [h.took_ms for h in second.handled] == [1.23]


async def test_counts_nothing_twice(world: World) -> None:
    """The same letters again, in other batches and beside new ones, change nothing."""
    letters = [stalled(n) for n in range(70)]
    reports = report("search", *(handling(n) for n in range(70)))
    await world.see(*letters, reports)

    await world.see(*letters[:9], reports)
    await world.see(stalled(70), report("search", handling(3), handling(70)))

    assert await world.counts() == (71, 71)


async def test_keeps_handlings_that_come_before_their_event(world: World) -> None:
    """Until the event is there, nothing is told of it; then everything is."""
    await world.see(report("search", handling(1)))

    with pytest.raises(Missing):
        await world.service.journey(ticket=TICKET)
    await world.see(stalled(1))

    journey = await world.service.journey(ticket=TICKET)
    assert [h.service for h in journey.events[0].handled] == ["search"]


async def test_acknowledges_only_what_is_durable(world: World) -> None:
    """When the database is down the letters stay in the queue and come again."""
    commit = world.database.commit

    async def down(*_: Any) -> None:
        raise Unavailable("down")

    world.database.commit = down
    with pytest.raises(Unavailable):
        await world.see(stalled(1))
    world.database.commit = commit
    world.clock.advance(60)
    await world.consumer.step(0)

    assert await world.counts() == (1, 0)
    assert sum(d.waiting + d.hidden for d in await world.bus.depth()) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\xff", b"[" * 5000, b'{"specversion":"1.0","id":1}']
)
async def test_buries_what_it_cannot_read(world: World, body: bytes) -> None:
    """Poison is tried, buried with its reason, and the rest flows."""
    good = stalled(1)
    await world.see(Letter("poison", LettersHandled.type, "x", body), good)
    for _ in range(5):
        world.clock.advance(500)
        await world.consumer.step(0)

    assert await world.counts() == (1, 0)
    (dead,) = await world.service.letters(queue="", after="", limit=9)
    assert (dead.queue, dead.event, dead.receives) == ("monitoring", "poison", 5)
    assert dead.reason.startswith("unreadable")


async def test_buries_reports_that_do_not_fit(world: World) -> None:
    """An envelope of ours with data that is not a report is unreadable as well."""
    bad = sealed(SnapshotEnded(id=TICKET, service="x", source="tickets", sent=1), 1)
    body = bad.body.replace(SnapshotEnded.type.encode(), LettersHandled.type.encode())
    await world.see(Letter(bad.id, LettersHandled.type, bad.subject, body))
    for _ in range(5):
        world.clock.advance(500)
        await world.consumer.step(0)

    (dead,) = await world.service.letters(queue="monitoring", after="", limit=9)
    assert "handled" in dead.reason


async def test_forgets_after_thirty_days(world: World) -> None:
    """What is older goes, in slices; what is younger stays."""
    await world.see(*(stalled(n) for n in range(3)), report("search", handling(1)))
    world.clock.advance(KEEP - 1)
    await world.see(stalled(4))
    world.clock.advance(0.5)
    await world.see(stalled(5))

    await world.service.prune()
    before = await world.counts()
    world.clock.advance(1)
    await world.service.prune()

    assert (before, await world.counts()) == ((5, 1), (2, 0))


def fact(number: int, type: type[Event], at: float, cause: int = 0) -> Fact:
    """An event of the journey."""
    return Fact(
        id=f"event {number}",
        type=type.type,
        at=NOON + timedelta(seconds=at),
        version=number,
        cause=f"event {cause}",
        actor="",
        traceparent="",
    )


def test_measures_from_creation_to_assignment() -> None:
    """Routed when routing chose first; assigned when the ticket had taken that over."""
    facts = [
        fact(4, EVENTS["squad.tickets.updated.v1"], 10.045, cause=3),
        fact(3, EVENTS["squad.routing.assigned.v1"], 10.03, cause=1),
        fact(2, EVENTS["squad.tickets.updated.v1"], 10.02),
        fact(1, TicketCreated, 10.0),
        fact(5, EVENTS["squad.routing.assigned.v1"], 99.0),
    ]

    journey = model.journey(TICKET, facts, [])

    assert (journey.routed_ms, journey.assigned_ms) == (30, 45)
    assert [step.version for step in journey.events] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("types", [(), (TicketCreated,), (TicketUnassigned,)])
def test_measures_nothing_that_did_not_happen(types: Sequence[type[Event]]) -> None:
    """A ticket that nobody took has no such latency."""
    journey = model.journey(TICKET, [fact(n, type, n) for n, type in enumerate(types)], [])

    assert (journey.routed_ms, journey.assigned_ms) == (None, None)


def test_ignores_handlings_of_unknown_events() -> None:
    """A report without its event tells nothing by itself."""
    seen = Sighting(
        event="event 2", service="search", receives=1, published=NOON, handled=NOON, took=3.0,
        outcome="ack",
    )  # fmt: skip

    journey = model.journey(TICKET, [fact(1, TicketCreated, 1.0)], [seen])

    assert [len(step.handled) for step in journey.events] == [0]


@given(st.one_of(st.uuids(version=4).map(str), st.text(st.characters(exclude_categories=["Cs"]))))
def test_packs_every_id(text: str) -> None:
    """UUIDs take 16 bytes; any other text comes back as it was too."""
    if text.endswith("\0"):
        return

    assert unpack(pack(text)) == text


async def test_replays_a_dead_letter_once(world: World) -> None:
    """The same command again gets the first answer and does nothing; the audit has one line."""
    (id,) = await world.kill("search", stalled(1))
    cause = Cause("command 1", actor="admin")

    answer = await world.service.replay(id=id, cause=cause)
    (delivery,) = await world.bus.receive("search", limit=9, wait=0)
    await world.bus.bury(delivery, "again")
    with pytest.raises((Duplicate, Missing)):
        await world.service.replay(id=id, cause=cause)

    assert answer == Count(1)
    assert delivery.letter == stalled(1)
    (act,) = await world.service.audit(before=None, limit=9)
    assert (act.actor, act.action, act.target, act.count) == ("admin", "replay", id, 1)
    assert act.at == NOON


async def test_replays_all_of_a_queue(world: World) -> None:
    """Only that queue's; a repeat of the command does not replay what died since."""
    await world.kill("engagement", stalled(3))
    await world.kill("search", stalled(1))
    cause = Cause("command 1", actor="admin")

    answer = await world.service.replay_all(queue="search", cause=cause)
    await world.kill("search")
    with pytest.raises(Duplicate):
        await world.service.replay_all(queue="search", cause=cause)

    assert answer == Count(1)
    assert [d.queue for d in await world.bus.dead()] == ["engagement", "search"]
    assert (await world.service.replay_all(queue="", cause=Cause("command 2"))).count == 2


async def test_discards_with_a_reason(world: World) -> None:
    """Who discarded what, and why, stays."""
    (id,) = await world.kill("search", stalled(1))

    await world.service.discard(id=id, reason="a test letter", cause=Cause("c", actor="admin"))

    assert await world.bus.dead() == []
    (act,) = await world.service.audit(before=None, limit=9)
    assert (act.action, act.target, act.reason, act.count) == ("discard", id, "a test letter", 1)


async def test_knows_no_letter_that_is_not_dead(world: World) -> None:
    """An unknown id is missing, and leaves no line in the audit."""
    for work in (
        world.service.letter(id="77"),
        world.service.replay(id="77", cause=Cause("c")),
        world.service.discard(id="x", reason="y", cause=Cause("d")),
    ):
        with pytest.raises(Missing):
            await work

    assert await world.service.audit(before=None, limit=9) == []


async def test_leaves_a_line_when_it_is_cut_off(world: World) -> None:
    """An action that failed half-way is in the audit without a count."""
    (id,) = await world.kill("search", stalled(1))

    async def down(_: Sequence[str]) -> int:
        raise Unavailable("down")

    world.bus.replay = down  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        await world.service.replay(id=id, cause=Cause("c", actor="admin"))

    (act,) = await world.service.audit(before=None, limit=9)
    assert (act.actor, act.count) == ("admin", None)


async def test_shows_a_dead_letter_with_its_event(world: World) -> None:
    """The list tells what and why; the single letter also tells the event itself."""
    good, bad = await world.kill("search", stalled(1), Letter("x", "y", "z", b"\xff{"))

    listed = await world.service.letters(queue="search", after="", limit=9)

    assert [d.body for d in listed] == [None, None]
    assert (await world.service.letter(id=good)).body["data"]["ticket"] == TICKET
    assert (await world.service.letter(id=bad)).body == "\ufffd{"


async def test_samples_the_queues(world: World) -> None:
    """Depth, dead and age of the oldest are figures for Prometheus."""
    from squad.kernel import metrics

    await world.kill("search", stalled(1))
    await world.bus.publish([stalled(2)])
    world.clock.advance(7)

    await world.service.sample()

    text = metrics.render().decode()
    assert 'squad_queue_letters{queue="search",state="waiting"} 1.0' in text
    assert 'squad_queue_letters{queue="search",state="dead"} 1.0' in text
    assert 'squad_queue_oldest_seconds{queue="search"} 7.0' in text


async def test_audits_who_promoted_a_policy(world: World) -> None:
    """Once, though the letter comes twice: who, from which version to which, and why."""
    told = PolicyPromoted(version=3, before=2, note="less travel")
    letter = letter_of(
        told, id=derive("p"), version=1, source="routing", time=NOON,
        cause=Cause(derive("c"), actor="boss"),
    )  # fmt: skip

    await world.see(letter)
    await world.see(letter)

    (act,) = await world.service.audit(before=None, limit=9)
    assert (act.actor, act.action, act.target) == ("boss", "promote_policy", "2 to 3")
    assert (act.reason, act.at, act.count) == ("less travel", NOON, 1)
