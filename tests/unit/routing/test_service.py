"""The running service: who is away gives back, what could go does, stalls are escalated."""

from typing import Any

import pytest
from msgspec.structs import replace
from tests.unit.routing.office import Office, Router, person
from tests.unit.tickets.conftest import fresh

from squad.contracts.envelope import Event
from squad.contracts.people import Contact, Person, UserUpdated
from squad.contracts.routing import RoutingStalled, TicketAssigned, TicketUnassigned
from squad.services.routing.service.strain import Strain

HOUR = 3_600.0


async def _look(office: Office, router: Router) -> list[Event]:
    await router.routing.step()
    await router.routing.look(sweep=True)
    return await office.settle(router)


def _reasons(said: list[Event]) -> list[str]:
    return [event.reason for event in said if isinstance(event, TicketUnassigned)]


async def _given(office: Office, router: Router, *steps: Any, **changes: Any) -> str:
    """A ticket that ana has, alone on the roster, and ben who comes later."""
    await office.enlist(router, "ana", spans=changes.pop("spans", ((0, 8), (24, 32))))
    id = await office.log(router, **changes)
    await office.settle(router)
    for step in steps:
        await office.step(router, id, step)
    assert office.assignee(id) == "ana"
    return id


async def test_sickness_gives_work_to_others_at_once(office: Office, router: Router) -> None:
    """Leave that begins now and is long: accepted work goes to ben, and ana has not declined."""
    id = await _given(office, router, "accept", priority=4)
    await office.enlist(router, "ben")

    await office.works(router, "ana", (0, 8), (24, 32), (0, 24, "leave"))
    said = await office.settle(router)

    assert _reasons(said) == ["unavailable"]
    assert office.assignee(id) == "ben"
    assert office.tickets[id].declined == ()


async def test_sickness_calls_a_dispatcher_where_nobody_else_is(
    office: Office, router: Router
) -> None:
    """The work does not stay with who is away, even if nobody can have it now."""
    id = await _given(office, router)

    await office.works(router, "ana", (0, 8), (0, 72, "leave"))
    await office.settle(router)

    assert office.tickets[id].status == "needs_dispatcher"


@pytest.mark.parametrize("steps", [("accept", "travel"), ("accept", "arrive"), ("accept", "wait")])
async def test_what_is_under_way_stays(
    office: Office, router: Router, steps: tuple[str, ...]
) -> None:
    """Who drives, works or waits for parts keeps the ticket."""
    id = await _given(office, router, *steps)
    await office.enlist(router, "ben")

    await office.works(router, "ana", (0, 8), (0, 72, "leave"))
    await office.settle(router)

    assert office.assignee(id) == "ana"


async def test_a_short_leave_keeps_what_is_not_in_danger(office: Office, router: Router) -> None:
    """An hour at the dentist's takes nothing away that is promised for later."""
    id = await _given(office, router, "accept", priority=4)
    await office.enlist(router, "ben")

    await office.works(router, "ana", (0, 8), (0, 2, "leave"))
    await office.settle(router)

    assert office.assignee(id) == "ana"


async def test_the_end_of_a_shift_hands_over_what_cannot_wait(
    office: Office, router: Router
) -> None:
    """What was promised before the next shift goes to ben, who is still there; the rest waits."""
    id = await _given(office, router, "accept", spans=((0, 2), (30, 38)))
    later = await office.log(router, "later", priority=4)
    await office.settle(router)
    await office.step(router, later, "accept")
    await office.enlist(router, "ben")

    office.clock.advance(2 * HOUR + 1)
    said = await _look(office, router)

    assert _reasons(said) == ["shift_end"]
    assert (office.assignee(id), office.assignee(later)) == ("ben", "ana")
    assert office.tickets[id].declined == ()


async def test_the_end_of_a_shift_without_anybody_else_changes_nothing(
    office: Office, router: Router
) -> None:
    """A late visit is better than none: it stays in the plan until somebody can have it."""
    id = await _given(office, router, "accept", spans=((0, 2), (30, 38)))

    office.clock.advance(2 * HOUR + 1)

    assert _reasons(await _look(office, router)) == []
    assert office.assignee(id) == "ana"


async def test_offers_count_working_time(office: Office, router: Router) -> None:
    """Five minutes before a break of two hours leave ten of fifteen for afterwards."""
    id = await _given(office, router, spans=((-1, 5 / 60), (2, 8)))
    await office.enlist(router, "ben")

    office.clock.advance(2 * HOUR + 9 * 60)
    assert _reasons(await _look(office, router)) == []
    office.clock.advance(2 * 60)
    said = await _look(office, router)

    assert _reasons(said) == ["timed_out"]
    assert office.tickets[id].declined == (person("ana"),)
    assert office.assignee(id) == "ben"


