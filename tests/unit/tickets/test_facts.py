"""The facts of a ticket: what must be known, what is promised, and what it is called."""

import re
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.conftest import NOON
from tests.unit.tickets.conftest import fresh, logged

from squad.contracts.people import Contact, Person, Role
from squad.contracts.tickets import Ticket, Window
from squad.kernel.access import Actor
from squad.kernel.ids import uuid7
from squad.kernel.problem import Invalid
from squad.ports.places import Place
from squad.services.tickets import model
from squad.services.tickets.model import CATEGORIES, PROMISE, TIER

HOUR = timedelta(hours=1)
CALLED = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def path_of(given: list[Window]) -> str:
    """Where the fault of some windows is."""
    with pytest.raises(Invalid) as caught:
        model.windows(given, NOON)
    return caught.value.faults[0].path


HALIFAX = Place("B3H", "Halifax", "NS", "CA", 44.63, -63.59, "America/Halifax")


@pytest.mark.parametrize(
    ("longitude", "paths"),
    [(-63.0, []), (-61.0, ["/location/latitude", "/location/longitude"])],
)
def test_refuses_work_at_sea(longitude: float, paths: list[str]) -> None:
    """A point farther than 150 km from any postal code is refused with both its fields."""
    try:
        found = model.spot(HALIFAX, 44.63, longitude)
        faults = []
        assert (found.longitude, found.postal_code) == (longitude, "B3H")
    except Invalid as invalid:
        faults = [fault.path for fault in invalid.faults]

    assert faults == paths


@pytest.mark.parametrize(("priority", "tier"), list(product(PROMISE, TIER)))
def test_promises_by_priority_and_tier(priority: int, tier: str) -> None:
    """Work must start so many hours after logging; a better tier waits less."""
    ticket = fresh(priority=priority, tier=tier)

    assert ticket.due_at - ticket.created_at == HOUR * PROMISE[priority] * TIER[tier]


@pytest.mark.parametrize("category", list(CATEGORIES))
def test_asks_for_what_the_category_needs(category: str) -> None:
    """Without skills of its own a ticket asks for its category's; the minutes are always those."""
    skills, minutes = CATEGORIES[category]

    plain, own = fresh(category=category), fresh(category=category, skills={"network": 3})

    assert (plain.skills, plain.service) == (skills, minutes)
    assert (own.skills, own.service) == ({"network": 3}, minutes)


@pytest.mark.parametrize(("old", "new"), list(product(CATEGORIES, CATEGORIES)))
def test_follows_another_category(old: str, new: str) -> None:
    """A ticket of another category is as if it had been logged with that one."""
    before = fresh(category=old)

    after = replace(before, **model.follow(before, {"category": new}))

    assert after == replace(before, category=new, skills=CATEGORIES[new][0],
                            service=CATEGORIES[new][1])  # fmt: skip


def test_keeps_the_skills_that_are_given_with_a_category(ticket: Ticket) -> None:
    """Skills in the same change win, none of them is as if they were left out."""
    own = model.follow(ticket, {"category": "phone", "skills": {"pos": 1}})
    none = model.follow(ticket, {"category": "phone", "skills": {}})

    assert (own["skills"], own["service"]) == ({"pos": 1}, 45)
    assert none["skills"] == {"phone": 1}


def test_keeps_skills_where_the_category_stays() -> None:
    """The category that it has already brings nothing; skills alone change only skills."""
    ticket = fresh(skills={"network": 3})

    assert model.follow(ticket, {"category": "pos"}) == {"category": "pos"}
    assert model.follow(ticket, {"skills": {"pos": 1}}) == {"skills": {"pos": 1}}


@pytest.mark.parametrize(("old", "new", "tier"), list(product(PROMISE, PROMISE, TIER)))
def test_follows_another_priority(old: int, new: int, tier: str) -> None:
    """What is promised counts from when it was logged, whenever the priority changes."""
    before = replace(fresh(priority=old, tier=tier), updated_at=NOON + HOUR)

    after = replace(before, **model.follow(before, {"priority": new}))

    due = fresh(priority=new, tier=tier).due_at
    assert after == replace(before, priority=new, due_at=due)


