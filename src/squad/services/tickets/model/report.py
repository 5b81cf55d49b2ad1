"""The report of a visit: registers of which the last write stands, however they come together."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, TypeVar, get_args

import msgspec

from squad.contracts.envelope import Id
from squad.services.tickets.model.mutations import (
    Field,
    Part,
    PartPut,
    PartRemove,
    Reporting,
    ReportSet,
    Sign,
    Signed,
    Spent,
    TimePut,
    TimeRemove,
)

T = TypeVar("T")
Key = tuple[str, str]


class Register(msgspec.Struct, frozen=True):
    """The last write to one place. field, entry: the place. at, mutation: order of the writes.

    value: JSON, `null` where the entry was removed: a tombstone, so that an older write that
    comes later does not bring it back.
    """

    field: str
    entry: str
    at: datetime
    mutation: str
    value: bytes

    @property
    def key(self) -> Key:
        """Its place."""
        return self.field, self.entry

    @property
    def rank(self) -> tuple[datetime, str]:
        """What decides between two writes to a place: later, and then the greater id."""
        return self.at, self.mutation


State = Mapping[Key, Register]


class PartUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A part that was used. cents: price of one. at: when it was written down."""

    id: Id
    name: str
    quantity: int
    cents: int
    at: datetime


class TimeSpent(msgspec.Struct, frozen=True, kw_only=True):
    """Time on the ticket. at: when it was written down."""

    id: Id
    kind: Literal["work", "travel"]
    minutes: int
    at: datetime


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed, when, and the id of the picture among the ticket's files."""

    name: str
    attachment: str | None
    at: datetime


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was done on the spot. ticket: whose report. updated_at: of the last write."""

    ticket: Id
    parts: tuple[PartUsed, ...] = ()
    time: tuple[TimeSpent, ...] = ()
    summary: str = ""
    root_cause: str = ""
    recommendation: str = ""
    signature: Signature | None = None
    updated_at: datetime | None = None


def written(mutation: Reporting, at: datetime) -> Register:
    """This will say what a mutation writes where. at: the time that counts."""
    match mutation:
        case PartPut(args=args):
            place, value = ("part", args.id), msgspec.json.encode(args)
        case TimePut(args=args):
            place, value = ("time", args.id), msgspec.json.encode(args)
        case PartRemove(args=which):
            place, value = ("part", which.id), b"null"
        case TimeRemove(args=which):
            place, value = ("time", which.id), b"null"
        case ReportSet(args=line):
            place, value = (line.field, ""), msgspec.json.encode(line.text)
        case Sign(args=signed):
            place, value = ("signature", ""), msgspec.json.encode(signed)
    return Register(*place, at, mutation.id, value)


def merge(state: State, writes: Iterable[Register]) -> State:
    """This will let writes come to a state, in any order, as often as you like."""
    merged = dict(state)
    for write in writes:
        held = merged.get(write.key)
        if held is None or held.rank < write.rank:
            merged[write.key] = write
    return merged


def report(ticket: str, registers: Iterable[Register]) -> Report:
    """This will read the report off its registers."""
    held = sorted(registers, key=lambda one: one.key)
    texts = {one.field: msgspec.json.decode(one.value) for one in held if one.field in _TEXTS}
    return Report(
        ticket=ticket,
        parts=tuple(
            PartUsed(id=part.id, name=part.name, quantity=part.quantity, cents=part.cents, at=at)
            for part, at in _entries(held, "part", Part)
        ),
        time=tuple(
            TimeSpent(id=spent.id, kind=spent.kind, minutes=spent.minutes, at=at)
            for spent, at in _entries(held, "time", Spent)
        ),
        signature=next(
            (
                Signature(name=signed.name, attachment=signed.attachment, at=at)
                for signed, at in _entries(held, "signature", Signed)
            ),
            None,
        ),
        updated_at=max((one.at for one in held), default=None),
        **texts,
    )


_TEXTS = get_args(Field)


def _entries(held: Iterable[Register], field: str, kind: type[T]) -> Iterator[tuple[T, datetime]]:
    """What stands in a field, without what was removed."""
    for one in held:
        if one.field == field and one.value != b"null":
            yield msgspec.json.decode(one.value, type=kind), one.at
