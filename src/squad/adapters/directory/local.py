"""The directory port as a local OpenID provider's heart: accounts in SQLite, keys in files."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from squad.adapters.engines import signins, tokens
from squad.adapters.engines.keyring import Keyring
from squad.adapters.engines.sqlite import Sqlite, options_of, path_of
from squad.ports.clock import Clock
from squad.ports.directory import Account, Claims, Door, Forged, Kind, Profile, Taken
from squad.ports.unit import Unavailable

T = TypeVar("T")
RECHECK = 60.0  # s until a remembered token's account is looked at again
HASHERS = 2  # passwords hashed at once: 19 MiB and a core each

SCHEMA = """
create table if not exists accounts(
    id text primary key, mail text not null, key text unique, enabled integer not null, hash text
) without rowid;
"""
_ACCOUNT = "select id, mail, enabled, hash from accounts"


class LocalDirectory:
    """Accounts and keys that several processes of one machine share; any of them verifies."""

    def __init__(
        self, sqlite: Sqlite, keyring: Keyring, clock: Clock, issuer: str, hasher: PasswordHasher
    ) -> None:
        self.issuer = issuer
        self.door: Door | None = None
        self._sqlite = sqlite
        self._keyring = keyring
        self._clock = clock
        self._hasher = hasher
        self._dummy = ""
        self._queue = signins.Queue(HASHERS)
        self._good = tokens.Remembered()

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will write the account, with the password's hash where one is given."""
        key, hash = signins.normal(account.mail) or None, None
        if password is not None:
            hash = await self._work(self._hasher.hash, signins.composed(password))
        row = (account.id, account.mail, key, account.enabled, hash)

        def job(db: sqlite3.Connection) -> None:
            db.execute(
                "insert into accounts(id, mail, key, enabled, hash) values (?, ?, ?, ?, ?)"
                " on conflict(id) do update set mail = excluded.mail, key = excluded.key,"
                " enabled = excluded.enabled, hash = coalesce(excluded.hash, hash)",
                row,
            )

        try:
            await self._sqlite.write(job)
        except sqlite3.IntegrityError as error:
            raise Taken("another account has this mail") from error

    async def disable(self, id: str) -> None:
        """This will mark the account as ended."""
        await self._sqlite.write(
            lambda db: db.execute(
                "insert into accounts(id, mail, enabled) values (?, '', 0)"
                " on conflict(id) do update set enabled = 0",
                (id,),
            )
        )

    async def remove(self, id: str) -> None:
        """This will leave nothing but the id, so that tokens at large die."""
        await self._sqlite.write(
            lambda db: db.execute(
                "insert into accounts(id, mail, enabled) values (?, '', 0)"
                " on conflict(id) do update set mail = '', key = null, enabled = 0, hash = null",
                (id,),
            )
        )

    async def authenticate(self, mail: str, password: str) -> Account | None:
        """This will verify argon2id; unknown, ended and passwordless accounts against a dummy."""
        rows = self._sqlite.read(f"{_ACCOUNT} where key = ?", (signins.normal(mail),))
        id, name, enabled, hash = rows[0] if rows else ("", "", False, None)
        if not self._dummy:
            self._dummy = await self._work(self._hasher.hash, secrets.token_urlsafe())
        hash = hash if enabled and hash else self._dummy
        right = await self._work(self._matches, hash, password)
        if not right or hash == self._dummy:
            return None
        account = Account(id, name, True)
        if self._hasher.check_needs_rehash(hash):
            await self.enroll(account, password)
        return account

    def _matches(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, signins.composed(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _work(self, job: Callable[..., T], *arguments: str) -> T:
        """Hashing is slow on purpose: aside from the loop, few at once, and few in line."""
        async with self._queue.turn():
            return await asyncio.to_thread(job, *arguments)

    async def find(self, mail: str) -> Account | None:
        """This will look the mail up, case folded."""
        rows = self._sqlite.read(f"{_ACCOUNT} where key = ?", (signins.normal(mail),))
        return Account(rows[0][0], rows[0][1], bool(rows[0][2])) if rows else None

    async def accounts(self, *, cursor: str = "", limit: int = 60) -> tuple[list[Account], str]:
        """This will read a page in the order of ids; the cursor is the last one."""
        rows = self._sqlite.read(
            f"{_ACCOUNT} where id > ? order by id limit ?", (cursor, limit + 1)
        )
        page = [Account(id, mail, bool(enabled)) for id, mail, enabled, _ in rows[:limit]]
        return page, page[-1].id if len(rows) > limit else ""

    async def profile(self, id: str) -> Profile:
        """This will know nothing: nobody but `enroll` makes accounts here."""
        return Profile()

    def sign(self, claims: dict[str, Any], *, kind: Kind = "at+jwt") -> str:
        """This will sign with the newest key."""
        return tokens.sign(self._keyring, self.issuer, claims, kind)

    def verify(self, token: str) -> Claims:
        """This will remember good tokens; within a minute the same one costs a look-up.

        While the file cannot be read, signature and time decide alone, and nothing is remembered.
        """
        held = self._good.find(token)
        now = self._clock.now().timestamp()
        if held is not None and now < held[1]:
            return held[0]
        claims = held[0] if held and now < held[0].expires_at else self._check(token, now)
        try:
            rows = self._sqlite.read("select enabled from accounts where id = ?", (claims.subject,))
        except Unavailable:
            return claims
        if rows and not rows[0][0]:
            self._good.drop(token)
            raise Forged("the sign-in was ended")
        self._good.keep(token, claims, min(claims.expires_at, now + RECHECK))
        return claims

    def _check(self, token: str, now: float) -> Claims:
        self._good.drop(token)
        return tokens.check(token, self._keyring, self.issuer, now)

    def keys(self) -> dict[str, Any]:
        """This will give the public keys, those of other processes as far as seen."""
        return self._keyring.public()

    def waits(self) -> str | None:
        """This will always be ready: the file is there."""
        return None

    def rotate(self) -> str:
        """This will make a new key that signs from now on; older ones verify for a day more."""
        return self._keyring.rotate()

    async def close(self) -> None:
        """This will close the file."""
        await self._sqlite.close()


async def open(url: str, clock: Clock) -> LocalDirectory:
    """This will open `local:PATH?issuer=URL`, making file and keys where they are missing.

    Argon2id with 19 MiB, 2 passes, 1 lane. Source: OWASP Password Storage Cheat Sheet.
    Raises ValueError: there is no issuer.
    """
    path, issuer = path_of(url), options_of(url).get("issuer", "").rstrip("/")
    if not issuer.startswith(("http://", "https://")):
        raise ValueError(f"the directory needs ?issuer=http(s)://…: {url!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    return LocalDirectory(Sqlite(path, SCHEMA), Keyring(path, clock), clock, issuer, hasher)
