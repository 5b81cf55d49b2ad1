"""The directory port on Amazon Cognito: it says who somebody is, our tokens what they may do."""

import asyncio
import contextlib
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from squad.adapters.engines import signins, tokens
from squad.adapters.engines.aws import Aws
from squad.adapters.engines.cognito import premises
from squad.adapters.engines.cognito.ended import Ended
from squad.adapters.engines.cognito.hosted import Hosted
from squad.adapters.engines.cognito.pool import FLOW, Pool, User
from squad.adapters.engines.cognito.vault import Vault
from squad.adapters.engines.jwks import Jwks
from squad.kernel import log
from squad.ports.clock import Clock
from squad.ports.directory import Account, Claims, Door, Kind, Profile, Taken, Unfit
from squad.ports.unit import Unavailable

POLL = 20.0  # s between looks for keys and ends that other processes made
STALE = 60.0  # s without a look after which ends may be missed
PATIENCE = 15.0  # s that a look may take
ABREAST = 16  # sign-ins and changes asked of Cognito at once; its quota is 25 to 120 a second

_log = log.get("directory")


class CognitoDirectory:
    """Accounts in a user pool; signing keys and ended sign-ins shared, and held in memory.

    `verify`, `sign` and `keys` read memory only. A task reads it anew every `poll` seconds.
    """

    def __init__(
        self,
        aws: Aws,
        pool: Pool,
        vault: Vault,
        ended: Ended,
        clock: Clock,
        http: httpx.AsyncClient,
    ) -> None:
        self.issuer = aws.options["issuer"].rstrip("/")
        self.door: Door | None = None
        self._aws = aws
        self._pool = pool
        self._vault = vault
        self._ended = ended
        self._clock = clock
        self._http = http
        self._checker = tokens.Checker(vault, self.issuer)
        self._signins = signins.Queue(ABREAST)
        self._changes = asyncio.Semaphore(ABREAST)
        self._read = clock.monotonic()
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will make or change the user, then its password, then whether it may sign in."""
        mail = signins.normal(account.mail)
        secret = None if password is None else _fit(password)
        async with self._changes:
            holder = await self._pool.by_mail(mail)
            if holder is not None and holder.account.id != account.id:
                raise Taken("another account has this mail")
            user = holder or await self._pool.by_id(account.id)
            if user is None:
                user = await self._pool.create(account)
            elif user.account.mail != account.mail:
                await self._pool.rename(user.name, account.mail)
            if secret is not None:
                await self._pool.password(user.name, secret)
            await self._switch(user, account)

    async def _switch(self, user: User, account: Account) -> None:
        if not account.enabled:
            await self._ended.add(account.id)
            await self._pool.disable(user.name)
            return
        if not user.account.enabled:
            await self._pool.enable(user.name)
        await self._ended.drop(account.id)

    async def disable(self, id: str) -> None:
        """This will let the tokens die first, then end the sign-in and Cognito's sessions."""
        await self._ended.add(id)
        async with self._changes:
            if (user := await self._pool.by_id(id)) is not None:
                await self._pool.disable(user.name)

    async def remove(self, id: str) -> None:
        """This will let the tokens die first, then delete the user."""
        await self._ended.add(id)
        async with self._changes:
            if (user := await self._pool.by_id(id)) is not None:
                await self._pool.delete(user.name)

    async def authenticate(self, mail: str, password: str) -> Account | None:
        """This will let Cognito check it: one call, whether the mail is known or not.

        Who needs more than a password (a second factor, a new password) signs in at the hosted
        page only.
        """
        name = signins.normal(mail) or str(uuid.uuid4())
        async with self._signins.turn():
            user = await self._pool.check(name, signins.composed(password))
        if user is None or signins.normal(user.account.mail) != name:
            return None
        return user.account

    async def find(self, mail: str) -> Account | None:
        """This will ask for the alias."""
        user = await self._pool.by_mail(signins.normal(mail))
        return user.account if user else None

    async def accounts(self, *, cursor: str = "", limit: int = 60) -> tuple[list[Account], str]:
        """This will read a page of ListUsers, whose order is Cognito's."""
        return await self._pool.page(cursor, limit)

    async def profile(self, id: str) -> Profile:
        """This will read the groups, and the name."""
        user = await self._pool.by_id(id)
        if user is None or user.account.ours:
            return Profile()
        return Profile(user.shown, await self._pool.groups(user.name))

    def sign(self, claims: dict[str, Any], *, kind: Kind = "at+jwt") -> str:
        """This will sign with the newest key that every process knows."""
        return tokens.sign(self._vault, self.issuer, claims, kind)

    def verify(self, token: str) -> Claims:
        """This will check by what is in memory, even while Amazon does not answer."""
        return self._checker.verify(token, self._clock.now().timestamp(), self._ended.veiled)

    def keys(self) -> dict[str, Any]:
        """This will give the public keys, and who ended, for edges that have no rights here."""
        return {"keys": self._vault.public(), "ended": sorted(self._ended.veiled)}

    def waits(self) -> str | None:
        """This will say so when ends of other processes may have been missed for too long."""
        age = self._clock.monotonic() - self._read
        if age < STALE:
            return None
        return f"{self._aws.setting}: nothing read for {age:.0f} s. {self._trouble}".strip()

    async def rotate(self) -> str:
        """This will make a new key, which signs when everybody knows it. Returns its id."""
        return await self._vault.rotate()

    async def refresh(self) -> None:
        """This will read keys and ended sign-ins, and rotate keys when it is time."""
        await asyncio.gather(self._vault.tend(), self._ended.load())
        self._read, self._trouble = self._clock.monotonic(), ""

    async def watch(self, poll: float) -> None:
        """This will refresh every `poll` seconds until cancelled."""
        while True:
            await asyncio.sleep(poll)
            try:
                async with asyncio.timeout(PATIENCE):
                    await self.refresh()
            except (Unavailable, TimeoutError) as error:
                self._trouble = str(error) or "No answer in time."
                _log.warning("directory.waits", reason=self._trouble)

    def begin(self, poll: float) -> None:
        """This will watch in the background from now on."""
        self._task = asyncio.create_task(self.watch(poll))

    async def close(self) -> None:
        """This will end the watch, and the connections."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._http.aclose()
        await self._aws.close()


def _fit(password: str) -> str:
    """Cognito takes 256 characters, and no white space at the ends (AdminSetUserPassword)."""
    found = signins.composed(password)
    if found != found.strip() or not 8 <= len(found) <= 256:
        raise Unfit("It has 8 to 256 characters, and neither begins nor ends with a space.")
    return found


async def open(url: str, clock: Clock) -> CognitoDirectory:
    """This will open `cognito:?issuer=URL&region=…&prefix=…`, which `squad provision` prepared.

    issuer: of our own tokens. pool, client: ids, where they are not to be found by their names.
    page: address of Cognito's hosted sign-in page, where people are to sign in there. endpoint,
    jwks: of an emulator. poll: seconds, at most 30. Raises ValueError, Unavailable.
    """
    aws = Aws("directory", url)
    if not aws.options.get("issuer", "").startswith(("http://", "https://")):
        raise ValueError(f"{aws.setting}: the directory needs ?issuer=http(s)://…")
    poll = _seconds(aws)
    http = httpx.AsyncClient(trust_env=True, follow_redirects=False)
    try:
        opened = await _opened(aws, clock, http)
        await opened.refresh()
    except BaseException:
        await http.aclose()
        await aws.close()
        raise
    opened.begin(poll)
    return opened


def _seconds(aws: Aws) -> float:
    given = aws.options.get("poll", str(POLL))
    try:
        poll = float(given)
    except ValueError:
        poll = 0.0
    if not 0 < poll <= 30:
        raise ValueError(f"{aws.setting}: poll takes seconds, more than 0, at most 30: {given!r}")
    return poll


async def _opened(aws: Aws, clock: Clock, http: httpx.AsyncClient) -> CognitoDirectory:
    quick = {"read_timeout": 5.0}
    client = await aws.client("cognito-idp", **quick)
    place = await premises.locate(aws, client)
    app = await premises.describe(aws, client, place)
    if FLOW not in app.get("ExplicitAuthFlows", []) or app.get("ClientSecret"):
        raise ValueError(
            f"{aws.setting}: the app client {place.app} needs {FLOW} and no secret."
            " Run `squad provision`, or name its own client."
        )
    vault = Vault(aws, await aws.client("ssm", **quick), clock)
    ended = Ended(aws, await aws.client("dynamodb", **quick))
    federated = await premises.federated(aws, client, place)
    pool = Pool(aws, client, place.pool, place.app, federated=federated)
    opened = CognitoDirectory(aws, pool, vault, ended, clock, http)
    if page := aws.options.get("page"):
        issuer = f"https://cognito-idp.{aws.region}.amazonaws.com/{place.pool}"
        endpoint = aws.options.get("endpoint")
        base = f"{endpoint.rstrip('/')}/{place.pool}" if endpoint else issuer
        where = aws.options.get("jwks", f"{base}/.well-known/jwks.json")
        jwks = Jwks(where, http, clock, aws.setting)
        opened.door = Hosted(page, place.app, issuer, jwks, http, clock)
    return opened


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make user pool, groups, app client, table and first signing key, as needed."""
    return await premises.provision(Aws("directory", admin or url))
