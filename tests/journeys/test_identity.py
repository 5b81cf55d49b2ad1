"""Journeys through identity: people, hours, catalogue; each command is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.house import BASE, PASSWORD, House, draft, etag, id_of

from squad.adapters.clock.frozen import Frozen
from squad.contracts.people import (
    UserCreated,
    UserDeactivated,
    UserErased,
    UserUpdated,
)
from squad.kernel.ids import derive, uuid7
from squad.ports.database import Statement
from squad.ports.directory import Account
from squad.ports.unit import Cause

OFFICE = {"weekly": [{"days": ["mon", "tue", "wed"], "start": "08:00", "end": "17:00"}]}


@pytest.fixture
async def house(tmp_path: Path, clock: Frozen) -> AsyncIterator[House]:
    """Identity with one person per role."""
    opened = await House.open(tmp_path, clock)
    yield opened
    await opened.close()


async def test_adds_a_person_and_tells_it_once(house: House) -> None:
    """The desk adds a customer; the answer has the whole record and its version."""
    before, body = len(await house.letters()), draft(language="fr")

    person = await house.does("receptionist", "POST", "/people", body)

    assert (person["id"], person["version"], person["language"]) == (body["id"], 1, "fr")
    assert person["contact"] == body["contact"]
    [event] = await house.told(UserCreated, since=before)
    assert event.person.contact.name == "Zoé Ouellet"
    assert await house.get("administrator", f"/people/{body['id']}") == person


async def test_keeps_personal_fields_apart(house: House) -> None:
    """What is kept beside the sealed fields has neither name nor mail nor phone."""
    await house.does("receptionist", "POST", "/people", draft())

    rows = await house.database.fetch("select facts from people")

    assert not any(word in row[0] for row in rows for word in (b"Ouellet", b"555", b"@"))


@pytest.mark.parametrize(
    ("user", "body", "status"),
    [
        ("customer", draft(), 403),
        ("consultant", draft(), 403),
        ("", draft(), 401),
        ("receptionist", draft(roles=["administrator"]), 403),
        ("receptionist", draft(roles=["customer", "manager"]), 403),
        ("administrator", draft(is_admin=True), 422),
        ("administrator", draft(version=9), 422),
        ("administrator", draft(password="correct horse battery"), 422),
        ("administrator", draft(skills={"nope": 1}), 422),
        ("administrator", draft(organisation=uuid7()), 422),
        ("administrator", draft(zone="Mars/Olympus"), 422),
        ("administrator", draft(id="0" * 8 + "-0000-0000-0000-" + "0" * 12), 422),
        ("administrator", draft(id=uuid7() + "\n"), 422),
        ("administrator", draft(contact={"name": "a\x00b"}), 422),
        ("administrator", draft(contact={"mail": "CUSTOMER@demo.example"}), 409),
        ("administrator", draft(id=id_of("customer")), 409),
    ],
)
async def test_refuses_to_add(house: House, user: str, body: dict[str, Any], status: int) -> None:
    """A clear problem, nothing kept, nothing told."""
    before = await house.letters()

    answer = await house.send(user, "POST", "/people", body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await house.letters() == before
    found = await house.directory.find("zoe@shop.example")
    assert found is None or status == 409


async def test_refuses_the_same_key_for_another_body(house: House) -> None:
    """A key stands for one body, and an id for one person."""
    body, key = draft(), {"Idempotency-Key": uuid7()}
    await house.ask("administrator", "POST", "/people", json=body, headers=key)
    other = {**body, "language": "fr"}

    reused = await house.ask("administrator", "POST", "/people", json=other, headers=key)
    taken = await house.ask("administrator", "POST", "/people", json=other)

    assert (reused.status_code, taken.status_code) == (422, 409)
    assert reused.json()["type"] == "/api/problems/key-reused"


async def test_gives_a_mail_to_one_of_many_who_ask_at_once(house: House) -> None:
    """Twenty people with one mail at the same moment: one gets it, and can sign in."""
    bodies = [draft() for _ in range(20)]

    answers = await asyncio.gather(
        *(house.ask("administrator", "POST", "/people", json=body) for body in bodies)
    )

    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] + [409] * 19
    [winner] = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    account = await house.directory.find("zoe@shop.example")
    assert account is not None
    assert account.id == winner


async def test_changes_a_person_on_the_version_it_saw(house: House) -> None:
    """A change on an older version is refused; a change on the present one is told."""
    path, before = f"/people/{id_of('consultant')}", len(await house.letters())

    changed = await house.does(
        "administrator", "PATCH", path,
        {"skills": {"pos": 4}, "territories": ["US-IL"], "contact": {"phone": "1"}}, **etag(1),
    )  # fmt: skip
    stale = await house.send("administrator", "PATCH", path, {"capacity": 1}, **etag(1))

    assert (changed["version"], changed["skills"], stale.status_code) == (2, {"pos": 4}, 412)
    [event] = await house.told(UserUpdated, since=before)
    assert (event.person.version, event.person.contact.mail) == (2, "consultant@demo.example")
    answer = await house.ask("administrator", "GET", path)
    assert answer.headers["etag"] == '"2"'


async def test_counts_every_one_of_many_changes_at_once(house: House) -> None:
    """Concurrent changes of one person all succeed, with a version each."""
    path = f"/people/{id_of('consultant')}"

    answers = await asyncio.gather(
        *(
            house.ask("administrator", "PATCH", path, json={"capacity": n}, headers={})
            for n in range(12)
        )
    )

    assert [answer.status_code for answer in answers] == [200] * 12
    versions = sorted(answer.json()["version"] for answer in answers)
    assert versions == list(range(2, 14))


async def test_moves_a_sign_in_with_the_mail(house: House) -> None:
    """The new mail signs in, the old one is free; a late repeat does not move it back."""
    path, key = f"/people/{id_of('customer')}", {"Idempotency-Key": uuid7()}
    first = {"contact": {"mail": "one@demo.example"}}
    await house.ask("administrator", "PATCH", path, json=first, headers=key)
    await house.does("administrator", "PATCH", path, {"contact": {"mail": "two@demo.example"}})

    late = await house.ask("administrator", "PATCH", path, json=first, headers=key)

    assert (late.status_code, late.json()["version"]) == (200, 2)
    assert await house.directory.find("one@demo.example") is None
    assert await house.directory.find("two@demo.example") is not None


async def test_lets_people_change_little_of_themself(house: House) -> None:
    """Language and phone are one's own; roles are not, and others are not to be known."""
    own = f"/people/{id_of('customer')}"

    changed = await house.does("customer", "PATCH", own, {"language": "es"})
    role = await house.send("customer", "PATCH", own, {"roles": ["administrator"]})
    other = await house.send("customer", "PATCH", f"/people/{id_of('store')}", {"language": "es"})
    nobody = await house.send("customer", "PATCH", f"/people/{uuid7()}", {"language": "es"})

    assert changed["language"] == "es"
    assert (role.status_code, other.status_code, nobody.status_code) == (403, 404, 404)
    assert other.json()["detail"] == nobody.json()["detail"]
    assert (await house.get("customer", "/me"))["language"] == "es"


