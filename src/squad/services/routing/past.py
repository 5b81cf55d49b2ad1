"""What was: how long visits took, and how recorded tickets and hours are read back."""

from collections.abc import Sequence

import msgspec

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.ports.database import Row, Statement
from squad.services.routing.model import Decision, Span

MIGRATION = """
create table visits(
    ticket text primary key, began double precision not null, ended double precision
);
"""
PEOPLE = "select facts from people order by id"
HOURS = "select person, facts from hours order by person"
# Pages of 2,000 rows.
WORK = "select ticket, facts from work where ticket > ? order by ticket limit 2000"
VISITS = (
    "select ticket, began, ended from visits where ended is not null and ticket > ?"
    " order by ticket limit 2000"
)
DECISIONS = (
    "select id, at, record from decisions where (at > ? or (at = ? and id > ?)) and at < ?"
    " order by at, id limit 2000"
)
OFFERS = "select count(*) from decisions where consultant is not null and at >= ? and at < ?"

_ticket = msgspec.json.Decoder(Ticket).decode
_person = msgspec.json.Decoder(Person).decode
_intervals = msgspec.json.Decoder(tuple[Interval, ...]).decode
_decision = msgspec.json.Decoder(Decision).decode


def note(ticket: Ticket) -> Sequence[Statement]:
    """This will keep when work on a ticket began and ended, as its steps tell.

    A second visit replaces the first.
    """
    at = ticket.updated_at.timestamp()
    if ticket.status == "on_site":
        sql = (
            "insert into visits values (?, ?, null)"
            " on conflict(ticket) do update set began = excluded.began, ended = null"
        )
        return (Statement(sql, (ticket.id, at)),)
    if ticket.status == "resolved":
        sql = "update visits set ended = ? where ticket = ? and ended is null and began < ?"
        return (Statement(sql, (at, ticket.id, at)),)
    return ()


def person(row: Row) -> Person:
    """This will read a row of PEOPLE."""
    return _person(row[0])


def hours(row: Row) -> tuple[str, tuple[Interval, ...]]:
    """This will read a row of HOURS."""
    return row[0], _intervals(row[1])


def ticket(row: Row) -> Ticket:
    """This will read a row of WORK."""
    return _ticket(row[1])


def visit(row: Row) -> tuple[str, Span]:
    """This will read a row of VISITS."""
    return row[0], (row[1], row[2])


def decision(row: Row) -> tuple[str, Decision]:
    """This will read a row of DECISIONS."""
    return row[0], _decision(row[2])
