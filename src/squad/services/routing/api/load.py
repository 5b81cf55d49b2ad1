"""How much a consultant has to do, beside the team."""

from collections.abc import Sequence

import msgspec
import numpy as np

from squad.kernel.http import Call, Empty
from squad.kernel.problem import Missing
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.service import Memory, Routing


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Open and done work of one, and the mean of a team. done: finished in this shift.

    team: consultants who share a territory (none: all of them), oneself included. plan: own
    tickets in order.
    """

    open: int
    done: int
    capacity: int
    team: int
    mean_open: float
    mean_done: float
    plan: Sequence[str]


@ENDPOINTS.get("/load", action="routing.load", answer=Load)
async def load(routing: Routing, call: Call[None, Empty]) -> Load:
    """Show a consultant's own open work, in order, and the mean of the team."""
    memory, mine = routing.memory, call.actor.id
    if mine not in memory.roster:
        raise Missing("You are not on the roster. Ask a dispatcher to put you on it.")
    rows = [memory.roster.row(id) for id in memory.roster.ids if _together(memory, mine, id)]
    columns, row = memory.roster.columns, memory.roster.row(mine)
    return Load(
        open=int(columns["load"][row]),
        done=int(columns["done"][row]),
        capacity=int(columns["capacity"][row]),
        team=len(rows),
        mean_open=round(float(np.mean(columns["load"][rows])), 2),
        mean_done=round(float(np.mean(columns["done"][rows])), 2),
        plan=[stop.ticket for stop in memory.roster.plan(mine)],
    )


def _together(memory: Memory, mine: str, other: str) -> bool:
    areas, theirs = (set(memory.people[id].territories) for id in (mine, other))
    return not areas or not theirs or bool(areas & theirs)
