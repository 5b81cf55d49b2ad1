"""A decision as each reader may see it: in numbers for staff, in words for everybody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from squad.kernel.access import Actor
from squad.services.routing import explain
from squad.services.routing.counter import Flip
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


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One term of the cost. minutes: of each candidate, in their order."""

    term: str
    label: str
    minutes: Sequence[float]


class Otherwise(msgspec.Struct, frozen=True, kw_only=True):
    """What would have made somebody the choice, or, "eligible", let them be considered.

    by: how much of it: minutes, levels, points of rating, times a weight; else 1. about: the
    skill, ticket, language, term or people that it is about.
    """

    consultant: str
    name: str
    kind: str
    by: float = 1.0
    about: str = ""
    text: str


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
    terms: Sequence[Term] = ()
    counterfactuals: Sequence[Otherwise] = ()
    earlier: Sequence[str] = ()


def decided(
    memory: Memory, work: Work, kept: Kept, actor: Actor, *, language: str = "",
    earlier: Sequence[str] = (), flips: Sequence[Flip] = (),
) -> Decided:  # fmt: skip
    """This will show a decision as this person may see it.

    language: en, fr or es; theirs if left out. earlier: ids of the decisions before it.
    flips: what would have changed it.
    """
    record, language = kept.record, language or actor.language
    names = {id: person.contact.name for id, person in memory.people.items()}
    told = _text(kept, actor, language, names, _zone(work.ticket.spot.zone))
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
        terms=[Term(**line._asdict()) for line in explain.table(record, language)],
        counterfactuals=_otherwise(memory, kept, flips, names, language),
        earlier=earlier,
    )


def _zone(name: str) -> ZoneInfo:
    """The customer's; what is no zone came from outside, and is no reason to say nothing."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        return ZoneInfo("Etc/UTC")


def _otherwise(
    memory: Memory, kept: Kept, flips: Sequence[Flip], names: Mapping[str, str], language: str
) -> list[Otherwise]:
    """Tickets are called by their reference."""
    record = kept.record
    found = [
        Otherwise(
            consultant=flip.consultant,
            name=names.get(flip.consultant, ""),
            kind=flip.kind,
            by=flip.by,
            about=flip.name,
            text=_called(memory, explain.flipped(record, flip, names, language), flip),
        )
        for flip in flips
    ]
    return found + [
        Otherwise(
            consultant=miss.consultant,
            name=names.get(miss.consultant, ""),
            kind="eligible",
            text=explain.needed(miss, names, language),
        )
        for miss in record.near
    ]


def _called(memory: Memory, text: str, flip: Flip) -> str:
    work = memory.work.get(flip.name) if flip.kind == "lighter" else None
    return text.replace(flip.name, work.ticket.reference) if work else text


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


def audience_of(kept: Kept, actor: Actor) -> explain.Audience:
    """This will tell how much of a decision somebody is told."""
    if actor.id == kept.record.consultant:
        return "consultant"
    overseers = ("dispatcher", "manager", "administrator", "auditor")
    return "dispatcher" if actor.has(*overseers) else "customer"


def _text(
    kept: Kept, actor: Actor, language: str, names: Mapping[str, str], zone: ZoneInfo
) -> tuple[str, ...]:
    """Plain words at the reader's level; a choice by hand says so before the engine's view."""
    audience = audience_of(kept, actor)
    if audience == "customer":
        names = {id: name.split(" ")[0] for id, name in names.items()}
    told: tuple[str, ...] = ()
    if kept.by:
        told = (_BY_HAND.get(language, _BY_HAND["en"]),)
        if kept.consultant != kept.record.consultant and audience != "dispatcher":
            return told
    told += explain.explain(kept.record, names, language=language, audience=audience, zone=zone)
    return told
