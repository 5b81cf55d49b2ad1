"""Which tickets a person's lists show: the one rule for lists, the pull and the live stream."""

from collections.abc import Sequence

from squad.kernel.access import Actor

Sight = Sequence[tuple[str, Sequence[str]]]
"""Columns of a ticket, each with the values that it must have; none: all tickets."""


def sight(actor: Actor) -> Sight:
    """This will give what narrows a person's lists."""
    if actor.has("receptionist", "administrator", "auditor"):
        return ()
    if actor.has("dispatcher", "manager"):
        return (("territory", tuple(actor.territories)),) if actor.territories else ()
    if actor.has("store") and actor.store:
        return (("store", (actor.store,)),)
    return (("assignee" if actor.has("consultant") else "requester", (actor.id,)),)
