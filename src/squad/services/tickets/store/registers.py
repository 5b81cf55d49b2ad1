"""Visit reports, as registers of which the last write stands."""

from collections.abc import Sequence
from datetime import UTC, datetime

from squad.ports.database import Database, Statement
from squad.services.tickets.model.report import Register


def put(ticket: str, register: Register) -> Statement:
    """This will write to a report, unless what stands there is newer: as `model.report.merge`."""
    return Statement(
        "insert into registers values (?, ?, ?, ?, ?, ?) on conflict(ticket, field, entry)"
        " do update set at = excluded.at, mutation = excluded.mutation, value = excluded.value"
        " where registers.at < excluded.at"
        " or (registers.at = excluded.at and registers.mutation < excluded.mutation)",
        (ticket, register.field, register.entry, register.at.timestamp(), register.mutation,
         register.value),
    )  # fmt: skip


def forget(person: str) -> Statement:
    """This will remove the signatures on a person's tickets."""
    return Statement(
        "delete from registers where field = 'signature'"
        " and ticket in (select id from tickets where requester = ?)",
        (person,),
    )


async def held(database: Database, tickets: Sequence[str]) -> dict[str, list[Register]]:
    """This will load the reports of some tickets; those without one have no registers."""
    found: dict[str, list[Register]] = {ticket: [] for ticket in tickets}
    if not tickets:
        return found
    rows = await database.fetch(
        "select ticket, field, entry, at, mutation, value from registers"
        f" where ticket in ({', '.join('?' * len(tickets))})",
        tuple(tickets),
    )
    for ticket, field, entry, at, mutation, value in rows:
        moment = datetime.fromtimestamp(at, UTC)
        found[ticket].append(Register(field, entry, moment, mutation, bytes(value)))
    return found
