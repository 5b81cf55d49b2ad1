"""What every directory promises."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwk, jwt
from tests.engines import Engines
from tests.pools import Pools, credentials

from squad.adapters.clock.frozen import Frozen
from squad.adapters.clock.system import SystemClock
from squad.adapters.directory import local
from squad.adapters.directory.local import LocalDirectory
from squad.ports.directory import Account, Directory, Forged, Profile, Taken
from squad.ports.unit import Unavailable

ISSUER = "http://127.0.0.1:8000/api/identity"
NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)  # where the clock of conftest stands
ANNA = Account("018f0000-0000-7000-8000-000000000001", "Anna@demo.example", True)
BEN = Account("018f0000-0000-7000-8000-000000000002", "ben@demo.example", True)


class Openers:
    """One directory's state, opened as often as wanted; everything opened is closed at the end."""

    def __init__(self, open: Callable[[str, Any], Awaitable[Any]]) -> None:
        self._open = open
        self._opened: list[Directory] = []
        self.dump: Callable[[], Awaitable[str]]

    async def __call__(self, clock: Any, issuer: str = ISSUER) -> Any:
        """Opens it once more."""
        self._opened.append(await self._open(issuer, clock))
        return self._opened[-1]

    async def close(self) -> None:
        """Closes what was opened."""
        for directory in self._opened:
            await directory.close()


def locally(folder: Path) -> Openers:
    """The local directory, in a folder."""

    async def dump() -> str:
        return "".join(path.read_bytes().decode("latin-1") for path in folder.iterdir())

    opener = Openers(
        lambda issuer, clock: local.open(f"local:{folder}/d.db?issuer={issuer}", clock)
    )
    opener.dump = dump
    return opener


async def pooled(endpoint: str, folder: Path) -> Openers:
    """Cognito with a pool of its own."""
    pools = Pools(endpoint, f"t-{folder.name[-40:]}".lower().replace("_", "-"), ISSUER)
    await pools.provision()
    opener = Openers(lambda issuer, clock: pools.open(clock, issuer=issuer))
    opener.dump = pools.everything
    return opener