READS = ("receptionist", "dispatcher", "manager", "administrator", "auditor")


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("GET", "/me", None),
        ("GET", "/people", READS),
        ("GET", f"/people/{id_of('customer')}", READS),
        ("GET", "/organisations", READS),
        ("GET", "/stores", READS),
        ("GET", "/skills", None),
        ("GET", "/territories", None),
        ("POST", "/skills", ("administrator",)),
        ("POST", f"/people/{id_of('customer')}/deactivate", ("administrator",)),
        ("POST", f"/people/{id_of('customer')}/erase", ("administrator",)),
        ("GET", "/shifts?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z",
         ("consultant", "dispatcher", "manager", "administrator", "auditor")),
        ("PUT", f"/people/{id_of('consultant')}/schedule",
         ("dispatcher", "manager", "administrator")),
    ],
)  # fmt: skip
async def test_denies_by_default(
    house: House, method: str, path: str, roles: tuple[str, ...] | None
) -> None:
    """Every role at every kind of route: allowed, or 403; without a token 401."""
    everybody = (*READS, "customer", "store", "consultant")
    allowed = everybody if roles is None else roles

    for user in everybody:
        if method == "POST" and user in allowed:
            continue  # what it does is tested elsewhere
        answer = await house.ask(user, method, path, json={} if method == "PUT" else None)
        assert (answer.status_code == 403) is (user not in allowed), (user, answer.text)
    assert (await house.ask("", method, path)).status_code == 401


async def test_store_staff_read_their_own_store(house: House) -> None:
    """The store of one's account; another's is as if it were not there; others are denied."""
    ids = [derive("store", name) for name in ("mine", "other")]
    for id in ids:
        await house.send("administrator", "POST", "/stores", {"id": id, "name": f"Store {id}"})
    await house.person("store", "clerk", store=ids[0])

    own, other, nobody, customer = [
        (await house.ask(user, "GET", f"/stores/{id}")).status_code
        for user, id in (
            ("clerk", ids[0]),
            ("clerk", ids[1]),
            ("store", ids[0]),
            ("customer", ids[0]),
        )
    ]

    assert (own, other, nobody, customer) == (200, 404, 404, 403)


