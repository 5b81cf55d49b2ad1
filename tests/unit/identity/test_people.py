"""Rules about people: who may change what, and what erasure leaves."""

import msgspec
import pytest
from msgspec.structs import replace

from squad.contracts.people import Base, Contact, Person, Role
from squad.kernel.access import Actor
from squad.kernel.problem import Forbidden, Impossible, Invalid, Missing
from squad.ports.places import Place
from squad.services.identity.model import people
from squad.services.identity.model.people import Change, Draft, Known, Reach, Record

ADMIN = Actor("admin", ("administrator",))
DESK = Actor("desk", ("receptionist",))
CUSTOMER = Person(
    id="c", version=3, roles=["customer"], contact=Contact(name="Ann", mail="ann@x.example")
)
CONSULTANT = Person(
    id="k",
    version=1,
    roles=["consultant"],
    contact=Contact(name="Bo", mail="bo@x.example", phone="555"),
    home=Base(latitude=1, longitude=2, country="US"),
    skills={"pos": 3},
    territories=("US-CA",),
    certifications=("pci",),
    organisation="o",
)


@pytest.mark.parametrize(
    ("actor", "person", "change"),
    [
        (ADMIN, CONSULTANT, Change(roles=("manager",), rating=2.0)),
        (DESK, CUSTOMER, Change(organisation="o", contact=Reach(mail="new@x.example"))),
        (Actor("m", ("manager",)), CUSTOMER, Change(language="fr")),
        (Actor("k", ("consultant",)), CONSULTANT, Change(contact=Reach(phone="1"), language="fr")),
    ],
)
def test_lets_change(actor: Actor, person: Person, change: Change) -> None:
    """Administrators everything, the desk customers, everybody themself."""
    people.may_change(actor, person, change)


@pytest.mark.parametrize(
    ("actor", "person", "change", "problem"),
    [
        (DESK, CUSTOMER, Change(roles=("administrator",)), Forbidden),
        (DESK, CONSULTANT, Change(rating=5.0), Forbidden),
        (Actor("c", ("customer",)), CUSTOMER, Change(roles=("administrator",)), Forbidden),
        (Actor("c", ("customer",)), CUSTOMER, Change(tier="gold"), Forbidden),
        (Actor("c", ("customer",)), CUSTOMER, Change(contact=Reach(mail="b@c.d")), Forbidden),
        (Actor("k", ("consultant",)), CONSULTANT, Change(rating=5.0), Forbidden),
        (Actor("x", ("customer",)), CUSTOMER, Change(language="fr"), Missing),
        (Actor("s", ("store",)), CUSTOMER, Change(language="fr"), Missing),
        (Actor("d", ("dispatcher",)), CONSULTANT, Change(capacity=99), Missing),
    ],
)
def test_refuses_to_change(
    actor: Actor, person: Person, change: Change, problem: type[Exception]
) -> None:
    """Roles, ratings, tiers and mails are not one's own to give; others are not to be known."""
    with pytest.raises(problem):
        people.may_change(actor, person, change)


@pytest.mark.parametrize("roles", [("customer", "administrator"), ("consultant",)])
def test_lets_the_desk_add_customers_only(roles: tuple[Role, ...]) -> None:
    """Anybody else is for an administrator to add."""
    people.may_add(DESK, Draft(roles=("customer",)))

    with pytest.raises(Forbidden):
        people.may_add(DESK, Draft(roles=roles))
    people.may_add(ADMIN, Draft(roles=roles))


def test_changes_only_what_was_sent() -> None:
    """Fields left out stay, the version rises by one, and doubles count once."""
    change = Change(territories=("US-NV", "US-NV"), contact=Reach(phone=" 12 "), home=None)

    new = people.changed(CONSULTANT, change)

    assert new == replace(
        CONSULTANT,
        version=2,
        territories=("US-NV",),
        contact=replace(CONSULTANT.contact, phone="12"),
        home=None,
    )


SHORE = Place("94121", "San Francisco", "CA", "US", 37.78, -122.49, "America/Los_Angeles")


@pytest.mark.parametrize(
    ("longitude", "paths"), [(-122.5, []), (-124.5, ["/home/latitude", "/home/longitude"])]
)
def test_refuses_a_home_at_sea(longitude: float, paths: list[str]) -> None:
    """A point farther than 150 km from any postal code is nobody's base."""
    person = replace(CONSULTANT, home=Base(latitude=37.78, longitude=longitude, country="US"))

    try:
        people.check(person, Known(near=SHORE), {"home"})
        found = []
    except Invalid as invalid:
        found = [fault.path for fault in invalid.faults]

    assert found == paths


