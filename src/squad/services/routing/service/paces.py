"""Driving times as trips have shown them, kept over restarts."""

from squad.contracts.tickets import Ticket
from squad.ports.database import Database, Statement
from squad.services.routing.pace import Pace
from squad.services.routing.policy import Policy


class Paces:
    """What is learnt when somebody who travelled arrives."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.pace = Pace()

    async def load(self) -> None:
        """This will read what was learnt before. Raises Unavailable."""
        rows = await self._database.fetch("select area, planned, actual, trips from paces")
        self.pace = Pace()
        for area, planned, actual, trips in rows:
            north, east = str(area).split(",")
            self.pace.recall((int(north), int(east)), planned, actual, trips)

    def at(self, ticket: Ticket) -> float:
        """This will give the factor of driving times where a ticket is."""
        return self.pace.at(ticket.spot.latitude, ticket.spot.longitude)

    def note(
        self, before: Ticket, after: Ticket, origin: tuple[float, float], policy: Policy
    ) -> list[Statement]:
        """This will learn from a trip, if these two states of a ticket are its start and its end.

        origin: where it began, degrees. Returns what keeps it.
        """
        steps = before.status, after.status
        if steps != ("travelling", "on_site") or after.assignee != before.assignee:
            return []
        minutes = (after.updated_at - before.updated_at).total_seconds() / 60.0
        spot = after.spot
        learnt = self.pace.arrive(origin, (spot.latitude, spot.longitude), minutes, policy)
        if learnt is None:
            return []
        (north, east), planned, actual = learnt
        kept = Statement(
            "insert into paces values (?, ?, ?, 1) on conflict(area) do update set"
            " planned = paces.planned + excluded.planned, actual = paces.actual + excluded.actual,"
            " trips = paces.trips + 1",
            (f"{north},{east}", planned, actual),
        )
        return [kept]
