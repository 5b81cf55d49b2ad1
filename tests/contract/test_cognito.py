"""What the directory on Cognito does beyond the port: setting up, sharing, rotating, failing."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError
from deploy.local import ministack
from deploy.local.engine import free_port, stop
from tests.engines import Engines
from tests.pools import Pools, credentials

from squad.adapters.clock.frozen import Frozen
from squad.adapters.directory import jwks
from squad.adapters.directory.cognito import CognitoDirectory
from squad.adapters.engines.cognito.pool import Pool
from squad.adapters.engines.jwks import Jwks
from squad.ports.directory import Account, Forged, Taken, Unfit
from squad.ports.unit import Unavailable

ISSUER = "http://127.0.0.1:8000/api/identity"
ANNA = Account("018f0000-0000-7000-8000-000000000001", "Anna@demo.example", True)
BEN = Account("018f0000-0000-7000-8000-000000000002", "ben@demo.example", True)


@pytest.fixture
async def pools(engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pools:
    """A pool of this test's own, provisioned."""
    credentials(monkeypatch)
    made = Pools(engines("ministack"), f"c-{tmp_path.name[-40:]}".replace("_", "-"), ISSUER)
    await made.provision()
    return made


@pytest.fixture
async def pair(pools: Pools, clock: Frozen) -> AsyncIterator[tuple[CognitoDirectory, ...]]:
    """Two processes of identity."""
    opened = (await pools.open(clock), await pools.open(clock))
    yield opened
    for directory in opened:
        await directory.close()


def token(directory: CognitoDirectory, clock: Frozen, subject: str = ANNA.id) -> str:
    """An access token, good for 15 minutes."""
    return directory.sign({"sub": subject, "exp": int(clock.now().timestamp()) + 900})


# Setting up


async def test_provisions_once(pools: Pools) -> None:
    """What is there is kept; a second run changes nothing, and says so."""
    before = await pools.everything()

    lines = await pools.provision()

    assert len(lines) == 12
    assert all(line.startswith("kept ") for line in lines)
    assert await pools.everything() == before


async def test_makes_a_client_that_tells_strangers_nothing(pools: Pools) -> None:
    """No secret, no hint whether a mail is known, and nobody writes whose record they are."""
    apps = await pools.admin("list_user_pool_clients", MaxResults=60)
    [id] = [one["ClientId"] for one in apps["UserPoolClients"]]

    app = (await pools.admin("describe_user_pool_client", ClientId=id))["UserPoolClient"]

    assert "ClientSecret" not in app
    assert app["PreventUserExistenceErrors"] == "ENABLED"
    assert not [name for name in app["WriteAttributes"] if name.startswith("custom:")]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"prefix": "nobody"}, "no user pool nobody-people. Run `squad provision`"),
        ({"pool": "us-east-1_nobody", "client": "x"}, "us-east-1_nobody. Run `squad provision`"),
        ({"client": "nobody"}, "no app client nobody"),
        ({"region": "eu-west-1"}, "Run `squad provision`"),
        ({"endpoint": "http://127.0.0.1:9"}, "SQUAD_DIRECTORY: "),
        ({"issuer": ""}, "issuer"),
        ({"poll": "90"}, "poll"),
        ({"poll": "soon"}, "poll"),
    ],
)
async def test_says_what_is_wrong_when_it_opens(
    pools: Pools, clock: Frozen, options: dict[str, str], wrong: str
) -> None:
    """The setting, what is missing, and what to do."""
    with pytest.raises((Unavailable, ValueError)) as raised:
        await pools.open(clock, **options)

    assert "SQUAD_DIRECTORY" in str(raised.value)
    assert wrong in str(raised.value)


async def test_needs_its_table_and_its_keys(pools: Pools, clock: Frozen) -> None:
    """It makes neither by itself."""
    await pools.admin("delete_parameter", "ssm", Name=f"/{pools.prefix}/directory/keys/000001")
    with pytest.raises(Unavailable, match=r"signing key .* Run `squad provision`"):
        await pools.open(clock)

    await pools.provision()
    await pools.admin("delete_table", "dynamodb", TableName=f"{pools.prefix}-directory")

    with pytest.raises(Unavailable, match=r"table .* Run `squad provision`"):
        await pools.open(clock)


