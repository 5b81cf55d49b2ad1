"""The service of tickets on its own files: what it saves, and what it refuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOON
from tests.unit.tickets.conftest import logged

from squad.adapters.blobs import files
from squad.adapters.cache import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.places import table
from squad.adapters.proposer.none import NoProposer
from squad.contracts.routing import TicketAssigned, TripInterrupted
from squad.kernel.access import Actor
from squad.kernel.ids import derive, uuid7
from squad.kernel.problem import Impossible
from squad.kernel.service import Kit
from squad.ports.unit import Cause
from squad.services.tickets import start
from squad.services.tickets.model import Extra, Message, Step, outward
from squad.services.tickets.service import Tickets

CUSTOMER = Actor(derive("test", "customer"), ("customer",))
ANA = Actor(derive("test", "ana"), ("consultant",))
ID = derive("test", "ticket")
Say = Callable[..., Awaitable[Message]]


def cause() -> Cause:
    """Another command of the customer."""
    return Cause(uuid7(), actor=CUSTOMER.id)


@pytest.fixture
async def tickets(tmp_path: Path, clock: Frozen) -> AsyncIterator[Tickets]:
    """The service with one ticket of the customer."""
    database = await sqlite.open(f"sqlite:{tmp_path}/tickets.db", clock)
    kit = Kit(
        "tickets", clock=clock, database=database,
        cache=await memory.open("memory:?entries=100", clock),
        blobs=await files.open(f"files:{tmp_path}/blobs", clock),
        places=await table.open("table:", clock), proposer=NoProposer(),
    )  # fmt: skip
    running = await start(kit)
    service: Tickets = running.service
    await service.create(actor=CUSTOMER, logged=logged(), extra=Extra(), cause=cause())
    yield service
    await database.close()


@pytest.fixture
def say(tickets: Tickets, clock: Frozen) -> Say:
    """Says something as the customer."""

    async def said(text: str, id: str) -> Message:
        message = Message(id=id, at=clock.now(), author=CUSTOMER.id, visibility="public", text=text)
        return await tickets.talk.say(actor=CUSTOMER, id=ID, message=message, cause=cause())

    return said


async def test_refuses_a_second_message_with_an_id(tickets: Tickets, say: Say) -> None:
    """An id that is taken is a conflict at once, not a ticket that keeps changing; nothing is."""
    first = await say("Hello?", uuid7())

    with pytest.raises(Impossible, match="message with this id"):
        await say("Hello again?", first.id)

    assert await tickets.store.messages(ID, internal=True) == [first]


async def test_ends_waiting_with_the_customers_answer(tickets: Tickets, say: Say) -> None:
    """A consultant who waits for the customer goes on when the customer writes."""
    await tickets.assigned(assigned(1, ANA.id), cause())
    await tickets.step(actor=ANA, id=ID, step="accept", cause=cause())
    await tickets.step(actor=ANA, id=ID, step="wait", cause=cause(), waiting_for="customer")

    await say("It is the left one.", uuid7())

    ticket = await tickets.desk.get(actor=CUSTOMER, id=ID)
    assert (ticket.status, ticket.waiting_for) == ("accepted", "")


async def test_lets_the_customer_write_once_reassigned(tickets: Tickets, say: Say) -> None:
    """A ticket that a dispatcher gave to another while it waited takes the customer's answer."""
    await tickets.assigned(assigned(1, ANA.id), cause())
    await tickets.step(actor=ANA, id=ID, step="accept", cause=cause())
    await tickets.step(actor=ANA, id=ID, step="wait", cause=cause(), waiting_for="customer")
    await tickets.assigned(assigned(2, derive("test", "bob")), cause())

    await say("It is the left one.", uuid7())

    ticket = await tickets.desk.get(actor=CUSTOMER, id=ID)
    assert (ticket.status, ticket.turn) == ("assigned", 2)


