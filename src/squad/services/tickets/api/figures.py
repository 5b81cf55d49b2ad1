"""Reports: figures of a span, and the table that they are recounted from."""

import zoneinfo
from typing import Annotated

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.kernel.http import Answer, Call
from squad.kernel.problem import Fault, Invalid
from squad.services.tickets.api.lists import Area, Categories, Filters, Priorities, Time, asked
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model.figures import Bucket, Figures
from squad.services.tickets.service import Tickets


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of which span and which tickets; to: now, from: 28 days before it. zone: days begin there."""

    since: Time | None = msgspec.field(name="from", default=None)
    until: Time | None = msgspec.field(name="to", default=None)
    territory: Area | None = None
    category: Categories = []
    priority: Priorities = []
    consultant: Id | None = None
    bucket: Bucket = "day"
    zone: Annotated[str, Meta(max_length=64)] = "UTC"


@ENDPOINTS.get(
    "/figures", action="tickets.figures", query=Report, answer=Figures, criticality="sheddable"
)
async def figures(tickets: Tickets, call: Call[None, Report]) -> Figures:
    """Show the figures of a span; each carries the query that lists its tickets."""
    query = call.query
    _zone(query.zone)
    filters = Filters(
        territory=query.territory, category=query.category, priority=query.priority,
        consultant=query.consultant,
    )  # fmt: skip
    given = {
        "territory": query.territory, "category": ",".join(query.category),
        "priority": ",".join(map(str, query.priority)), "consultant": query.consultant,
    }  # fmt: skip
    return await tickets.reports.figures(
        asked=asked(filters, call.actor, tickets.books.clock.now()),
        given={name: value for name, value in given.items() if value},
        since=query.since, until=query.until, bucket=query.bucket, zone=query.zone,
    )  # fmt: skip


@ENDPOINTS.get(
    "/export.csv", action="tickets.figures", query=Filters, media="text/csv",
    criticality="sheddable",
)  # fmt: skip
async def export(tickets: Tickets, call: Call[None, Filters]) -> Answer:
    """Give tickets as a table, a line each: ids, times in UTC and counts, no personal data."""
    question = asked(call.query, call.actor, tickets.books.clock.now())
    named = {"Content-Disposition": 'attachment; filename="tickets.csv"'}
    table = tickets.reports.table(question)
    return Answer(table, headers=named, media="text/csv; charset=utf-8")


def _zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError) as error:
        fault = Fault("query.zone", "an IANA name, for example America/Toronto")
        raise Invalid("There is no such time zone.", [fault]) from error
