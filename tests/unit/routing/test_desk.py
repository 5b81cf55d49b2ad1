"""The desk: events in, commands out, as ROUTER-PROTOCOL.md has it."""

from typing import Any

import pytest

from squad.services.routing import wire
from squad.services.routing.desk import Desk, Unknown

NINE = 540.0  # min: Monday 09:00


def _desk(*names: str, **changes: Any) -> Desk:
    """Consultants in New York, on shift from nine for eight hours."""
    desk = Desk()
    for name in names:
        facts: dict[str, Any] = {"lat": 40.7, "lon": -74.0, "skills": {"network": 3}}
        desk.handle(wire.UserUpserted(now=0.0, id=name, **facts | changes))
        desk.handle(wire.ShiftPlanned(now=0.0, id=name, start=NINE, end=NINE + 480.0))
        desk.handle(wire.ShiftStarted(now=NINE, id=name))
    return desk


def _created(id: str = "t", now: float = NINE, **changes: Any) -> wire.TicketCreated:
    facts: dict[str, Any] = {
        "lat": 40.75, "lon": -73.98, "due": now + 480.0, "skills": {"network": 2},
    }  # fmt: skip
    return wire.TicketCreated(now=now, id=id, **facts | changes)


def _assigned(commands: list[wire.Command]) -> list[tuple[str, str]]:
    return [(one.ticket, one.consultant) for one in commands if isinstance(one, wire.Assign)]


def test_assigns_once() -> None:
    """The same creation twice is one assignment."""
    desk = _desk("ann")

    first, second = desk.handle(_created()), desk.handle(_created())

    assert _assigned(first) == [("t", "ann")]
    assert second == []


def test_waits_for_who_starts_soon() -> None:
    """Before anybody works a ticket waits; it is given an hour before the shift."""
    desk = Desk()
    desk.handle(wire.UserUpserted(now=0.0, id="ann", lat=40.7, lon=-74.0, skills={"network": 3}))
    desk.handle(wire.ShiftPlanned(now=0.0, id="ann", start=NINE, end=NINE + 480.0))

    assert desk.handle(_created(now=300.0)) == []
    assert desk.handle(wire.Tick(now=470.0)) == []
    assert _assigned(desk.handle(wire.Tick(now=480.0))) == [("t", "ann")]


@pytest.mark.parametrize("answer", [wire.TicketDeclined, wire.TicketTimedOut])
def test_a_no_goes_to_another_at_once(answer: Any) -> None:
    """And never back to who said it."""
    desk = _desk("ann", "ben")
    [(_, first)] = _assigned(desk.handle(_created()))
    second = {"ann": "ben", "ben": "ann"}[first]

    assert _assigned(desk.handle(answer(now=NINE, id="t", by=first))) == [("t", second)]
    assert desk.handle(answer(now=NINE, id="t", by=second)) == []
    assert desk.handle(wire.Tick(now=NINE + 1.0)) == []
    assert desk.handle(answer(now=NINE, id="t", by=second)) == []


def test_interrupts_a_trip_for_what_cannot_wait() -> None:
    """A P1 on the way of somebody who drives to a P4 comes first; the P4 stays theirs."""
    desk = _desk("ann")
    desk.handle(_created("far", lat=41.2, lon=-73.9, priority=4))
    desk.handle(wire.TicketAccepted(now=NINE, id="far", by="ann"))
    desk.handle(wire.TicketStarted(now=NINE, id="far", by="ann", eta=NINE + 60.0))

    commands = desk.handle(_created("now", NINE + 10.0, priority=1, tier="gold", lat=40.8))

    assert commands == [wire.Divert("ann"), wire.Assign("now", "ann", 0)]
    assert [stop.ticket for stop in desk.roster.plan("ann")] == ["now", "far"]


def test_leaves_a_trip_to_something_as_urgent() -> None:
    """A P1 does not interrupt a P1."""
    desk = _desk("ann")
    desk.handle(_created("far", lat=41.2, lon=-73.9, priority=1))
    desk.handle(wire.TicketStarted(now=NINE, id="far", by="ann", eta=NINE + 60.0))

    commands = desk.handle(_created("now", NINE + 10.0, priority=1, lat=40.8))

    assert commands == [wire.Assign("now", "ann", 0)]


def test_gives_who_is_free_what_others_would_do_later() -> None:
    """Ben starts: some of what is queued at Ann's goes to him, each command once."""
    desk = _desk("ann")
    for number in range(6):
        desk.handle(_created(f"t{number}", lat=40.75 + number / 50))
    ben: dict[str, Any] = {"lat": 40.86, "lon": -74.0, "skills": {"network": 3}}
    desk.handle(wire.UserUpserted(now=NINE, id="ben", **ben))
    desk.handle(wire.ShiftPlanned(now=NINE, id="ben", start=NINE + 5.0, end=NINE + 480.0))

    commands = desk.handle(wire.ShiftStarted(now=NINE + 5.0, id="ben"))

    moved = _assigned(commands)
    assert moved
    assert {consultant for _, consultant in moved} == {"ben"}
    taken = [one.ticket for one in commands if isinstance(one, wire.Unassign)]
    assert taken == [ticket for ticket, _ in moved]


def test_what_has_begun_stays() -> None:
    """Neither the trip under way nor what starts within the frozen minutes moves."""
    desk = _desk("ann")
    desk.handle(_created("a"))
    desk.handle(wire.TicketStarted(now=NINE, id="a", by="ann", eta=NINE + 20.0))
    ben: dict[str, Any] = {"lat": 40.75, "lon": -73.98, "skills": {"network": 5}}
    desk.handle(wire.UserUpserted(now=NINE, id="ben", **ben))
    desk.handle(wire.ShiftPlanned(now=NINE, id="ben", start=NINE + 1.0, end=NINE + 480.0))

    commands = desk.handle(wire.ShiftStarted(now=NINE + 1.0, id="ben"))
    commands += [c for m in range(2, 12) for c in desk.handle(wire.Tick(now=NINE + m))]

    assert commands == []


@pytest.mark.parametrize(
    "event",
    [
        wire.ShiftStarted(now=NINE, id="nobody"),
        wire.TicketClosed(now=NINE, id="nothing", by="ann"),
        wire.TicketAccepted(now=NINE, id="nothing", by="ann"),
    ],
)
def test_names_what_it_does_not_know(event: wire.Happening) -> None:
    """An unknown id changes nothing."""
    desk = _desk("ann")

    with pytest.raises(Unknown, match="no such"):
        desk.handle(event)
    assert _assigned(desk.handle(_created())) == [("t", "ann")]


def test_a_release_by_another_changes_nothing() -> None:
    """Late news of somebody who has not got the ticket any more."""
    desk = _desk("ann", "ben")
    [(_, first)] = _assigned(desk.handle(_created()))
    second = {"ann": "ben", "ben": "ann"}[first]

    assert desk.handle(wire.TicketReleased(now=NINE, id="t", by=second)) == []
    assert desk.roster.holder("t") == first
