"""The HTTP interface of routing: why, why not, by hand, and who is on duty."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.kernel.access import Actor
from squad.kernel.http import Answer, Call, Empty, Endpoints
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.services.routing import explain
from squad.services.routing.model import Candidate, Kept, Lack, Miss, Terms
from squad.services.routing.roster import ON_CALL, ON_LEAVE
from squad.services.routing.service import Routing

ENDPOINTS = Endpoints("/api/routing")


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which language; your own if left out."""

    language: Literal["en", "fr", "es"] | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who could have done it. cost and terms: minutes of paid consultant time."""

    consultant: str
    name: str
    cost: float
    position: int
    arrival: datetime
    terms: Terms


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who could not, and what was in the way. travel_min: from home, minutes."""

    consultant: str
    name: str
    travel_min: float
    lacks: Sequence[Lack]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A routing decision. text: plain words, for the reader's role and language.

    by: the dispatcher who chose by hand, or "". Costs and other people are for staff only.
    """

    id: str
    ticket: str
    turn: int
    at: datetime
    by: str
    consultant: str | None
    name: str
    policy: int
    text: Sequence[str]
    cost: float | None = None
    snapshot: str = ""
    roster: int | None = None
    eligible: int | None = None
    candidates: Sequence[Choice] = ()
    excluded: Mapping[str, int] = {}
    near: Sequence[Missed] = ()
    earlier: Sequence[str] = ()


class Assign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who is to do it. override: also where it breaks a constraint."""

    consultant: Id
    override: bool = False


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """A consultant now. load: open tickets. opens, closes: present or next hours."""

    id: str
    name: str
    load: int
    capacity: int
    status: Literal["on_shift", "on_call", "on_leave", "off"]
    opens: datetime | None
    closes: datetime | None
    territories: Sequence[str]
    skills: Mapping[str, int]
    plan: Sequence[str]


