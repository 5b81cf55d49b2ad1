"""What clients send."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from squad.contracts.envelope import Id
from squad.contracts.people import Language, Level
from squad.contracts.tickets import Mode, Visibility, Window
from squad.services.tickets import model

Skills = dict[model.Skill, Level]
Priority = Annotated[int, Meta(ge=1, le=4, description="1 is the most urgent.")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Location(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A postal code, or a point (degrees, WGS 84); the address is for the visitor only."""

    postal_code: Annotated[str, Meta(min_length=3, max_length=12)] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: Annotated[str, Meta(max_length=300)] = ""


class Caller(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who to ask for on the spot."""

    name: Annotated[str, Meta(max_length=200)] = ""
    mail: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class NewTicket(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person logs. Category, skills and priority left out are proposed from the words."""

    title: model.Text
    location: Location
    description: model.Long = ""
    id: Id | None = None
    category: model.Category | None = None
    skills: Annotated[Skills, Meta(max_length=10)] = {}
    certification: Annotated[str, Meta(max_length=60)] = ""
    priority: Priority | None = None
    mode: Mode = "onsite"
    language: Language | None = None
    requester: Id | None = None
    contact: Caller | None = None
    preferred_windows: Annotated[list[Window], Meta(max_length=10)] = []


class Draft(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was written so far."""

    title: Annotated[str, Meta(max_length=200)] = ""
    description: model.Long = ""
    requester: Id | None = None


class Arrival(NewTicket, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A ticket of another system. id: always the same for the same one there.

    past: where it is finished already; then it comes in as history and is not routed.
    """

    id: Id
    past: model.Past | None = None


class Import(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tickets of another system."""

    tickets: Annotated[list[Arrival], Meta(min_length=1, max_length=100)]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of them. reason: why it was refused."""

    id: Id
    outcome: Literal["created", "there", "refused"]
    reason: str = ""


class Change(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; those left out stay."""

    title: model.Text | UnsetType = UNSET
    description: model.Long | UnsetType = UNSET
    category: model.Category | UnsetType = UNSET
    skills: Annotated[Skills, Meta(max_length=10)] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    location: Location | UnsetType = UNSET
    contact: Caller | UnsetType | None = UNSET
    preferred_windows: Annotated[list[Window], Meta(max_length=10)] | UnsetType = UNSET


class Reason(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why."""

    reason: model.Reason


class Wait(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why, and whose move it is."""

    reason: model.Reason
    waiting_for: Literal["customer", "parts"] = "customer"


class Resolution(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was done."""

    resolution: Annotated[str, Meta(min_length=1, max_length=5_000)]


class NewMessage(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to say, and to whom: `internal` notes are for staff."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    visibility: Visibility = "public"
    id: Id | None = None


class Download(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a file is given. direct: by an address at the store, where it has one."""

    direct: bool = False


class NewFile(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What goes with a file. name: before the one in a form."""

    visibility: Visibility = "public"
    name: Annotated[str, Meta(max_length=1_000)] = ""
    id: Id | None = None
