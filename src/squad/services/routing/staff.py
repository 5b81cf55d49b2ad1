"""Changes of staff to try in a world: who comes, who goes, who can or works something else."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from squad.services.routing import wire
from squad.services.routing.simulate import Scenario, Turn

EVERYBODY = "*"
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Names = Annotated[tuple[Name, ...], Meta(max_length=200)]


class Member(wire.UserUpserted, frozen=True, kw_only=True, tag="UserUpserted"):
    """A consultant with what the wire does not tell. territories: None: everywhere."""

    territories: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    capacity: int = 24


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is different about a consultant; what is left out stays as it is.

    id: "*": everybody. skills: levels by name, added to what they have; 0 takes one away.
    shift_by_h: hours that their shifts move, later if positive. territories: all of them,
    empty: everywhere. max_travel_min: from home, minutes. latitude, longitude: of the home base.
    """

    id: Name
    skills: Annotated[dict[Name, Annotated[int, Meta(ge=0, le=5)]], Meta(max_length=100)] = {}
    shift_by_h: Annotated[float, Meta(ge=-12, le=12)] = 0.0
    territories: Names | None = None
    certifications: Names | None = None
    languages: Names | None = None
    max_travel_min: Annotated[float, Meta(ge=0, le=1440)] | None = None
    capacity: Annotated[int, Meta(ge=1, le=1000)] | None = None
    rating: Annotated[float, Meta(ge=1, le=5)] | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None


class Hire(Change, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody new. like: whose facts and shifts they have, but for what is said here."""

    like: Name


class Staff(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All changes. `change` comes first, then `add`, then `remove`."""

    add: Annotated[tuple[Hire, ...], Meta(max_length=1000)] = ()
    change: Annotated[tuple[Change, ...], Meta(max_length=1000)] = ()
    remove: Annotated[tuple[Name, ...], Meta(max_length=1000)] = ()


class Wrong(NamedTuple):
    """One thing wrong. path: the field, a JSON pointer. what: and what to do."""

    path: str
    what: str


class Unfit(ValueError):
    """Changes that this world cannot have. faults: all of them."""

    def __init__(self, faults: Sequence[Wrong]) -> None:
        super().__init__("staff: " + "; ".join(f"{path}: {what}" for path, what in faults))
        self.faults = faults


def apply(world: Scenario, staff: Staff) -> Scenario:
    """This will give the same world with other people; its tickets and its chance stay.

    Raises Unfit: somebody is not there, or is there already, or nobody would be left.
    """
    if faults := list(_faults(world, staff)):
        raise Unfit(faults)
    people = {one.id: one for one in world.people}
    turns: dict[str, list[Turn]] = {}
    for turn in world.turns:
        turns.setdefault(turn.consultant, []).append(turn)
    for change in staff.change:
        for id in list(people) if change.id == EVERYBODY else [change.id]:
            people[id] = _changed(people[id], change)
            turns[id] = [_moved(turn, id, change) for turn in turns.get(id, ())]
    for hire in staff.add:
        people[hire.id] = replace(_changed(people[hire.like], hire), id=hire.id)
        turns[hire.id] = [_moved(turn, hire.id, hire) for turn in turns.get(hire.like, ())]
    for id in staff.remove:
        del people[id]
        turns.pop(id, None)
    return replace(
        world,
        people=tuple(people.values()),
        turns=tuple(turn for id in people for turn in turns.get(id, ())),
    )


def tell(staff: Staff) -> list[str]:
    """This will list the changes for people, a line each."""
    lines = [f"~ {_who(one.id)}: {_said(one)}" for one in staff.change]
    lines += [f"+ {one.id}, like {one.like}: {_said(one) or 'the same'}" for one in staff.add]
    return lines + [f"− {id}" for id in staff.remove]


def _faults(world: Scenario, staff: Staff) -> Iterable[Wrong]:
    there = {one.id for one in world.people}
    areas = any(isinstance(one, Member) for one in world.people)
    for field, listed in (("change", staff.change), ("add", staff.add)):
        for number, one in enumerate(listed):
            if not areas and (one.territories is not None or one.certifications is not None):
                what = "a generated world has none; change max_travel_min, or replay history"
                yield Wrong(f"/{field}/{number}/territories", what)
    for number, one in enumerate(staff.change):
        if one.id not in there and one.id != EVERYBODY:
            yield Wrong(f"/change/{number}/id", f"there is no consultant {one.id!r} in this world")
    for number, hire in enumerate(staff.add):
        if hire.like not in there:
            what = f"there is no consultant {hire.like!r} in this world"
            yield Wrong(f"/add/{number}/like", what)
        if hire.id in there or hire.id == EVERYBODY:
            yield Wrong(f"/add/{number}/id", f"{hire.id!r} is taken: choose another id")
        there.add(hire.id)
    for number, id in enumerate(staff.remove):
        if id not in there:
            yield Wrong(f"/remove/{number}", f"there is no consultant {id!r} in this world")
        there.discard(id)
    if not there:
        yield Wrong("/remove", "nobody would be left: leave somebody in")


def _changed(one: wire.UserUpserted, change: Change) -> wire.UserUpserted:
    skills = {name: level for name, level in {**one.skills, **change.skills}.items() if level}
    given = {
        "lat": change.latitude, "lon": change.longitude, "rating": change.rating,
        "languages": change.languages, "max_travel_min": change.max_travel_min,
        "territories": change.territories, "certifications": change.certifications,
        "capacity": change.capacity,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if not isinstance(one, Member) and change.capacity is not None:
        one = Member(**msgspec.structs.asdict(one))
    return replace(one, skills=skills, **changes)


def _moved(turn: Turn, id: str, change: Change) -> Turn:
    by = change.shift_by_h * 60.0
    return Turn(id, turn.start + by, turn.end + by, turn.ends + by)


def _who(id: str) -> str:
    return "everybody" if id == EVERYBODY else id


def _said(change: Change) -> str:
    told = msgspec.to_builtins(change)
    empty: tuple[Any, ...] = (None, {}, 0.0)
    return ", ".join(
        f"{name} {value}" for name, value in told.items()
        if name not in ("id", "like") and value not in empty
    )  # fmt: skip
