"""Whether a ticket that is being written may be one that is open already. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from squad.contracts.tickets import Status, Ticket

LOOKBACK = timedelta(days=14)  # older open tickets are no hint
MOST = 5  # hints at most
ALIKE = 0.3  # score from which a ticket is worth a look


class Like(msgspec.Struct, frozen=True, kw_only=True):
    """An open ticket that may be the same. score: 0 to 1, how alike the words are."""

    id: str
    reference: str
    title: str
    status: Status
    priority: int
    created_at: datetime
    requester: str
    store: str
    score: float


def score(one: str, other: str) -> float:
    """This will tell how alike two texts are: shared trigrams over those of the shorter one.

    Dice's coefficient punishes a long description beside a short title; this one does not.
    """
    first, second = _trigrams(one), _trigrams(other)
    if not first or not second:
        return 0.0
    return round(len(first & second) / min(len(first), len(second)), 2)


def _trigrams(text: str) -> frozenset[str]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return frozenset(f"  {word} "[at : at + 3] for word in words for at in range(len(word) + 1))


def rank(title: str, tickets: Iterable[Ticket]) -> list[Like]:
    """This will give the tickets most like a title, best first, newest among equals."""
    found = [_like(ticket, score(title, ticket.title)) for ticket in tickets]
    alike = [one for one in found if one.score >= ALIKE]
    alike.sort(key=lambda one: (one.score, one.created_at), reverse=True)
    return alike[:MOST]


def _like(ticket: Ticket, score: float) -> Like:
    return Like(
        id=ticket.id,
        reference=ticket.reference,
        title=ticket.title,
        status=ticket.status,
        priority=ticket.priority,
        created_at=ticket.created_at,
        requester=ticket.requester,
        store=ticket.store,
        score=score,
    )
