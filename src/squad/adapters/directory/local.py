"""The directory port as a local OpenID provider's heart: accounts in SQLite, keys in files."""

import asyncio
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from squad.adapters.engines.keyring import Keyring
from squad.adapters.engines.sqlite import Sqlite, options_of, path_of
from squad.ports.clock import Clock
from squad.ports.directory import Account, Claims, Forged, Kind, Taken
from squad.ports.unit import Unavailable

T = TypeVar("T")
AUDIENCE = "squad"
ALGORITHMS = ["ES256"]  # fixed: a token cannot choose how it is checked
TOKEN = 8_192  # characters of a token at most
VERIFIED = 10_000  # tokens remembered as good at most, about 12 MB
RECHECK = 60.0  # s until a remembered token's account is looked at again
LEEWAY = 5.0  # s that another machine's clock may be ahead (nbf)
HASHERS = 2  # passwords hashed at once: 19 MiB and a core each
WAITING = 64  # passwords that wait to be hashed at most

SCHEMA = """
create table if not exists accounts(
    id text primary key, mail text not null, key text unique, enabled integer not null, hash text
) without rowid;
"""
_ACCOUNT = "select id, mail, enabled, hash from accounts"


class _Payload(msgspec.Struct, frozen=True):
    """The claims of an access token, typed. RFC 9068, section 2.2, and our own."""

    iss: str
    aud: str
    sub: str
    exp: float
    nbf: float = 0.0
    roles: tuple[str, ...] = ()
    org: str = ""
    store: str = ""
    territories: tuple[str, ...] = ()
    lang: str = "en"


class LocalDirectory:
    """Accounts and keys that several processes of one machine share; any of them verifies."""

    def __init__(
        self, sqlite: Sqlite, keyring: Keyring, clock: Clock, issuer: str, hasher: PasswordHasher
    ) -> None:
        self.issuer = issuer
        self._sqlite = sqlite
        self._keyring = keyring
        self._clock = clock
        self._hasher = hasher
        self._dummy = ""
        self._slots = asyncio.Semaphore(HASHERS)
        self._waiting = 0
        self._verified: dict[str, tuple[Claims, float]] = {}

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will write the account, with the password's hash where one is given."""
        key, hash = normal(account.mail) or None, None
        if password is not None:
            hash = await self._work(self._hasher.hash, _composed(password))
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
        rows = self._sqlite.read(f"{_ACCOUNT} where key = ?", (normal(mail),))
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
            return self._hasher.verify(hash, _composed(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _work(self, job: Callable[..., T], *arguments: str) -> T:
        """Hashing is slow on purpose: aside from the loop, few at once, and few in line."""
        if self._waiting >= WAITING:
            raise Unavailable("too many sign-ins at once")
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(job, *arguments)
        finally:
            self._waiting -= 1

    async def find(self, mail: str) -> Account | None:
        """This will look the mail up, case folded."""
        rows = self._sqlite.read(f"{_ACCOUNT} where key = ?", (normal(mail),))
        return Account(rows[0][0], rows[0][1], bool(rows[0][2])) if rows else None

    async def accounts(self, *, after: str = "", limit: int = 500) -> list[Account]:
        """This will read a page in the order of ids."""
        rows = self._sqlite.read(f"{_ACCOUNT} where id > ? order by id limit ?", (after, limit))
        return [Account(id, mail, bool(enabled)) for id, mail, enabled, _ in rows]

    def sign(self, claims: dict[str, Any], *, kind: Kind = "at+jwt") -> str:
        """This will sign with the newest key."""
        kid, key = self._keyring.newest()
        added = {"iss": self.issuer, **({"aud": AUDIENCE} if kind == "at+jwt" else {})}
        header = {"alg": "ES256", "kid": kid, "typ": kind}
        return jwt.encode(header, {**claims, **added}, key, algorithms=ALGORITHMS)

    def verify(self, token: str) -> Claims:
        """This will remember good tokens; within a minute the same one costs a look-up.

        While the file cannot be read, signature and time decide alone, and nothing is remembered.
        """
        held = self._verified.get(token)
        now = self._clock.now().timestamp()
        if held is not None and now < held[1]:
            return held[0]
        claims = held[0] if held and now < held[0].expires_at else self._check(token, now)
        try:
            rows = self._sqlite.read("select enabled from accounts where id = ?", (claims.subject,))
        except Unavailable:
            return claims
        if rows and not rows[0][0]:
            self._verified.pop(token, None)
            raise Forged("the sign-in was ended")
        self._remember(token, claims, min(claims.expires_at, now + RECHECK))
        return claims

    def _remember(self, token: str, claims: Claims, until: float) -> None:
        """Tokens live equally long, so the oldest entry is the first to run out."""
        self._verified.pop(token, None)
        if len(self._verified) >= VERIFIED:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = (claims, until)

    def _check(self, token: str, now: float) -> Claims:
        self._verified.pop(token, None)
        if len(token) > TOKEN or token.count(".") != 2 or not token.isascii():
            raise Forged("not a token")
        try:
            seen = jwt.decode(token, self._key, algorithms=ALGORITHMS)
            claims = msgspec.convert(seen.claims, _Payload)
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise Forged(f"not a token of ours: {type(error).__name__}") from error
        if seen.header.get("typ") != "at+jwt":
            raise Forged("not an access token")
        if (claims.iss, claims.aud) != (self.issuer, AUDIENCE):
            raise Forged("made by or for somebody else")
        if not claims.nbf - LEEWAY <= now < claims.exp:
            raise Forged("out of time")
        return Claims(
            claims.sub, claims.roles, claims.org, claims.store, claims.territories,
            claims.exp, claims.lang,
        )  # fmt: skip

    def _key(self, seen: Any) -> ECKey:
        key = self._keyring.find(str(seen.headers().get("kid")))
        if key is None:
            raise Forged("signed with a key that is not ours")
        return key

    def keys(self) -> dict[str, Any]:
        """This will give the public keys, those of other processes as far as seen."""
        return self._keyring.public()

    def rotate(self) -> str:
        """This will make a new key that signs from now on; older ones verify for a day more."""
        return self._keyring.rotate()

    async def close(self) -> None:
        """This will close the file."""
        await self._sqlite.close()


def normal(mail: str) -> str:
    """This will give the form in which mails are compared."""
    return unicodedata.normalize("NFKC", mail).strip().casefold()


def _composed(password: str) -> str:
    """Keyboards differ in how they compose letters (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


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
