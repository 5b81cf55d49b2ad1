"""A ticket's life: the one table of transitions, and what a step changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from squad.contracts.tickets import Status, Ticket
from squad.kernel.access import Actor
from squad.kernel.problem import Impossible

Step = Literal[
    "assign", "unassign", "stall", "accept", "decline", "travel", "arrive", "wait", "answer",
    "resolve", "close", "reopen", "cancel", "interrupt",
]  # fmt: skip

# The life cycle. What is not in the table is refused with 409 and changes nothing.
TRANSITIONS: Mapping[tuple[Status, Step], Status] = {
    ("new", "assign"): "assigned",
    ("new", "stall"): "needs_dispatcher",
    ("new", "cancel"): "cancelled",
    ("needs_dispatcher", "assign"): "assigned",
    ("needs_dispatcher", "cancel"): "cancelled",
    ("assigned", "assign"): "assigned",
    ("assigned", "unassign"): "new",
    ("assigned", "accept"): "accepted",
    ("assigned", "decline"): "new",
    ("assigned", "cancel"): "cancelled",
    ("accepted", "assign"): "assigned",
    ("accepted", "unassign"): "new",
    ("accepted", "decline"): "new",
    ("accepted", "travel"): "travelling",
    ("accepted", "arrive"): "on_site",
    ("accepted", "wait"): "waiting",
    ("accepted", "cancel"): "cancelled",
    ("travelling", "arrive"): "on_site",
    ("travelling", "interrupt"): "accepted",
    ("travelling", "unassign"): "new",
    ("travelling", "wait"): "waiting",
    ("travelling", "cancel"): "cancelled",
    ("on_site", "wait"): "waiting",
    ("on_site", "resolve"): "resolved",
    ("waiting", "answer"): "accepted",
    ("waiting", "assign"): "assigned",
    ("waiting", "unassign"): "new",
    ("waiting", "travel"): "travelling",
    ("waiting", "arrive"): "on_site",
    ("waiting", "resolve"): "resolved",
    ("waiting", "cancel"): "cancelled",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "new",
    ("closed", "reopen"): "new",
}


def move(ticket: Ticket, step: Step, now: datetime, **changes: object) -> Ticket:
    """This will take a step. Raises Impossible: the table does not have it."""
    status = TRANSITIONS.get((ticket.status, step))
    if status is None:
        possible = sorted(s for state, s in TRANSITIONS if state == ticket.status)
        raise Impossible(
            f"A ticket that is {ticket.status} cannot {step}. Possible now: {', '.join(possible)}."
        )
    return replace(ticket, version=ticket.version + 1, status=status, updated_at=now, **changes)


def repeated(ticket: Ticket, step: Step, actor: Actor) -> bool:
    """This will tell whether the step was taken already by this person: then once is enough."""
    after = {
        "accept": "accepted", "travel": "travelling", "arrive": "on_site", "resolve": "resolved",
        "close": "closed", "cancel": "cancelled", "wait": "waiting",
    }  # fmt: skip
    mine = step in ("close", "cancel") or ticket.assignee == actor.id
    return mine and after.get(step) == ticket.status


# Steps that a consultant's step takes for granted where nobody told them: two devices, one of
# which has not been heard of yet.
IMPLIED: Mapping[tuple[Status, Step], tuple[Step, ...]] = {
    ("assigned", "travel"): ("accept",),
    ("assigned", "arrive"): ("accept",),
    ("assigned", "wait"): ("accept",),
    ("assigned", "resolve"): ("accept", "arrive"),
    ("accepted", "resolve"): ("arrive",),
    ("travelling", "resolve"): ("arrive",),
}
_COURSE = ("assigned", "accepted", "travelling", "on_site", "resolved", "closed")
_REACHED: Mapping[str, Status] = {
    "accept": "accepted", "travel": "travelling", "arrive": "on_site", "wait": "resolved",
    "resolve": "resolved",
}  # fmt: skip


def way(status: Status, step: Step) -> tuple[Step, ...]:
    """This will give a step with those before it that it takes for granted."""
    return (*IMPLIED.get((status, step), ()), step)


def beyond(ticket: Ticket, step: Step, who: str) -> bool:
    """This will tell whether a consultant's step is history: the ticket is there or further."""
    if step == "decline":
        return ticket.assignee != who and who in ticket.declined
    if ticket.assignee != who:
        return False
    if ticket.status == "waiting":
        return step in ("accept", "wait")
    if ticket.status not in _COURSE:
        return False
    return _COURSE.index(ticket.status) >= _COURSE.index(_REACHED[step])


def release(ticket: Ticket, step: Step, now: datetime, *, without: str | None) -> Ticket:
    """This will give the ticket back to routing, for its next turn.

    without: a consultant who will not be asked again for it.
    """
    declined = ticket.declined
    if without and without not in declined:
        declined = (*declined, without)
    return move(
        ticket,
        step,
        now,
        turn=ticket.turn + 1,
        assignee=None,
        previous=ticket.assignee or ticket.previous,
        declined=declined,
        waiting_for="",
        resolution="",
    )


def assign(ticket: Ticket, now: datetime, *, consultant: str, turn: int) -> Ticket:
    """This will give the ticket to a consultant; nobody waits for the customer any more."""
    return move(ticket, "assign", now, assignee=consultant, turn=turn, waiting_for="")


def fits(ticket: Ticket, turn: int) -> bool:
    """This will tell whether an assignment for that turn is news and not history."""
    answers = turn > ticket.turn or (turn == ticket.turn and ticket.assignee is None)
    return answers and (ticket.status, "assign") in TRANSITIONS


def changes(step: Step, note: str, waiting_for: str) -> dict[str, object]:
    """This will give the fields that a step sets beside the status."""
    if step == "resolve":
        return {"resolution": note, "waiting_for": ""}
    return {"waiting_for": waiting_for if step == "wait" else ""}
