"""A decision as each reader may see it: in numbers for staff, in words for everybody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from squad.kernel.access import Actor
from squad.services.routing import explain
from squad.services.routing.model import Candidate, Kept, Lack, Miss, Terms
from squad.services.routing.service import Memory
from squad.services.routing.work import Work


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


def decided(
    memory: Memory, work: Work, kept: Kept, actor: Actor, *, language: str = "",
    earlier: Sequence[str] = (),
) -> Decided:  # fmt: skip
    """This will show a decision as this person may see it.

    language: en, fr or es; theirs if left out. earlier: ids of the decisions before it.
    """
    record = kept.record
    names = {id: person.contact.name for id, person in memory.people.items()}
    told = _text(kept, actor, language or actor.language, names)
    common = {
        "id": kept.id,
        "ticket": record.ticket,
        "turn": kept.turn,
        "at": kept.at,
        "by": kept.by if actor.staff else "",
        "consultant": kept.consultant,
        "name": _name(names.get(kept.consultant or "", ""), actor),
        "policy": record.policy,
        # People know a ticket by its reference, not by its id.
        "text": tuple(line.replace(record.ticket, work.ticket.reference) for line in told),
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
