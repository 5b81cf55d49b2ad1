"""Engagement over HTTP: one's own inbox and preferences, surveys by link, results for managers."""

import asyncio
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.unit.engagement.conftest import ANA, BOB, MAX, TICKET, Desk, assigned, closed

from squad.adapters.clock.frozen import Frozen
from squad.contracts.engagement import SurveyAnswered
from squad.kernel.ids import derive
from squad.services.engagement import model

HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
DAYS = 86_400.0  # s


async def told(desk: Desk, count: int) -> list[str]:
    """Ana's notifications of so many tickets; their ids, newest first."""
    await desk.know(ANA)
    for number in range(count):
        desk.clock.advance(1)
        await desk.hear(
            assigned(desk.clock, ticket=derive("t", str(number)), reference=f"R{number}")
        )
    return [item["id"] for item in (await desk.inbox(ANA, "?limit=200"))["items"]]


async def link(desk: Desk, **changes: Any) -> str:
    """The path of Ana's survey."""
    await desk.know(ANA, **changes)
    await desk.hear(closed())
    (note,) = (await desk.inbox(ANA))["items"]
    path: str = note["link"]
    return path


async def test_lists_notifications_newest_first(desk: Desk, clock: Frozen) -> None:
    """With title, text, link and moment, in words; only one's own."""
    await desk.know(ANA)
    await desk.know(BOB, "consultant", name="Robert Tremblay")
    await desk.hear(assigned(clock))

    page = await desk.inbox(ANA)

    (note,) = page["items"]
    assert (page["next"], page["unread"]) == (None, 1)
    assert {k: v for k, v in note.items() if k not in ("id", "text")} == {
        "kind": "assigned",
        "ticket": TICKET,
        "at": "2026-03-02T17:00:00Z",
        "title": "Your ticket 7K2M-9QXD has a consultant",
        "link": f"/tickets/{TICKET}",
        "read": False,
    }
    assert note["text"].startswith("Robert will take care of your ticket 7K2M-9QXD. Expected")
    assert (await desk.inbox(MAX))["items"] == []


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
async def test_pages_without_a_gap_or_a_repeat(desk: Desk, limit: int) -> None:
    """The Link header and `next` lead through all of them, read or unread."""
    ids = await told(desk, 10)
    for id in ids[::2]:
        await desk.ask(ANA, "POST", f"/notifications/{id}/read")

    async def walk(query: str) -> list[str]:
        found, path = list[str](), f"/notifications?limit={limit}{query}"
        while path:
            answer = await desk.ask(ANA, "GET", path)
            assert answer.status_code == 200, answer.text
            found += [item["id"] for item in answer.json()["items"]]
            path = (answer.links["next"]["url"] if "next" in answer.links else "").removeprefix(
                "/api/engagement"
            )
            assert bool(path) == (answer.json()["next"] is not None)
        return found

    assert await walk("") == ids
    assert await walk("&unread=true") == ids[1::2]


async def test_marks_as_read(desk: Desk) -> None:
    """One, or all that are there; what comes afterwards is unread."""
    ids = await told(desk, 3)

    first = await desk.ask(ANA, "POST", f"/notifications/{ids[0]}/read")
    again = await desk.ask(ANA, "POST", f"/notifications/{ids[0]}/read")
    one = (await desk.inbox(ANA))["unread"]
    everything = await desk.ask(ANA, "POST", "/notifications/read-all")
    none = (await desk.inbox(ANA, "?unread=true"), (await desk.inbox(ANA))["unread"])
    desk.clock.advance(1)
    await desk.hear(closed())
    page = await desk.inbox(ANA, "?unread=true")

    assert (first.status_code, everything.status_code) == (200, 200)
    assert first.json() == again.json() == {"id": ids[0], "read_at": "2026-03-02T17:00:03Z"}
    assert one == 2
    assert (none[0]["items"], none[1]) == ([], 0)
    assert ([item["kind"] for item in page["items"]], page["unread"]) == (["survey"], 1)
    assert [item["read"] for item in (await desk.inbox(ANA))["items"]] == [False, True, True, True]


async def test_counts_unread_up_to_a_hundred(desk: Desk) -> None:
    """The badge need not be exact beyond."""
    await told(desk, 105)

    page = await desk.inbox(ANA, "?limit=1")

    assert (page["unread"], len(page["items"])) == (100, 1)


