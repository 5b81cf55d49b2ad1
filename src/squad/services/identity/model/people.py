"""Rules about people: who may change what, what must fit together, and what erasure leaves."""

import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from squad.contracts.envelope import Id
from squad.contracts.people import (
    Base,
    Contact,
    Country,
    Language,
    Level,
    Person,
    Role,
    Tier,
)
from squad.kernel.access import Actor
from squad.kernel.problem import Fault, Forbidden, Impossible, Invalid, Missing
from squad.ports.places import FAR_KM, Place, distance_km
from squad.services.identity.model.text import Code, Key, Mail, Name, Phone, Zone

ADMINISTRATOR = "administrator"
DESK = ("receptionist", "manager")  # who keeps the records of customers
OWN = frozenset({"contact", "language", "languages"})  # what everybody changes of themself
TAGGED = ("roles", "territories", "organisation")  # what lists of people are filtered by


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Reach(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The personal fields to change; those left out stay."""

    name: Name | UnsetType = UNSET
    mail: Mail | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET


class Home(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a consultant starts from: degrees, WGS 84."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    country: Country
    region: Annotated[str, Meta(max_length=10, pattern="^[A-Za-z-]*(?![\\s\\S])")] = ""


class Change(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields of a person to change; those left out stay.

    tier: only without an organisation, else the organisation's. capacity: tickets at once.
    max_travel: one-way minutes from home.
    """

    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=8)] | UnsetType = UNSET
    contact: Reach | UnsetType = UNSET
    organisation: Key | UnsetType = UNSET
    store: Key | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=3)] | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    territories: Annotated[tuple[Code, ...], Meta(max_length=100)] | UnsetType = UNSET
    skills: Annotated[dict[Code, Level], Meta(max_length=100)] | UnsetType = UNSET
    certifications: Annotated[tuple[Code, ...], Meta(max_length=50)] | UnsetType = UNSET
    home: Home | UnsetType | None = UNSET
    capacity: Annotated[int, Meta(ge=0, le=100)] | UnsetType = UNSET
    rating: Annotated[float, Meta(ge=1, le=5)] | UnsetType = UNSET
    max_travel: Annotated[int, Meta(ge=1, le=1440)] | UnsetType = UNSET