@pytest.fixture(params=["local", "cognito"])
async def opener(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    engines: Engines,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Openers]:
    """Each directory's state, new."""
    if request.param == "local":
        made = locally(tmp_path)
    else:
        credentials(monkeypatch)
        made = await pooled(engines("ministack"), tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def directory(opener: Openers, clock: Frozen) -> Directory:
    """Each directory, new."""
    opened: Directory = await opener(clock)
    return opened


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of an access token that is good for 15 minutes."""
    start = int(NOW.timestamp())
    return {
        "sub": ANNA.id, "roles": ["consultant"], "org": "", "store": "s-1",
        "territories": ["US-CA"], "lang": "fr", "iat": start, "exp": start + 900, "jti": "j",
        **changes,
    }  # fmt: skip


# Sign-ins


async def test_signs_in_with_the_right_password_only(directory: Directory) -> None:
    """The right password gives the account, whatever the mail's case; any other gives None."""
    await directory.enroll(ANNA, "correct horse")

    right = await directory.authenticate(" ANNA@demo.EXAMPLE", "correct horse")
    wrong = await directory.authenticate("anna@demo.example", "Correct horse")

    assert (right, wrong) == (ANNA, None)


async def test_signs_in_whatever_way_a_keyboard_composes_letters(directory: Directory) -> None:
    """é as one character or as e and an accent is the same password."""
    await directory.enroll(ANNA, "caf\u00e9 du coin")

    found = await directory.authenticate(ANNA.mail, "cafe\u0301 du coin")

    assert found == ANNA


async def test_never_keeps_a_password_in_clear(opener: Openers, directory: Directory) -> None:
    """Nothing that can be read of the directory has it in it."""
    await directory.enroll(ANNA, "correct horse")

    assert ANNA.id in await opener.dump()
    assert "correct horse" not in await opener.dump()


async def test_keeps_the_password_where_none_is_given(directory: Directory) -> None:
    """Enrolling again changes the mail and leaves the password; the old mail is free."""
    await directory.enroll(ANNA, "correct horse")
    moved = Account(ANNA.id, "anna@other.example", True)

    await directory.enroll(moved, None)
    await directory.enroll(Account(BEN.id, ANNA.mail, True), None)

    assert await directory.authenticate("anna@other.example", "correct horse") == moved


async def test_refuses_a_mail_that_another_has(directory: Directory) -> None:
    """A mail belongs to one account, whatever its case; nothing is changed by the refusal."""
    await directory.enroll(ANNA, "correct horse")

    with pytest.raises(Taken):
        await directory.enroll(Account(BEN.id, "ANNA@DEMO.example", True), "battery staple")

    assert await directory.find("anna@demo.example") == ANNA
    assert await directory.accounts() == ([ANNA], "")


async def test_lets_many_be_without_a_mail(directory: Directory) -> None:
    """Accounts without a mail exist side by side, and nobody signs in with an empty mail."""
    await directory.enroll(Account(ANNA.id, "", True), "correct horse")
    await directory.enroll(Account(BEN.id, "", True), "correct horse")

    assert len((await directory.accounts())[0]) == 2
    assert await directory.find("") is None
    assert await directory.authenticate("", "correct horse") is None


async def test_ends_and_opens_a_sign_in(directory: Directory) -> None:
    """A disabled account does not sign in; enrolling it again opens it with its old password."""
    await directory.enroll(ANNA, "correct horse")

    await directory.disable(ANNA.id)
    ended = await directory.authenticate(ANNA.mail, "correct horse")
    await directory.enroll(ANNA, None)
    opened = await directory.authenticate(ANNA.mail, "correct horse")

    assert (ended, opened) == (None, ANNA)


async def test_forgets_a_removed_sign_in(directory: Directory) -> None:
    """Mail and password are gone, and another may have the mail."""
    await directory.enroll(ANNA, "correct horse")

    await directory.remove(ANNA.id)

    assert await directory.find(ANNA.mail) is None
    assert await directory.authenticate(ANNA.mail, "correct horse") is None
    await directory.enroll(Account(BEN.id, ANNA.mail, True), None)
    assert await directory.find(ANNA.mail) == Account(BEN.id, ANNA.mail, True)
    assert [one.id for one in (await directory.accounts())[0] if one.mail] == [BEN.id]


async def test_pages_through_sign_ins(directory: Directory) -> None:
    """Every one is seen once, on pages of the size that was asked for at most."""
    others = [Account(f"{ANNA.id[:-1]}{n}", f"{n}@demo.example", True) for n in range(5)]
    for account in others:
        await directory.enroll(account, None)

    pages: list[list[Account]] = []
    cursor = ""
    while not pages or cursor:
        page, cursor = await directory.accounts(cursor=cursor, limit=2)
        pages.append(page)

    assert sorted((one for page in pages for one in page), key=lambda one: one.id) == others
    assert {len(page) for page in pages} <= {1, 2}


async def test_knows_nothing_of_people_that_others_need_not_tell_us(directory: Directory) -> None:
    """Who was enrolled here, and who is unknown, has no profile there; and all is well."""
    await directory.enroll(ANNA, "correct horse")

    assert await directory.profile(ANNA.id) == await directory.profile(BEN.id) == Profile()
    assert (directory.door, directory.waits()) == (None, None)


async def test_takes_as_long_for_unknown_mails(directory: Directory) -> None:
    """The work of the quickest of several tries hardly differs between known and unknown mails."""
    await directory.enroll(ANNA, "correct horse")
    await directory.enroll(BEN, None)
    await directory.authenticate("nobody@demo.example", "warm up")

    async def quickest(mail: str) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()
            await directory.authenticate(mail, "wrong")
            times.append(time.process_time() - began)
        return min(times)

    known = await quickest(ANNA.mail)

    for mail in ("nobody@demo.example", BEN.mail, ""):
        assert 0.5 < await quickest(mail) / known < 2.0


async def test_refuses_more_sign_ins_than_it_can_hold(directory: Directory) -> None:
    """A flood of passwords is refused at once instead of queueing without end."""
    tries = [directory.authenticate(f"{n}@demo.example", "x") for n in range(80)]

    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert {type(answer) for answer in answers} == {type(None), Unavailable}
    assert sum(answer is None for answer in answers) >= 32


# Tokens


async def test_verifies_what_it_signed(directory: Directory) -> None:
    """An access token says who it is for, with roles, organisation, store, area and language."""
    token = directory.sign(claims())

    seen = directory.verify(token)

    assert seen.subject == ANNA.id
    assert (seen.roles, seen.store, seen.territories) == (("consultant",), "s-1", ("US-CA",))
    assert (seen.organisation, seen.language) == ("", "fr")
    assert seen.expires_at == NOW.timestamp() + 900


async def test_refuses_a_token_past_its_time(directory: Directory, clock: Frozen) -> None:
    """A token is good until its last moment and not beyond, remembered or not."""
    token = directory.sign(claims())
    directory.verify(token)

    clock.advance(899.9)
    directory.verify(token)
    clock.advance(0.1)

    with pytest.raises(Forged):
        directory.verify(token)
    with pytest.raises(Forged):
        directory.verify(directory.sign(claims(jti="new")))


WRONG: dict[str, Callable[[Directory], str]] = {
    "an id token": lambda d: d.sign(claims(aud="squad"), kind="JWT"),
    "another audience": lambda d: d.sign(claims(aud="squad-web"), kind="JWT"),
    "not yet valid": lambda d: d.sign(claims(nbf=int(NOW.timestamp()) + 60)),
    "no expiry": lambda d: d.sign({k: v for k, v in claims().items() if k != "exp"}),
    "an endless expiry as text": lambda d: d.sign(claims(exp="never")),
    "no subject": lambda d: d.sign({k: v for k, v in claims().items() if k != "sub"}),
    "roles that are text": lambda d: d.sign(claims(roles="administrator")),
    "no signature": lambda d: d.sign(claims()).rsplit(".", 1)[0] + ".",
    "no algorithm": lambda d: unsigned(d.sign(claims())),
    "the public key as a secret": lambda d: confused(d),
    "a key of its own": lambda d: foreign(d, {}),
    "a key of its own under our id": lambda d: foreign(d, {"kid": d.keys()["keys"][0]["kid"]}),
    "a key it brings along": lambda d: foreign(d, {"jku": "https://evil.example/jwks"}),
    "a path as key id": lambda d: foreign(d, {"kid": "../../etc/passwd"}),
    "one changed letter": lambda d: changed(d.sign(claims())),
    "five parts": lambda d: f"{d.sign(claims())}.a.b",
    "nothing": lambda d: "",
    "a very long text": lambda d: "a." * 100_000,
    "deep nesting": lambda d: f"{part(b'[' * 3000)}.{part(b'[' * 3000)}.x",
}


def keyset(published: Any) -> jwk.KeySet:
    """The published keys, as another party reads them."""
    return jwk.KeySet.import_key_set(published)


def part(raw: bytes) -> str:
    """A part of a compact JWT."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unsigned(token: str) -> str:
    """The same claims with `alg: none`."""
    header = part(json.dumps({"alg": "none", "typ": "at+jwt"}).encode())
    return f"{header}.{token.split('.')[1]}."


def confused(directory: Directory) -> str:
    """The classic: HS256 with the public key as the shared secret."""
    public = directory.keys()["keys"][0]
    key = jwk.OctKey.import_key(json.dumps(public))
    header = {"alg": "HS256", "typ": "at+jwt", "kid": public["kid"]}
    return jwt.encode(header, {**claims(), "iss": ISSUER, "aud": "squad"}, key)


def foreign(directory: Directory, header: dict[str, str]) -> str:
    """Right claims, signed by somebody else."""
    key = jwk.ECKey.generate_key("P-256")
    full = {"alg": "ES256", "typ": "at+jwt", **header}
    return jwt.encode(full, {**claims(), "iss": ISSUER, "aud": "squad"}, key)


def changed(token: str) -> str:
    """Another subject under the old signature."""
    header, _, signature = token.split(".")
    body = json.dumps({**claims(sub="other"), "iss": ISSUER, "aud": "squad"}).encode()
    return f"{header}.{part(body)}.{signature}"


@pytest.mark.parametrize("kind", WRONG)
async def test_refuses_a_token_with(kind: str, directory: Directory) -> None:
    """What is forged, out of time or meant for something else is Forged, never a crash."""
    token = WRONG[kind](directory)

    with pytest.raises(Forged):
        directory.verify(token)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(head=st.binary(max_size=60), body=st.text(max_size=60), cut=st.integers(0, 300))
async def test_refuses_noise(head: bytes, body: str, cut: int, directory: Directory) -> None:
    """No text, and no piece of a good token with noise around it, makes it fail otherwise."""
    good = directory.sign(claims())

    for token in (body, f"{part(head)}.{body}.{body}", good[:cut] + body + good[cut + 1 :]):
        if token != good:
            with pytest.raises(Forged):
                directory.verify(token)


async def test_refuses_tokens_of_another_issuer(opener: Openers, clock: Frozen) -> None:
    """The same keys under another name are another directory."""
    one, other = await opener(clock), await opener(clock, "https://other.example")

    with pytest.raises(Forged):
        one.verify(other.sign(claims()))


async def test_opens_again_with_what_it_knew(opener: Openers, clock: Frozen) -> None:
    """Accounts, passwords and keys are there for the next process; so is who was ended."""
    first = await opener(clock)
    await first.enroll(ANNA, "correct horse")
    await first.disable(BEN.id)
    token, ended = first.sign(claims()), first.sign(claims(sub=BEN.id))

    second = await opener(clock)

    assert await second.authenticate(ANNA.mail, "correct horse") == ANNA
    assert second.verify(token).subject == ANNA.id
    with pytest.raises(Forged):
        second.verify(ended)


async def test_lets_tokens_die_with_their_sign_in(directory: Directory, clock: Frozen) -> None:
    """Within 60 s of its end, an account's tokens are refused, those seen before as well."""
    await directory.enroll(ANNA, "correct horse")
    token, unseen = directory.sign(claims()), directory.sign(claims(jti="other"))
    directory.verify(token)

    await directory.disable(ANNA.id)
    clock.advance(60)

    for dead in (token, unseen):
        with pytest.raises(Forged):
            directory.verify(dead)
    await directory.enroll(ANNA, None)
    assert directory.verify(token).subject == ANNA.id


async def test_publishes_public_keys_only(directory: Directory) -> None:
    """The JWKS names its keys and verifies a token in another library's hands; no `d` is in it."""
    published = directory.keys()

    token = jwt.decode(directory.sign(claims()), keyset(published), algorithms=["ES256"])

    assert (token.claims["iss"], token.claims["aud"]) == (ISSUER, "squad")
    assert all({"kid", "crv", "x", "y"} <= set(key) and "d" not in key for key in published["keys"])


async def test_keeps_the_audience_of_an_id_token(directory: Directory) -> None:
    """An id token is for the client, not for us."""
    token = directory.sign(claims(aud="squad-web"), kind="JWT")

    seen = jwt.decode(token, keyset(directory.keys()), algorithms=["ES256"])

    assert (seen.claims["aud"], seen.claims["iss"]) == ("squad-web", ISSUER)
    assert seen.header["typ"] == "JWT"


async def test_verifies_a_token_seen_before_in_microseconds(opener: Openers) -> None:
    """A token seen before costs 3 µs; the bound here is loose, for a machine that is shared."""
    directory = await opener(SystemClock())
    await directory.disable(BEN.id)
    token = directory.sign(claims(exp=int(time.time()) + 900))
    directory.verify(token)

    def batch() -> float:
        began = time.thread_time()
        for _ in range(2000):
            directory.verify(token)
        return (time.thread_time() - began) / 2000

    quickest = min(batch() for _ in range(5))

    assert quickest < 9e-6


# Keys of the local directory


@pytest.fixture
async def pair(tmp_path: Path, clock: Frozen) -> AsyncIterator[tuple[LocalDirectory, ...]]:
    """Two processes' views of one folder: the first signs, the second only verifies."""
    url = f"local:{tmp_path}/d.db?issuer={ISSUER}"
    opened = (await local.open(url, clock), await local.open(url, clock))
    yield opened
    for directory in opened:
        await directory.close()


async def test_keeps_keys_for_the_owner_alone(
    pair: tuple[LocalDirectory, ...], tmp_path: Path
) -> None:
    """Key files, and the file with the hashes, are readable by the owner only."""
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert modes == {0o600}
    assert len(list(tmp_path.glob("d-key-*.json"))) == 1


async def test_verifies_with_a_key_that_another_process_made(
    pair: tuple[LocalDirectory, ...], clock: Frozen
) -> None:
    """After a rotation the newest key signs, the older verifies, and others learn the new one."""
    signer, verifier = pair
    old = signer.sign(claims())

    kid = signer.rotate()
    new = signer.sign(claims())

    assert jwt.decode(new, keyset(signer.keys())).header["kid"] == kid
    assert verifier.verify(new) == verifier.verify(old) == signer.verify(old)


async def test_looks_for_unknown_keys_once_a_second(
    pair: tuple[LocalDirectory, ...], clock: Frozen
) -> None:
    """Forged key ids do not make it read the folder all the time."""
    signer, verifier = pair
    with pytest.raises(Forged):
        verifier.verify(foreign(verifier, {"kid": "unknown"}))
    signer.rotate()
    token = signer.sign(claims())

    with pytest.raises(Forged):
        verifier.verify(token)
    clock.advance(1)

    assert verifier.verify(token).subject == ANNA.id


async def test_drops_keys_long_superseded(
    pair: tuple[LocalDirectory, ...], clock: Frozen, tmp_path: Path
) -> None:
    """A key verifies for a day after the next one was made; then its file goes."""
    signer, _ = pair
    signer.rotate()
    clock.advance(86_401)

    signer.rotate()

    assert len(signer.keys()["keys"]) == len(list(tmp_path.glob("d-key-*.json"))) == 2


async def test_rotates_a_key_of_90_days_when_it_opens(tmp_path: Path, clock: Frozen) -> None:
    """Nobody has to think of it."""
    url = f"local:{tmp_path}/d.db?issuer={ISSUER}"
    before = await local.open(url, clock)
    clock.advance(91 * 86_400)

    after = await local.open(url, clock)

    assert len(after.keys()["keys"]) == 2
    assert after.keys()["keys"][0] != before.keys()["keys"][0]
    await before.close()
    await after.close()


async def test_needs_an_issuer(tmp_path: Path, clock: Frozen) -> None:
    """Without `?issuer=` tokens could not say who made them."""
    with pytest.raises(ValueError, match="issuer"):
        await local.open(f"local:{tmp_path}/d.db", clock)
