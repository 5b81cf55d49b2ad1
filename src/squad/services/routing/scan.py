"""Reading the roster for one job: who is on duty, who speaks what, and the columns to cost."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.costs import Array
from squad.services.routing.plan import Case, Field
from squad.services.routing.roster import ON_CALL, ON_LEAVE, Roster

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Duty(NamedTuple):
    """Who can work: on shift or soon; called out from home; not, because on leave.

    For a job whose window is still to open: on shift then.
    """

    soon: Mask
    called: Mask
    leave: Mask


class Scan:
    """Some rows of the roster, read for one case. Valid until the roster changes."""

    def __init__(self, case: Case, roster: Roster, rows: Rows | None = None) -> None:
        """rows: None is everybody, without a copy of each column."""
        self.case = case
        self.roster = roster
        self.rows = np.arange(len(roster)) if rows is None else rows
        self._whole = rows is None

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> NDArray[Any]:
        """This will read a column of the roster, one entry per row."""
        column = self.roster.columns[name]
        return column if self._whole else column.take(self.rows, axis=-1)

    def level(self, kind: str, name: str) -> NDArray[np.uint8]:
        """This will give each row's level of a trait; 0: they do not have it."""
        levels = self.roster.levels(kind, name)
        if levels is None:
            return np.zeros(len(self), np.uint8)
        return levels if self._whole else levels.take(self.rows)

    @cached_property
    def skills(self) -> dict[str, NDArray[np.uint8]]:
        """Each row's level of the skills that the job needs."""
        return {name: self.level("skill", name) for name in self.case.job.skills}

    @cached_property
    def home(self) -> Array:
        """Home bases on the unit sphere, shape (3, rows)."""
        return self.column("home")

    @cached_property
    def remoteness(self) -> Array:
        """Greater the farther somebody lives; for order only, the trip itself where it is known."""
        if self.case.job.mode == "onsite":
            return self.trip
        x, y, z = self.case.place
        remoteness: Array = -x * self.home[0] - y * self.home[1] - z * self.home[2]
        return remoteness

    @cached_property
    def trip(self) -> Array:
        """Minutes from each home base to the job's location."""
        km = costs.distance_km(self.home, self.case.place[:, None])
        trip: Array = costs.travel(km, self.case.policy)
        return trip

    @cached_property
    def duty(self) -> Duty:
        """Who can work on the job now or within the policy's look-ahead."""
        now, policy = self.case.now, self.case.policy
        horizon = now + policy.look_ahead_min * 60.0
        soon = (self.column("opens") <= horizon) & (now < self.column("closes"))
        status = self.column("status")
        urgent = self.case.job.priority <= policy.on_call_priority
        called = (status == ON_CALL) & urgent
        if self.case.opened > 0.0:
            soon, called = self._then(soon), called & (self.case.job.opens_at <= horizon)
        return Duty(soon, called, status == ON_LEAVE)

    @cached_property
    def speaks(self) -> Mask:
        """Who speaks the customer's language."""
        language = self.case.job.language
        return (
            np.ones(len(self), bool) if language is None else self.level("language", language) > 0
        )

    def field(self, chosen: Rows) -> Field:
        """This will collect what costing needs of the chosen rows, which should be eligible.

        Minutes are rounded to the thousandth, so that a record of them is exact and short.
        """
        case, rows, columns = self.case, self.rows[chosen], self.roster.columns
        free, opens = columns["free"][rows], columns["opens"][rows]
        start = np.where(self.duty.called[chosen], case.now, np.maximum(opens, case.now))
        resume = np.maximum(free, case.now + case.policy.overrun_min * 60.0)
        start = np.where(free > 0.0, np.maximum(start, resume), start)
        closes = np.where(self.duty.soon[chosen], columns["closes"][rows], case.now)
        return Field(
            here=columns["here"].take(rows, axis=1),
            start=np.round((start - case.now) / 60.0, 3),
            closes=np.round((closes - case.now) / 60.0, 3),
            surplus=self._surplus(chosen),
            rating=columns["rating"][rows],
            used=(columns["load"][rows] + columns["done"][rows]) / columns["capacity"][rows],
            speaks=self.speaks[chosen].astype(float),
            known=(rows == self.roster.row(case.job.previous or "")).astype(float),
            queued=columns["queued"][rows],
            timed=self._timed(rows) if self.roster.windowed else None,
        )

    def _then(self, soon: Mask) -> Mask:
        """Who works when the job's window opens, or begins before the promise."""
        job = self.case.job
        if job.opens_at <= self.case.now + self.case.policy.look_ahead_min * 60.0:
            return soon & (self.column("closes") > job.opens_at)
        last, shift = max(job.due_at, job.opens_at + 1.0), self.roster.shift
        return np.array([shift(row, job.opens_at)[0] < last for row in self.rows.tolist()], bool)

    def _timed(self, rows: Rows) -> Array:
        """Who has a window still to open in their queue; 2: for remote work, and the job is not.

        They may drive to the job while they wait for that, and gain on the way to the next site.
        """
        now, roster = self.case.now, self.roster
        timed: Array = (roster.columns["latest"][rows] > now).astype(float)
        if self.case.job.mode == "onsite":
            for at in np.flatnonzero(timed).tolist():
                stops = roster.plan(roster.ids[rows[at]])
                if any(stop.mode == "remote" and stop.opens_at > now for stop in stops):
                    timed[at] = 2.0
        return timed

    def _surplus(self, chosen: Rows) -> Array:
        """Mean levels above the need, over the skills needed."""
        surplus, needs = np.zeros(len(chosen)), self.case.job.skills
        for name, need in needs.items():
            surplus += self.skills[name][chosen] - float(need)
        return surplus / max(len(needs), 1)
