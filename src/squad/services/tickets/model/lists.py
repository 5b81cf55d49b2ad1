"""What a list is asked for: filters, the figure whose tickets it shows, and the order. Pure."""

from collections.abc import Sequence
from typing import Literal, get_args

import msgspec
from msgspec.structs import replace

from squad.contracts.tickets import Status
from squad.kernel.access import Actor
from squad.services.tickets.model.spans import FINISHED

Sort = Literal["newest", "due", "priority"]
FigureName = Literal[
    "backlog", "created", "resolved", "closed", "response", "onsite", "resolution", "sla_met",
    "sla_missed", "reassigned", "declined", "reopened", "load_open", "load_done",
]  # fmt: skip
NOW: frozenset[str] = frozenset({"backlog", "load_open"})  # figures of the moment, without a span
TOTAL = 10_000  # tickets that a list counts at most
OPEN: frozenset[str] = frozenset(get_args(Status)) - FINISHED

# Columns of `tickets` itself: with these alone, in one value each, a list needs no span.
_PLAIN = frozenset({"status", "assignee", "requester", "territory", "store", "priority"})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A list, checked, with what the actor may see among its filters.

    among: columns and the values allowed. bounds: column, `>=` or `<`, milliseconds since 1970.
    since, until: the span of the figure, milliseconds. open: not finished, or finished,
    or either. risk: open and not begun.
    """

    among: Sequence[tuple[str, Sequence[str | int]]] = ()
    bounds: Sequence[tuple[str, Literal[">=", "<"], int]] = ()
    open: bool | None = None
    risk: bool = False
    figure: FigureName | Literal[""] = ""
    since: int = 0
    until: int = 0
    consultant: str = ""

    @property
    def plain(self) -> bool:
        """Whether the columns of tickets are enough: the list that must never fail."""
        if self.bounds or self.risk or self.figure or self.consultant or self.open is not None:
            return False
        return all(
            name in _PLAIN and (len(values) == 1 or name == "territory")
            for name, values in self.among
        )

    @property
    def unfinished(self) -> bool:
        """Whether no finished ticket can be in it: then the short index of open ones leads."""
        statuses = [values for name, values in self.among if name == "status"]
        return bool(self.open or self.risk or any(OPEN.issuperset(values) for values in statuses))

    def of(self, figure: FigureName) -> "Asked":
        """This will ask for the tickets of a figure."""
        return replace(self, figure=figure)


def visible(actor: Actor) -> list[tuple[str, Sequence[str | int]]]:
    """This will give the filter of what the actor may see in lists: it comes before all others."""
    if actor.has("receptionist", "administrator", "auditor"):
        return []
    if actor.has("dispatcher", "manager"):
        return [("territory", actor.territories)] if actor.territories else []
    if actor.has("store") and actor.store:
        return [("store", (actor.store,))]
    return [("assignee" if actor.has("consultant") else "requester", (actor.id,))]
