"""What each piece of work in a queue has to gain elsewhere: who is worth asking, at a glance."""

import math

import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs
from squad.services.routing.columns import Columns
from squad.services.routing.costs import Array
from squad.services.routing.frame import (
    AFTER,
    BEFORE,
    GAP,
    GOES_ON,
    ONSITE,
    SERVICE,
    URGENCY,
    weights,
)
from squad.services.routing.model import Stop
from squad.services.routing.policy import Policy
from squad.services.routing.roster import Roster

SLACK = 8.0  # min that an estimate may be too low by: skill, rating, language, fairness


class Stakes:
    """Work in queues as columns. Estimates, brought up to date when a plan has changed.

    departs, eta: when the consultant sets out to it, and when work should start, epoch seconds.
    spared: minutes that its consultant, and the work after it, gain when it goes.
    """

    def __init__(self, roster: Roster, policy: Policy) -> None:
        self.tickets: list[str] = []
        self.columns = Columns(
            place=(3, float), due=(0, float), rates=(3, float), onsite=(0, float),
            departs=(0, float), eta=(0, float), spared=(0, float), row=(0, np.int64),
        )  # fmt: skip
        self._roster = roster
        self.policy = policy
        self._index: dict[str, int] = {}
        self._mine: dict[str, tuple[str, ...]] = {}

    def freshen(self, now: float) -> None:
        """This will estimate anew what has changed."""
        changed = sorted(self._roster.changed)
        for consultant in changed:
            for ticket in self._mine.pop(consultant, ()):
                self._drop(ticket)
        for consultant in changed:
            if consultant in self._roster:
                self._estimate(consultant, now)
        self._roster.changed.clear()

    def gains(self, consultant: str, now: float) -> list[tuple[float, str]]:
        """This will list work that somebody might do cheaper than who has it, best first.

        Each with the minutes that it might save at most.
        """
        self.freshen(now)
        columns, roster, policy = self.columns, self._roster, self.policy
        row = roster.row(consultant)
        start = _start(roster, row, now, policy)
        if not len(self.tickets) or start == math.inf:
            return []
        km = costs.distance_km(columns["place"], roster.columns["here"][:, row, None])
        trip = costs.travel(km, policy) * columns["onsite"]
        gain = columns["spared"] + self._delay(columns["eta"], now)
        gain -= self._delay(start + trip * 60.0, now)
        if not roster.columns["queued"][row]:
            gain -= trip
        return self._worth(gain, now, not_row=row)

    def hopes(self, now: float) -> list[tuple[float, str]]:
        """This will list work that would gain if somebody stood next to it, best first."""
        self.freshen(now)
        if not self.tickets:
            return []
        columns = self.columns
        at_once = self.policy.trip_min * columns["onsite"]
        gain = columns["spared"] + self._delay(columns["eta"], now)
        gain -= self._delay(now + at_once * 60.0, now) + at_once
        return self._worth(gain, now)

    def eta(self, ticket: str) -> float:
        """This will tell when work should start, epoch seconds."""
        return float(self.columns["eta"][self._index[ticket]])

    def _worth(self, gain: Array, now: float, not_row: int = -1) -> list[tuple[float, str]]:
        columns, policy = self.columns, self.policy
        fit = gain >= policy.relocate_min - SLACK
        fit &= columns["departs"] > now + policy.frozen_min * 60.0
        fit &= columns["row"] != not_row
        found = [(float(gain[i]), self.tickets[i]) for i in np.flatnonzero(fit).tolist()]
        return sorted(found, key=lambda one: (-one[0], one[1]))

    def _delay(self, moment: Array, now: float) -> Array:
        arrival, due = (moment - now) / 60.0, (self.columns["due"] - now) / 60.0
        parts = costs.delays(arrival, due, self.columns["rates"], self.policy)
        whole: Array = parts[0] + parts[1] + parts[2]
        return whole

    def _estimate(self, consultant: str, now: float) -> None:
        """Adds the queue of somebody."""
        roster = self._roster
        row = roster.row(consultant)
        number = int(roster.columns["queued"][row])
        if not number:
            return
        stops, layout = roster.plan(consultant)[-number:], roster.layouts[row]
        start = _start(roster, row, now, self.policy)
        leg, detour = _ways(layout, self.policy)
        taken = (leg + layout[:-1, SERVICE]).cumsum() * 60.0
        eta = start + taken - layout[:-1, SERVICE] * 60.0
        rates = weights(self.policy)[:, layout[:-1, URGENCY].astype(np.intp)]
        spared = detour + self._others(stops, eta, rates, detour + layout[:-1, SERVICE], now)
        for i, stop in enumerate(stops):
            self._add(stop.ticket, stop.due_at, row)
            at = self._index[stop.ticket]
            self.columns["place"][:, at] = costs.point(stop.latitude, stop.longitude)
            self.columns["rates"][:, at] = rates[:, i]
            self.columns["onsite"][at] = layout[i, ONSITE]
            self.columns["eta"][at] = eta[i]
            self.columns["departs"][at] = eta[i] - leg[i] * 60.0
            self.columns["spared"][at] = spared[i]
        self._mine[consultant] = tuple(stop.ticket for stop in stops)

    def _others(
        self, stops: tuple[Stop, ...], eta: Array, rates: Array, sooner: Array, now: float
    ) -> Array:
        """What the stops after each one gain when it goes, minutes."""
        if len(stops) == 1 or not np.isfinite(eta[0]):
            return np.zeros(len(stops))
        due = (np.array([stop.due_at for stop in stops]) - now) / 60.0
        arrival = (eta - now) / 60.0
        late = _sum(arrival, due, rates, self.policy)
        early = _sum(arrival - sooner[:, None], due, rates[:, None], self.policy)
        gains: Array = np.triu(late - early, 1).sum(axis=1)
        return gains

    def _add(self, ticket: str, due: float, row: int) -> None:
        at = self.columns.append()
        self.tickets.append(ticket)
        self._index[ticket] = at
        self.columns["due"][at] = due
        self.columns["row"][at] = row

    def _drop(self, ticket: str) -> None:
        at = self._index.pop(ticket)
        last = self.columns.drop(at)
        self.tickets[at] = self.tickets[last]
        self.tickets.pop()
        if at != last:
            self._index[self.tickets[at]] = at


def _start(roster: Roster, row: int, now: float, policy: Policy) -> float:
    """When somebody can set out to the first of their queue, epoch seconds; infinite: unknown."""
    opens, free = float(roster.columns["opens"][row]), float(roster.columns["free"][row])
    begin = max(now, opens)
    return max(begin, free, now + policy.overrun_min * 60.0) if free > 0.0 else begin


def _ways(layout: Array, policy: Policy) -> tuple[Array, Array]:
    """Minutes to each stop of a queue, and what is saved of the way when it is left out."""
    go_on = costs.travel(layout[:, GAP], policy) * layout[:, GOES_ON]
    leg = go_on[:-1] * layout[:-1, ONSITE]
    past = costs.distance_km(layout[:-1, BEFORE].T, layout[1:, AFTER].T)
    direct = costs.travel(past, policy) * layout[1:, GOES_ON]
    return leg, (leg + go_on[1:] - direct) * layout[:-1, ONSITE]


def _sum(arrival: Array, due: Array, rates: NDArray[np.float64], policy: Policy) -> Array:
    waiting, breach, lateness = costs.delays(arrival, due, rates, policy)
    whole: Array = waiting + breach + lateness
    return whole
