"""Tables of routing: copies of people and their hours, work, and the decision log."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.ports.database import Database, Statement
from squad.services.routing.model import Decision, Kept
from squad.services.routing.work import Work

MIGRATIONS = (
    """
create table people(id text primary key, version integer not null, facts blob not null);
create table hours(person text primary key, version integer not null, facts blob not null);
create table work(
    ticket text primary key, version integer not null, open integer not null,
    answered integer not null, answer_by double precision not null, offered text not null,
    facts blob not null
);
create index work_open on work(open) where open = 1;
create table decisions(
    id text primary key, ticket text not null, turn integer not null,
    at double precision not null, chosen_by text not null, consultant text, record blob not null
);
create index decisions_ticket on decisions(ticket, at);
""",
)

_encode = msgspec.json.Encoder().encode
_ticket = msgspec.json.Decoder(Ticket).decode
_person = msgspec.json.Decoder(Person).decode
_intervals = msgspec.json.Decoder(tuple[Interval, ...]).decode
_decision = msgspec.json.Decoder(Decision).decode


def know(person: Person) -> Statement:
    """This will keep the newest copy of a person. The name stays: reasons name people."""
    return Statement(
        "insert into people values (?, ?, ?) on conflict(id) do update"
        " set version = excluded.version, facts = excluded.facts"
        " where people.version < excluded.version",
        (person.id, person.version, _encode(person)),
    )


def forget(person: str) -> tuple[Statement, ...]:
    """This will remove a person and their hours."""
    return (
        Statement("delete from people where id = ?", (person,)),
        Statement("delete from hours where person = ?", (person,)),
    )


def plan(person: str, version: int, intervals: Sequence[Interval]) -> Statement:
    """This will keep the newest working time of a consultant."""
    return Statement(
        "insert into hours values (?, ?, ?) on conflict(person) do update"
        " set version = excluded.version, facts = excluded.facts"
        " where hours.version < excluded.version",
        (person, version, _encode(intervals)),
    )


def save(work: Work) -> Statement:
    """This will keep a ticket's state; an older version than the stored one is a Conflict."""
    return Statement(
        "insert into work values (?, ?, ?, ?, ?, ?, ?) on conflict(ticket) do update set"
        " version = excluded.version, open = excluded.open, answered = excluded.answered,"
        " answer_by = excluded.answer_by, offered = excluded.offered, facts = excluded.facts"
        " where work.version <= excluded.version and work.answered <= excluded.answered",
        (
            work.ticket.id,
            work.ticket.version,
            int(work.open),
            work.answered,
            work.answer_by,
            work.offered,
            _encode(work.ticket),
        ),
        1,
    )


def record(id: str, decision: Decision, *, turn: int, by: str, consultant: str | None) -> Statement:
    """This will add a decision to the log."""
    return Statement(
        "insert into decisions values (?, ?, ?, ?, ?, ?, ?)",
        (id, decision.ticket, turn, decision.decided_at, by, consultant, _encode(decision)),
    )


class Store:
    """Reads of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def people(self) -> list[Person]:
        """This will load every person."""
        rows = await self._database.fetch("select facts from people")
        return [_person(row[0]) for row in rows]

    async def hours(self) -> list[tuple[str, int, tuple[Interval, ...]]]:
        """This will load everybody's working time: person, version, intervals."""
        rows = await self._database.fetch("select person, version, facts from hours")
        return [(row[0], row[1], _intervals(row[2])) for row in rows]

    async def open_work(self) -> list[Work]:
        """This will load the tickets that are not finished."""
        rows = await self._database.fetch(
            "select facts, answered, answer_by, offered from work where open = 1 order by ticket"
        )
        return [Work(_ticket(row[0]), *row[1:]) for row in rows]

    async def work(self, ticket: str) -> Work | None:
        """This will load one ticket's state, finished or not."""
        rows = await self._database.fetch(
            "select facts, answered, answer_by, offered from work where ticket = ?", (ticket,)
        )
        return Work(_ticket(rows[0][0]), *rows[0][1:]) if rows else None

    async def decisions(self, ticket: str) -> list[Kept]:
        """This will load a ticket's decisions, newest first."""
        rows = await self._database.fetch(
            "select id, turn, at, chosen_by, consultant, record from decisions"
            " where ticket = ? order by at desc, turn desc limit 20",
            (ticket,),
        )
        return [
            Kept(
                id=row[0],
                turn=row[1],
                at=datetime.fromtimestamp(row[2], UTC),
                by=row[3],
                consultant=row[4],
                record=_decision(row[5]),
            )
            for row in rows
        ]
