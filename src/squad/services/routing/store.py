"""Tables of routing: copies of people and their hours, work, and the decision log."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.ports.database import Database, Row, Statement
from squad.services.routing import pace, past, refused, slots, trial
from squad.services.routing.document import Edition, restore
from squad.services.routing.model import Decision, Kept
from squad.services.routing.work import Deed, Work

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
    """
create table leases(
    name text primary key, token integer not null, holder text not null, beat integer not null,
    units integer not null
);
insert into leases values ('router', 0, '', 0, 0);
alter table work add column hold text not null default '';
alter table work add column stalled real not null default 0;
alter table work add column level integer not null default 0;
""",
    """
create table policies(
    version integer primary key, document blob not null, state text not null,
    at double precision not null, author text not null, note text not null,
    promotions integer not null, promoted_at double precision, promoter text not null,
    reason text not null
);
alter table leases add column policy integer not null default 1;
""",
    refused.MIGRATION,
    slots.MIGRATION,
    """
alter table work add column deed text not null default '';
alter table decisions add column action text not null default '';
""",
    past.MIGRATION + trial.MIGRATION,
    pace.MIGRATION,
)

_EDITIONS = (
    "select document, state, at, author, note, promotions, promoted_at, promoter, reason"
    " from policies"
)
_KEPT = "select id, turn, at, chosen_by, consultant, record, action from decisions"
_WORK = "select facts, answered, answer_by, offered, hold, stalled, level, booked, deed from work"
_DRAFT = "insert into policies values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_encode = msgspec.json.Encoder().encode
_ticket = msgspec.json.Decoder(Ticket).decode
_deed = msgspec.json.Decoder(Deed).decode
_person = msgspec.json.Decoder(Person).decode
_intervals = msgspec.json.Decoder(tuple[Interval, ...]).decode
_decision = msgspec.json.Decoder(Decision).decode


class Lease(NamedTuple):
    """Who may route. token: rises with each holder. beat: rises while they live. holder: ""."""

    token: int
    beat: int
    holder: str


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


def save(before: Work | None, work: Work) -> Statement:
    """This will keep a ticket's state; another state than `before` in the table is a Conflict.

    Version, turn answered and who was chosen are compared: of two that decide on one state only
    the first is applied.
    """
    guard = (before.ticket.version, before.answered, before.offered) if before else (-1, -1, "")
    return Statement(
        "insert into work(ticket, version, open, answered, answer_by, offered, hold, stalled,"
        " level, booked, deed, facts) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict(ticket) do update set version = excluded.version, open = excluded.open,"
        " answered = excluded.answered, answer_by = excluded.answer_by, hold = excluded.hold,"
        " offered = excluded.offered, stalled = excluded.stalled, level = excluded.level,"
        " booked = excluded.booked, deed = excluded.deed, facts = excluded.facts"
        " where work.version = ? and work.answered = ? and work.offered = ?",
        (
            *(work.ticket.id, work.ticket.version, int(work.open), work.answered),
            *(work.answer_by, work.offered, work.hold, work.stalled, work.level, work.booked),
            *(_encode(work.deed).decode() if work.deed else "", _encode(work.ticket), *guard),
        ),
        1,
    )


def take(lease: Lease, holder: str) -> Statement:
    """This will take the router's lease with the next token; a Conflict where it beat meanwhile."""
    return Statement(
        "update leases set token = token + 1, holder = ?, beat = beat + 1"
        " where name = 'router' and token = ? and beat = ?",
        (holder, lease.token, lease.beat),
        1,
    )


def renew(token: int) -> Statement:
    """This will let the lease beat once more; a Conflict where somebody has taken it."""
    return Statement(
        "update leases set beat = beat + 1 where name = 'router' and token = ?", (token,), 1
    )


def release(token: int) -> Statement:
    """This will give up the lease, so that nobody waits for it to run out."""
    return Statement(
        "update leases set holder = '', beat = beat + 1 where name = 'router' and token = ?",
        (token,),
    )


def fence(token: int, policy: int) -> Statement:
    """This will make a unit a Conflict where somebody else has taken the lease, or promoted
    another version of the policy.

    It writes, so that PostgreSQL locks the row: a lease cannot change hands within the unit.
    """
    return Statement(
        "update leases set units = units + 1 where name = 'router' and token = ? and policy = ?",
        (token, policy),
        1,
    )


def seed(edition: Edition) -> Statement:
    """This will keep the first version, where there is none."""
    return draft(edition)._replace(sql=_DRAFT + " on conflict do nothing", rows=None)


