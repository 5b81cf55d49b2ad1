"""What routing tells the others: who does what, and when nobody can."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from squad.contracts.envelope import Event, Id


class TicketAssigned(Event, frozen=True, kw_only=True):
    """A consultant was chosen for a ticket.

    turn: the ticket's turn that this answers; another turn makes it late news.
    requester: whom to tell. arrival: as estimated; null for remote work.
    answer_by: the offer lapses then. by: person who assigned by hand, or "".
    """

    type: ClassVar[str] = "squad.routing.assigned.v1"
    about: ClassVar[str] = "ticket"
    ticket: Id
    turn: int
    consultant: Id
    requester: Id
    reference: str
    title: str
    priority: int
    arrival: datetime | None
    answer_by: datetime
    decision: Id
    by: str = ""


class TicketUnassigned(Event, frozen=True, kw_only=True):
    """A consultant was taken off a ticket.

    reason: "timed_out", "unavailable", "shift_end" or "dispatcher".
    """

    type: ClassVar[str] = "squad.routing.unassigned.v1"
    about: ClassVar[str] = "ticket"
    ticket: Id
    turn: int
    consultant: Id
    reason: str


class TripInterrupted(Event, frozen=True, kw_only=True):
    """A consultant on the way turns round to something more urgent, and comes after that.

    turn, version: of the ticket whose trip it was, as routing knew it. for_ticket: what comes
    first now; decision: its, which says why. requester: whom to tell. arrival: as estimated anew.
    """

    type: ClassVar[str] = "squad.routing.trip_interrupted.v1"
    about: ClassVar[str] = "ticket"
    ticket: Id
    turn: int
    version: int
    consultant: Id
    requester: Id
    reference: str
    arrival: datetime
    for_ticket: Id
    decision: Id


class RoutingStalled(Event, frozen=True, kw_only=True):
    """Nobody is eligible: a dispatcher is needed.

    excluded: consultants by broken constraint. level: 0 at once; 1, 2: still so after a while, so
    dispatchers again, then managers are told.
    """

    type: ClassVar[str] = "squad.routing.stalled.v1"
    about: ClassVar[str] = "ticket"
    ticket: Id
    turn: int
    priority: int
    excluded: Mapping[str, int]
    decision: Id
    level: int = 0


class PolicyPromoted(Event, frozen=True, kw_only=True):
    """A version of the routing policy holds from now on. before: the one it replaces. note: why."""

    type: ClassVar[str] = "squad.routing.policy_promoted.v1"
    about: ClassVar[str] = "version"
    version: int
    before: int
    note: str


class RosterRefused(Event, frozen=True, kw_only=True):
    """What came of a consultant cannot be used; routing goes on with what it had, if anything.

    field, reason: what is wrong. version: of the record that was refused.
    """

    type: ClassVar[str] = "squad.routing.roster_refused.v1"
    about: ClassVar[str] = "person"
    person: Id
    version: int
    field: str
    reason: str