@given(st.uuids(version=4))
def test_calls_it_by_a_name_for_the_phone(id: object) -> None:
    """Eight letters of Crockford's base 32 in two groups, always the same for an id."""
    name = model.reference(str(id))

    assert CALLED.fullmatch(name)
    assert model.reference(str(id)) == name


def test_calls_two_tickets_by_two_names() -> None:
    """The name comes from the random end of the id, not from its time."""
    assert len({model.reference(uuid7()) for _ in range(1_000)}) == 1_000
    assert model.reference("01890000-0000-7000-8000-000000000000") == "0000-0000"
    assert model.reference("01890000-0000-7000-8000-00ffffffffff") == "ZZZZ-ZZZZ"


def test_takes_windows_that_lie_ahead() -> None:
    """A window may have begun, and may end a year from now."""
    fine = [Window(NOON - HOUR, NOON + HOUR), Window(NOON, NOON + timedelta(days=366))]

    assert model.windows(fine, NOON) == fine


@pytest.mark.parametrize(
    "wrong",
    [
        Window(datetime(2026, 3, 3), NOON + HOUR),  # noqa: DTZ001
        Window(NOON, datetime(2026, 3, 3)),  # noqa: DTZ001
        Window(NOON + HOUR, NOON),
        Window(NOON + HOUR, NOON + HOUR),
        Window(NOON - 2 * HOUR, NOON - HOUR),
        Window(NOON, NOON + timedelta(days=367)),
    ],
)
def test_refuses_windows_that_no_visit_can_meet(wrong: Window) -> None:
    """Without a zone, empty, over or too far: refused, and said which one it is."""
    fine = Window(NOON, NOON + HOUR)

    assert path_of([wrong]) == "/preferred_windows/0"
    assert path_of([fine, wrong]) == "/preferred_windows/1"


def person(store: str = "") -> Person:
    """Somebody a ticket is logged for."""
    roles: tuple[Role, ...] = ("customer",)
    return Person(id=uuid7(), version=1, roles=roles, contact=Contact(), store=store)


@pytest.mark.parametrize("role", ["receptionist", "dispatcher", "administrator"])
def test_lets_the_desk_log_for_anybody(role: str) -> None:
    """Who takes calls logs for everybody who is known, and for nobody who is not."""
    model.on_behalf(Actor("a", (role,)), person())

    with pytest.raises(Invalid, match="no such person"):
        model.on_behalf(Actor("a", (role,)), None)


@pytest.mark.parametrize("role", ["customer", "consultant", "manager", "auditor"])
def test_lets_others_log_for_themselves(role: str) -> None:
    """Everybody else logs their own tickets, and cannot find out who is known."""
    for somebody in (person(), None):
        with pytest.raises(Invalid, match="for yourself"):
            model.on_behalf(Actor("a", (role,)), somebody)


def test_lets_a_store_log_for_its_own() -> None:
    """A store logs for its people; others are as if they did not exist."""
    store = Actor("a", ("store",), store="s1")

    model.on_behalf(store, person("s1"))
    with pytest.raises(Invalid, match="no such person"):
        model.on_behalf(store, person("s2"))


@pytest.mark.parametrize("store", ["", "s1"])
def test_lets_a_clerk_without_a_store_log_for_nobody(store: str) -> None:
    """Who is of no store has no people, neither those of a store nor those of none."""
    with pytest.raises(Invalid, match="no such person"):
        model.on_behalf(Actor("a", ("store",)), person(store))


def test_widens_nothing_by_another_role() -> None:
    """A clerk who is a customer as well logs for the people of the store, as before."""
    both = Actor("a", ("customer", "store"), store="s1")

    model.on_behalf(both, person("s1"))
    with pytest.raises(Invalid, match="no such person"):
        model.on_behalf(both, person("s2"))


def test_keeps_what_was_logged() -> None:
    """A new ticket says what was known, in its first version and turn, and nobody has it."""
    known = logged(title="A", description="B", certification="C", store="s1")
    ticket = model.begin(known, NOON)

    for name in ("id", "title", "description", "certification", "store", "requester", "tier"):
        assert getattr(ticket, name) == getattr(known, name)
    assert (ticket.version, ticket.turn, ticket.status, ticket.assignee) == (1, 1, "new", None)
    assert ticket.territory == "US-IL"