class Roster(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters of the roster."""

    territory: Annotated[str, Meta(max_length=20)] | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@ENDPOINTS.get(
    "/tickets/{id}/decision", action="routing.explain", query=Told, answer=Decided,
    criticality="important",
)  # fmt: skip
async def decision(routing: Routing, call: Call[None, Told]) -> Decided:
    """Show why this consultant was chosen, and why not the others."""
    work = await routing.seen(call.actor, call.id())
    kept = await routing.decisions(call.id())
    language = call.query.language or call.actor.language
    earlier = [one.id for one in kept[1:]] if call.actor.staff else []
    decided = _decided(routing, kept[0], call.actor, language, earlier)
    return _named(decided, work.ticket.reference)


@ENDPOINTS.post(
    "/tickets/{id}/assign", action="routing.assign", body=Assign, answer=Decided,
    criticality="core", problems=(409,),
)  # fmt: skip
async def assign(routing: Routing, call: Call[Assign, Empty]) -> Decided:
    """Assign a ticket by hand."""
    work = await routing.seen(call.actor, call.id())
    kept = await routing.assign(
        actor=call.actor,
        id=call.id(),
        consultant=call.body.consultant,
        override=call.body.override,
        cause=call.cause,
    )
    decided = _decided(routing, kept, call.actor, call.actor.language, [])
    return _named(decided, work.ticket.reference)


@ENDPOINTS.get("/roster", action="routing.roster", query=Roster, answer=page_of(OnDuty))
async def roster(routing: Routing, call: Call[None, Roster]) -> Answer:
    """List consultants with their load, hours and plan."""
    query, after = call.query, ""
    if query.cursor:
        (after,) = parts(query.cursor, str)
    mine = call.actor.territories
    wanted = {query.territory} if query.territory else set()
    ids = [
        id
        for id in sorted(routing.roster.ids)
        if id > after and _works(routing, id, wanted) and _works(routing, id, set(mine))
    ]
    shown = ids[: query.limit]
    more = len(ids) > query.limit
    page = Page([_on_duty(routing, id) for id in shown], cursor(shown[-1]) if more else None)
    return paged(page, "/api/routing/roster", query)


def _works(routing: Routing, id: str, territories: set[str]) -> bool:
    return not territories or bool(territories.intersection(routing.people[id].territories))


def _on_duty(routing: Routing, id: str) -> OnDuty:
    columns, row, person = routing.roster.columns, routing.roster.row(id), routing.people[id]
    now = routing.books.clock.now().timestamp()
    opens, closes = float(columns["opens"][row]), float(columns["closes"][row])
    marks = {ON_CALL: "on_call", ON_LEAVE: "on_leave"}
    status = marks.get(int(columns["status"][row]), "on_shift" if opens <= now < closes else "off")
    return OnDuty(
        id=id,
        name=person.contact.name,
        load=int(columns["load"][row]),
        capacity=int(columns["capacity"][row]),
        status=status,  # type: ignore[arg-type]
        opens=_time(opens),
        closes=_time(closes),
        territories=person.territories,
        skills=person.skills,
        plan=[stop.ticket for stop in routing.roster.plan(id)],
    )


def _time(seconds: float) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 4e9 else None


def _decided(
    routing: Routing, kept: Kept, actor: Actor, language: str, earlier: Sequence[str]
) -> Decided:
    record = kept.record
    names = {id: person.contact.name for id, person in routing.people.items()}
    common = {
        "id": kept.id,
        "ticket": record.ticket,
        "turn": kept.turn,
        "at": kept.at,
        "by": kept.by if actor.staff else "",
        "consultant": kept.consultant,
        "name": _name(names.get(kept.consultant or "", ""), actor),
        "policy": record.policy,
        "text": _text(kept, actor, language, names),
    }
    if not actor.staff:
        return Decided(**common)  # type: ignore[arg-type]
    return Decided(
        **common,  # type: ignore[arg-type]
        cost=record.cost,
        snapshot=record.snapshot,
        roster=record.roster,
        eligible=record.eligible,
        candidates=[_choice(one, names) for one in record.candidates],
        excluded=record.excluded,
        near=[_missed(one, names) for one in record.near],
        earlier=earlier,
    )


def _choice(one: Candidate, names: Mapping[str, str]) -> Choice:
    return Choice(
        consultant=one.consultant,
        name=names.get(one.consultant, ""),
        cost=round(one.cost, 2),
        position=one.position,
        arrival=datetime.fromtimestamp(one.arrival, UTC),
        terms=one.terms,
    )


def _missed(one: Miss, names: Mapping[str, str]) -> Missed:
    return Missed(
        consultant=one.consultant,
        name=names.get(one.consultant, ""),
        travel_min=one.travel_min,
        lacks=one.lacks,
    )


def _name(name: str, actor: Actor) -> str:
    """Customers are told the first name only."""
    return name if actor.staff else name.split(" ")[0]


_BY_HAND = {
    "en": "A dispatcher chose by hand.",
    "fr": "Choix fait à la main par la répartition.",
    "es": "Lo eligió a mano el despacho.",
}


def _text(kept: Kept, actor: Actor, language: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Plain words at the reader's level; a choice by hand says so before the engine's view."""
    audience: explain.Audience = "dispatcher"
    if actor.id == kept.record.consultant:
        audience = "consultant"
    elif not actor.staff or not actor.has("dispatcher", "manager", "administrator", "auditor"):
        audience = "customer"
    if audience == "customer":
        names = {id: name.split(" ")[0] for id, name in names.items()}
    told: tuple[str, ...] = ()
    if kept.by:
        told = (_BY_HAND.get(language, _BY_HAND["en"]),)
        if kept.consultant != kept.record.consultant and audience != "dispatcher":
            return told
    told += explain.explain(kept.record, names, language=language, audience=audience)
    return told


def _named(decided: Decided, reference: str) -> Decided:
    """People know a ticket by its reference, not by its id."""
    text = tuple(sentence.replace(decided.ticket, reference) for sentence in decided.text)
    return msgspec.structs.replace(decided, text=text)
