"""Rows of codes and refresh tokens: what signing in gave, by digest."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from squad.ports.database import Row, Statement
from squad.services.identity.model.grants import Grant

_encode = msgspec.json.Encoder().encode
_grant = msgspec.json.Decoder(Grant).decode


def add_grant(digest: str, grant: Grant) -> Statement:
    """This will keep a code or refresh token by its digest."""
    return Statement(
        "insert into grants(digest, family, person, expires, used, body) values (?, ?, ?, ?, 0, ?)",
        (digest, grant.family, grant.person, grant.expires, _encode(grant)),
    )


def use_grant(digest: str, grant: Grant) -> Statement:
    """This will mark it as used; used already, or revoked meanwhile, is a Conflict."""
    sql = "update grants set used = 1, body = ? where digest = ? and used = 0"
    return Statement(sql, (_encode(grant), digest), 1)


def end_family(family: str) -> Statement:
    """This will revoke everything that one sign-in gave."""
    return Statement("delete from grants where family = ?", (family,))


def end_grants(person: str) -> Statement:
    """This will revoke everything that a person's sign-ins gave."""
    return Statement("delete from grants where person = ?", (person,))


def end_session(person: str, family: str) -> Statement:
    """This will revoke one of a person's sign-ins."""
    return Statement("delete from grants where person = ? and family = ?", (person, family))


def end_others(person: str, family: str) -> Statement:
    """This will revoke a person's sign-ins but one."""
    sql = "delete from grants where person = ? and family <> ?"
    return Statement(sql, (person, family))


def forget_grants(now: float) -> Statement:
    """This will forget codes and tokens past their time."""
    return Statement("delete from grants where expires < ?", (now,))


class Reads:
    """Reads of committed rows."""

    def __init__(self, fetch: Callable[..., Awaitable[Sequence[Row]]]) -> None:
        self._fetch = fetch

    async def one(self, digest: str) -> tuple[Grant | None, bool]:
        """This will load a code or refresh token, and tell whether it was used."""
        rows = await self._fetch("select body, used from grants where digest = ?", (digest,))
        return (_grant(rows[0][0]), bool(rows[0][1])) if rows else (None, False)

    async def live(self, person: str, now: float) -> list[Grant]:
        """This will load the refresh tokens that a person may still use."""
        rows = await self._fetch(
            "select body from grants where person = ? and used = 0 and expires > ?", (person, now)
        )
        return [grant for row in rows if (grant := _grant(row[0])).kind == "refresh"]