def draft(edition: Edition) -> Statement:
    """This will keep a version of the policy; one that is there already is a Conflict."""
    at = edition.promoted_at.timestamp() if edition.promoted_at else None
    return Statement(
        _DRAFT,
        (edition.version, _encode(edition.document), edition.state, edition.at.timestamp(),
         edition.author, edition.note, edition.promotions, at, edition.promoter, edition.reason),
    )  # fmt: skip


def promote(edition: Edition, before: int) -> tuple[Statement, ...]:
    """This will put a version in force; a Conflict where `before` is not in force any more."""
    at = edition.promoted_at.timestamp() if edition.promoted_at else None
    return (
        Statement(
            "update leases set policy = ? where name = 'router' and policy = ?",
            (edition.version, before),
            1,
        ),
        Statement("update policies set state = 'retired' where version = ?", (before,), 1),
        Statement(
            "update policies set state = 'active', promotions = ?, promoted_at = ?, promoter = ?,"
            " reason = ? where version = ?",
            (edition.promotions, at, edition.promoter, edition.reason, edition.version),
            1,
        ),
    )


def record(
    id: str, decision: Decision, *, turn: int, by: str, consultant: str | None, action: str = ""
) -> Statement:
    """This will add a decision to the log."""
    at, body = decision.decided_at, _encode(decision)
    return Statement(
        "insert into decisions values (?, ?, ?, ?, ?, ?, ?, ?)",
        (id, decision.ticket, turn, at, by, consultant, body, action),
    )


class Store:
    """Reads of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def lease(self) -> Lease:
        """This will look at the router's lease."""
        rows = await self._database.fetch(
            "select token, beat, holder from leases where name = 'router'"
        )
        return Lease(*rows[0])

    async def people(self, known: Mapping[str, int]) -> tuple[list[Person], set[str]]:
        """This will load people whose version differs from the known one, and who is gone."""
        rows = await self._database.fetch("select id, version, facts from people")
        changed = [_person(facts) for id, version, facts in rows if known.get(id) != version]
        return changed, known.keys() - {row[0] for row in rows}

    async def hours(self, known: Mapping[str, int]) -> list[tuple[str, int, tuple[Interval, ...]]]:
        """This will load working time that differs from the known: person, version, intervals."""
        rows = await self._database.fetch("select person, version, facts from hours")
        return [(row[0], row[1], _intervals(row[2])) for row in rows if known.get(row[0]) != row[1]]

    async def open_work(self) -> list[Work]:
        """This will load the tickets that are not finished."""
        rows = await self._database.fetch(f"{_WORK} where open = 1 order by ticket")
        return [_work(row) for row in rows]

    async def work(self, ticket: str) -> Work | None:
        """This will load one ticket's state, finished or not."""
        rows = await self._database.fetch(f"{_WORK} where ticket = ?", (ticket,))
        return _work(rows[0]) if rows else None

    async def editions(self, where: str = "", *parameters: int) -> list[Edition]:
        """This will load versions of the policy. where: "active", "before" one, "is" one, or all.

        The newest first, 100 at most and one more.
        """
        wheres = {
            "": "",
            "active": " where state = 'active'",
            "before": " where version < ?",
            "is": " where version = ?",
        }
        sql = f"{_EDITIONS}{wheres[where]} order by version desc limit 101"
        return [_edition(row) for row in await self._database.fetch(sql, parameters)]

    async def decision(self, id: str) -> Kept | None:
        """This will load one decision."""
        rows = await self._database.fetch(f"{_KEPT} where id = ?", (id,))
        return _kept(rows[0]) if rows else None

    async def decisions(self, ticket: str) -> list[Kept]:
        """This will load a ticket's decisions, newest first."""
        rows = await self._database.fetch(
            f"{_KEPT} where ticket = ? order by at desc, turn desc limit 20", (ticket,)
        )
        return [_kept(row) for row in rows]


def _work(row: Row) -> Work:
    work = Work(_ticket(row[0]), *row[1:-1])
    return msgspec.structs.replace(work, deed=_deed(row[-1])) if row[-1] else work


def _kept(row: Row) -> Kept:
    at = datetime.fromtimestamp(row[2], UTC)
    return Kept(
        id=row[0], turn=row[1], at=at, by=row[3], consultant=row[4], record=_decision(row[5]),
        action=row[6],
    )  # fmt: skip


def _edition(row: Row) -> Edition:
    policy = restore(msgspec.json.decode(row[0]))
    return Edition(
        version=policy.version, document=policy, state=row[1],
        at=datetime.fromtimestamp(row[2], UTC), author=row[3], note=row[4], promotions=row[5],
        promoted_at=row[6] and datetime.fromtimestamp(row[6], UTC), promoter=row[7], reason=row[8],
    )  # fmt: skip
