"""Visits: what an assignee did on the spot, told when there was a network again."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from squad.contracts import tickets as events
from squad.contracts.tickets import Ticket, TicketEvent
from squad.kernel.access import Actor
from squad.kernel.problem import Forbidden, Impossible, NotYours
from squad.kernel.unit import Unit
from squad.ports.database import Statement
from squad.ports.unit import Cause
from squad.services.tickets import model, store
from squad.services.tickets.model import Extra, Message
from squad.services.tickets.model.life import beyond, way
from squad.services.tickets.model.moment import happened
from squad.services.tickets.model.mutations import (
    Decline,
    Note,
    Reporting,
    Resolve,
    Stepping,
    Wait,
)
from squad.services.tickets.model.report import Report, report, written
from squad.services.tickets.service.desk import Desk, missing
from squad.services.tickets.service.talk import Talk
from squad.services.tickets.store import changes, registers, spans

Came = Literal["applied", "merged"]
EVENTS: dict[str, type[TicketEvent]] = {
    "accept": events.TicketAccepted,
    "travel": events.TravelStarted,
    "arrive": events.VisitStarted,
    "wait": events.TicketWaiting,
    "resolve": events.TicketResolved,
    "close": events.TicketClosed,
    "cancel": events.TicketCancelled,
}
_ENDED = ("closed", "cancelled")


class Merged(msgspec.Struct, frozen=True):
    """What is kept of a mutation that found nothing to change."""

    outcome: Literal["merged"] = "merged"


class Visits:
    """Steps, notes and reports with the time of the device. Each mutation is one unit."""

    def __init__(self, desk: Desk, talk: Talk) -> None:
        self._desk = desk
        self._talk = talk

    async def report(self, *, actor: Actor, id: str) -> Report:
        """This will show the report of a ticket. Raises Missing."""
        await self._desk.get(actor=actor, id=id)
        held = await registers.held(self._desk.store.database, (id,))
        return report(id, held[id])

    async def step(
        self, *, actor: Actor, mutation: Stepping, skew: timedelta, cause: Cause
    ) -> Came:
        """This will take a step at its time, with those that it takes for granted.

        Merged: the ticket was there or further already. Raises Missing, NotYours, Impossible,
        Duplicate, Shed.
        """

        async def attempt() -> Came:
            ticket, extra = await self._load(actor, mutation.ticket)
            step: model.Step = type(mutation).__struct_config__.tag  # type: ignore[assignment]
            unit = self._desk.books.open(cause)
            floor, came = await self._desk.changes.last(ticket.id, cause.id)
            if came or beyond(ticket, step, actor.id):
                await unit.commit(Merged())
                return "merged"
            _mine(ticket, actor)
            at = happened(mutation.at, now=unit.now, skew=skew, floor=floor)
            if isinstance(mutation, Decline):
                await self._decline(unit, ticket, extra, mutation, at, skew)
            else:
                await self._walk(unit, ticket, extra, mutation, at, skew)
            return "applied"

        return await self._desk.again(attempt)

    async def _walk(
        self, unit: Unit[Statement], ticket: Ticket, extra: Extra, mutation: Stepping,
        at: datetime, skew: timedelta,
    ) -> None:  # fmt: skip
        step: model.Step = type(mutation).__struct_config__.tag  # type: ignore[assignment]
        note, whose = _said(mutation)
        new, lines = ticket, []
        for one in way(ticket.status, step):
            own = one == step
            fields = model.changes(one, note if own else "", whose if own else "")
            new = model.move(new, one, at, **fields)
            text = note if own else ""
            lines.append(_line(unit, new, one, text, skew))
            lines.append(spans.note(new, one, at))
            unit.emit(EVENTS[one](ticket=new, note=text), version=new.version)
        unit.write(store.update(new, unit.now, was=ticket.version), *lines)
        await self._desk.commit(unit, new, extra)

    async def _decline(
        self, unit: Unit[Statement], ticket: Ticket, extra: Extra, mutation: Decline,
        at: datetime, skew: timedelta,
    ) -> None:  # fmt: skip
        by, note = unit.cause.actor, mutation.args.reason
        new = model.release(ticket, "decline", at, without=by)
        unit.write(
            changes.depart(new, "assignee", unit.now),
            store.update(new, unit.now),
            _line(unit, new, "decline", note, skew),
            spans.note(new, "decline", at),
        )
        unit.emit(events.TicketDeclined(ticket=new, by=by, note=note), version=new.version)
        await self._desk.commit(unit, new, extra)

    async def write(
        self, *, actor: Actor, mutation: Reporting, skew: timedelta, cause: Cause
    ) -> Came:
        """This will write to the report; a newer write that is there already stands.

        Raises Missing, NotYours; Impossible: it was done after the ticket was finished;
        Duplicate, Shed.
        """

        async def attempt() -> Came:
            ticket, _ = await self._load(actor, mutation.ticket)
            _mine(ticket, actor)
            unit = self._desk.books.open(cause)
            at = happened(mutation.at, now=unit.now, skew=skew)
            if ticket.status in _ENDED and at > ticket.updated_at:
                raise Impossible(f"The ticket is {ticket.status}: its report stands as it is.")
            new = written(mutation, at)
            held = (await registers.held(self._desk.store.database, (ticket.id,)))[ticket.id]
            if any(one.key == new.key and one.rank >= new.rank for one in held):
                await unit.commit(Merged())
                return "merged"
            unit.write(registers.put(ticket.id, new), changes.touch(ticket.id, unit.now))
            await unit.commit()
            return "applied"

        return await self._desk.again(attempt)

    async def say(self, *, actor: Actor, mutation: Note, skew: timedelta, cause: Cause) -> Came:
        """This will add a note at its time. Who had the ticket before may leave an internal one.

        Raises Missing, Impossible, Duplicate, Shed.
        """
        args = mutation.args
        if args.visibility == "internal" and not actor.staff:
            raise Forbidden("Internal notes are for staff. Write a public message.")
        if await self._desk.changes.wrote(args.id, mutation.ticket, actor.id):
            await self._desk.books.open(cause).commit(Merged())
            return "merged"

        async def attempt() -> Came:
            ticket, left = await self._for_note(actor, mutation.ticket)
            now = self._desk.books.clock.now()
            at = happened(mutation.at, now=now, skew=skew)
            message = Message(
                id=args.id,
                at=at,
                author=actor.id,
                visibility="internal" if left else args.visibility,
                text=args.text,
            )
            await self._talk.add(ticket=ticket, message=message, cause=cause, at=at)
            return "applied"

        return await self._desk.again(attempt)

    async def _for_note(self, actor: Actor, id: str) -> tuple[Ticket, bool]:
        """The ticket, and whether it is one that the actor only had before."""
        found = await self._desk.store.ticket(id)
        if found is not None and await self._desk.changes.held(id, actor.id):
            return found[0], found[0].assignee != actor.id
        return (await self._desk.load(actor=actor, id=id))[0], False

    async def _load(self, actor: Actor, id: str) -> tuple[Ticket, Extra]:
        """A ticket that is or was the actor's."""
        found = await self._desk.store.ticket(id)
        mine = found is not None and found[0].assignee == actor.id
        if found is None or not (mine or await self._desk.changes.held(id, actor.id)):
            raise missing()
        return found


def _mine(ticket: Ticket, actor: Actor) -> None:
    if ticket.assignee != actor.id:
        raise NotYours("The ticket is no longer yours. Leave a note for who has it now.")


def _said(mutation: Stepping) -> tuple[str, str]:
    """The words of a step, and whose move it is after it."""
    if isinstance(mutation, Wait):
        return mutation.args.reason, mutation.args.waiting_for
    return (mutation.args.resolution, "") if isinstance(mutation, Resolve) else ("", "")


def _line(unit: Unit[Statement], new: Ticket, step: str, note: str, skew: timedelta) -> Statement:
    late = unit.now if new.updated_at != unit.now else None
    seconds = round(skew.total_seconds())
    return store.record(new, step, unit.cause.actor, note, unit.cause.id, late, seconds)
