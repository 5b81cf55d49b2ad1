"""What came of consultants and cannot be used: which field, why; the last valid data stays."""

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from squad.contracts.people import Base, Interval, Person
from squad.ports.database import Row, Statement
from squad.services.routing.work import consultant_of

MIGRATION = """
create table refused(
    person text not null, part text not null, version integer not null,
    at double precision not null, field text not null, reason text not null,
    primary key (person, part)
);
"""
LIST = "select person, part, version, at, field, reason from refused order by person, part"
_SOMEBODY = Person(
    id="somebody",
    version=1,
    roles=("consultant",),
    home=Base(latitude=0, longitude=0, country="US"),
)

Part = Literal["person", "hours"]


class Refusal(msgspec.Struct, frozen=True):
    """part: of the record that was refused. version: of it. at: epoch seconds."""

    person: str
    part: Part
    version: int
    at: float
    field: str
    reason: str


def person(one: Person, zones: Collection[str], now: float) -> Refusal | None:
    """This will tell why somebody's record cannot be used. zones: IANA names that are known."""
    field, reason = "", ""
    works = "consultant" in one.roles and one.active and one.capacity > 0
    if works and one.home is None:
        field, reason = "home", "a consultant needs a home base"
    elif works and one.zone not in zones:
        field, reason = "zone", f"{one.zone!r} is not an IANA zone"
    else:
        try:
            consultant_of(one, ())
        except ValueError as error:
            field, _, reason = str(error).partition(": ")
    return Refusal(one.id, "person", one.version, now, field, reason) if field else None


def hours(id: str, version: int, intervals: Iterable[Interval], now: float) -> Refusal | None:
    """This will tell why somebody's working time cannot be used."""
    for index, one in enumerate(intervals):
        if not one.start < one.end:
            reason = "it ends before it starts"
            return Refusal(id, "hours", version, now, f"intervals/{index}", reason)
    try:
        consultant_of(_SOMEBODY, intervals)
    except ValueError as error:
        field, _, reason = str(error).partition(": ")
        return Refusal(id, "hours", version, now, field, reason)
    return None


def keep(refusal: Refusal) -> Statement:
    """This will note a refusal, instead of an older one of the same part."""
    return Statement(
        "insert into refused values (?, ?, ?, ?, ?, ?) on conflict(person, part) do update set"
        " version = excluded.version, at = excluded.at, field = excluded.field,"
        " reason = excluded.reason where refused.version <= excluded.version",
        msgspec.structs.astuple(refusal),
    )


def mend(person: str, part: Part) -> Statement:
    """This will forget a refusal: good data came."""
    return Statement("delete from refused where person = ? and part = ?", (person, part))


def forget(person: str) -> Statement:
    """This will forget all that was refused of somebody."""
    return Statement("delete from refused where person = ?", (person,))


def read(row: Row) -> Refusal:
    """This will read a row of LIST."""
    return Refusal(*row)
