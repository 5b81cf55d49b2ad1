"""Tables of identity, and the statements that read and write them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from squad.contracts.people import Contact, Person
from squad.ports.database import Database, Row, Statement
from squad.services.identity.model.catalog import Entry, Organisation, Shelf
from squad.services.identity.model.handles import Handle, handles_of
from squad.services.identity.model.hours import Kept, Schedule
from squad.services.identity.model.people import ADMINISTRATOR, TAGGED, Known, Record
from squad.services.identity.store.grants import Reads
from squad.services.identity.store.handles import FOUND, add_handles, drop_handles, given
from squad.services.identity.store.migrations import MIGRATIONS
from squad.services.identity.store.settings import Chosen

__all__ = ["MIGRATIONS", "Store"]

_encode = msgspec.json.Encoder().encode
_person = msgspec.json.Decoder(Person).decode
_contact = msgspec.json.Decoder(Contact).decode
_schedule = msgspec.json.Decoder(Schedule).decode
_COLUMNS = "p.id, p.erased, p.facts, p.contact"
_TAGGED = "exists(select 1 from tags x where x.kind = ? and x.value = ? and x.person = p.id)"


def conceal(person: str, contact: Contact) -> bytes:
    """This will turn personal fields into what is stored: the one place they pass through.

    person: whose they are, for a key of their own.
    """
    return _encode(contact)


def reveal(person: str, stored: bytes) -> Contact:
    """This will read personal fields back."""
    return _contact(stored)


def add_person(person: Person) -> tuple[Statement, ...]:
    """This will add a person; an id that exists is a Conflict."""
    sql = (
        "insert into people(version, active, erased, organisation, tier, facts, contact, id)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)"
    )
    added = Statement(sql, _values(person, False))
    return (added, *_tags(person), *add_handles(person.id, handles_of(person.contact)))


def change_person(old: Person, new: Person, *, erased: bool = False) -> tuple[Statement, ...]:
    """This will replace a person; another version than `old`'s is a Conflict."""
    sql = (
        "update people set version = ?, active = ?, erased = ?, organisation = ?, tier = ?,"
        " facts = ?, contact = ? where id = ? and version = ?"
    )
    update = Statement(sql, (*_values(new, erased), old.version), 1)
    same = all(getattr(old, name) == getattr(new, name) for name in TAGGED)
    tags = [] if same else [Statement("delete from tags where person = ?", (new.id,)), *_tags(new)]
    words = [] if old.contact == new.contact else index_person(new)
    return (update, *tags, *words)


def index_person(person: Person) -> list[Statement]:
    """This will keep the words that lead to a person, and no others."""
    return [drop_handles(person.id), *add_handles(person.id, handles_of(person.contact))]


def _values(person: Person, erased: bool) -> tuple[Any, ...]:
    facts = _encode(msgspec.structs.replace(person, contact=Contact()))
    contact = conceal(person.id, person.contact)
    return (
        person.version, int(person.active), int(erased), person.organisation, person.tier,
        facts, contact, person.id,
    )  # fmt: skip


def guard_person(person: Person) -> Statement:
    """This will make a unit rely on a person as loaded."""
    sql = "update people set version = version where id = ? and version = ?"
    return Statement(sql, (person.id, person.version), 1)


def guard_administrators(version: int) -> Statement:
    """This will let one change at a time take an administrator away."""
    return Statement(
        "update guards set version = version + 1 where name = 'administrators' and version = ?",
        (version,),
        1,
    )


def _tags(person: Person) -> list[Statement]:
    tags = [
        *(("role", role) for role in person.roles),
        *(("territory", code) for code in person.territories),
        *((("organisation", person.organisation),) if person.organisation else ()),
    ]
    sql = "insert into tags(kind, value, person) values (?, ?, ?)"
    return [Statement(sql, (*tag, person.id)) for tag in tags]


def keep_schedule(old: Kept, new: Kept) -> Statement:
    """This will keep hours; others than `old` there is a Conflict."""
    values = (
        new.version, new.availability, new.since, new.until, _encode(new.schedule), new.person,
    )  # fmt: skip
    if old.version == 0:
        columns = "version, availability, since, until, body, person"
        return Statement(f"insert into schedules({columns}) values (?, ?, ?, ?, ?, ?)", values)
    return Statement(
        "update schedules set version = ?, availability = ?, since = ?, until = ?, body = ?"
        " where person = ? and version = ? and availability = ?",
        (*values, old.version, old.availability),
        1,
    )


def drop_schedule(person: str) -> Statement:
    """This will forget somebody's hours."""
    return Statement("delete from schedules where person = ?", (person,))


def add_entry(shelf: Shelf, entry: Entry) -> Statement:
    """This will add an entry; an id that exists is a Conflict."""
    sql = "insert into entries(version, active, body, shelf, id) values (?, ?, ?, ?, ?)"
    return Statement(sql, _entry(shelf, entry))


def change_entry(shelf: Shelf, entry: Entry) -> Statement:
    """This will replace an entry by its next version."""
    sql = "update entries set version = ?, active = ?, body = ? where shelf = ? and id = ?"
    return Statement(f"{sql} and version = ?", (*_entry(shelf, entry), entry.version - 1), 1)


def _entry(shelf: Shelf, entry: Entry) -> tuple[Any, ...]:
    return entry.version, int(entry.active), _encode(entry), shelf.name, entry.id


