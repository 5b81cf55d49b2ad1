"""What people's records refer to: organisations, stores, skills and territories."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from squad.contracts.envelope import Id
from squad.contracts.people import Country, Tier
from squad.kernel.problem import Fault, Invalid
from squad.services.identity.model.people import zones
from squad.services.identity.model.text import END, Code, Key, Name, Note, Zone

Place = Annotated[str, Meta(max_length=12, pattern=rf"^[A-Za-z0-9 -]*{END}")]
Region = Annotated[str, Meta(max_length=10, pattern=rf"^[A-Za-z0-9-]*{END}")]
Label = Annotated[str, Meta(max_length=200)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class NewOrganisation(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer's company; its people inherit its tier."""

    id: Id | None = None
    name: Name
    tier: Tier = "bronze"


class OrganisationChange(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; inactive ones cannot be referred to any more."""

    name: Name | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's company."""

    id: str
    version: int
    name: str
    tier: Tier = "bronze"
    active: bool = True


class NewStore(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A store whose staff log tickets at the counter."""

    id: Id | None = None
    name: Name
    organisation: Key = ""
    territory: Key = ""
    postal_code: Place = ""
    zone: Zone = "Etc/UTC"


class StoreChange(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; inactive ones cannot be referred to any more."""

    name: Name | UnsetType = UNSET
    organisation: Key | UnsetType = UNSET
    territory: Key | UnsetType = UNSET
    postal_code: Place | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """A store."""

    id: str
    version: int
    name: str
    organisation: str = ""
    territory: str = ""
    postal_code: str = ""
    zone: str = "Etc/UTC"
    active: bool = True


class NewSkill(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that consultants can do, at levels 1 to 5. id: its code."""

    id: Code
    name: Name
    french: Label = ""
    spanish: Label = ""
    description: Note = ""


class SkillChange(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; inactive ones cannot be referred to any more."""

    name: Name | UnsetType = UNSET
    french: Label | UnsetType = UNSET
    spanish: Label | UnsetType = UNSET
    description: Note | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """A skill, with its names."""

    id: str
    version: int
    name: str
    french: str = ""
    spanish: str = ""
    description: str = ""
    active: bool = True


class NewTerritory(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An area that consultants serve. id: its code, as tickets carry it ("US-CA")."""

    id: Code
    name: Name
    country: Country
    region: Region = ""


class TerritoryChange(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; inactive ones cannot be referred to any more."""

    name: Name | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    region: Region | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class Territory(msgspec.Struct, frozen=True, kw_only=True):
    """A territory."""

    id: str
    version: int
    name: str
    country: Country
    region: str = ""
    active: bool = True


New = NewOrganisation | NewStore | NewSkill | NewTerritory
Amendment = OrganisationChange | StoreChange | SkillChange | TerritoryChange
Entry = Organisation | Store | Skill | Territory


class Shelf(msgspec.Struct, frozen=True):
    """A kind of entries: its name in addresses, its types, and who reads it.

    random: ids are UUIDs rather than codes with a meaning. own: whoever belongs to one reads it.
    """

    name: str
    entry: type[Entry]
    new: type[New]
    change: type[Amendment]
    read: str
    random: bool
    own: bool = False


_PEOPLE, _ALL = "identity.people.read", "identity.self"
SHELVES: Mapping[str, Shelf] = {
    shelf.name: shelf
    for shelf in (
        Shelf("organisations", Organisation, NewOrganisation, OrganisationChange, _PEOPLE, True),
        Shelf("stores", Store, NewStore, StoreChange, _PEOPLE, True, own=True),
        Shelf("skills", Skill, NewSkill, SkillChange, _ALL, False),
        Shelf("territories", Territory, NewTerritory, TerritoryChange, _ALL, False),
    )
}


def entered(shelf: Shelf, new: New, id: str) -> Entry:
    """This will make the first version of an entry."""
    return shelf.entry(**{**msgspec.structs.asdict(new), "id": id, "version": 1})


def amended(entry: Entry, change: Amendment) -> Entry:
    """This will make the next version of an entry."""
    sent: dict[str, Any] = {
        name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET
    }
    return msgspec.structs.replace(entry, **sent, version=entry.version + 1)


def references(entry: Entry) -> list[tuple[str, Shelf, str]]:
    """This will list what an entry refers to: JSON pointer, shelf, id. Raises Invalid."""
    if not isinstance(entry, Store):
        return []
    if entry.zone not in zones():
        raise Invalid("It refers to something unknown.", [Fault("/zone", "not an IANA zone")])
    named = (
        ("/organisation", "organisations", entry.organisation),
        ("/territory", "territories", entry.territory),
    )
    return [(path, SHELVES[shelf], id) for path, shelf, id in named if id]
