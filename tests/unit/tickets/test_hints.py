"""Tickets that may be the same are shown to those who may see them, best first."""

from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON
from tests.unit.tickets.conftest import fresh

from squad.adapters.clock.frozen import Frozen
from squad.contracts.tickets import Ticket
from squad.kernel.access import Actor
from squad.kernel.ids import derive
from squad.services.tickets.model.similar import rank, score
from squad.services.tickets.service.hints import Hints

CUSTOMER = derive("test", "customer")


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Printer jams", "printer jams!", 1.0, 1.0),
        ("The till does not start", "Till 3 does not start", 0.7, 1.0),
        ("Imprimante bloquée", "imprimante bloquee", 0.7, 1.0),
        ("Printer jams", "Cannot reach the network", 0.0, 0.2),
        ("", "Printer jams", 0.0, 0.0),
        ("🚚🚚🚚", "Printer jams", 0.0, 0.0),
    ],
)
def test_scores_how_alike_words_are(one: str, other: str, least: float, most: float) -> None:
    """Shared trigrams, whatever case and marks; the order of the two does not matter."""
    assert least <= score(one, other) <= most
    assert score(one, other) == score(other, one)


class Shelf:
    """Open tickets, as the store would give them."""

    async def alike(self, column: str, value: str, since: float, limit: int) -> list[Ticket]:
        """This will give those of the requester or the store."""
        return [
            ticket for ticket in TICKETS
            if getattr(ticket, column) == value and ticket.created_at.timestamp() >= since
        ][:limit]  # fmt: skip


def _ticket(number: int, **changes: Any) -> Ticket:
    return fresh(NOON - timedelta(days=number), id=derive("test", f"t{number}"), **changes)


TICKETS = [
    _ticket(1, title="Till 3 does not start"),
    _ticket(2, title="Till does not start any more", store="s1"),
    _ticket(3, title="Printer jams"),
    _ticket(4, title="Till 3 does not start", store="s1", requester=derive("test", "other")),
    _ticket(20, title="Till 3 does not start"),
]


@pytest.mark.parametrize(
    ("actor", "requester", "store", "days"),
    [
        (Actor("desk", ("receptionist",)), CUSTOMER, None, [1, 2]),
        (Actor("desk", ("receptionist",)), CUSTOMER, "s1", [1, 4, 2]),
        (Actor(CUSTOMER, ("customer",)), CUSTOMER, "s1", [1, 2]),
        (Actor("clerk", ("store",), store="s1"), None, "s1", [4, 2]),
        (Actor("nosy", ("customer",)), CUSTOMER, "s1", []),
    ],
)
async def test_hints_at_open_tickets_that_the_actor_may_see(
    clock: Frozen, actor: Actor, requester: str | None, store: str | None, days: list[int]
) -> None:
    """Alike enough, of the last two weeks, each once."""
    hints = Hints(Shelf(), None, clock)  # type: ignore[arg-type]

    found = await hints.similar(
        actor=actor, title="till 3 does not start", requester=requester, store=store
    )

    assert [(NOON - one.created_at).days for one in found] == days


def test_shows_five_at_most() -> None:
    """The newest among equals."""
    found = rank("Printer", [_ticket(number, title="Printer") for number in range(9)])

    assert [(NOON - one.created_at).days for one in found] == [0, 1, 2, 3, 4]