async def test_pages_people_by_role_and_place(house: House) -> None:
    """Filters combine; pages never overlap and follow the Link; counts stay hidden."""
    for n in range(7):
        await house.person(
            "consultant", f"c{n}", territories=("US-IL",) if n % 2 else ("US-IL", "CA-QC")
        )

    seen: list[str] = []
    link = "/people?role=consultant&territory=US-IL&limit=3"
    while link:
        answer = await house.ask("manager", "GET", link)
        seen += [item["id"] for item in answer.json()["items"]]
        link = answer.links.get("next", {}).get("url", "").removeprefix(BASE)
    both = await house.get("manager", "/people?role=consultant&territory=CA-QC&limit=200")
    none = await house.get("manager", "/people?role=store&territory=CA-QC")

    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 7
    assert (len(both["items"]), none) == (4, {"items": [], "next": None})


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1000000000", "cursor=zzz", "cursor=W10", "role=king", "x=1"]
)
async def test_refuses_odd_lists(house: House, query: str) -> None:
    """Bounds and cursors are checked."""
    answer = await house.ask("manager", "GET", f"/people?{query}")

    assert answer.status_code == 422


async def test_ends_and_opens_a_person(house: House, clock: Frozen) -> None:
    """Deactivation is told, kills tokens within a minute, and is undone by activation."""
    path, before = f"/people/{id_of('customer')}", len(await house.letters())
    assert (await house.get("customer", "/me"))["active"]

    ended = await house.does("administrator", "POST", f"{path}/deactivate")
    again = await house.does("administrator", "POST", f"{path}/deactivate")
    clock.advance(60)
    refused = await house.ask("customer", "GET", "/me")
    opened = await house.does("administrator", "POST", f"{path}/activate")

    assert (ended["active"], ended["version"], again["version"]) == (False, 2, 2)
    assert refused.status_code == 401
    assert (opened["active"], opened["version"]) == (True, 3)
    events = await house.told(UserDeactivated, UserUpdated, since=before)
    assert [(type(e), e.person.version) for e in events] == [(UserDeactivated, 2), (UserUpdated, 3)]
    assert (await house.get("customer", "/me"))["active"]


async def test_does_not_end_a_person_by_a_late_repeat(house: House) -> None:
    """A repeat of an old command changes nothing, even where the first changed nothing."""
    path, key = f"/people/{id_of('customer')}", {"Idempotency-Key": uuid7()}
    await house.does("administrator", "POST", f"{path}/deactivate")
    await house.ask("administrator", "POST", f"{path}/deactivate", json={}, headers=key)
    await house.does("administrator", "POST", f"{path}/activate")

    late = await house.ask("administrator", "POST", f"{path}/deactivate", json={}, headers=key)

    assert late.status_code == 200
    assert (await house.get("administrator", path))["active"]


@pytest.mark.parametrize(
    ("method", "step", "body"),
    [
        ("POST", "/deactivate", {}),
        ("POST", "/erase", {}),
        ("PATCH", "", {"roles": ["manager"]}),
    ],
)
async def test_keeps_the_last_administrator(
    house: House, method: str, step: str, body: dict[str, Any]
) -> None:
    """The last one can neither go nor be demoted; with a second one, either may."""
    path = f"/people/{id_of('administrator')}{step}"

    refused = await house.send("administrator", method, path, body)
    await house.person("administrator", "deputy")
    allowed = await house.send("deputy", method, path, body)

    assert (refused.status_code, allowed.status_code) == (409, 200)


