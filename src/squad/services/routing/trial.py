"""A what-if as asked for and as kept: its state, its result, and how far it is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from squad.ports.database import Row, Statement
from squad.services.routing.staff import Staff

MIGRATION = """
create table simulations(
    id text primary key, at double precision not null, author text not null,
    asked blob not null, state text not null, share double precision not null,
    beat double precision not null, reason text not null, result blob, report blob
);
create index simulations_at on simulations(at);
"""
STALE = 60.0  # s without a beat: its process is gone
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
OPEN: tuple[State, ...] = ("queued", "running")
_COLUMNS = "select id, at, author, asked, state, share, beat, reason from simulations"
PAGE = _COLUMNS + " where at < ? or (at = ? and id < ?) order by at desc, id desc limit ?"
ONE = _COLUMNS + " where id = ?"
RESULT = "select result, report from simulations where id = ?"


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to try.

    source: our own history, or a world drawn from `seed`. policy: a whole document; version: of
    one that is kept; neither: the one in force, for changes of staff alone. since: first moment
    of history; so many days before now if left out. tickets: of a generated weekday.
    """

    source: Literal["recorded", "generated"] = "recorded"
    policy: dict[str, Any] | None = None
    version: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    staff: Staff = Staff()
    since: Annotated[datetime, Meta(tz=True)] | None = None
    days: Annotated[int, Meta(ge=1, le=92)] = 7
    consultants: Annotated[int, Meta(ge=2, le=5_000)] = 240
    tickets: Annotated[int, Meta(ge=1, le=10_000)] = 780
    seed: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 1
    check: bool = False


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A what-if. share: 0 to 1, done. reason: why it failed. beat: epoch seconds, last alive."""

    id: str
    at: datetime
    author: str
    asked: Asked
    state: State
    share: float = 0.0
    reason: str = ""
    beat: float = 0.0

    def seen(self, now: float) -> "Trial":
        """This will tell the state at `now`, epoch seconds: what nobody is at is interrupted."""
        if self.state not in OPEN or now - self.beat < STALE:
            return self
        return msgspec.structs.replace(
            self, state="interrupted", reason="its process ended; ask for it again"
        )


_asked = msgspec.json.Decoder(Asked).decode


def trial(row: Row) -> Trial:
    """This will read a row of PAGE or ONE."""
    return Trial(
        id=row[0], at=datetime.fromtimestamp(row[1], UTC), author=row[2], asked=_asked(row[3]),
        state=row[4], share=row[5], beat=row[6], reason=row[7],
    )  # fmt: skip


def keep(one: Trial) -> Statement:
    """This will keep a new one."""
    at = one.at.timestamp()
    return Statement(
        "insert into simulations values (?, ?, ?, ?, ?, 0, ?, '', null, null)",
        (one.id, at, one.author, msgspec.json.encode(one.asked), one.state, at),
    )


def beat(id: str, state: State, share: float, now: float) -> Statement:
    """This will say that it is worked on; a Conflict where it was cancelled."""
    sql = (
        "update simulations set state = ?, share = ?, beat = ?"
        " where id = ? and state in ('queued', 'running')"
    )
    return Statement(sql, (state, share, now, id), 1)


def end(id: str, state: State, reason: str = "") -> Statement:
    """This will end it without a result; a Conflict where it has ended."""
    sql = (
        "update simulations set state = ?, reason = ?"
        " where id = ? and state in ('queued', 'running')"
    )
    return Statement(sql, (state, reason, id), 1)


def finish(id: str, found: Mapping[str, bytes]) -> Statement:
    """This will keep result and report; a Conflict where it was cancelled."""
    sql = (
        "update simulations set state = 'done', share = 1, result = ?, report = ?"
        " where id = ? and state in ('queued', 'running')"
    )
    return Statement(sql, (found["result"], found["report"], id), 1)