async def test_lets_nobody_read_anothers(desk: Desk) -> None:
    """Another person's notification is not there, like one that never was."""
    (id,) = await told(desk, 1)

    foreign = await desk.ask(BOB, "POST", f"/notifications/{id}/read")
    unknown = await desk.ask(ANA, "POST", "/notifications/nothing/read")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.json()["detail"] == unknown.json()["detail"]
    assert (await desk.inbox(ANA))["unread"] == 1


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=%25", "cursor=WzFd", "unread=2", "other=1"]
)
async def test_refuses_a_query_that_is_wrong(desk: Desk, query: str) -> None:
    """422 that names the parameter."""
    answer = await desk.ask(ANA, "GET", f"/notifications?{query}")

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"] == f"query.{query.split('=')[0]}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/notifications"),
        ("POST", "/notifications/x/read"),
        ("POST", "/notifications/read-all"),
        ("GET", "/preferences"),
        ("PUT", "/preferences"),
        ("GET", "/surveys"),
    ],
)
async def test_needs_somebody(desk: Desk, method: str, path: str) -> None:
    """Without a person nothing but a survey's link opens."""
    answer = await desk.ask("", method, path)

    assert answer.status_code in (401, 403)


async def test_keeps_preferences(desk: Desk) -> None:
    """Everything is wanted at first; what is put is what is shown, with an ETag that guards."""
    before = await desk.ask(ANA, "GET", "/preferences")
    choice = {"mail": {"closed": False}, "quiet": {"start": "21:30", "end": "07:00"}}

    first = await desk.ask(
        ANA, "PUT", "/preferences", json=choice, headers={"if-match": before.headers["etag"]}
    )
    stale = await desk.ask(
        ANA, "PUT", "/preferences", json={}, headers={"if-match": before.headers["etag"]}
    )

    shown = await desk.ask(ANA, "GET", "/preferences")
    wanted = dict.fromkeys(model.KINDS, True)
    others = {
        "push": wanted, "sms": dict.fromkeys(model.KINDS, False), "channels": ["inbox", "mail"],
    }  # fmt: skip
    assert before.json() == {
        "inbox": wanted, "mail": wanted, "quiet": None, "version": 0, **others,
    }  # fmt: skip
    assert first.json() == shown.json()
    assert first.json() == {
        "inbox": wanted,
        "mail": {**wanted, "closed": False},
        "quiet": choice["quiet"],
        "version": 1,
        **others,
    }
    assert (stale.status_code, shown.headers["etag"]) == (412, '"1"')
    back = await desk.ask(ANA, "PUT", "/preferences", json={})
    assert back.json() == {**before.json(), "version": 2}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"mail": {"spam": True}}, "/mail"),
        ({"mail": {"closed": "yes"}}, "/mail"),
        ({"fax": {}}, "/fax"),
        ({"quiet": {"start": "25:00", "end": "07:00"}}, "/quiet/start"),
        ({"quiet": {"start": "7:00", "end": "08:00"}}, "/quiet/start"),
        ({"quiet": {"start": "07:00"}}, "/quiet/end"),
        ({"quiet": {"start": "07:00", "end": "07:00"}}, "/quiet/end"),
        ({"quiet": "always"}, "/quiet"),
        ({"version": 3}, "/version"),
    ],
)
async def test_refuses_preferences_that_make_no_sense(desk: Desk, body: Any, path: str) -> None:
    """422 with the field, and nothing is kept."""
    answer = await desk.ask(ANA, "PUT", "/preferences", json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["path"].startswith(path)
    assert (await desk.ask(ANA, "GET", "/preferences")).json()["version"] == 0


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "How did we do?"), ("fr", "Votre avis"), ("es", "¿Qué tal lo hicimos?")],
)
async def test_asks_in_the_persons_language(desk: Desk, language: str, title: str) -> None:
    """Two questions, and nothing about anybody but the reference."""
    path = await link(desk, language=language)

    answer = await desk.http.get(path)

    asked = answer.json()
    assert asked["title"] == title
    assert [(q["name"], q["required"], len(q["labels"])) for q in asked["questions"]] == [
        ("rating", True, 5), ("comment", False, 0),
    ]  # fmt: skip
    assert (asked["reference"], asked["answered"]) == ("7K2M-9QXD", False)
    assert asked["until"] == "2026-04-01T17:00:00Z"
    assert not any(word in answer.text for word in (ANA, BOB, TICKET, "evil"))