class Draft(Change, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person to add. Without an id one is made."""

    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=8)]
    id: Id | None = None


class Record(msgspec.Struct, frozen=True):
    """A person as kept, and whether they were erased."""

    person: Person
    erased: bool = False


class Guest(msgspec.Struct, frozen=True):
    """A person of the demo world, and how anybody signs in as them."""

    id: str
    name: str
    role: Role
    mail: str
    language: Language
    password: str


class Known(msgspec.Struct, frozen=True):
    """What a person's record may refer to: codes and ids that exist and are active.

    tiers: by organisation. stores: ids. near: the postal code nearest to the home base.
    """

    tiers: Mapping[str, Tier] = {}
    stores: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    near: Place | None = None


@cache
def zones() -> frozenset[str]:
    """This will give the IANA zones that this machine knows."""
    return frozenset(zoneinfo.available_timezones())


def given(change: Change) -> dict[str, Any]:
    """This will give the fields that were sent, in the types of Person; contact stays apart."""
    found = {
        name: value
        for name in Change.__struct_fields__
        if (value := getattr(change, name)) is not UNSET and name != "contact"
    }
    if home := found.get("home"):
        found["home"] = Base(**msgspec.structs.asdict(home))
    for name in ("roles", "languages", "territories", "certifications"):
        if name in found:
            found[name] = tuple(dict.fromkeys(found[name]))
    return found


def reached(contact: Contact, reach: Reach | UnsetType) -> Contact:
    """This will put sent personal fields over the present ones."""
    if reach is UNSET:
        return contact
    sent = msgspec.structs.asdict(reach)
    return replace(contact, **{k: v.strip() for k, v in sent.items() if v is not UNSET})


def drafted(draft: Draft, id: str) -> Person:
    """This will make the first version of a person, to be settled."""
    person = Person(id=id, version=1, roles=draft.roles)
    return replace(person, **given(draft), contact=reached(Contact(), draft.contact))


def changed(person: Person, change: Change) -> Person:
    """This will make the next version of a person, to be settled."""
    contact = reached(person.contact, change.contact)
    return replace(person, **given(change), contact=contact, version=person.version + 1)


def settled(person: Person, known: Known, fields: Collection[str]) -> Person:
    """This will check the fields and pass the organisation's tier on. Raises Invalid."""
    check(person, known, fields)
    return replace(person, tier=known.tiers.get(person.organisation, person.tier))


def check(person: Person, known: Known, fields: Collection[str]) -> None:
    """This will check that what these fields refer to exists. Raises Invalid."""
    there: Mapping[str, tuple[Sequence[str], Collection[str]]] = {
        "zone": ([person.zone], zones()),
        "organisation": ([person.organisation] if person.organisation else [], known.tiers),
        "store": ([person.store] if person.store else [], known.stores),
        "territories": (person.territories, known.territories),
        "skills": (list(person.skills), known.skills),
    }
    faults = [
        Fault(f"/{name}", f"{one!r} is not known, or no longer in use")
        for name, (asked, known_) in there.items()
        if name in fields
        for one in asked
        if one not in known_
    ]
    faults += _based(person, known, fields)
    if faults:
        raise Invalid("It refers to something that does not exist; see errors.", faults[:20])


def _based(person: Person, known: Known, fields: Collection[str]) -> list[Fault]:
    """A consultant sets out from a home base, and that is on land that is served."""
    home = person.home
    if home is None:
        needed = "consultant" in person.roles and not {"roles", "home"}.isdisjoint(fields)
        return [Fault("/home", "a consultant needs a home base")] if needed else []
    if "home" not in fields or known.near is None:
        return []
    if (away := distance_km(known.near, home.latitude, home.longitude)) <= FAR_KM:
        return []
    reason = f"{away:.0f} km from the nearest postal code: at sea, or not in the US or Canada"
    return [Fault(f"/home/{name}", reason) for name in ("latitude", "longitude")]


def may_add(actor: Actor, draft: Draft) -> None:
    """This will let administrators add anybody, the desk customers. Raises Forbidden."""
    if not actor.has(ADMINISTRATOR) and draft.roles != ("customer",):
        raise Forbidden("Your role lets you add customers only. Ask an administrator.")


def may_change(actor: Actor, person: Person, change: Change) -> None:
    """This will let administrators change everything, the desk customers, and people themselves.

    Raises Missing: the actor may not know of the person; Forbidden: of these fields.
    """
    if actor.has(ADMINISTRATOR):
        return
    sent = {name for name in Change.__struct_fields__ if getattr(change, name) is not UNSET}
    if actor.has(*DESK) and tuple(person.roles) == ("customer",):
        allowed = frozenset(Change.__struct_fields__) - {"roles"}
    elif actor.id == person.id:
        allowed = OWN
        if change.contact is not UNSET and change.contact.mail is not UNSET:
            raise Forbidden("An administrator changes the mail address that you sign in with.")
    elif actor.has(*DESK):
        allowed = frozenset()
    else:
        raise nobody()
    if refused := sorted(sent - allowed):
        raise Forbidden(f"Your role does not let you change {', '.join(refused)} here.")


def nobody() -> Missing:
    """This will say that there is no such person, or none that may be known of."""
    return Missing("There is no such person.")


def alive(record: Record | None) -> Person:
    """This will give a person that is there and not erased. Raises Missing, Impossible."""
    if record is None:
        raise nobody()
    if record.erased:
        raise Impossible("This person was erased; nothing can be changed any more.")
    return record.person


def rules(person: Person) -> bool:
    """This will tell whether the person is an administrator who can act."""
    return person.active and ADMINISTRATOR in person.roles


def erased(person: Person) -> Person:
    """This will leave id and roles, and nothing that tells who it was."""
    return Person(id=person.id, version=person.version + 1, roles=person.roles, active=False)
