"""Use cases of signing in: codes, tokens, rotation, revocation."""

import secrets
from typing import NamedTuple

from msgspec.structs import replace

from squad.contracts.people import Person
from squad.kernel import log
from squad.kernel.ids import uuid7
from squad.kernel.problem import Missing
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.directory import Account, Directory
from squad.ports.unit import Cause, Conflict
from squad.services.identity.model import grants
from squad.services.identity.model.grants import (
    CLIENTS,
    GRACE,
    Ask,
    Client,
    Form,
    Grant,
    Refused,
    Tokens,
)
from squad.services.identity.service.sync import Sync
from squad.services.identity.service.throttle import Throttle
from squad.services.identity.store import Store
from squad.services.identity.store import grants as rows

HEIRS = 8  # tokens that a reloading browser may be ahead of its slowest request
SECRET = 32  # bytes of chance in a code or refresh token (RFC 6749, 10.10 wants 2^-128)

_log = log.get("identity")


class Issue(NamedTuple):
    """What a token request gave, and to which client."""

    tokens: Tokens
    client: Client


class Grants:
    """The authorization server: OAuth 2.0 with PKCE, OpenID Connect, rotation of refresh tokens."""

    def __init__(
        self, books: Books[Statement], store: Store, directory: Directory, throttle: Throttle,
        sync: Sync, origin: str, key: bytes,
    ) -> None:  # fmt: skip
        self._books = books
        self._store = store
        self._directory = directory
        self._throttle = throttle
        self._sync = sync
        self._origin = origin
        self._key = key

    def client(self, ask: Ask) -> Client:
        """This will find who asks. Raises Refused: then nothing may be sent to its address."""
        return grants.client_of(ask, self._origin)

    async def sign_in(self, *, ask: Ask, mail: str, password: str, address: str) -> str | None:
        """This will give a code for the right password; None for a wrong one or unknown mail.

        Raises Refused, Limited, Unavailable.
        """
        client, scope = self.client(ask), grants.vet(ask)
        self._throttle.begin(mail, address)
        account = await self._directory.authenticate(mail, password)
        person = await self._known(account) if account else None
        if person is None:
            _log.warning("signin.refused", client=client.id)
            return None
        self._throttle.passed(mail, address)
        return await self._code(person, ask, client, scope)

    async def enter(self, *, ask: Ask, account: Account) -> str | None:
        """This will give a code to who signed in at the directory's own page.

        None: an ended person, or the rest of an enrollment. Raises Refused.
        """
        client, scope = self.client(ask), grants.vet(ask)
        person = await self._known(account)
        if person is None:
            _log.warning("signin.refused", client=client.id)
            return None
        return await self._code(person, ask, client, scope)

    async def _known(self, account: Account) -> Person | None:
        """Whom others put into the directory, and nobody here has met yet, is met now."""
        record = await self._store.person(account.id)
        person = record.person if record else await self._sync.meet(account)
        return person if person is not None and person.active else None

    async def _code(self, person: Person, ask: Ask, client: Client, scope: str) -> str:
        _log.info("signin.passed", client=client.id, person=person.id)
        now = self._now()
        grant = Grant(
            kind="code",
            family=uuid7(),
            person=person.id,
            client=client.id,
            scope=scope,
            begun=now,
            expires=now + grants.CODE,
            redirect=ask.redirect_uri,
            challenge=ask.code_challenge,
            nonce=ask.nonce,
        )
        return await self._keep(grant)

    async def exchange(self, *, form: Form, device: str = "") -> Issue:
        """This will give tokens for a code or a refresh token, each good for one use.

        device: what asks, coarse. Raises Refused. A second use revokes everything that its
        sign-in gave; but a browser gets the successor of its last refresh token once more.
        """
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            secret, check = form.get("code", ""), grants.redeem
        elif kind == "refresh_token":
            secret, check = form.get("refresh_token", ""), grants.renew
        else:
            raise Refused(
                "unsupported_grant_type", "authorization_code or refresh_token is served."
            )
        grant, used = await self._store.grants.one(grants.digest(secret))
        if grant is not None and used:
            return await self._again(grant, form, secret)
        return await self._give(check(grant, form, self._now()), form, secret, device)

    async def _again(self, grant: Grant, form: Form, secret: str) -> Issue:
        """A secret that comes again was stolen, or its thief was quicker: both parties are out.

        Browsers do it honestly: two tabs at once, a reload, an answer lost on the way. They get
        the same successor as before, which gives a thief no more than the cookie itself would.
        """
        token = await self._heir(grant, form, secret) if _forgiven(grant) else None
        if token is None:
            await self._end(grant)
            raise Refused("invalid_grant", "It was used before.")
        return self._issue(await self._holder(grant), grant, token)

    async def _heir(self, grant: Grant, form: Form, secret: str) -> str | None:
        """The youngest successor: the next one at any time, later ones only within GRACE."""
        for _ in range(HEIRS):
            secret = grants.heir(secret, self._key)
            next, used = await self._store.grants.one(grants.digest(secret))
            if next is not None and not used:
                grants.renew(next, form, self._now())
                return secret
            if next is None or self._now() - grant.used > GRACE:
                break
        return None

    async def _holder(self, grant: Grant) -> Person:
        record = await self._store.person(grant.person)
        if record is None or not record.person.active:
            raise Refused("invalid_grant", "The person may not sign in any more.")
        return record.person

    async def _give(self, grant: Grant, form: Form, secret: str, device: str) -> Issue:
        person, now, token = await self._holder(grant), self._now(), secrets.token_urlsafe(SECRET)
        spent = replace(grant, used=now)
        if _forgiven(grant):
            token = grants.heir(secret, self._key)
        unit = self._books.open(Cause("", actor=grant.person))
        unit.write(
            rows.use_grant(grants.digest(secret), spent),
            rows.add_grant(grants.digest(token), grants.successor(grant, now, device)),
        )
        try:
            await unit.commit()
        except Conflict:
            return await self._again(spent, form, secret)
        return self._issue(person, grant, token)

    def _issue(self, person: Person, grant: Grant, token: str) -> Issue:
        now, client = self._now(), CLIENTS.get(grant.client, Client(grant.client, ()))
        claims = grants.access(person, grant.client, uuid7(), now, grant.family)
        tokens = Tokens(self._directory.sign(claims), grants.ACCESS, grant.scope, token)
        if "openid" in grant.scope.split():
            about = self._directory.sign(grants.identify(person, grant, now), kind="JWT")
            tokens = replace(tokens, id_token=about)
        return Issue(tokens, client)

    async def revoke(self, *, token: str, client: str) -> None:
        """This will end a refresh token's family; what is unknown is ended already (RFC 7009)."""
        grant, _ = await self._store.grants.one(grants.digest(token))
        if grant is not None and client in ("", grant.client):
            await self._end(grant)

    async def mint(self, *, person: str) -> str:
        """This will make an access token for a person, by id or mail. Raises Missing."""
        record = await self._store.person(person)
        if record is None and (account := await self._directory.find(person)) is not None:
            record = await self._store.person(account.id)
        if record is None or not record.person.active:
            raise Missing("There is no active person with this id or mail.")
        return self._directory.sign(grants.access(record.person, "squad", uuid7(), self._now()))

    async def _keep(self, grant: Grant) -> str:
        secret = secrets.token_urlsafe(SECRET)
        unit = self._books.open(Cause("", actor=grant.person))
        unit.write(rows.add_grant(grants.digest(secret), grant))
        await unit.commit()
        return secret

    async def _end(self, grant: Grant) -> None:
        _log.warning("signin.revoked", client=grant.client, person=grant.person)
        unit = self._books.open(Cause("", actor=grant.person))
        unit.write(rows.end_family(grant.family))
        await unit.commit()

    def _now(self) -> float:
        return self._books.clock.now().timestamp()


def _forgiven(grant: Grant) -> bool:
    """Whether a second use is no theft: of a browser's refresh token."""
    client = CLIENTS.get(grant.client)
    return client is not None and client.browser and grant.kind == "refresh"