@pytest.mark.parametrize("fields", [{"home"}, {"roles"}])
def test_refuses_a_consultant_without_a_base(fields: set[str]) -> None:
    """Who becomes a consultant, or gives up the base: routing would not know where they are."""
    with pytest.raises(Invalid) as caught:
        people.check(replace(CONSULTANT, home=None), Known(), fields)

    assert [(fault.path, fault.message) for fault in caught.value.faults] == [
        ("/home", "a consultant needs a home base")
    ]


def test_lets_others_live_anywhere() -> None:
    """A customer has no base; a consultant whom the directory brought without one may be mended."""
    people.check(replace(CONSULTANT, home=None, roles=("customer",)), Known(), {"home", "roles"})
    people.check(replace(CONSULTANT, home=None), Known(), {"contact"})


def test_refuses_what_does_not_exist() -> None:
    """Every reference that is unknown is named by its field; others are not looked at."""
    draft = Draft(
        roles=("consultant",), zone="Mars/Olympus", skills={"pos": 1}, territories=("US-CA",),
        organisation="o", store="s",
    )  # fmt: skip
    person = people.drafted(draft, "id")

    with pytest.raises(Invalid) as caught:
        people.settled(person, Known(territories=frozenset({"US-CA"})), people.given(draft))

    paths = {fault.path for fault in caught.value.faults}
    assert paths == {"/zone", "/skills", "/organisation", "/store", "/home"}
    assert people.settled(person, Known(), {"capacity"}) == person


def test_passes_the_tier_of_an_organisation_on() -> None:
    """Whatever was sent, the organisation's tier counts; without one, the person's own."""
    draft = Draft(roles=("customer",), organisation="o", tier="bronze")
    known = Known(tiers={"o": "gold"})

    member = people.settled(people.drafted(draft, "id"), known, people.given(draft))
    loner = people.settled(
        people.drafted(Draft(roles=("customer",), tier="silver"), "id"), Known(), ()
    )

    assert (member.tier, loner.tier) == ("gold", "silver")


def test_erases_everything_that_tells_who_it_was() -> None:
    """Only id, roles and a higher version are left, and no trace of any other value."""
    gone = people.erased(CONSULTANT)

    text = msgspec.json.encode(gone).decode()
    assert (gone.id, gone.roles, gone.version, gone.active) == ("k", ["consultant"], 2, False)
    assert not any(word in text for word in ("Bo", "bo@", "555", "pos", "US-CA", "pci", '"o"'))
    assert gone.home is None


def test_changes_nothing_of_the_erased() -> None:
    """Erasure is for good; who never was is not there."""
    with pytest.raises(Impossible):
        people.alive(Record(CONSULTANT, erased=True))
    with pytest.raises(Missing):
        people.alive(None)


@pytest.mark.parametrize(
    "body",
    [
        '{"roles":["customer"],"contact":{"name":""}}',
        '{"roles":["customer"],"contact":{"name":"a\\nb"}}',
        '{"roles":["customer"],"contact":{"name":"ab\\n"}}',
        '{"roles":["customer"],"contact":{"mail":"a@b@c"}}',
        '{"roles":["customer"],"contact":{"mail":"a@b.c\\n"}}',
        '{"roles":["customer"],"contact":{"mail":"a b@c.d"}}',
        '{"roles":["customer"],"contact":{"phone":"call me"}}',
        '{"roles":["customer"],"contact":{"nick":"x"}}',
        '{"roles":[]}',
        '{"roles":["king"]}',
        '{"roles":["customer"],"version":7}',
        '{"roles":["customer"],"active":false}',
        '{"roles":["consultant"],"skills":{"pos":6}}',
        '{"roles":["consultant"],"skills":{"a b":1}}',
        '{"roles":["consultant"],"rating":5.1}',
        '{"roles":["consultant"],"capacity":1e3}',
        '{"roles":["consultant"],"home":{"latitude":91,"longitude":0,"country":"US"}}',
        '{"roles":["consultant"],"home":{"latitude":1,"longitude":0,"country":"FR"}}',
        '{"roles":["consultant"],"languages":[]}',
        '{"roles":["customer"],"id":"7"}',
    ],
)
def test_bounds_every_field(body: str) -> None:
    """What is too long, of the wrong kind or unknown does not become a draft."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Draft)