async def test_keeps_one_of_two_administrators_who_end_each_other(house: House) -> None:
    """At the same moment: one wins, one stays."""
    await house.person("administrator", "deputy")
    one, other = id_of("administrator"), id_of("deputy")

    answers = await asyncio.gather(
        house.ask("administrator", "POST", f"/people/{other}/deactivate", json={}),
        house.ask("deputy", "POST", f"/people/{one}/deactivate", json={}),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_erases_a_person_everywhere(house: House, clock: Frozen) -> None:
    """Fields, sign-in, hours and tokens go, the others are told, the mail is free again."""
    path = f"/people/{id_of('consultant')}"
    await house.does("manager", "PUT", f"{path}/schedule", OFFICE)
    await house.get("consultant", "/me")
    before = len(await house.letters())

    gone = await house.does("administrator", "POST", f"{path}/erase")
    clock.advance(60)

    assert gone["contact"] == {"name": "", "mail": "", "phone": ""}
    assert (gone["active"], gone["version"]) == (False, 3)
    [left, erased] = await house.told(UserDeactivated, UserErased, since=before)
    assert (left.person.contact.name, erased.id) == ("", id_of("consultant"))
    assert [e.version for e, _ in (await house.letters())[before:]] == [2, 3]
    assert (await house.ask("consultant", "GET", "/me")).status_code == 401
    assert (await house.send("administrator", "POST", f"{path}/activate")).status_code == 409
    assert (await house.send("administrator", "PATCH", path, {"capacity": 1})).status_code == 409
    assert (await house.ask("manager", "GET", f"{path}/schedule")).status_code == 409
    rows = await house.database.fetch("select * from people where id = ?", (id_of("consultant"),))
    assert b"demo.example" not in b"".join(v for v in rows[0] if isinstance(v, bytes))
    reborn = draft(contact={"mail": "consultant@demo.example"})
    await house.does("administrator", "POST", "/people", reborn)


async def test_sets_a_password(house: House) -> None:
    """One's own with the current one; an administrator anybody's; nobody else."""
    path, mail = f"/people/{id_of('customer')}/password", "customer@demo.example"
    await house.directory.enroll(Account(id_of("customer"), mail, True), PASSWORD)

    async def put(user: str, **body: str) -> int:
        return (await house.ask(user, "PUT", path, json=body)).status_code

    assert await put("customer", password="new password 1", current="wrong") == 422
    assert await put("customer", password="short", current=PASSWORD) == 422
    assert await put("customer", password="new password 1", current=PASSWORD) == 204
    assert await put("store", password="new password 2") == 404
    assert await put("manager", password="new password 2") == 404
    assert await put("administrator", password="new password 3") == 204
    assert await house.directory.authenticate(mail, "new password 1") is None
    assert await house.directory.authenticate(mail, "new password 3") is not None
    rows = await house.database.fetch("select fingerprint, answer from inbox")
    assert not any(b"password" in answer for _, answer in rows)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("zoe", ["find-1"]), ("ZOË mun", ["find-1"]), ("muñ", ["find-1", "find-2"]),
        ("munoz zoe", ["find-1"]), ("zoe zack", []), ("oe", []),
        ("find-2@demo", ["find-2"]), ("+1 (312) 555-0142", ["find-1"]), ("0142", ["find-1"]),
        ("312 555 0143", ["find-2"]), ("%%", None), ("9", None), ("z", None), ("' or 1=1", []),
    ],
)  # fmt: skip
async def test_finds_people_as_a_caller_says_them(
    house: House, asked: str, found: list[str] | None
) -> None:
    """By begins of names in any order, case and accents aside, by mail, by the last digits."""
    for name, called, phone in (
        ("find-1", "Zoë Muñoz", "+1 312 555 0142"), ("find-2", "Ana Muñoz-Ng", "(312) 555.0143"),
    ):  # fmt: skip
        person = await house.person("customer", name)
        contact = {"name": called, "phone": phone}
        await house.does("receptionist", "PATCH", f"/people/{person.id}", {"contact": contact})

    answer = await house.ask("receptionist", "GET", "/people", params={"q": asked})

    if found is None:
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "query.q")
        return
    assert {one["id"] for one in answer.json()["items"]} == {id_of(name) for name in found}


async def test_finds_nobody_who_was_erased_and_everybody_from_before(house: House) -> None:
    """Erasure takes the words too; who was there before the words were kept is found as well."""
    await house.database.commit(
        Cause(""), [Statement("delete from handles", ()),
                    Statement("update guards set version = 0 where name = 'handles'", ())], [], b""
    )  # fmt: skip
    before = await house.get("receptionist", "/people?q=customer@demo.example")
    for _ in range(2):
        await house.identity.upkeep.index()
    after = await house.get("receptionist", "/people?q=customer@demo.example&role=customer")

    assert (before["items"], [one["id"] for one in after["items"]]) == ([], [id_of("customer")])
    other = await house.get("receptionist", "/people?q=customer@demo.example&role=store")
    await house.does("administrator", "POST", f"/people/{id_of('customer')}/erase")
    gone = await house.get("receptionist", "/people?q=customer@demo.example")
    assert other["items"] == gone["items"] == []
