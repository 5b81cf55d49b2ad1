"""By hand: what a dispatcher decides, what the engine must leave alone, and back."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from squad.contracts.envelope import Id
from squad.kernel.http import Call, Empty
from squad.services.routing import explain
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.api.views import Decided, decided
from squad.services.routing.model import Kept
from squad.services.routing.service import Memory, Option, Routing
from squad.services.routing.work import Action, Hold, Work


class Assign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is to do it. override: also where it breaks a constraint."""

    consultant: Id
    override: bool = False


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is to keep it; if left out, who has it. override: also where it breaks a constraint."""

    consultant: Id | None = None
    override: bool = False


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For one consultant, or the engine's best. language: of the warnings; yours if left out."""

    consultant: Id | None = None
    language: Literal["en", "fr", "es"] | None = None


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A hard constraint that the assignment would break."""

    constraint: str
    name: str
    text: str


class Candidacy(msgspec.Struct, frozen=True, kw_only=True):
    """What it would mean to give somebody the ticket. cost, extra: minutes of paid time.

    extra: more than the engine's choice; null where nobody is eligible, or they have no time to
    come. position: in their plan, 0 is first.
    """

    consultant: str
    name: str
    cost: float | None
    extra: float | None
    position: int | None
    arrival: datetime | None
    warnings: Sequence[Breach]


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """engine: whom the engine would choose now, null: nobody is eligible. holder: who has it."""

    engine: str | None
    holder: str | None
    hold: Hold
    candidates: Sequence[Candidacy]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what was done by hand. consultant: who had the ticket then, or got it."""

    action: Action
    by: str
    at: datetime
    consultant: str | None


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """How the ticket is held now, by whom it was done, and what can be undone: the last of it."""

    ticket: str
    hold: Hold
    consultant: str | None
    undo: Action | None
    last: Done | None = None
    log: Sequence[Done] = ()


@ENDPOINTS.get(
    "/tickets/{id}/candidates", action="routing.assign", query=Asked, answer=Preview,
    criticality="important", problems=(422,),
)  # fmt: skip
async def candidates(routing: Routing, call: Call[None, Asked]) -> Preview:
    """Preview an assignment: what it breaks, and the minutes it costs more."""
    work = await routing.hand.seen(call.actor, call.id())
    language = call.query.language or call.actor.language
    decision, options = routing.hand.options(work, call.query.consultant or "")
    return Preview(
        engine=decision.consultant,
        holder=routing.memory.roster.holder(work.ticket.id),
        hold=work.hold,
        candidates=[_candidacy(routing.memory, one, language) for one in options],
    )


@ENDPOINTS.post(
    "/tickets/{id}/assign", action="routing.assign", body=Assign, answer=Decided,
    criticality="core", problems=(409, 422),
)  # fmt: skip
async def assign(routing: Routing, call: Call[Assign, Empty]) -> Decided:
    """Assign a ticket by hand."""

    def show(kept: Kept, work: Work) -> Decided:
        return decided(routing.memory, work, kept, call.actor)

    answer: Decided = await routing.hand.assign(
        actor=call.actor,
        id=call.id(),
        consultant=call.body.consultant,
        override=call.body.override,
        cause=call.cause,
        show=show,
    )
    return answer


@ENDPOINTS.post(
    "/tickets/{id}/pin", action="routing.assign", body=Pin, answer=Handled, criticality="core",
    problems=(409, 422),
)  # fmt: skip
async def pin(routing: Routing, call: Call[Pin, Empty]) -> Handled:
    """Pin a ticket to a consultant: the engine does not move it to somebody else."""
    body = call.body
    if body.consultant is None:
        return await _hold(routing, call, "pinned")
    answer: Handled = await routing.hand.assign(
        actor=call.actor,
        id=call.id(),
        consultant=body.consultant,
        override=body.override,
        cause=call.cause,
        show=_handled,
        hold="pinned",
    )
    return answer


@ENDPOINTS.post(
    "/tickets/{id}/unpin", action="routing.assign", body=Empty, answer=Handled,
    criticality="core", problems=(409,),
)  # fmt: skip
async def unpin(routing: Routing, call: Call[Empty, Empty]) -> Handled:
    """Let the engine move a pinned ticket again."""
    return await _hold(routing, call, "unpinned")


@ENDPOINTS.post(
    "/tickets/{id}/lock", action="routing.assign", body=Empty, answer=Handled,
    criticality="core", problems=(409,),
)  # fmt: skip
async def lock(routing: Routing, call: Call[Empty, Empty]) -> Handled:
    """Lock a ticket: the engine leaves it with nobody, or where it is."""
    return await _hold(routing, call, "locked")


@ENDPOINTS.post(
    "/tickets/{id}/unlock", action="routing.assign", body=Empty, answer=Handled,
    criticality="core", problems=(409,),
)  # fmt: skip
async def unlock(routing: Routing, call: Call[Empty, Empty]) -> Handled:
    """Let the engine have a locked ticket again, at once."""
    return await _hold(routing, call, "unlocked")


@ENDPOINTS.post(
    "/tickets/{id}/undo", action="routing.assign", body=Empty, answer=Handled,
    criticality="core", problems=(409,),
)  # fmt: skip
async def undo(routing: Routing, call: Call[Empty, Empty]) -> Handled:
    """Undo what was done last by hand, if nothing happened since."""
    answer: Handled = await routing.hand.undo(
        actor=call.actor, id=call.id(), cause=call.cause, show=_handled
    )
    return answer


@ENDPOINTS.get(
    "/tickets/{id}/hand", action="routing.roster", answer=Handled, criticality="important"
)
async def hand(routing: Routing, call: Call[None, Empty]) -> Handled:
    """Show how a ticket is held, what can be undone, and what was done by hand."""
    work = await routing.hand.seen(call.actor, call.id())
    log = [_done(kept) for kept in await routing.hand.log(call.id())]
    holder = routing.memory.roster.holder(work.ticket.id)
    return _state(work, holder, log[0] if log else None, log)


async def _hold(routing: Routing, call: Call[Any, Empty], action: Action) -> Handled:
    answer: Handled = await routing.hand.hold(
        actor=call.actor, id=call.id(), action=action, cause=call.cause, show=_handled
    )
    return answer


def _handled(kept: Kept, work: Work) -> Handled:
    return _state(work, kept.consultant, _done(kept))


def _state(work: Work, holder: str | None, last: Done | None, log: Sequence[Done] = ()) -> Handled:
    undone = work.deed.action if work.deed else None
    return Handled(
        ticket=work.ticket.id, hold=work.hold, consultant=holder, undo=undone, last=last, log=log
    )


def _done(kept: Kept) -> Done:
    action: Any = kept.action or "assigned"
    return Done(action=action, by=kept.by, at=kept.at, consultant=kept.consultant)


def _candidacy(memory: Memory, option: Option, language: str) -> Candidacy:
    one, person = option.candidate, memory.people.get(option.consultant)
    texts = explain.warnings(option.lacks, language)
    return Candidacy(
        consultant=option.consultant,
        name=person.contact.name if person else "",
        cost=round(one.cost, 2) if one else None,
        extra=None if option.extra is None else round(option.extra, 2),
        position=one.position if one else None,
        arrival=datetime.fromtimestamp(one.arrival, UTC) if one else None,
        warnings=[
            Breach(constraint=lack.constraint, name=lack.name, text=text)
            for lack, text in zip(option.lacks, texts, strict=True)
        ],
    )
