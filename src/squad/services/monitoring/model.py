"""What monitoring tells: journeys of tickets, dead letters and what was done about them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from squad.contracts.routing import TicketAssigned
from squad.contracts.tickets import TicketCreated, TicketUpdated
from squad.ports.bus import DeadLetter, Depth

Reason = Annotated[str, Meta(min_length=1, max_length=500, description="Why; it is kept.")]
Queue = Annotated[str, Meta(max_length=60, description="A service's name; all when empty.")]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """An event that happened."""

    id: str
    type: str
    at: datetime
    version: int
    cause: str
    actor: str
    traceparent: str


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One handling of an event by a service. took: ms."""

    event: str
    service: str
    receives: int
    published: datetime
    handled: datetime
    took: float
    outcome: str


class Handled(msgspec.Struct, frozen=True):
    """How a service handled an event. receives: how often it had been handed out by then.

    latency_ms: from publishing to handled. took_ms: of work. outcome: "ack", "duplicate" (known
    already, changed nothing), "retry" or "bury".
    """

    service: str
    at: datetime
    receives: int
    outcome: str
    latency_ms: float
    took_ms: float


class Step(msgspec.Struct, frozen=True):
    """One event of a ticket and who handled it.

    after_ms: since the first event. outbox_ms: from the event to its publishing, null until
    somebody handled it. cause: id of the command or event behind it. actor: "" is the system.
    """

    id: str
    type: str
    time: datetime
    after_ms: float
    outbox_ms: float | None
    version: int
    cause: str
    actor: str
    traceparent: str
    handled: Sequence[Handled]


class Journey(msgspec.Struct, frozen=True):
    """Everything that happened to a ticket, in order of time.

    routed_ms: from its creation to the first choice of a consultant, null before that.
    assigned_ms: until the ticket had taken that choice over, null before that.
    """

    ticket: str
    routed_ms: float | None
    assigned_ms: float | None
    events: Sequence[Step]


class Dead(msgspec.Struct, frozen=True):
    """A letter that could not be processed. body: the event; only where one letter is asked for."""

    id: str
    queue: str
    event: str
    type: str
    subject: str
    reason: str
    receives: int
    buried_at: datetime
    body: Any = None


class Queues(msgspec.Struct, frozen=True):
    """How full the queues are. oldest: seconds that the oldest waiting letter has waited."""

    items: Sequence[Depth]


class Count(msgspec.Struct, frozen=True):
    """How many letters it was about."""

    count: int


class Act(msgspec.Struct, frozen=True):
    """What an administrator or manager did.

    target: a letter's id, a queue, or "" for all queues; of "promote_policy" the versions.
    count: letters it was about; null when it was cut off before that was known.
    """

    id: str
    at: datetime
    actor: str
    action: str
    target: str
    reason: str
    count: int | None


def journey(ticket: str, facts: Iterable[Fact], sightings: Iterable[Sighting]) -> Journey:
    """This will put events and their handlings together, in order of time."""
    ordered = sorted(facts, key=lambda f: (f.at, f.version, f.type))
    seen: dict[str, list[Sighting]] = {}
    for one in sorted(sightings, key=lambda s: (s.handled, s.service, s.receives)):
        seen.setdefault(one.event, []).append(one)
    return Journey(
        ticket,
        _delay(ordered, TicketAssigned.type),
        _delay(ordered, TicketUpdated.type, cause=TicketAssigned.type),
        [_step(fact, seen.get(fact.id, []), ordered[0].at) for fact in ordered],
    )


def _delay(facts: Sequence[Fact], type: str, cause: str = "") -> float | None:
    """From creation to the first event of the type, caused by one of another type if it is said."""
    types = {fact.id: fact.type for fact in facts}
    begun = next((f.at for f in facts if f.type == TicketCreated.type), None)
    came = next((f.at for f in facts if f.type == type and cause in ("", types.get(f.cause))), None)
    return None if begun is None or came is None else _ms(begun, came)


def _step(fact: Fact, seen: Sequence[Sighting], start: datetime) -> Step:
    return Step(
        id=fact.id,
        type=fact.type,
        time=fact.at,
        after_ms=_ms(start, fact.at),
        outbox_ms=_ms(fact.at, min(s.published for s in seen)) if seen else None,
        version=fact.version,
        cause=fact.cause,
        actor=fact.actor,
        traceparent=fact.traceparent,
        handled=[
            Handled(
                s.service,
                s.handled,
                s.receives,
                s.outcome,
                _ms(s.published, s.handled),
                round(s.took, 2),
            )
            for s in seen
        ],
    )


def dead(letter: DeadLetter, *, whole: bool = False) -> Dead:
    """This will show a dead letter. whole: with its body; what is not JSON is shown as text."""
    return Dead(
        id=letter.id,
        queue=letter.queue,
        event=letter.letter.id,
        type=letter.letter.type,
        subject=letter.letter.subject,
        reason=letter.reason,
        receives=letter.receives,
        buried_at=_time(letter.buried_at),
        body=_body(letter.letter.body) if whole else None,
    )


def _body(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return raw.decode("utf-8", "replace")


def act(row: Mapping[str, Any]) -> Act:
    """This will read an audit row back."""
    return Act(**{**row, "at": _time(row["at"])})


def _ms(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds() * 1000, 2)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
