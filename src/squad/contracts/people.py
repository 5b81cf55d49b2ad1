"""What identity tells the others: people, what they can do, and when they work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Event, Id, Personal

Role = Literal[
    "customer",
    "store",
    "receptionist",
    "consultant",
    "dispatcher",
    "manager",
    "administrator",
    "auditor",
]
Language = Literal["en", "fr", "es"]
Country = Literal["US", "CA"]
Tier = Literal["bronze", "silver", "gold"]
Level = Annotated[int, Meta(ge=1, le=5)]


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Personal fields of a person: everything that erasure must remove."""

    name: Personal = ""
    mail: Personal = ""
    phone: Personal = ""


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Where a consultant starts from: degrees, WGS 84."""

    latitude: float
    longitude: float
    country: Country
    region: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person as the other services see them; each keeps its own copy, by highest version.

    capacity: tickets that a consultant may hold at once. rating: 1–5.
    max_travel: one-way minutes from home. zone: IANA. territories: codes ("US-CA", "CA-QC").
    """

    id: Id
    version: int
    roles: Sequence[Role]
    active: bool = True
    contact: Contact = Contact()
    organisation: str = ""
    store: str = ""
    tier: Tier = "bronze"
    language: Language = "en"
    languages: Sequence[Language] = ("en",)
    zone: str = "Etc/UTC"
    territories: Sequence[str] = ()
    skills: Mapping[str, Level] = msgspec.field(default_factory=dict)
    certifications: Sequence[str] = ()
    home: Base | None = None
    capacity: int = 5
    rating: float = 4.0
    max_travel: int = 120


class Interval(msgspec.Struct, frozen=True):
    """A span of time, UTC. kind: "shift", "on_call" or "leave"."""

    start: datetime
    end: datetime
    kind: Literal["shift", "on_call", "leave"] = "shift"


class UserCreated(Event, frozen=True, kw_only=True):
    """A person was added."""

    type: ClassVar[str] = "squad.identity.user_created.v1"
    about: ClassVar[str] = "id"
    person: Person

    @property
    def subject(self) -> str:
        """This will give the person's id."""
        return self.person.id


class UserUpdated(UserCreated, frozen=True, kw_only=True):
    """A person's record changed; the whole new record comes along."""

    type: ClassVar[str] = "squad.identity.user_updated.v1"


class UserSnapshot(UserCreated, frozen=True, kw_only=True):
    """A person's record as it stands, sent again because a service asked for all of them."""

    type: ClassVar[str] = "squad.identity.user_snapshot.v1"


class UserDeactivated(UserCreated, frozen=True, kw_only=True):
    """A person may no longer sign in or be assigned."""

    type: ClassVar[str] = "squad.identity.user_deactivated.v1"


class UserErased(Event, frozen=True, kw_only=True):
    """A person asked to be forgotten: every copy of their personal fields goes."""

    type: ClassVar[str] = "squad.identity.user_erased.v1"
    about: ClassVar[str] = "id"
    id: Id


class AvailabilityChanged(Event, frozen=True, kw_only=True):
    """A consultant's working time for the coming weeks, whole, replaces what was known.

    version: of the availability, + 1 with every change. until: nothing is known beyond.
    """

    type: ClassVar[str] = "squad.identity.availability_changed.v1"
    about: ClassVar[str] = "person"
    person: Id
    version: int
    intervals: Sequence[Interval]
    until: datetime
