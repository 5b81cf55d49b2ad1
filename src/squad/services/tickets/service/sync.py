"""Sync: takes what clients did while they were away, and gives what changed meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from squad.kernel.access import Actor, require
from squad.kernel.http import encode
from squad.kernel.ids import derive
from squad.kernel.problem import Late, Limited, Missing, Problem, Reused, Shed
from squad.ports.unit import Cause, Conflict, Done, Duplicate, Unavailable
from squad.services.tickets import store
from squad.services.tickets.model import Attachment, Entry, Message, TicketView, outward
from squad.services.tickets.model.mutations import Mutation, Note, Reporting, Stepping, action
from squad.services.tickets.model.report import Report, report
from squad.services.tickets.model.sight import sight
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.service.visits import Visits
from squad.services.tickets.store import registers

# A row may come to light after one that was written later: its unit was under way, or another
# node's clock is behind. What is younger than this is given again; versions tell it is the same.
OVERLAP = 20.0  # s
FRESH = timedelta(days=7)  # finished tickets that a new copy begins with
GONE = 1_000  # tickets at most that one answer says are out of sight

Outcome = Literal["applied", "merged", "repeated", "refused", "retry"]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a mutation. id: its own, null where it could not be read.

    outcome: merged and repeated are fine; refused is for good; retry: send it again from here.
    problem: why it was refused, or must wait. ticket: as it is now, where the sender sees it.
    """

    id: str | None
    outcome: Outcome
    problem: Mapping[str, Any] | None = None
    ticket: TicketView | None = None


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket with all that a copy needs. touched_at: when anything of it last changed."""

    ticket: TicketView
    messages: Sequence[Message]
    attachments: Sequence[Attachment]
    report: Report
    history: Sequence[Entry]
    touched_at: datetime


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a pull stands: seconds since 1970 by our clock.

    touched, id: the last row given. mark: where the next round begins. since: where this one
    began. first: whether the copy is just being made.
    """

    touched: float = 0.0
    id: str = ""
    mark: float = 0.0
    since: float = 0.0
    first: bool = True


class Pulled(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what changed. more: ask again at once. gone: ids that are out of sight now."""

    now: datetime
    place: Place
    more: bool
    tickets: Sequence[Synced]
    gone: Sequence[str]


class _Kept(msgspec.Struct, frozen=True):
    """What is told of a mutation that came before."""

    outcome: str = "applied"
    problem: dict[str, Any] | None = None


_kept = msgspec.json.Decoder(_Kept).decode


class Sync:
    """The two halves of a client's sync."""

    def __init__(self, desk: Desk, visits: Visits) -> None:
        self._desk = desk
        self._visits = visits

    async def push(
        self, *, actor: Actor, mutation: Mutation, skew: timedelta, trace: str
    ) -> Result:
        """This will apply a mutation once for ever, and remember why it was refused."""
        print_ = derive(encode(mutation).decode()).encode()
        cause = Cause(derive("sync", actor.id, mutation.id), print_, actor.id, trace)
        try:
            done = await self._desk.books.ledger.done(cause.id)
            if done is not None:
                return await self._again(actor, mutation, cause, done)
            outcome = await self._apply(actor, mutation, skew, cause)
        except Duplicate as duplicate:
            return await self._again(actor, mutation, cause, duplicate.done)
        except (Shed, Late, Limited) as problem:
            return Result(id=mutation.id, outcome="retry", problem=problem.body())
        except (Unavailable, Conflict):
            shed = Shed("Something that is needed does not answer. Try again.")
            return Result(id=mutation.id, outcome="retry", problem=shed.body())
        except Problem as problem:
            return await self._refuse(actor, mutation, cause, problem)
        return await self._result(actor, mutation, outcome)

    async def _apply(
        self, actor: Actor, mutation: Mutation, skew: timedelta, cause: Cause
    ) -> Outcome:
        require(actor, action(mutation))
        if isinstance(mutation, Note):
            return await self._visits.say(actor=actor, mutation=mutation, skew=skew, cause=cause)
        if isinstance(mutation, Stepping):
            return await self._visits.step(actor=actor, mutation=mutation, skew=skew, cause=cause)
        assert isinstance(mutation, Reporting)
        return await self._visits.write(actor=actor, mutation=mutation, skew=skew, cause=cause)

    async def _refuse(
        self, actor: Actor, mutation: Mutation, cause: Cause, problem: Problem
    ) -> Result:
        """For good: the same mutation is told the same, whatever becomes of the ticket."""
        try:
            await self._desk.books.open(cause).commit(_Kept("refused", dict(problem.body())))
        except Duplicate as duplicate:
            return await self._again(actor, mutation, cause, duplicate.done)
        except Unavailable:
            return Result(id=mutation.id, outcome="retry", problem=Shed("Try again.").body())
        return await self._result(actor, mutation, "refused", problem.body())

    async def _again(self, actor: Actor, mutation: Mutation, cause: Cause, done: Done) -> Result:
        if done.fingerprint != cause.fingerprint:
            reused = Reused("This id came before with another content. Take a new one.")
            return await self._result(actor, mutation, "refused", reused.body())
        kept = _kept(done.answer or b"{}")
        outcome: Outcome = "refused" if kept.outcome == "refused" else "repeated"
        return await self._result(actor, mutation, outcome, kept.problem)

    async def _result(
        self, actor: Actor, mutation: Mutation, outcome: Outcome,
        problem: Mapping[str, Any] | None = None,
    ) -> Result:  # fmt: skip
        try:
            ticket = await self._desk.get(actor=actor, id=mutation.ticket)
        except Missing:
            ticket = None
        return Result(id=mutation.id, outcome=outcome, problem=problem, ticket=ticket)

    async def pull(self, *, actor: Actor, place: Place, limit: int) -> Pulled:
        """This will give the next part of what changed for somebody, oldest change first.

        What changed in the last OVERLAP seconds comes again with the next round.
        """
        now, seen = self._desk.books.clock.now(), sight(actor)
        mark = place.mark or now.timestamp() - OVERLAP
        rows = await self._desk.changes.since(
            seen,
            after=(place.touched, place.id),
            limit=limit + 1,
            fresh=(now - FRESH).timestamp() if place.first else None,
        )
        more = len(rows) > limit
        rows = rows[:limit]
        if more:
            last = rows[-1]
            after = Place(last[2], last[0].id, mark, place.since, place.first)
        else:
            start = max(place.since, mark)
            after = Place(start, "", 0.0, start, False)
        gone: list[str] = []
        if not more and not place.first:
            gone = await self._desk.changes.gone(seen, place.since, GONE)
        tickets = await self._whole(actor, rows)
        return Pulled(now=now, place=after, more=more, tickets=tickets, gone=gone)

    async def _whole(self, actor: Actor, rows: Sequence[tuple[Any, Any, float]]) -> list[Synced]:
        ids = [ticket.id for ticket, _, _ in rows]
        if not ids:
            return []
        changes, internal = self._desk.changes, actor.staff
        messages = await changes.messages(ids, internal=internal)
        files = await changes.files(ids, internal=internal)
        history = await changes.history(ids)
        reports = await registers.held(self._desk.store.database, ids)
        return [
            Synced(
                ticket=store.view(ticket, extra),
                messages=messages[ticket.id],
                attachments=files[ticket.id],
                report=report(ticket.id, reports[ticket.id]),
                history=[one if internal else outward(one) for one in history[ticket.id]],
                touched_at=datetime.fromtimestamp(touched, UTC),
            )
            for ticket, extra, touched in rows
        ]