async def test_saves_what_follows_from_a_change(tickets: Tickets) -> None:
    """Another category and priority bring skills, minutes and promise, stored as shown."""
    changes: dict[str, object] = {"category": "security", "priority": 1}
    view = await tickets.change(
        actor=CUSTOMER, id=ID, changes=changes, extra={}, version=1, cause=cause()
    )

    assert (view.skills, view.service) == ({"security": 3}, 90)
    assert (view.due_at - view.created_at).total_seconds() == 2 * 3600
    assert await tickets.desk.get(actor=CUSTOMER, id=ID) == view


def assigned(turn: int, consultant: str) -> TicketAssigned:
    """Routing's choice."""
    return TicketAssigned(
        ticket=ID, turn=turn, consultant=consultant, requester=CUSTOMER.id, reference="",
        title="", priority=3, arrival=None, answer_by=NOON, decision=uuid7(),
    )  # fmt: skip


def interrupted(version: int = 4, **changes: Any) -> TripInterrupted:
    """Routing lets Ana turn round. version: of the ticket, on the way."""
    facts: dict[str, Any] = {
        "ticket": ID, "turn": 1, "version": version, "consultant": ANA.id, "reference": "",
        "requester": CUSTOMER.id, "arrival": NOON, "for_ticket": derive("test", "urgent"),
        "decision": uuid7(),
    }  # fmt: skip
    return TripInterrupted(**{**facts, **changes})


async def _drive(tickets: Tickets, *steps: Step) -> None:
    await tickets.assigned(assigned(1, ANA.id), cause())
    for step in steps or ("accept", "travel"):
        await tickets.step(actor=ANA, id=ID, step=step, cause=cause())


async def test_lets_a_trip_rest_once(tickets: Tickets) -> None:
    """Back to accepted, with a line that says for what; staff read it, the customer does not."""
    await _drive(tickets)

    await tickets.interrupted(interrupted(), cause())
    await tickets.interrupted(interrupted(), cause())

    ticket = await tickets.desk.get(actor=CUSTOMER, id=ID)
    assert (ticket.status, ticket.assignee, ticket.version) == ("accepted", ANA.id, 5)
    line = (await tickets.store.history(ID))[-1]
    assert (line.step, line.note) == ("interrupt", f"for {derive('test', 'urgent')}")
    assert outward(line).note == ""


async def test_lets_the_next_trip_be(tickets: Tickets) -> None:
    """Old news comes again, when Ana has set out once more: she goes on."""
    await _drive(tickets)
    await tickets.interrupted(interrupted(), cause())
    await tickets.step(actor=ANA, id=ID, step="travel", cause=cause())

    await tickets.interrupted(interrupted(), cause())

    ticket = await tickets.desk.get(actor=CUSTOMER, id=ID)
    assert (ticket.status, ticket.version) == ("travelling", 6)


@pytest.mark.parametrize(
    ("steps", "changes"),
    [
        (("accept",), {}), (("accept", "travel", "arrive"), {}),
        (("accept", "travel"), {"turn": 2}), (("accept", "travel"), {"turn": 0}),
        (("accept", "travel"), {"consultant": derive("test", "bob")}),
        (("accept", "travel"), {"ticket": derive("test", "unknown")}),
    ],
)  # fmt: skip
async def test_interrupts_nothing_but_that_trip(
    tickets: Tickets, steps: tuple[Step, ...], changes: dict[str, Any]
) -> None:
    """Not begun, over already, another turn, another person, another ticket: nothing changes."""
    await _drive(tickets, *steps)
    before = await tickets.desk.get(actor=CUSTOMER, id=ID)

    await tickets.interrupted(interrupted(**changes), cause())

    assert await tickets.desk.get(actor=CUSTOMER, id=ID) == before


async def test_interrupts_a_trip_whose_ticket_was_changed_meanwhile(tickets: Tickets) -> None:
    """Another title on the way is a new version, not another trip."""
    await _drive(tickets)
    changes: dict[str, object] = {"title": "Till 4 does not start"}
    await tickets.change(actor=CUSTOMER, id=ID, changes=changes, extra={}, version=4, cause=cause())

    await tickets.interrupted(interrupted(), cause())

    assert (await tickets.desk.get(actor=CUSTOMER, id=ID)).status == "accepted"
