"""Appointments: windows that a customer can have, and the one that is booked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from squad.contracts.tickets import Window
from squad.kernel.access import Actor
from squad.kernel.problem import Fault, Impossible, Invalid, Missing
from squad.ports.database import Database
from squad.ports.unit import Cause, Conflict, Unavailable
from squad.services.routing import slots
from squad.services.routing.choose import choose
from squad.services.routing.service.memory import Memory
from squad.services.routing.service.offers import Offers, unassign
from squad.services.routing.slots import Slot
from squad.services.routing.work import Work

SHOWN = 6  # slots
BOOKABLE = ("new", "needs_dispatcher", "assigned", "accepted", "waiting")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A window of two hours that is free. slot: what to send to book it.

    start, end: with the offset of the place: work starts between them. consultant: who comes.
    """

    slot: str
    start: datetime
    end: datetime
    zone: str
    consultant: str


class Taken(Impossible):
    """The slot went to somebody else; the ones that are free now are in the problem."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__("This slot is no longer free. Choose one of `slots`.")
        self.choices = choices

    def body(self) -> Mapping[str, Any]:
        """This will add the free slots."""
        return {**super().body(), "slots": self.choices}


class Appointments:
    """What is booked is a named consultant's time, half hour by half hour, in a table that has
    each once: of any number who book it at the same moment one gets it.
    """

    def __init__(self, memory: Memory, offers: Offers, database: Database) -> None:
        self._memory = memory
        self._offers = offers
        self._database = database

    def free(self, work: Work) -> list[Choice]:
        """This will offer a few windows, the cheapest for the operation first.

        Raises Impossible: the ticket is past that; Unavailable: this process stands by.
        """
        memory, ticket = self._memory, self._ready(work)
        job = memory.job(ticket)
        spans = slots.windows(memory.books.clock.now(), ticket.spot.zone)
        found = slots.offered(job, memory.roster, spans, memory.now, memory.policy)
        return [_choice(slot, ticket.spot.zone) for slot in found[:SHOWN]]

    def booked(self, work: Work) -> Choice:
        """This will show what is booked. Raises Missing: nothing."""
        if not work.booked:
            raise Missing("No appointment is booked for this ticket.")
        (window,) = work.ticket.windows
        span = window.start.timestamp(), window.end.timestamp()
        return _choice(Slot(work.booked, span, 0.0, 0), work.ticket.spot.zone)

    async def book(self, *, actor: Actor, work: Work, slot: str, cause: Cause) -> Choice:
        """This will book a slot instead of what was booked before, and assign the ticket.

        Raises Invalid: no slot; Impossible: the ticket is past that; Taken: with what is free;
        Unavailable.
        """
        memory, ticket = self._memory, self._ready(work)
        wanted = self._wanted(work, slot)
        span = slots.taken(memory.job(ticket), wanted.span[0])
        unit, stale = memory.open(cause), await self._stale(work, wanted.consultant, span)
        window = Window(*(datetime.fromtimestamp(moment, UTC) for moment in wanted.span))
        chosen = replace(ticket, windows=(window,))
        job = memory.job(chosen)
        decision = choose(job, memory.roster, memory.now, memory.policy)
        turn = ticket.turn
        if ticket.assignee is not None or memory.roster.holder(ticket.id) is not None:
            turn = max(turn, work.answered) + 1
        hold = work.hold or "pinned"
        given = self._offers.offer(
            unit, replace(work, ticket=chosen, booked=wanted.consultant, hold=hold),
            decision, turn, consultant=wanted.consultant, by=actor.id,
        )  # fmt: skip
        unit.write(*slots.take(wanted.consultant, ticket.id, span, stale))
        choice = _choice(wanted, ticket.spot.zone)
        try:
            await memory.commit(unit, work, given, choice)
        except Conflict:
            raise Taken(self.free(work)) from None
        return choice

    async def cancel(self, *, work: Work, cause: Cause) -> Choice:
        """This will give the time back; the ticket is routed again, without the window.

        Raises Missing: nothing is booked; Impossible: the ticket is past that; Unavailable.
        """
        memory, ticket, choice = self._memory, self._ready(work), self.booked(work)
        unit = memory.open(cause)
        hold = "" if work.hold == "pinned" else work.hold
        freed = replace(work, ticket=replace(ticket, windows=()), booked="", hold=hold)
        unit.write(slots.give(ticket.id))
        if ticket.assignee is not None:
            unassign(unit, ticket, "cancelled", ticket.assignee)
        try:
            await memory.commit(unit, work, freed, choice)
        except Conflict:
            raise Impossible("The ticket changed meanwhile. Load it again.") from None
        return choice

    def _ready(self, work: Work) -> Any:
        if not self._memory.lease.held:
            raise Unavailable("another process routes now; this one stands by")
        if work.ticket.status not in BOOKABLE:
            raise Impossible(f"The ticket is {work.ticket.status}: there is nothing to book.")
        return work.ticket

    def _wanted(self, work: Work, id: str) -> Slot:
        """The slot, if it is free. Raises Invalid, Taken."""
        memory, ticket = self._memory, work.ticket
        read = slots.read(id)
        if read is None:
            raise Invalid("This is no slot.", [Fault("/slot", "one of GET …/slots")])
        consultant, start = read
        spans = slots.windows(memory.books.clock.now(), ticket.spot.zone)
        job = memory.job(ticket)
        for span in spans:
            if span[0] == start and (
                found := slots.one(job, memory.roster, consultant, span, memory.now, memory.policy)
            ):
                return found
        raise Taken(self.free(work))

    async def _stale(self, work: Work, consultant: str, span: tuple[float, float]) -> list[str]:
        """Tickets that booked this time and went to somebody else since. Raises Taken."""
        memory, now = self._memory, []
        for (ticket,) in await self._database.fetch(*slots.among(consultant, span)):
            if ticket != work.ticket.id and memory.roster.holder(ticket) == consultant:
                raise Taken(self.free(work))
            now.append(ticket)
        return [ticket for ticket in now if ticket != work.ticket.id]


def _choice(slot: Slot, zone: str) -> Choice:
    start, end = (datetime.fromtimestamp(moment, ZoneInfo(zone)) for moment in slot.span)
    return Choice(slot=slot.id, start=start, end=end, zone=zone, consultant=slot.consultant)
