"""What a client did while it had no network: named, typed, and timed by its own clock."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.contracts.tickets import Visibility
from squad.services.tickets.model.facts import Reason
from squad.services.tickets.model.moment import Moment

Words = Annotated[str, Meta(min_length=1, max_length=200)]
Field = Literal["summary", "root_cause", "recommendation"]
Minutes = Annotated[int, Meta(ge=1, le=1_440)]


class _Args(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Nothing(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing more to say."""


class Why(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why not."""

    reason: Reason


class Standstill(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why work stands still, and whose move it is."""

    reason: Reason
    waiting_for: Literal["customer", "parts"] = "customer"


class Solved(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What solved it."""

    resolution: Annotated[str, Meta(min_length=1, max_length=5_000)]


class Written(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message. id: its own."""

    id: Id
    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    visibility: Visibility = "internal"


class Part(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part that was used. id: of the entry. cents: price of one."""

    id: Id
    name: Words
    quantity: Annotated[int, Meta(ge=1, le=10_000)]
    cents: Annotated[int, Meta(ge=0, le=100_000_000)]


class Spent(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Time that was spent. id: of the entry."""

    id: Id
    kind: Literal["work", "travel"]
    minutes: Minutes


class Which(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry. id: of it."""

    id: Id


class Line(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text of the report."""

    field: Field
    text: Annotated[str, Meta(max_length=5_000)]


class Signed(_Args, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who signed. attachment: id of the picture, which may come later."""

    name: Words
    attachment: Id | None = None


class Mutation(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="name"
):
    """One thing done. id: UUIDv7, chosen by the client. at: by its clock, when it was done."""

    id: Id
    ticket: Id
    at: Moment


class Accept(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="accept"):
    """The work was accepted."""

    args: Nothing = Nothing()


class Decline(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="decline"):
    """The work was declined."""

    args: Why


class Travel(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="travel"):
    """They set out."""

    args: Nothing = Nothing()


class Arrive(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="arrive"):
    """They were there, or went on with what stood still."""

    args: Nothing = Nothing()


class Wait(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="wait"):
    """Work stood still."""

    args: Standstill


class Resolve(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="resolve"):
    """It was solved."""

    args: Solved


class Note(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="note"):
    """Something was written."""

    args: Written


class PartPut(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="part.put"):
    """A part was used, or is corrected."""

    args: Part


class PartRemove(
    Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="part.remove"
):
    """A part was not used after all."""

    args: Which


class TimePut(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="time.put"):
    """Time was spent, or is corrected."""

    args: Spent


class TimeRemove(
    Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="time.remove"
):
    """Time was not spent after all."""

    args: Which


class ReportSet(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="report.set"):
    """A text of the report was written."""

    args: Line


class Sign(Mutation, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="sign"):
    """The customer signed."""

    args: Signed


Stepping = Accept | Decline | Travel | Arrive | Wait | Resolve
Reporting = PartPut | PartRemove | TimePut | TimeRemove | ReportSet | Sign
AnyMutation = Stepping | Note | Reporting

# What `kernel.access.TABLE` must allow; all else is work.
ACTIONS: Mapping[type[Mutation], str] = {Wait: "tickets.wait", Note: "tickets.write"}


def action(mutation: Mutation) -> str:
    """This will name the action that a mutation is."""
    return ACTIONS.get(type(mutation), "tickets.work")
