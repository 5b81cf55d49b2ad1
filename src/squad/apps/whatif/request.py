"""A what-if from its request to its comparison: the same for the command and the API."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from squad.apps import wiring
from squad.apps.whatif import compare, generate, recorded
from squad.apps.whatif.compare import Checked, Comparison, World
from squad.apps.whatif.run import Outcome, Plan, both
from squad.ports.clock import Clock
from squad.services.routing import staff as staffing
from squad.services.routing.choose import recompute
from squad.services.routing.desk import EPOCH
from squad.services.routing.model import Span
from squad.services.routing.policy import DEFAULT, Policy
from squad.services.routing.service.history import History, Recorded
from squad.services.routing.simulate import Scenario
from squad.services.routing.staff import Staff

MOST = 350_000  # tickets of a world
LISTED = 100  # decisions that differ and are named
ASSUMED = (
    "offers are declined by chance, as often as in history",
    "nobody is ill, on call or away but for leave that is known now",
    "roads are 1.3 times the straight line, at usual speeds",
    "a ticket with a window comes when the window opens; cancelled tickets are left out",
    "work that was open before the first day is not there",
    "past shifts are those of the same weekday in the weeks that are known",
)
DRAWN = ("everything is drawn from the seed: places by population, busy hours, shifts, sick calls",)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to try. policy: None: the one in force. since: None: so many days before now.

    days: of tickets. consultants, tickets (a weekday), seed: of a generated world.
    """

    source: Literal["recorded", "generated"]
    policy: Policy | None = None
    staff: Staff = Staff()
    since: datetime | None = None
    days: int = 30
    consultants: int = 240
    tickets: int = 780
    seed: int = 1
    check: bool = False


class Refused(Exception):
    """The request cannot be met; the message says what to do."""


class Ready(msgspec.Struct, frozen=True):
    """A world to run twice. zero: its minute 0."""

    world: Scenario
    facts: Mapping[str, Any]
    zero: datetime
    policy: Policy
    checked: Checked | None = None


async def prepare(
    request: Request, url: str, clock: Clock, tell: Callable[[str], None] = lambda stage: None
) -> Ready:
    """This will make the world. url: of routing's database, for history.

    Raises Refused, Unavailable.
    """
    if request.source == "generated":
        tell("drawing the world")
        return await _drawn(request, clock)
    tell("reading history")
    database = await wiring.adapter("database", url, clock)
    try:
        history = History(database)
        span = _span(request, clock.now())
        policy, versions = await history.policies()
        found = await history.recorded(span)
        checked = await check(history, span, versions) if request.check else None
    finally:
        await database.close()
    return _read(request, found, span, policy, checked)


async def check(history: History, span: Span, versions: Mapping[int, Policy]) -> Checked:
    """This will decide every stored decision again, by the version that it names."""
    count, differ = 0, []
    async for id, record in history.decisions(span):
        count += 1
        policy = versions.get(record.policy)
        if policy is None or recompute(record, policy) != record:
            differ.append(id)
    return Checked(count, count - len(differ), tuple(differ[:LISTED]))


def run(request: Request, ready: Ready, tell: Callable[[float], None]) -> Comparison:
    """This will run both worlds and compare them. Raises Refused, staff.Unfit, run.Broken."""
    began = time.monotonic()
    variant = staffing.apply(ready.world, request.staff)
    policy = request.policy or ready.policy
    pair = both(Plan(ready.world, ready.policy), Plan(variant, policy), tell)
    return _compared(request, ready, variant, pair, time.monotonic() - began)


def _compared(
    request: Request, ready: Ready, variant: Scenario, pair: tuple[Outcome, Outcome],
    seconds: float,
) -> Comparison:  # fmt: skip
    until, policy = ready.world.until, request.policy or ready.policy
    world = World(
        source=request.source, tickets=len(ready.world.demand), declines=ready.world.declines,
        consultants=(len(ready.world.people), len(variant.people)), **ready.facts,
    )  # fmt: skip
    return Comparison(
        world=world,
        versions=(ready.policy.version, policy.version),
        changes=compare.edits(ready.policy, policy),
        staff=staffing.tell(request.staff),
        figures=compare.figures(pair, until),
        by_priority=compare.by_priority(pair, until),
        edges=compare.EDGES,
        waits=(compare.spread(pair[0], until), compare.spread(pair[1], until)),
        loads=(compare.curve(pair[0].loads), compare.curve(pair[1].loads)),
        assignments=compare.assignments(pair, (ready.world, variant), ready.zero),
        seconds=round(seconds, 1),
        checked=ready.checked,
    )


async def _drawn(request: Request, clock: Clock) -> Ready:
    if request.tickets * request.days > MOST:
        raise Refused(f"a world has at most {MOST:,} tickets: take fewer days, or fewer a day")
    places = await wiring.adapter("places", "table:", clock)
    size = generate.Size(
        consultants=request.consultants, tickets=request.tickets, days=request.days,
        seed=request.seed,
    )  # fmt: skip
    world = await asyncio.to_thread(generate.scenario, places, size)
    if not world.demand:
        raise Refused("no ticket was drawn: take more days, or more tickets a day")
    zero = datetime.fromtimestamp(EPOCH, UTC)
    facts = {
        "since": zero, "until": zero + timedelta(days=request.days), "seed": request.seed,
        "notes": DRAWN,
    }  # fmt: skip
    return Ready(world, facts, zero, DEFAULT)


def _span(request: Request, now: datetime) -> Span:
    since = request.since or now - timedelta(days=request.days)
    return since.timestamp(), min(now, since + timedelta(days=request.days)).timestamp()


def _read(
    request: Request, found: Recorded, span: Span, policy: Policy, checked: Checked | None
) -> Ready:
    since, until = (datetime.fromtimestamp(moment, UTC) for moment in span)
    if not found.tickets:
        raise Refused(
            f"no tickets were logged from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC:"
            " take another stretch, or a generated world"
        )
    if len(found.tickets) > MOST:
        raise Refused(f"{len(found.tickets):,} tickets; at most {MOST:,}: take fewer days")
    world = recorded.world(found, span)
    if not world.people:
        raise Refused("there are no consultants to give work to")
    facts = {
        "since": since, "until": until, "notes": ASSUMED, "measured": recorded.known(found),
    }  # fmt: skip
    return Ready(world, facts, recorded.monday(since), policy, checked)
