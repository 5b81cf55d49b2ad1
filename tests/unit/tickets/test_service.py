"""The service of tickets on its own files: what it saves, and what it refuses."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.conftest import NOON
from tests.unit.tickets.conftest import logged

from squad.adapters.blobs import files
from squad.adapters.cache import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.places import table
from squad.adapters.proposer.none import NoProposer
from squad.contracts.routing import TicketAssigned
from squad.kernel.access import Actor
from squad.kernel.ids import derive, uuid7
from squad.kernel.problem import Impossible
from squad.kernel.service import Kit
from squad.ports.unit import Cause
from squad.services.tickets import start
from squad.services.tickets.model import Extra, Message
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
