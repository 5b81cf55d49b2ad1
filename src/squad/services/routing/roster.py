"""The roster: every consultant and their plan in memory, as columns that a decision can scan."""

import heapq
import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from squad.services.routing import costs, hours, plan
from squad.services.routing.columns import people, traits
from squad.services.routing.costs import Array
from squad.services.routing.grid import Grid
from squad.services.routing.model import Consultant, Span, State, Stop
from squad.services.routing.policy import Policy
from squad.services.routing.pool import Pool

ON_CALL, ON_LEAVE = 1, 2  # statuses; else 0
DAY = 86_400.0  # s; appointments farther off take no capacity yet


class Roster:
    """Up to 100,000 consultants. Adding, changing and removing one is O(1) amortised.

    A trait is anything that a job can demand: a skill at a level, a language, a certification,
    a country, a territory ("": all of them). `traits` has the level of each, shape (traits, rows).
    Of a plan only what is not under way is the queue. `spot` is where somebody will be, and
    `free` when (epoch seconds), once what is under way is done. `done` counts what they finished in
    this shift: who had much to do today counts as loaded. Not safe for threads.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.changed: set[str] = set()
        self.columns = people()
        self.layouts = Pool(self.columns)
        self._rows: dict[str, int] = {}
        self._traits: dict[tuple[str, str], int] = {}
        self._sealed: list[bytes] = []
        self._lines: list[hours.Lines] = []
        self._plans: list[tuple[Stop, ...]] = []
        self._holders: dict[str, str] = {}
        self._grid = Grid()
        self._turns: list[tuple[float, str]] = []
        self._now = -math.inf
        self.windowed = False

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, consultant: str) -> bool:
        return consultant in self._rows

    # People

    def put(self, consultant: Consultant) -> None:
        """This will add a consultant, or change one who keeps plan and position."""
        row, home = self._rows.get(consultant.id), (consultant.latitude, consultant.longitude)
        if row is None:
            row = self._append(consultant)
            self._grid.add(row, *home, consultant.max_travel_min)
        else:
            self._sealed[row] = _seal(consultant)
            self._grid.move(row, self._base(row), home, consultant.max_travel_min)
        self._describe(row, consultant)
        self._lines[row] = hours.lines(consultant)
        self._turn(row)
        self._replan(row, self._plans[row])

    def remove(self, consultant: str) -> tuple[Stop, ...]:
        """This will forget a consultant and return the plan that is now without anybody.

        Raises:
            KeyError: not on the roster.
        """
        row = self._rows.pop(consultant)
        stops = self._plans[row]
        for stop in stops:
            del self._holders[stop.ticket]
        self._grid.drop(row, *self._base(row))
        self.layouts.drop(row)
        last = self.columns.drop(row)
        lists: tuple[list[Any], ...] = self.ids, self._sealed, self._lines, self._plans
        for listed in lists:
            listed[row] = listed[last]
            listed.pop()
        self.changed.add(consultant)
        if row != last:
            self.changed.add(self.ids[row])  # at another row now
            self._rows[self.ids[row]] = row
            self._grid.drop(last, *self._base(row))
            self._grid.add(row, *self._base(row), float(self.columns["reach"][row]))
        return stops

    def consultant(self, consultant: str) -> Consultant:
        """This will return what was last put.

        Raises:
            KeyError: not on the roster.
        """
        return msgspec.msgpack.decode(self._sealed[self._rows[consultant]], type=Consultant)

    def move(self, consultant: str, latitude: float, longitude: float) -> None:
        """This will note where somebody is now; they set out to their next stop from there.

        Raises:
            KeyError: not on the roster.
        """
        row = self._rows[consultant]
        self.columns["place"][:, row] = latitude, longitude
        self._replan(row, self._plans[row])

    # Work

    def plan(self, consultant: str) -> tuple[Stop, ...]:
        """This will list somebody's work in order, what is under way first.

        Raises:
            KeyError: not on the roster.
        """
        return self._plans[self._rows[consultant]]

    def holder(self, ticket: str) -> str | None:
        """This will tell whose plan a ticket is in."""
        return self._holders.get(ticket)

    def reserve(self, consultant: str, stop: Stop, position: int | None = None) -> None:
        """This will put a stop in a plan, never before work under way. None: at the end.

        A ticket is in one plan at most: reserving it again moves it.

        Raises:
            KeyError: not on the roster.
        """
        row = self._rows[consultant]
        self.release(stop.ticket)
        stops = self._plans[row]
        index = len(stops) if position is None else position
        self._holders[stop.ticket] = consultant
        self._replan(row, (*stops[:index], stop, *stops[index:]))

    def mark(self, ticket: str, state: State, start_at: float = 0.0) -> None:
        """This will change how far a ticket is. start_at: of the work, epoch seconds, if under way.

        Raises:
            KeyError: in nobody's plan.
        """
        row = self._rows[self._holders[ticket]]
        change, stops = msgspec.structs.replace, self._plans[row]
        marked = (
            change(stop, state=state, start_at=start_at) if stop.ticket == ticket else stop
            for stop in stops
        )
        self._replan(row, tuple(marked))

    def release(self, ticket: str, *, done: bool = False) -> str | None:
        """This will take a ticket out of the plan that has it, and tell whose it was.

        done: the work was done on the site, so its consultant is there now.
        """
        holder = self._holders.pop(ticket, None)
        if holder is None:
            return None
        row = self._rows[holder]
        stops = self._plans[row]
        if done:
            self.columns["done"][row] += 1
            self.columns["place"][:, row] = plan.follow(
                self.columns["place"][:, row].tolist(), [s for s in stops if s.ticket == ticket]
            )
        self._replan(row, tuple(s for s in stops if s.ticket != ticket))
        return holder

    # What a decision reads

    def advance(self, now: float) -> None:
        """This will turn everybody's hours to `now`; time that goes back changes nothing.

        Who goes off shift with nothing under way sets out from home again.
        """
        self._now = max(self._now, now)
        while self._turns and self._turns[0][0] <= self._now:
            turn, consultant = heapq.heappop(self._turns)
            row = self._rows.get(consultant)
            if row is None or turn != self.columns["turn"][row]:
                continue
            if self.columns["closes"][row] <= self._now:
                self.columns["done"][row] = 0
            if self.columns["closes"][row] <= self._now and not self.columns["free"][row]:
                self.columns["place"][:, row] = self.columns["base"][:, row]
                self._replan(row, self._plans[row])
            elif self.windowed:
                self._replan(row, self._plans[row])  # what was far off comes nearer
            self._turn(row)

    def near(self, place: Array, policy: Policy) -> NDArray[np.intp]:
        """This will list all rows whose longest trip from home could reach the place, and more.

        place: unit sphere, shape (3,).
        """
        return self._grid.near(place, policy)

    def trait(self, kind: str, name: str) -> int:
        """This will give a trait's number; −1: nobody ever had it."""
        return self._traits.get((kind, name), -1)

    def levels(self, kind: str, name: str) -> NDArray[np.uint8] | None:
        """This will give everybody's level of a trait, 0 to 5; None: nobody ever had it."""
        return None if (i := self.trait(kind, name)) < 0 else self.columns["traits"][i]

    def shift(self, row: int, moment: float) -> Span:
        """This will find somebody's hours at a moment, epoch seconds, or their next ones."""
        return hours.current(self._lines[row].work, moment)

    def row(self, consultant: str) -> int:
        """This will find a consultant's row; −1: not on the roster."""
        return self._rows.get(consultant, -1)

    # Keeping the columns

    def _append(self, consultant: Consultant) -> int:
        row = self.columns.append()
        self._rows[consultant.id] = row
        self.ids.append(consultant.id)
        self._sealed.append(_seal(consultant))
        self._lines.append(hours.lines(consultant))
        self._plans.append(())
        self.columns["base"][:, row] = consultant.latitude, consultant.longitude
        self.columns["place"][:, row] = self.columns["base"][:, row]
        return row

    def _base(self, row: int) -> tuple[float, float]:
        latitude, longitude = self.columns["base"][:, row].tolist()
        return latitude, longitude

    def _describe(self, row: int, consultant: Consultant) -> None:
        columns, home = self.columns, (consultant.latitude, consultant.longitude)
        if (columns["place"][:, row] == columns["base"][:, row]).all():
            columns["place"][:, row] = home
        columns["base"][:, row] = home
        columns["home"][:, row] = costs.spot(*home)
        columns["reach"][row] = consultant.max_travel_min
        columns["rating"][row] = consultant.rating
        columns["capacity"][row] = consultant.capacity
        columns["traits"][:, row] = 0
        for trait, level in traits(consultant).items():
            number = self._traits.setdefault(trait, len(self._traits))
            if number == len(columns["traits"]):
                columns.deepen("traits")
            columns["traits"][number, row] = level

    def _turn(self, row: int) -> None:
        """This will set the current or next hours and the status, until they change again."""
        columns, lines, now = self.columns, self._lines[row], self._now
        columns["opens"][row], closes = hours.current(lines.work, now)
        columns["closes"][row] = closes
        status = ON_CALL if hours.within(lines.on_call, now) else 0
        columns["status"][row] = ON_LEAVE if hours.within(lines.leave, now) else status
        turn = min(closes, hours.turn(lines.leave, now), hours.turn(lines.on_call, now))
        if turn < math.inf and turn != columns["turn"][row]:
            heapq.heappush(self._turns, (turn, self.ids[row]))
        columns["turn"][row] = turn

    def _replan(self, row: int, stops: tuple[Stop, ...]) -> None:
        under_way = [stop for stop in stops if stop.under_way]
        queue = [stop for stop in stops if not stop.under_way]
        under_way.sort(key=lambda stop: stop.start_at)
        spot = plan.follow(self.columns["place"][:, row].tolist(), under_way)
        columns = self.columns
        self.layouts.put(row, plan.lay(queue, spot) if queue else None)
        columns["spot"][:, row] = spot
        columns["here"][:, row] = costs.spot(*spot)
        columns["free"][row] = plan.free(under_way)
        columns["load"][row] = len(stops)
        columns["queued"][row] = len(queue)
        columns["latest"][row] = latest = max((stop.opens_at for stop in queue), default=0.0)
        self.windowed = self.windowed or latest > 0.0
        later = sum(stop.opens_at > 0.0 and stop.opens_at - DAY > self._now for stop in stops)
        columns["full"][row] = len(stops) - later >= columns["capacity"][row]
        self._plans[row] = (*under_way, *queue)
        self.changed.add(self.ids[row])


def _seal(consultant: Consultant) -> bytes:
    return msgspec.msgpack.encode(consultant)
