"""Use cases of signing in: codes, tokens, rotation, revocation."""

import secrets

from msgspec.structs import replace

from squad.contracts.people import Person
from squad.kernel import log
from squad.kernel.ids import uuid7
from squad.kernel.problem import Missing
from squad.kernel.unit import Books
from squad.ports.database import Statement
from squad.ports.directory import Account, Directory
from squad.ports.unit import Cause, Conflict
from squad.services.identity import store as tables
from squad.services.identity.model import grants
from squad.services.identity.model.grants import Ask, Client, Form, Grant, Refused, Tokens
from squad.services.identity.service.sync import Sync
from squad.services.identity.service.throttle import Throttle
from squad.services.identity.store import Store

SECRET = 32  # bytes of chance in a code or refresh token (RFC 6749, 10.10 wants 2^-128)

_log = log.get("identity")


class Grants:
    """The authorization server: OAuth 2.0 with PKCE, OpenID Connect, rotation of refresh tokens."""

    def __init__(
        self, books: Books[Statement], store: Store, directory: Directory, throttle: Throttle,
        sync: Sync, origin: str,
    ) -> None:  # fmt: skip
        self._books = books
        self._store = store
        self._directory = directory
        self._throttle = throttle
        self._sync = sync
        self._origin = origin

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

    async def exchange(self, *, form: Form) -> Tokens:
        """This will give tokens for a code or a refresh token, each good for one use.

        Raises Refused. A second use revokes everything that its sign-in gave.
        """
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            return await self._redeem(form, form.get("code", ""))
        if kind == "refresh_token":
            return await self._renew(form, form.get("refresh_token", ""))
        raise Refused("unsupported_grant_type", "authorization_code or refresh_token is served.")

    async def _redeem(self, form: Form, secret: str) -> Tokens:
        grant = grants.redeem(await self._fresh(secret), form, self._now())
        return await self._give(grant, secret)

    async def _renew(self, form: Form, secret: str) -> Tokens:
        grant = grants.renew(await self._fresh(secret), form, self._now())
        return await self._give(grant, secret)

    async def _fresh(self, secret: str) -> Grant | None:
        """A secret that comes again was stolen, or its thief was quicker: both parties are out."""
        grant, used = await self._store.grant(grants.digest(secret))
        if grant is not None and used:
            await self._end(grant)
            return None
        return grant

    async def _give(self, grant: Grant, secret: str) -> Tokens:
        record = await self._store.person(grant.person)
        if record is None or not record.person.active:
            raise Refused("invalid_grant", "The person may not sign in any more.")
        now, token = self._now(), secrets.token_urlsafe(SECRET)
        unit = self._books.open(Cause("", actor=grant.person))
        unit.write(
            tables.use_grant(grants.digest(secret)),
            tables.add_grant(grants.digest(token), grants.successor(grant, now)),
        )
        try:
            await unit.commit()
        except Conflict as conflict:
            await self._end(grant)
            raise Refused("invalid_grant", "It was used before.") from conflict
        return self._tokens(record.person, grant, token, now)

    def _tokens(self, person: Person, grant: Grant, token: str, now: float) -> Tokens:
        access = self._directory.sign(grants.access(person, grant.client, uuid7(), now))
        tokens = Tokens(access, grants.ACCESS, token, grant.scope)
        if "openid" not in grant.scope.split():
            return tokens
        about = self._directory.sign(grants.identify(person, grant, now), kind="JWT")
        return replace(tokens, id_token=about)

    async def revoke(self, *, token: str, client: str) -> None:
        """This will end a refresh token's family; what is unknown is ended already (RFC 7009)."""
        grant, _ = await self._store.grant(grants.digest(token))
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
        unit.write(tables.add_grant(grants.digest(secret), grant))
        await unit.commit()
        return secret

    async def _end(self, grant: Grant) -> None:
        _log.warning("signin.revoked", client=grant.client, person=grant.person)
        unit = self._books.open(Cause("", actor=grant.person))
        unit.write(tables.end_family(grant.family))
        await unit.commit()

    def _now(self) -> float:
        return self._books.clock.now().timestamp()