async def test_freed_capacity_takes_what_waits_longest(office: Office, router: Router) -> None:
    """The same letter that frees the consultant gives them the most urgent ticket they can do."""
    await office.enlist(router, "ana", capacity=1)
    first = await office.log(router, "first")
    await office.settle(router)
    others = [
        await office.log(router, f"other{n}", priority=1, skills={"network": 5}) for n in range(30)
    ]
    low = await office.log(router, "low", priority=4)
    high = await office.log(router, "high", priority=2)
    await office.settle(router)
    for step in ("accept", "arrive"):
        await office.step(router, first, step)

    await office.step(router, first, "resolve")
    await office.settle(router)

    assert office.assignee(high) == "ana"
    assert {office.tickets[id].status for id in (low, *others)} == {"needs_dispatcher"}


async def test_a_shift_that_begins_takes_all_that_waits(office: Office, router: Router) -> None:
    """Within one look, however much waits: all are looked at, not the next few of a sweep."""
    await office.enlist(router, "ana", spans=((2, 10),), capacity=50)
    ids = [await office.log(router, f"ticket{n}") for n in range(30)]
    await office.settle(router)
    assert not any(office.assignee(id) for id in ids)

    office.clock.advance(HOUR + 1)
    await router.routing.step()
    await router.routing.look(sweep=False)
    await office.settle(router)

    assert [office.assignee(id) for id in ids] == ["ana"] * 30


async def test_presence_takes_nobody_off_the_roster(office: Office, router: Router) -> None:
    """A phone in the background for eight hours says nothing: no letter, no beat, no sign-in.

    The consultant is as eligible as before, as long as the shift lasts.
    """
    await office.enlist(router, "ana", spans=((0, 9),))

    for _ in range(16):
        office.clock.advance(HOUR / 2)
        await _look(office, router)
    id = await office.log(router)
    await office.settle(router)

    assert office.assignee(id) == "ana"


async def test_a_stall_is_escalated_once_a_level(office: Office, router: Router) -> None:
    """P1: dispatchers again after 5 minutes, managers after 10, then nobody; a restart too."""
    id = await office.log(router, priority=1)
    assert [event.level for event in await office.settle(router)] == [0]  # type: ignore[attr-defined]

    levels = []
    for minute in range(1, 25):
        office.clock.advance(60)
        if minute == 7:
            await router.routing.memory.lease.release()
            router = await office.router()
        said = await _look(office, router)
        levels += [(minute, e.level) for e in said if isinstance(e, RoutingStalled)]

    assert levels == [(5, 1), (10, 2)]
    assert office.tickets[id].status == "needs_dispatcher"


async def test_a_ticket_that_was_taken_is_not_escalated(office: Office, router: Router) -> None:
    """Somebody's shift begins in time; a later stall counts anew."""
    id = await office.log(router, priority=1)
    await office.settle(router)
    office.clock.advance(120)
    await office.enlist(router, "ana")
    await office.settle(router)

    office.clock.advance(110)
    await office.step(router, id, "decline")
    await office.settle(router)
    office.clock.advance(4 * 60)
    said = await _look(office, router)

    assert office.tickets[id].status == "needs_dispatcher"
    assert said == []


async def test_who_is_deactivated_gives_everything_back(office: Office, router: Router) -> None:
    """Also what is pinned; the next turn is the engine's."""
    id = await _given(office, router, "accept")
    await office.enlist(router, "ben")
    gone = Person(
        id=person("ana"), version=2, roles=("consultant",), active=False, contact=Contact()
    )

    await office.hear(router, UserUpdated(person=gone), version=2)
    said = await office.settle(router)

    assert _reasons(said) == ["unavailable"]
    assert [event.consultant for event in said if isinstance(event, TicketAssigned)] == [
        person("ben")
    ]
    assert office.assignee(id) == "ben"


def test_a_slow_database_is_known_and_forgiven() -> None:
    """Slow commits raise the flag, a single one does not; it falls later than it rose."""
    strain = Strain()
    seen = []
    for seconds in (1.0, *[0.002] * 20, *[0.4] * 5, *[0.2] * 20, *[0.002] * 5):
        strain.note(seconds)
        seen.append(strain.slow)

    assert seen[:21] == [False] * 21
    assert seen[25] is True
    assert seen[45] is True  # 0.2 s a commit is between the bounds: it stays as it was
    assert seen[-1] is False


async def test_driving_times_are_learnt_and_kept(office: Office, router: Router) -> None:
    """A trip that took far longer than planned makes the next one longer, after a restart too."""
    await office.enlist(router, "ana")
    spot = replace(fresh(office.clock.now()).spot, latitude=42.2, longitude=-87.9)
    id = await office.log(router, spot=spot)
    await office.settle(router)
    for step in ("accept", "travel"):
        await office.step(router, id, step)
    office.clock.advance(2 * 3_600.0)
    await office.step(router, id, "arrive")
    learnt = router.routing.memory.paces.at(office.tickets[id])

    again = await office.router()

    assert learnt > 1.1
    assert again.routing.memory.paces.at(office.tickets[id]) == learnt
    assert again.routing.memory.job(office.tickets[id]).pace == learnt
