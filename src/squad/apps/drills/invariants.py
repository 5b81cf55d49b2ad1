"""The invariants, read from the files of a stopped product, never from its own counters."""

import asyncio
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from squad.adapters.clock.system import SystemClock
from squad.apps import wiring
from squad.contracts.tickets import Ticket
from squad.services.search.model import payload_of
from squad.services.tickets.model import TRANSITIONS

_ticket = msgspec.json.Decoder(Ticket).decode
FREEING = ("unassign", "decline", "resolve", "close", "cancel", "reopen")


@dataclass
class Verdict:
    """What was checked and what was found broken, by invariant."""

    checked: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def check(self, invariant: str, holds: bool, text: str) -> None:
        """This will count a check, and keep the text where it does not hold."""
        self.checked[invariant] = self.checked.get(invariant, 0) + 1
        if not holds:
            self.broken[invariant].append(text)

    @property
    def holds(self) -> bool:
        """Whether nothing is broken."""
        return not self.broken


class Files:
    """The databases of a product's home, opened for reading."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def rows(self, file: str, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """This will read rows of one file."""
        db = sqlite3.connect(f"file:{self.home / file}?mode=ro", uri=True)
        try:
            return db.execute(sql, parameters).fetchall()
        finally:
            db.close()

    def tickets(self) -> dict[str, Ticket]:
        """This will load every ticket."""
        return {
            row[0]: _ticket(row[1]) for row in self.rows(TICKETS, "select id, facts from tickets")
        }


TICKETS, BUS, DOCUMENTS = "tickets.db", "bus.db", "engagement.documents.db"
OUTBOXES = ("identity.db", "tickets.db", "routing.db", DOCUMENTS)


def waiting(home: Path) -> dict[str, int]:
    """This will count what has not arrived yet: letters in queues, letters in outboxes."""
    files = Files(home)
    found = {"bus": files.rows(BUS, "select count(*) from letters")[0][0]}
    for file in OUTBOXES:
        if (home / file).exists():
            pending = "select count(*) from outbox where sent is null"
            found[file] = files.rows(file, pending)[0][0]
    return {name: count for name, count in found.items() if count}


def check(home: Path, acknowledged: Mapping[str, Sequence[str]], refused: set[str]) -> Verdict:
    """This will check I1–I7 of FAULTS.md."""
    files, verdict = Files(home), Verdict()
    tickets = files.tickets()
    history = _history(files)
    _i1(verdict, tickets, history, acknowledged, refused)
    _i2(verdict, files, tickets)
    _i3(verdict, files, tickets, history)
    _i4(verdict, files, tickets)
    _i5(verdict, files, tickets)
    _i6(verdict, tickets, history)
    _i7(verdict, files)
    return verdict


def _history(files: Files) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    sql = "select ticket, version, at, step, status, assignee from history order by ticket, version"
    for ticket, *rest in files.rows(TICKETS, sql):
        found[ticket].append(rest)
    return found


def _i1(
    verdict: Verdict, tickets: Mapping[str, Ticket], history: Mapping[str, list[Any]],
    acknowledged: Mapping[str, Sequence[str]], refused: set[str],
) -> None:  # fmt: skip
    """Every acknowledged command is there; every refused one changed nothing."""
    for id, steps in acknowledged.items():
        verdict.check("I1", id in tickets, f"{id}: acknowledged and lost")
        done = Counter(row[2] for row in history.get(id, ()))
        for step, times in Counter(steps).items():
            verdict.check("I1", done[step] >= times, f"{id}: {step} acknowledged and lost")
    for id in refused:
        verdict.check("I1", id not in tickets, f"{id}: refused and there all the same")


def _i2(verdict: Verdict, files: Files, tickets: Mapping[str, Ticket]) -> None:
    """The sum of tickets by state is the number created."""
    created = files.rows(TICKETS, "select count(*) from history where step = 'create'")[0][0]
    verdict.check("I2", created == len(tickets), f"{created} created, {len(tickets)} there")
    states = {state for state, _ in TRANSITIONS} | {"closed", "cancelled"}
    for id, ticket in tickets.items():
        held = ticket.assignee is not None
        free = ticket.status in ("new", "needs_dispatcher")
        verdict.check("I2", ticket.status in states, f"{id}: no state {ticket.status!r}")
        verdict.check("I2", held != free or ticket.status == "cancelled",
                      f"{id}: {ticket.status} with assignee {ticket.assignee}")  # fmt: skip


def _i3(
    verdict: Verdict, files: Files, tickets: Mapping[str, Ticket], history: Mapping[str, list[Any]]
) -> None:
    """Nobody over capacity, at any moment of the history; nobody without the skills."""
    people = {
        row[0]: msgspec.json.decode(row[1])
        for row in files.rows(TICKETS, "select id, facts from people")
    }
    held: dict[str, set[str]] = defaultdict(set)
    for _, id, step, assignee, before in sorted(_changes(history)):
        if (before is not None and before != assignee) or step in FREEING:
            held[before].discard(id)
        if step == "assign":
            held[assignee].add(id)
            capacity = people[assignee]["capacity"]
            verdict.check("I3", len(held[assignee]) <= capacity,
                          f"{assignee}: {len(held[assignee])} held of {capacity}")  # fmt: skip
    for id, ticket in tickets.items():
        if ticket.assignee is not None:
            skills = people[ticket.assignee]["skills"]
            able = all(skills.get(name, 0) >= level for name, level in ticket.skills.items())
            verdict.check("I3", able, f"{id}: {ticket.assignee} lacks a skill")
            verdict.check("I3", ticket.assignee not in ticket.declined, f"{id}: asked again")


def _changes(history: Mapping[str, list[Any]]) -> Iterator[tuple[float, str, str, Any, Any]]:
    for ticket, rows in history.items():
        before = None
        for _, at, step, _, assignee in rows:
            yield at, ticket, step, assignee, before
            before = assignee


def _i4(verdict: Verdict, files: Files, tickets: Mapping[str, Ticket]) -> None:
    """Each effect once: a note per assignment and person, a survey per closed ticket."""
    given = Counter(
        (ticket, consultant)
        for ticket, consultant in files.rows(
            "routing.db", "select ticket, consultant from decisions where consultant is not null"
        )
    )
    told: Counter[tuple[str, str]] = Counter()
    assigned: Counter[str] = Counter()
    sql = "select partition, body from documents where kind = 'inbox'"
    for person, body in files.rows(DOCUMENTS, sql):
        note = msgspec.json.decode(body)
        if note["kind"] == "assignment":
            told[note["ticket"], person] += 1
        assigned[note["ticket"]] += note["kind"] == "assigned"
    for key in given | told:
        verdict.check("I4", given[key] == told[key], f"{key}: given {given[key]}, told {told[key]}")
    for id, count in _sums(given).items():
        verdict.check("I4", assigned[id] == count, f"{id}: customer told {assigned[id]} times")
    surveys = "select partition from documents where kind = 'surveys'"
    asked = {row[0] for row in files.rows(DOCUMENTS, surveys)}
    for id, ticket in tickets.items():
        if ticket.status == "closed":
            verdict.check("I4", id in asked, f"{id}: closed and never asked about")


def _sums(given: Counter[tuple[str, str]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (ticket, _), count in given.items():
        sums[ticket] += count
    return sums


def _i5(verdict: Verdict, files: Files, tickets: Mapping[str, Ticket]) -> None:
    """Every copy equals the source: routing's, and what search would show."""
    copies = {
        id: _ticket(facts)
        for id, facts in files.rows("routing.db", "select ticket, facts from work")
    }
    found = asyncio.run(_searchable(files.home, list(tickets)))
    for id, ticket in tickets.items():
        verdict.check("I5", copies.get(id) == ticket, f"{id}: routing has an older copy")
        verdict.check("I5", found.get(id) == ticket.version, f"{id}: search has {found.get(id)}")
        routed = ticket.status != "new"
        verdict.check("I5", routed, f"{id}: never routed")