async def test_needs_an_address_to_come_back_to(pools: Pools) -> None:
    """A hosted page without a callback would send nobody back."""
    with pytest.raises(ValueError, match="issuer"):
        await pools.provision(page="https://sign-in.example", issuer="")


async def test_refuses_a_client_that_cannot_check_passwords(pools: Pools, clock: Frozen) -> None:
    """Every password would look wrong: it says so at the start instead."""
    app = await pools.admin("create_user_pool_client", ClientName="other", GenerateSecret=True)

    with pytest.raises(ValueError, match="SQUAD_DIRECTORY: the app client"):
        await pools.open(clock, client=app["UserPoolClient"]["ClientId"])


async def test_says_that_permission_is_missing(
    engines: Engines, tmp_path: Path, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that enforces permissions: a user without any is told what to look at."""
    credentials(monkeypatch)
    engines("ministack")
    strict = ministack.start(tmp_path, free_port(), AUTH="true")
    try:
        pools = Pools(strict.url, "strict", ISSUER)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYKNOWSTHIS0")
        with pytest.raises(Unavailable, match=r"SQUAD_DIRECTORY: .*credentials"):
            await pools.open(clock)
    finally:
        stop(strict.pid)


# People


async def test_refuses_a_password_that_cognito_cannot_keep(
    pair: tuple[CognitoDirectory, ...],
) -> None:
    """White space at an end, or too short: said at once, and nothing is made."""
    for password in (" correct horse", "correct horse ", "short", "x" * 257):
        with pytest.raises(Unfit):
            await pair[0].enroll(ANNA, password)

    with pytest.raises(Unfit):
        await pair[0].enroll(Account(ANNA.id, f"{'a' * 130}@demo.example", True), None)
    assert await pair[0].accounts() == ([], "")


async def test_takes_no_name_for_an_id_that_others_chose(
    pools: Pools, pair: tuple[CognitoDirectory, ...]
) -> None:
    """Who gave themself another's id as a username is not that person, and keeps them out."""
    await pools.admin("admin_create_user", Username=ANNA.id, MessageAction="SUPPRESS")

    [stranger], _ = await pair[0].accounts()

    assert (stranger.id == ANNA.id, stranger.ours) == (False, False)
    with pytest.raises(Taken):
        await pair[0].enroll(ANNA, "correct horse")


async def test_tells_of_people_whom_others_put_there(
    pools: Pools, pair: tuple[CognitoDirectory, ...]
) -> None:
    """By `sub`, with name and groups; a mail only if Cognito knows it to be theirs."""
    await pools.admin("create_group", GroupName="night-shift")
    zoe = await pools.join("Zoe@shop.example", "store", "night-shift", name="Zoé")
    max_ = await pools.join("max@shop.example", verified=False)

    found, _ = await pair[0].accounts()
    known = await pair[0].profile(zoe)

    assert {one.id: (one.mail, one.ours) for one in found} == {
        zoe: ("Zoe@shop.example", False), max_: ("", False),
    }  # fmt: skip
    assert (known.name, sorted(known.roles)) == ("Zoé", ["night-shift", "store"])


async def test_lets_nobody_in_who_needs_more_than_a_password(
    pools: Pools, pair: tuple[CognitoDirectory, ...]
) -> None:
    """A password that must be changed first is for Cognito's own page."""
    await pair[0].enroll(ANNA, "correct horse")
    await pools.admin(
        "admin_set_user_password", Username=ANNA.id, Password="battery staple", Permanent=False
    )

    assert await pair[0].authenticate(ANNA.mail, "battery staple") is None


async def test_finds_those_whom_another_provider_sends(
    pools: Pools, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AdminGetUser does not know them by `sub`; the list of users does."""
    sub = await pools.join("Google_7@shop.example")
    await pools.admin(
        "create_identity_provider", ProviderName="Google", ProviderType="Google",
        ProviderDetails={"client_id": "x", "client_secret": "x", "authorize_scopes": "openid"},
    )  # fmt: skip
    directory = await pools.open(clock)
    get = Pool.get

    async def by_name_alone(pool: Pool, name: str) -> Any:
        return None if name == sub else await get(pool, name)

    monkeypatch.setattr(Pool, "get", by_name_alone)

    await directory.disable(sub)

    assert await directory.accounts() == ([Account(sub, "Google_7@shop.example", False, False)], "")
    await directory.close()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("TooManyRequestsException", "TooManyRequestsException"),
        ("InvalidSignatureException", "clock"),
        ("AccessDeniedException", "credentials"),
        ("InternalErrorException", "InternalErrorException"),
    ],
)
async def test_says_what_keeps_a_sign_in_from_being_checked(
    pair: tuple[CognitoDirectory, ...], code: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many at once, a wrong clock, no permission: none of them is a wrong password."""

    async def refuse(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "AdminInitiateAuth")

    monkeypatch.setattr(pair[0]._pool._client, "admin_initiate_auth", refuse)

    with pytest.raises(Unavailable, match=rf"SQUAD_DIRECTORY: .*{told}"):
        await pair[0].authenticate(ANNA.mail, "correct horse")


# Keys and ends, shared


async def test_shares_the_end_of_a_sign_in(
    pair: tuple[CognitoDirectory, ...], clock: Frozen
) -> None:
    """The other process refuses the tokens from its next look on, and takes them back after."""
    one, other = pair
    await one.enroll(ANNA, None)
    seen = token(one, clock)
    other.verify(seen)

    await one.disable(ANNA.id)
    await other.refresh()
    with pytest.raises(Forged):
        other.verify(seen)
    await one.enroll(ANNA, None)
    await other.refresh()

    assert other.verify(seen).subject == ANNA.id


async def test_looks_by_itself(pools: Pools, clock: Frozen) -> None:
    """Nobody has to ask for a look: it comes within the seconds of `poll`."""
    one, other = await pools.open(clock), await pools.open(clock, poll="0.2")
    seen = token(one, clock)
    await one.disable(ANNA.id)

    async with asyncio.timeout(10):
        while not other.keys()["ended"]:  # noqa: ASYNC110 - it is the other's task that we wait for
            await asyncio.sleep(0.05)

    with pytest.raises(Forged):
        other.verify(seen)
    await one.close()
    await other.close()


async def test_signs_with_a_new_key_when_everybody_has_it(
    pair: tuple[CognitoDirectory, ...], clock: Frozen
) -> None:
    """A new key is published two minutes before it signs; the older one goes on verifying."""
    signer, verifier = pair
    old = token(signer, clock)
    await signer.rotate()
    early = token(signer, clock)

    clock.advance(121)
    await verifier.refresh()
    late = token(signer, clock)

    assert [one.split(".")[0] == old.split(".")[0] for one in (early, late)] == [True, False]
    assert len({verifier.verify(one).subject for one in (old, early, late)}) == 1
    assert verifier.keys() == signer.keys()


async def test_rotates_once_however_many_nodes_there_are(
    pair: tuple[CognitoDirectory, ...], clock: Frozen
) -> None:
    """After 90 days one of them makes the next key; a day after it signs the old one is dropped."""
    clock.advance(600 * 86_400)  # the first was made by the machine's clock, not by this one
    await asyncio.gather(*(directory.refresh() for directory in pair))
    assert [len(directory.keys()["keys"]) for directory in pair] == [2, 2]

    clock.advance(86_400 + 300)
    await asyncio.gather(*(directory.refresh() for directory in pair))
    await pair[0].refresh()

    assert len(pair[0].keys()["keys"]) == 1
    assert pair[0].verify(token(pair[0], clock)).subject == ANNA.id


async def test_says_when_it_may_have_missed_an_end(
    engines: Engines, tmp_path: Path, clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its engine it verifies and signs on, does nothing else, and is not ready."""
    credentials(monkeypatch)
    engine = engines.start("ministack", "cut-directory")
    pools = Pools(engine.url, "cut", ISSUER)
    await pools.provision()
    directory = await pools.open(clock)
    await directory.enroll(ANNA, "correct horse")
    stop(engine.pid, signal.SIGKILL)

    for work in (
        directory.authenticate(ANNA.mail, "correct horse"),
        directory.enroll(BEN, None),
        directory.disable(ANNA.id),
        directory.accounts(),
        directory.refresh(),
    ):
        with pytest.raises(Unavailable, match="SQUAD_DIRECTORY"):
            await work
    assert directory.verify(token(directory, clock)).subject == ANNA.id
    assert directory.waits() is None
    clock.advance(61)

    assert "SQUAD_DIRECTORY: nothing read for 61 s" in str(directory.waits())
    await directory.close()


# The verifying half, by HTTP


class Published:
    """What identity publishes, as an edge reads it."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.asked = 0
        self.status = 200

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answers as identity's endpoint does."""
        self.asked += 1
        return httpx.Response(self.status, content=json.dumps(self.document()))


@pytest.fixture
async def edge(
    pair: tuple[CognitoDirectory, ...], clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[jwks.JwksVerifier, Published]]:
    """An edge that reads what the first process publishes."""
    published = Published(pair[0].keys)
    client, transport = httpx.AsyncClient, httpx.MockTransport(published.answer)
    monkeypatch.setattr(httpx, "AsyncClient", lambda **more: client(transport=transport))
    opened = await jwks.open(f"jwks:http://identity/jwks.json?issuer={ISSUER}", clock)
    yield opened, published
    await opened.close()


async def test_verifies_with_public_keys_alone(
    pair: tuple[CognitoDirectory, ...], edge: tuple[jwks.JwksVerifier, Published], clock: Frozen
) -> None:
    """A thousand tokens cost one request; an end and a new key are known after the next look."""
    verifier, published = edge
    tokens = [token(pair[0], clock, f"p-{n}") for n in range(1000)]
    assert [verifier.verify(one).subject for one in tokens] == [f"p-{n}" for n in range(1000)]
    assert published.asked == 1

    await pair[0].rotate()
    await pair[0].disable("p-7")
    clock.advance(130)
    fresh = token(pair[0], clock)
    with pytest.raises(Forged):
        verifier.verify(fresh)
    await verifier.refresh()

    assert verifier.verify(fresh).subject == ANNA.id
    with pytest.raises(Forged, match="ended"):
        verifier.verify(tokens[7])
    assert "p-7" not in json.dumps(verifier.keys())
    assert '"d"' not in json.dumps(verifier.keys())


async def test_goes_on_with_what_it_read(
    pair: tuple[CognitoDirectory, ...], edge: tuple[jwks.JwksVerifier, Published], clock: Frozen
) -> None:
    """While identity is away tokens are verified; after a minute it says that it may miss ends."""
    verifier, published = edge
    published.status = 503
    await verifier.attempt()
    clock.advance(61)

    assert verifier.verify(token(pair[0], clock)).subject == ANNA.id
    assert "answered 503" in str(verifier.waits())


async def test_has_no_keys_before_identity_answers(
    clock: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens, says why it waits, and answers Unavailable, not that tokens are forged."""
    verifier = await jwks.open(f"jwks:http://127.0.0.1:9/jwks.json?issuer={ISSUER}", clock)

    assert "127.0.0.1:9" in str(verifier.waits())
    with pytest.raises(Unavailable, match="SQUAD_DIRECTORY"):
        verifier.verify("a.b.c")
    await verifier.close()


@pytest.mark.parametrize(
    "url",
    [
        "jwks:", "jwks:ftp://x/y?issuer=http://i", "jwks:http://x/y",
        "jwks:http://x/y?issuer=http://i&poll=0", "jwks:http://x/y?issuer=http://i&poll=x",
    ],
)  # fmt: skip
async def test_refuses_a_setting_that_says_too_little(url: str, clock: Frozen) -> None:
    """The setting is named."""
    with pytest.raises(ValueError, match="SQUAD_DIRECTORY"):
        await jwks.open(url, clock)


async def test_refuses_keys_without_ends(
    edge: tuple[jwks.JwksVerifier, Published], clock: Frozen
) -> None:
    """A foreign JWKS has no list of ended sign-ins: the promise of a minute could not be kept."""
    verifier, published = edge
    published.document = lambda: {"keys": []}

    with pytest.raises(Unavailable, match="no identity of ours"):
        await verifier.refresh()


async def test_asks_once_for_an_unknown_key(clock: Frozen) -> None:
    """Forged key ids hurry the next look, once in five seconds, and no more."""
    published = Published(lambda: {"keys": [], "ended": []})
    http = httpx.AsyncClient(transport=httpx.MockTransport(published.answer))
    keys = Jwks("http://x/jwks.json", http, clock, "SQUAD_DIRECTORY")

    for _ in range(10):
        await keys.fetch("unknown")
    clock.advance(5)
    await keys.fetch("unknown")

    assert published.asked == 2
    await http.aclose()
