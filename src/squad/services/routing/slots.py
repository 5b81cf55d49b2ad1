"""Slots: when a customer can have somebody, and who that is; an appointment is one of them."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from msgspec.structs import replace

from squad.ports.database import Statement
from squad.services.routing import contest, plan, rules
from squad.services.routing.model import Job, Span
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Rows, Scan

MIGRATION = """
create table cells(
    consultant text not null, cell integer not null, ticket text not null,
    primary key (consultant, cell)
);
create index cells_ticket on cells(ticket);
alter table work add column booked text not null default '';
"""
CELL = 1800  # s; a consultant is booked by half hours, which all zones of the US and Canada share
LENGTH = timedelta(hours=2)  # of a window: work starts within it
HOURS = (8, 10, 12, 14, 16)  # local hours at which windows open
DAYS = 5  # local days that are offered, today among them
NOTICE = timedelta(hours=1)  # between booking and the window
SLACK = 30.0  # min for the way, beside the work, in what is taken of the consultant's time
CLOSEST = 40  # of those who could do it, who are looked at
TIME_OFF = sum(rules.BITS[name] for name in ("shift", "leave", "capacity"))


class Slot(NamedTuple):
    """A window with a consultant. span: epoch seconds. cost: minutes, as of a decision.

    position: in their plan, 0 is first.
    """

    consultant: str
    span: Span
    cost: float
    position: int

    @property
    def id(self) -> str:
        """What a customer sends to book it."""
        return f"{self.consultant}@{int(self.span[0])}"


def read(id: str) -> tuple[str, float] | None:
    """This will read a slot's id: consultant and start, epoch seconds; None: it is none."""
    found = re.fullmatch(r"([^@\s]{1,64})@(\d{9,10})", id)
    return (found[1], float(found[2])) if found else None


def windows(now: datetime, zone: str) -> list[Span]:
    """This will list the windows that are offered at a place, epoch seconds, soonest first.

    now: with a zone. zone: IANA name, of the place; windows open there at whole local hours.
    """
    there = ZoneInfo(zone)
    today = now.astimezone(there).date()
    opens = [
        datetime(day.year, day.month, day.day, hour, tzinfo=there)
        for day in (today + timedelta(days=ahead) for ahead in range(DAYS))
        for hour in HOURS
    ]
    return [
        (start.timestamp(), start.timestamp() + LENGTH.total_seconds())
        for start in opens
        if start >= now + NOTICE
    ]


def taken(job: Job, start: float) -> Span:
    """This will tell what an appointment takes of the consultant's time, in whole cells.

    At least the window; longer work begins in it and goes on. Epoch seconds.
    """
    minutes = max(LENGTH.total_seconds() / 60.0, job.service_min + SLACK)
    first = int(start // CELL) * CELL
    return float(first), float(first + -int(-minutes * 60.0 // CELL) * CELL)


def offered(job: Job, roster: Roster, spans: list[Span], now: float, policy: Policy) -> list[Slot]:
    """This will find the cheapest free consultant of each window; cheapest slot first.

    Free is who works all the while and has nothing else in a window that overlaps. Open tickets
    are no obstacle: what is booked is to be done later. Of all who could do the job the closest
    are looked at. now: epoch seconds.
    """
    rows = _able(job, roster, now, policy)
    slots = [slot for span in spans if (slot := _cheapest(job, roster, rows, span, now, policy))]
    return sorted(slots, key=lambda slot: (slot.cost, slot.span))


def one(job: Job, roster: Roster, consultant: str, span: Span, now: float, policy: Policy) -> (
    Slot | None
):  # fmt: skip
    """This will cost a window with one consultant; None: they cannot, or are not free."""
    rows = _able(job, roster, now, policy, consultant)
    return _cheapest(job, roster, rows, span, now, policy)


def take(consultant: str, ticket: str, span: Span, stale: list[str]) -> list[Statement]:
    """This will book cells in place of the ticket's others; one that is taken is a Conflict.

    stale: tickets that had some of these cells, and are with somebody else now.
    """
    first, last = int(span[0]) // CELL, int(span[1]) // CELL
    return [
        *(give(one) for one in (ticket, *stale)),
        *(
            Statement("insert into cells values (?, ?, ?)", (consultant, cell, ticket), 1)
            for cell in range(first, last)
        ),
    ]


def give(ticket: str) -> Statement:
    """This will give back what a ticket had booked."""
    return Statement("delete from cells where ticket = ?", (ticket,))


def among(consultant: str, span: Span) -> tuple[str, tuple[str, int, int]]:
    """This will ask which tickets have cells of a consultant in a stretch of time."""
    first, last = int(span[0]) // CELL, int(span[1]) // CELL
    sql = "select distinct ticket from cells where consultant = ? and cell >= ? and cell < ?"
    return sql, (consultant, first, last)


def _able(job: Job, roster: Roster, now: float, policy: Policy, only: str = "") -> Rows:
    """The closest rows that break no constraint but of hours and capacity."""
    roster.advance(now)
    case = plan.case(replace(job, opens_at=0.0), now, policy)
    chosen = None
    if only:
        chosen = np.array([roster.row(only)] if only in roster else [], np.intp)
    elif job.mode == "onsite":
        chosen = roster.near(case.place, policy)
    scan = Scan(case, roster, chosen)
    if not len(scan):
        return np.zeros(0, np.intp)
    able = np.flatnonzero(rules.check(scan) & ~np.uint16(TIME_OFF) == 0)
    close = scan.remoteness[able].argsort(kind="stable")[:CLOSEST]
    return scan.rows[able[close]]


def _cheapest(
    job: Job, roster: Roster, rows: Rows, span: Span, now: float, policy: Policy
) -> Slot | None:
    there = taken(job, span[0])
    free = [row for row in rows.tolist() if _free(job, roster, row, there)]
    if not free:
        return None
    booked = replace(job, opens_at=span[0], due_at=span[1])
    scan = Scan(plan.case(booked, now, policy), roster, np.array(free, np.intp))
    bid = contest.cheapest(scan, np.arange(len(free)))
    return Slot(bid.consultant, span, bid.cost, bid.position) if bid else None


def _free(job: Job, roster: Roster, row: int, span: Span) -> bool:
    """Whether somebody works all the while, and has no other window or work under way in it."""
    opens, closes = roster.shift(row, span[0])
    if not opens <= span[0] or closes < span[1]:
        return False
    for stop in roster.plan(roster.ids[row]):
        if stop.ticket == job.ticket:
            continue
        begins = stop.start_at if stop.under_way else stop.opens_at
        if begins and begins < span[1] and span[0] < begins + _length(stop.service_min):
            return False
    return True


def _length(service_min: float) -> float:
    return max(LENGTH.total_seconds(), (service_min + SLACK) * 60.0)