class Store:
    """Reads of committed rows."""

    def __init__(self, database: Database) -> None:
        self._fetch = database.fetch
        self.grants = Reads(database.fetch)
        self.settings = Chosen(database)

    async def person(self, id: str) -> Record | None:
        """This will load one person."""
        rows = await self._fetch(f"select {_COLUMNS} from people p where p.id = ?", (id,))
        return _record(rows[0]) if rows else None

    async def people(
        self, *, after: str, limit: int, tags: Mapping[str, str], erased: bool = False
    ) -> list[Record]:
        """This will load a page in the order of ids. tags: "role", "territory", "organisation"."""
        tables, key, where, given = "people p", "p.id", ["p.id > ?"], [after]
        if tags:  # the first tag's index leads: people without it are never looked at
            tables, key, where = "tags t cross join people p", "t.person", ["t.person > ?"]
            where.append("p.id = t.person and t.kind = ? and t.value = ?")
        where += [_TAGGED] * (len(tags) - 1)
        given += [text for tag in tags.items() for text in tag]
        where += [] if erased else ["p.erased = 0"]
        rows = await self._fetch(
            f"select {_COLUMNS} from {tables} where {' and '.join(where)} order by {key} limit ?",
            (*given, limit),
        )
        return [_record(row) for row in rows]

    async def find(
        self, asked: Sequence[Handle], tags: Mapping[str, str], limit: int
    ) -> list[Record]:
        """This will find people by all of the words. tags: as of `people`."""
        where = " and ".join([FOUND] * len(asked) + [_TAGGED] * len(tags))
        told = [text for tag in tags.items() for text in tag]
        rows = await self._fetch(
            f"select {_COLUMNS} from people p where {where} and p.erased = 0 order by p.id limit ?",
            (*given(asked), *told, limit),
        )
        return [_record(row) for row in rows]

    async def indexed(self) -> bool:
        """This will tell whether everybody's words are kept."""
        [(version,)] = await self._fetch("select version from guards where name = 'handles'")
        return bool(version)

    async def administrators(self, but: str) -> tuple[int, int]:
        """This will count active administrators other than one. Returns the guard's version too."""
        [(version,)] = await self._fetch("select version from guards where name = 'administrators'")
        [(count,)] = await self._fetch(
            "select count(*) from tags t join people p on p.id = t.person"
            " where t.kind = 'role' and t.value = ? and p.active = 1 and p.id <> ?",
            (ADMINISTRATOR, but),
        )
        return count, version

    async def untiered(self, organisation: Organisation, limit: int) -> list[Record]:
        """This will load people who do not have their organisation's tier yet."""
        rows = await self._fetch(
            f"select {_COLUMNS} from people p"
            " where p.organisation = ? and p.organisation <> '' and p.tier <> ? limit ?",
            (organisation.id, organisation.tier, limit),
        )
        return [_record(row) for row in rows]

    async def hours(self, person: str) -> Kept:
        """This will load somebody's hours; version 0 where there are none."""
        rows = await self._hours("person = ?", person)
        return rows[0] if rows else Kept(person)

    async def planned(self, *, after: str, limit: int, until: float = 1e12) -> list[Kept]:
        """This will load a page of hours in the order of people, published to before `until`."""
        return await self._hours(
            "person > ? and until < ? order by person limit ?", after, until, limit
        )

    async def _hours(self, where: str, *given: Any) -> list[Kept]:
        rows = await self._fetch(
            "select person, version, availability, since, until, body from schedules"
            f" where {where}",
            given,
        )
        return [
            Kept(p, v, a, since, until, _schedule(body)) for p, v, a, since, until, body in rows
        ]

    async def entry(self, shelf: Shelf, id: str) -> Entry | None:
        """This will load one entry."""
        sql = "select body from entries where shelf = ? and id = ?"
        rows = await self._fetch(sql, (shelf.name, id))
        return msgspec.json.decode(rows[0][0], type=shelf.entry) if rows else None

    async def entries(self, shelf: Shelf, *, after: str, limit: int) -> Sequence[Entry]:
        """This will load a page of a shelf in the order of ids."""
        sql = "select body from entries where shelf = ? and id > ? order by id limit ?"
        rows = await self._fetch(sql, (shelf.name, after, limit))
        return [msgspec.json.decode(row[0], type=shelf.entry) for row in rows]

    async def known(self, person: Person) -> Known:
        """This will find which of a record's references exist and are active."""
        tiers = await self._active("organisations", [person.organisation])
        return Known(
            {id: msgspec.json.decode(body, type=Organisation).tier for id, body in tiers.items()},
            frozenset(await self._active("stores", [person.store])),
            frozenset(await self._active("skills", list(person.skills))),
            frozenset(await self._active("territories", person.territories)),
        )

    async def _active(self, shelf: str, ids: Sequence[str]) -> dict[str, bytes]:
        if not any(ids):
            return {}
        rows = await self._fetch(
            "select id, body from entries where shelf = ? and active = 1"
            f" and id in ({', '.join('?' * len(ids))})",
            (shelf, *ids),
        )
        return {row[0]: row[1] for row in rows}


def _record(row: Row) -> Record:
    id, erased, facts, contact = row
    person = msgspec.structs.replace(_person(facts), contact=reveal(id, contact))
    return Record(person, bool(erased))