async def test_takes_one_answer(desk: Desk) -> None:
    """The same again is confirmed again, whatever its key; another one is a conflict."""
    path = await link(desk)
    given = {"rating": 4, "comment": "Quick!"}

    first = await desk.http.post(path, json=given, headers={"idempotency-key": "k1"})
    same = await desk.http.post(path, json=given, headers={"idempotency-key": "k1"})
    fresh = await desk.http.post(path, json=given)
    reused = await desk.http.post(path, json={"rating": 1}, headers={"idempotency-key": "k1"})
    other = await desk.http.post(path, json={"rating": 4, "comment": "Slow!"})

    assert first.json() == {
        "reference": "7K2M-9QXD", "rating": 4, "answered_at": "2026-03-02T17:00:00Z",
    }  # fmt: skip
    assert (first.status_code, same.json(), fresh.json()) == (200, first.json(), first.json())
    assert (reused.status_code, other.status_code) == (422, 409)
    assert [e for e in await desk.letters() if isinstance(e, SurveyAnswered)] == [
        SurveyAnswered(ticket=TICKET, consultant=BOB, rating=4, comment="Quick!")
    ]


async def test_counts_one_of_many_answers_at_once(desk: Desk) -> None:
    """Fifty different answers at the same moment: one is taken, the others are conflicts."""
    path = await link(desk)

    answers = await asyncio.gather(
        *(desk.http.post(path, json={"rating": 1 + n % 5, "comment": str(n)}) for n in range(50))
    )

    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(409)) == (1, 49)
    results = (await desk.ask(MAX, "GET", "/surveys", role="manager")).json()
    assert sum(results["ratings"]) == len(results["items"]) == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": 4.5}, "/rating"),
        ({"rating": "5"}, "/rating"),
        ({"rating": True}, "/rating"),
        ({"comment": "x"}, "/rating"),
        ({"rating": 5, "comment": "x" * 2001}, "/comment"),
        ({"rating": 5, "comment": None}, "/comment"),
        ({"rating": 5, "consultant": BOB}, "/consultant"),
    ],
)
async def test_refuses_an_answer_that_is_wrong(desk: Desk, body: Any, where: str) -> None:
    """422 with the field, and the survey stays open."""
    path = await link(desk)

    answer = await desk.http.post(path, json=body)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, where)
    assert (await desk.http.get(path)).json()["answered"] is False


async def test_opens_to_nothing_forged(desk: Desk) -> None:
    """A changed token, another ticket's, none: not found, to read and to answer."""
    path = await link(desk)
    base, token = path.rsplit("/", 1)
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")

    for forged in (changed, token[:-4], "x", f"{token}=", derive("other"), "%00", "%F0%9F%98%80"):
        got = await desk.http.get(f"{base}/{forged}")
        posted = await desk.http.post(f"{base}/{forged}", json={"rating": 5})
        form = await desk.http.post(f"{base}/{forged}/form", content="rating=5", headers=FORM)
        assert (got.status_code, posted.status_code, form.status_code) == (404, 404, 404)
    assert (await desk.http.get(path)).json()["answered"] is False


async def test_ends_after_thirty_days(desk: Desk) -> None:
    """The link works on the thirtieth day and not after it."""
    path = await link(desk)
    desk.clock.advance(30 * DAYS - 1)
    last = await desk.http.get(path)
    desk.clock.advance(1)

    gone = [await desk.http.get(path), await desk.http.post(path, json={"rating": 5})]

    assert (last.status_code, [answer.status_code for answer in gone]) == (200, [404, 404])


class _Page(HTMLParser):
    """What a browser and a screen reader find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each such element."""
        return [attributes for name, attributes in self.tags if name == tag]


async def test_shows_browsers_a_page_that_everybody_can_use(desk: Desk) -> None:
    """Language, title, legend and labels for all inputs; no script; kept out of caches."""
    path = await link(desk, language="fr")

    answer = await desk.http.get(path, headers=HTML)

    page = _Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.all("html") == [{"lang": "fr-CA"}]
    assert [len(page.all(tag)) for tag in ("title", "h1", "legend", "main")] == [1, 1, 1, 1]
    radios = [i for i in page.all("input") if i["type"] == "radio"]
    assert sorted(str(i["value"]) for i in radios) == ["1", "2", "3", "4", "5"]
    assert len(page.all("label")) == len(radios) + 1
    assert page.all("label")[-1]["for"] == page.all("textarea")[0]["id"]
    assert page.all("form")[0]["action"] == f"{path}/form"
    assert page.all("script") == []
    assert "Votre demande 7K2M-9QXD est fermée." in page.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == (
        "no-store", "same-origin",
    )  # fmt: skip