async def _searchable(home: Path, ids: Sequence[str]) -> dict[str, int]:
    index = await wiring.adapter("index", f"tantivy:{home.absolute()}/index", SystemClock())
    try:
        entries = await index.get(ids)
    finally:
        await index.close()
    return {entry.id: payload_of(entry.payload).shown.version for entry in entries}


def _i6(verdict: Verdict, tickets: Mapping[str, Ticket], history: Mapping[str, list[Any]]) -> None:
    """Versions have no gaps, each step is one the table has, and history explains the state."""
    for id, ticket in tickets.items():
        rows = history.get(id, [])
        versions = [row[0] for row in rows]
        verdict.check("I6", versions == list(range(1, ticket.version + 1)), f"{id}: {versions}")
        verdict.check("I6", bool(rows) and rows[-1][3] == ticket.status, f"{id}: {ticket.status}")
        for before, after in pairwise(rows):
            legal = after[2] == "change" or TRANSITIONS.get((before[3], after[2])) == after[3]
            verdict.check("I6", legal, f"{id}: {before[3]} –{after[2]}→ {after[3]}")


def _i7(verdict: Verdict, files: Files) -> None:
    """The dead letters hold exactly what could not be processed: here, nothing."""
    dead = files.rows(BUS, "select queue, type, reason from dead")
    verdict.check("I7", not dead, f"dead letters: {dead[:3]}")