async def test_takes_the_form_once(desk: Desk) -> None:
    """Thanks, and thanks again when it is sent again; another answer says that one came."""
    path = await link(desk)
    sent = {"rating": "5", "comment": "Great\r\nwork "}

    first = await desk.http.post(f"{path}/form", data=sent)
    again = await desk.http.post(f"{path}/form", data=sent)
    other = await desk.http.post(f"{path}/form", data={"rating": "1"})
    page = await desk.http.get(path, headers=HTML)

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert "Thank you. Your answer has arrived." in first.text
    assert "answered already" in other.text
    assert "answered already" in page.text
    assert "<form" not in page.text
    (event,) = [e for e in await desk.letters() if isinstance(e, SurveyAnswered)]
    assert (event.rating, event.comment) == (5, "Great\nwork")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("comment=%3Cscript%3Ealert(1)%3C/script%3E%24title", "choose one of the five"),
        ("rating=6", "choose one of the five"),
        ("rating=%F0%9D%9F%93", "choose one of the five"),
        ("", "choose one of the five"),
        ("rating=5&comment=" + "%C3%A9" * 2001, "longer than 2,000"),
    ],
)
async def test_shows_the_form_again_with_what_is_wrong(desk: Desk, sent: str, said: str) -> None:
    """What was written stays, and stays text."""
    path = await link(desk)

    answer = await desk.http.post(f"{path}/form", content=sent, headers=FORM)

    page = _Page(answer.text)
    assert answer.status_code == 422
    assert said in page.text
    assert [p for p in page.all("p") if p.get("role") == "alert"]
    assert page.all("script") == []
    assert ("alert(1)" in page.text) == ("alert" in sent)
    assert (await desk.http.get(path)).json()["answered"] is False


async def test_refuses_a_form_that_is_too_large(desk: Desk) -> None:
    """It is not read to its end."""
    path = await link(desk)

    answer = await desk.http.post(f"{path}/form", content=b"x" * 100_000, headers=FORM)

    assert answer.status_code == 413


async def test_says_in_every_language_that_a_link_is_over(desk: Desk) -> None:
    """A browser gets a page; nobody knows whose link it was."""
    answer = await desk.http.get("/api/engagement/surveys/over", headers=HTML)

    assert answer.status_code == 404
    assert re.findall(r'<p lang="([\w-]+)">', answer.text) == ["en", "fr-CA", "es"]


async def test_shows_results_to_managers_only(desk: Desk) -> None:
    """Average and counts of all, the newest answers page by page; others are refused."""
    await desk.know(ANA)
    for number, rating in enumerate((5, 4, 4, 1)):
        id = derive("t", str(number))
        await desk.hear(closed(id=id, reference=f"R{number}"))
        (item, *_) = (await desk.inbox(ANA))["items"]
        desk.clock.advance(1)
        await desk.http.post(item["link"], json={"rating": rating, "comment": f"c{number}"})

    first = (await desk.ask(MAX, "GET", "/surveys?limit=3", role="manager")).json()
    rest = await desk.ask(MAX, "GET", f"/surveys?limit=3&cursor={first['next']}", role="manager")
    refused = [await desk.ask(ANA, "GET", "/surveys", role=r) for r in ("customer", "consultant")]

    assert (first["average"], first["ratings"]) == (3.5, [1, 0, 0, 2, 1])
    assert [item["reference"] for item in first["items"]] == ["R3", "R2", "R1"]
    assert first["items"][0] == {
        "ticket": derive("t", "3"), "reference": "R3", "consultant": BOB, "rating": 1,
        "comment": "c3", "answered_at": "2026-03-02T17:00:04Z",
    }  # fmt: skip
    assert [item["reference"] for item in rest.json()["items"]] == ["R0"]
    assert rest.json()["next"] is None
    assert [answer.status_code for answer in refused] == [403, 403]


async def test_shows_no_average_of_nothing(desk: Desk) -> None:
    """Before the first answer there is none."""
    answer = await desk.ask(MAX, "GET", "/surveys", role="manager")

    assert answer.json() == {"items": [], "next": None, "average": None, "ratings": [0] * 5}


async def test_lists_own_surveys(desk: Desk, clock: Frozen) -> None:
    """Open with a token that answers, then answered without one; nobody else's; gone when over."""
    await desk.know(ANA)
    await desk.hear(closed())
    [waits] = (await desk.ask(ANA, "GET", "/surveys/mine")).json()["items"]
    answer = {"rating": 4, "comment": "Fine"}

    sent = await desk.ask("", "POST", f"/surveys/{waits['token']}", json=answer)
    [done] = (await desk.ask(ANA, "GET", "/surveys/mine")).json()["items"]

    assert (sent.status_code, waits["rating"], waits["ticket"]) == (200, None, TICKET)
    assert (done["token"], done["rating"], done["comment"]) == ("", 4, "Fine")
    assert (await desk.ask(BOB, "GET", "/surveys/mine")).json() == {"items": []}
    await desk.hear(closed(id=derive("later"), requester=BOB))
    clock.advance(31 * 86_400)
    assert (await desk.ask(BOB, "GET", "/surveys/mine")).json() == {"items": []}
