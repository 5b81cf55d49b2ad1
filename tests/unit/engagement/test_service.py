"""Engagement as the others see it: events in, notifications and mails out, each once."""

import asyncio
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from tests.unit.engagement.conftest import (
    ANA,
    BOB,
    DEE,
    MAX,
    ORIGIN,
    SOON,
    STO,
    TICKET,
    Desk,
    assigned,
    closed,
    ticket,
)

from squad.adapters.clock.frozen import Frozen
from squad.contracts import tickets
from squad.contracts.engagement import NotificationFailed
from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import Contact, Person, UserDeactivated, UserErased, UserUpdated
from squad.contracts.routing import RoutingStalled, TicketUnassigned, TripInterrupted
from squad.contracts.tickets import MessageAdded
from squad.kernel.ids import derive, uuid7

HOUR = 3600.0  # s


async def people(desk: Desk, **ana: Any) -> None:
    """Ana, a customer in Chicago, and Bob, a consultant."""
    await desk.know(ANA, zone="America/Chicago", mail="ana@example.com", name="Ana Roy", **ana)
    await desk.know(BOB, "consultant", mail="bob@example.com", name="Robert Tremblay")


def to(mails: list[EmailMessage], name: str) -> list[EmailMessage]:
    """The mails to somebody."""
    return [mail for mail in mails if mail["To"] == f"{name}@example.com"]


async def test_tells_customer_and_consultant_of_an_assignment_once(
    desk: Desk, clock: Frozen
) -> None:
    """One notification per event, person and channel, although the event comes twice."""
    await people(desk)

    event = await desk.hear(assigned(clock))
    mails = await desk.send()
    clock.advance(HOUR)

    assert len(await desk.send()) == len(mails) == 2
    assert await desk.kinds(ANA) == ["assigned"]
    assert await desk.kinds(BOB) == ["assignment"]
    assert [mail["To"] for mail in to(mails, "ana") + to(mails, "bob")] == [
        "ana@example.com",
        "bob@example.com",
    ]
    assert {mail["Message-ID"].split("@")[0] for mail in mails} == {
        f"<{derive(event, person, 'mail')}" for person in (ANA, BOB)
    }


async def test_says_who_comes_and_when_in_the_customers_zone(desk: Desk, clock: Frozen) -> None:
    """The consultant's first name and the expected arrival; nothing that a stranger wrote."""
    await people(desk)
    await desk.hear(assigned(clock))

    (mail,) = to(await desk.send(), "ana")

    text = mail.get_content()
    assert mail["Subject"] == "Your ticket 7K2M-9QXD has a consultant"
    assert "Robert will take care of your ticket 7K2M-9QXD." in text
    assert "Expected start: Monday, March 2, 12:00 PM (CST)." in text
    assert f"{ORIGIN}/tickets/{TICKET}" in text
    assert mail["Content-Language"] == "en"
    assert TICKET in mail["References"]
    whole = mail.as_string() + str(await desk.inbox(ANA))
    assert not any(word in whole for word in ("evil", "Tremblay", "bob@", "script", "Ana"))


async def test_tells_the_consultant_what_and_until_when(desk: Desk, clock: Frozen) -> None:
    """Reference, priority, expected start and the time to answer."""
    await people(desk)
    await desk.hear(assigned(clock, priority=1))

    (mail,) = to(await desk.send(), "bob")

    text = mail.get_content()
    assert "Ticket 7K2M-9QXD, priority 1, is offered to you." in text
    assert "Expected start: Monday, March 2, 6:00 PM (UTC)." in text
    assert "Please answer by Monday, March 2, 5:10 PM (UTC)." in text
    assert "evil" not in mail.as_string()


@pytest.mark.parametrize(
    ("language", "code", "subject", "moment"),
    [
        ("fr", "fr-CA", "Votre demande 7K2M-9QXD est attribuée", "lundi 2 mars, 12 h 00 (CST)"),
        ("es", "es", "Su solicitud 7K2M-9QXD ya tiene consultor",
         "lunes 2 de marzo, 12:00 p. m. (CST)"),
    ],
)  # fmt: skip
async def test_speaks_the_persons_language(
    desk: Desk, clock: Frozen, language: Any, code: str, subject: str, moment: str
) -> None:
    """Mail and inbox are in the person's language, as it is when they are read."""
    await people(desk)
    await desk.hear(assigned(clock))
    contact = Contact(name="Ana Roy", mail="ana@example.com")
    changed = Person(
        id=ANA, version=2, roles=("customer",), contact=contact, language=language,
        zone="America/Chicago",
    )  # fmt: skip
    await desk.hear(UserUpdated(person=changed))

    (mail,) = to(await desk.send(), "ana")
    (note,) = (await desk.inbox(ANA))["items"]

    assert (mail["Content-Language"], mail["Subject"]) == (code, subject)
    assert moment in mail.get_content()
    assert (note["title"], moment in note["text"]) == (subject, True)


async def test_loses_nothing_that_comes_before_its_person(desk: Desk, clock: Frozen) -> None:
    """Events come in any order: the notification is there at once, the mail when the address is."""
    await desk.hear(assigned(clock))
    early = await desk.send()
    inbox = await desk.kinds(ANA)
    await people(desk)

    clock.advance(60)

    mails = await desk.send()
    assert (early, inbox) == ([], ["assigned"])
    assert len(mails) == 2
    assert "Robert will take care" in to(mails, "ana")[0].get_content()


async def test_tells_of_a_mail_to_somebody_who_never_appeared(desk: Desk, clock: Frozen) -> None:
    """After a day of trying it has failed, with an event per mail."""
    await desk.hear(assigned(clock, answer_by=clock.now() + timedelta(days=3)))

    for _ in range(60):
        await desk.send()
        clock.advance(HOUR / 2)

    failed = [e for e in await desk.letters() if isinstance(e, NotificationFailed)]
    assert {(e.person, e.channel, e.reason) for e in failed} == {
        (ANA, "mail", "unknown"), (BOB, "mail", "unknown"),
    }  # fmt: skip
    assert len(failed) == 2


async def test_sends_the_same_mail_again_after_a_crash(desk: Desk, clock: Frozen) -> None:
    """Sent but not marked: the next process sends it under the same id, so it stays one mail."""
    await people(desk)
    await desk.hear(assigned(clock))
    sent: list[str] = []
    real = desk.post._notifier.send

    async def die(message: Any) -> None:
        await real(message)
        sent.append(message.id)
        await asyncio.Event().wait()

    desk.post._notifier.send = die
    dying = [asyncio.ensure_future(desk.post.deliver(shard)) for shard in "0123"]
    await asyncio.sleep(0.2)
    for task in dying:
        task.cancel()
    await asyncio.gather(*dying, return_exceptions=True)

    await desk.open()
    clock.advance(60)

    assert len(sent) == 2
    assert sorted(mail["Message-ID"].split("@")[0][1:] for mail in await desk.send()) == sorted(
        sent
    )


async def test_holds_mails_over_quiet_hours(desk: Desk, clock: Frozen) -> None:
    """The inbox has it at once, the mail goes when they end; a P1 assignment passes."""
    await people(desk)
    quiet = {"quiet": {"start": "11:30", "end": "13:00"}}  # noon in New York is 11 in Chicago
    for person in (ANA, BOB):
        answer = await desk.ask(person, "PUT", "/preferences", json=quiet)
        assert answer.status_code == 200, answer.text
    clock.advance(HOUR)

    await desk.hear(assigned(clock))
    held, inbox = await desk.send(), await desk.kinds(ANA)
    clock.advance(HOUR - 1)
    early = await desk.send()
    clock.advance(1)
    mails = await desk.send()

    assert (to(held, "ana"), inbox, to(early, "ana")) == ([], ["assigned"], [])
    assert len(to(mails, "ana")) == 1


async def test_wakes_a_consultant_for_a_p1_only(desk: Desk, clock: Frozen) -> None:
    """Of two offers at night the urgent one is mailed; the other has lapsed in the morning."""
    await people(desk)
    await desk.ask(BOB, "PUT", "/preferences", json={"quiet": {"start": "16:00", "end": "20:00"}})

    await desk.hear(assigned(clock, priority=2, ticket=derive("t2"), reference="TWO"))
    await desk.hear(assigned(clock, priority=1, ticket=derive("t1"), reference="ONE"))
    night = to(await desk.send(), "bob")
    clock.advance(4 * HOUR)
    morning = to(await desk.send(), "bob")

    assert [mail["Subject"] for mail in night] == ["Ticket ONE is offered to you"]
    assert len(morning) == 1
    assert await desk.kinds(BOB) == ["assignment", "assignment"]


async def test_respects_what_people_want_to_hear(desk: Desk, clock: Frozen) -> None:
    """By kind and channel, from now on."""
    await people(desk)
    await desk.inbox(ANA)  # she is in memory now
    choice = {"inbox": {"accepted": False}, "mail": {"assigned": False}}
    await desk.ask(ANA, "PUT", "/preferences", json=choice)

    await desk.hear(assigned(clock))
    await desk.hear(tickets.TicketAccepted(ticket=ticket(status="accepted")))

    assert await desk.kinds(ANA) == ["assigned"]
    assert [m["Subject"] for m in to(await desk.send(), "ana")] == [
        "Your ticket 7K2M-9QXD was accepted"
    ]


async def test_tells_the_customer_every_step(desk: Desk) -> None:
    """Accepted, on the way, waiting for them, resolved, asked: one each; nothing of parts."""
    await people(desk)

    for event in (
        tickets.TicketAccepted(ticket=ticket(version=3)),
        tickets.TravelStarted(ticket=ticket(version=4)),
        tickets.TicketWaiting(ticket=ticket(version=5, waiting_for="parts")),
        tickets.TicketWaiting(ticket=ticket(version=6, waiting_for="customer")),
        tickets.TicketResolved(ticket=ticket(version=7)),
        closed(version=8),
    ):
        await desk.hear(event, actor=BOB)

    told = ["accepted", "travelling", "waiting", "resolved", "survey"]
    assert sorted(await desk.kinds(ANA)) == sorted(told)
    assert len(to(await desk.send(), "ana")) == len(told)
    assert await desk.kinds(BOB) == []


async def test_tells_of_messages_without_their_text(desk: Desk) -> None:
    """The other party, public ones only; the text stays in the ticket."""
    await people(desk)

    def written(author: str, visibility: Any, text: str) -> MessageAdded:
        return MessageAdded(
            id=uuid7(), ticket=ticket(), author=author, visibility=visibility, text=text
        )

    await desk.hear(written(ANA, "public", "http://evil.example"), actor=ANA)
    first = (await desk.kinds(ANA), await desk.kinds(BOB))
    await desk.hear(written(BOB, "public", "hello"), actor=BOB)
    await desk.hear(written(DEE, "internal", "secret"), actor=DEE)
    second = (await desk.kinds(ANA), await desk.kinds(BOB))
    await desk.hear(written(DEE, "public", "hello"), actor=DEE)
    third = (await desk.kinds(ANA), await desk.kinds(BOB))

    m = "message"
    assert (first, second, third) == (([], [m]), ([m], [m]), ([m, m], [m, m]))
    whole = "".join(mail.as_string() for mail in await desk.send())
    assert not any(word in whole for word in ("evil", "hello", "secret"))


async def test_tells_nobody_what_they_did_themselves(desk: Desk) -> None:
    """A customer's own cancellation is news to the consultant only."""
    await people(desk)

    await desk.hear(tickets.TicketCancelled(ticket=ticket(status="cancelled")), actor=ANA)
    await desk.hear(TicketUnassigned(ticket=TICKET, turn=1, consultant=BOB, reason="dispatcher"))

    assert await desk.kinds(ANA) == []
    assert sorted(await desk.kinds(BOB)) == ["cancelled", "withdrawn"]


@pytest.mark.parametrize(
    ("language", "turn", "later"),
    [
        ("en", "Please turn round: ticket 7K3 comes later", "Your visit for ticket 7K3 is delayed"),
        ("fr", "Veuillez faire demi-tour", "Votre visite pour la demande 7K3 est retardée"),
        ("es", "Dé la vuelta", "Su visita para la solicitud 7K3 se retrasa"),
    ],
)
async def test_tells_who_turns_round_and_who_waits(
    desk: Desk, clock: Frozen, language: str, turn: str, later: str
) -> None:
    """Once each, Bob in quiet hours too: he is on the road; Ana with the new time."""
    await desk.know(ANA, zone="America/Chicago", mail="ana@example.com", language=language)
    await desk.know(BOB, "consultant", name="Bob Roy", mail="bob@example.com", language=language)
    await desk.ask(BOB, "PUT", "/preferences", json={"quiet": {"start": "00:00", "end": "23:59"}})

    await desk.hear(
        TripInterrupted(
            ticket=TICKET, turn=1, version=4, consultant=BOB, requester=ANA, reference="7K3",
            arrival=SOON, for_ticket=derive("urgent"), decision=uuid7(),
        )
    )  # fmt: skip
    mails = await desk.send()

    assert (await desk.kinds(ANA), await desk.kinds(BOB)) == (["delayed"], ["interrupted"])
    (mine,), (hers,) = to(mails, "bob"), to(mails, "ana")
    assert mine["Subject"].startswith(turn)
    assert hers["Subject"] == later
    body = hers.get_content()
    assert "Bob" in body
    assert re.search(r"\b12( h )?:?00 ", body)  # noon in Chicago
    assert "7K3" in mine.get_content()


def stalled(number: int = 0) -> RoutingStalled:
    """Nobody is eligible for a ticket."""
    id = derive("stalled", str(number))
    return RoutingStalled(ticket=id, turn=1, priority=2, excluded={"skill": 3}, decision=uuid7())


async def test_calls_every_dispatcher(desk: Desk) -> None:
    """All of a hundred, each once, though that takes several units; nobody else."""
    crowd = [derive("dispatcher", str(n)) for n in range(100)]
    for id in crowd:
        await desk.know(id, "dispatcher")
    await desk.know(MAX, "manager")

    await desk.hear(stalled())

    assert [await desk.kinds(id) for id in crowd] == [["stalled"]] * 100
    assert await desk.kinds(MAX) == []


async def test_calls_managers_when_nobody_takes_a_stall_in_hand(desk: Desk) -> None:
    """Dispatchers at once and once more; managers at last, and only those of now."""
    await desk.know(DEE, "dispatcher")
    await desk.know(MAX, "manager")

    for level in range(3):
        await desk.hear(msgspec.structs.replace(stalled(), level=level))

    assert await desk.kinds(DEE) == ["stalled", "stalled"]
    assert await desk.kinds(MAX) == ["stalled"]


async def test_does_not_drown_a_dispatcher_in_mail(desk: Desk, clock: Frozen) -> None:
    """A storm of stalls is a notification each, and one mail a minute."""
    await desk.know(DEE, "dispatcher", mail="dee@example.com")

    for number in range(30):
        await desk.hear(stalled(number))
        clock.advance(6)
    clock.advance(60)

    assert (await desk.kinds(DEE)).count("stalled") == 30
    assert len(to(await desk.send(), "dee")) == 3


async def test_calls_only_those_who_are_dispatchers_now(desk: Desk) -> None:
    """A role taken away or a deactivation ends it."""
    for id in (DEE, MAX, STO):
        await desk.know(id, "dispatcher")
    contact = Contact(mail="x@example.com")
    await desk.hear(
        UserUpdated(person=Person(id=MAX, version=2, roles=("manager",), contact=contact))
    )
    gone = Person(id=STO, version=2, roles=("dispatcher",), contact=contact, active=False)
    await desk.hear(UserDeactivated(person=gone))

    await desk.hear(stalled())

    assert [await desk.kinds(id) for id in (DEE, MAX, STO)] == [["stalled"], [], []]


async def test_sends_nothing_more_to_who_was_deactivated(desk: Desk, clock: Frozen) -> None:
    """Not even what waited already."""
    await people(desk)
    await desk.hear(assigned(clock))
    gone = Person(id=ANA, version=2, roles=("customer",), active=False)
    await desk.hear(UserDeactivated(person=gone))

    await desk.hear(closed())

    assert to(await desk.send(), "ana") == []
    assert await desk.letters() == []


async def test_keeps_the_newest_record_whatever_comes_first(desk: Desk, clock: Frozen) -> None:
    """Version 3 before version 2: mails go to the address of version 3."""
    await people(desk)
    for version in (3, 2):
        contact = Contact(name="Ana", mail=f"ana{version}@example.com")
        person = Person(id=ANA, version=version, roles=("customer",), contact=contact)
        await desk.hear(UserUpdated(person=person))

    await desk.hear(assigned(clock))

    assert len(to(await desk.send(), "ana3")) == 1


async def test_asks_once_for_every_closed_ticket(desk: Desk) -> None:
    """One survey a ticket; closed again unanswered, the same survey by a new link."""
    await people(desk)

    await desk.hear(closed(version=7))
    await desk.hear(closed(version=7))  # another event of the same closing
    once = len(to(await desk.send(), "ana"))
    await desk.hear(closed(version=12))
    await desk.hear(closed(version=9))  # late news

    links = [_link(mail) for mail in to(await desk.send(), "ana")]
    assert (once, len(links)) == (1, 2)
    for link in links:
        found = (await desk.http.get(link)).json()
        assert (found["reference"], found["answered"]) == ("7K2M-9QXD", False)


async def test_does_not_ask_again_who_has_answered(desk: Desk) -> None:
    """Reopened and closed again after the answer: told, not asked; both links say answered."""
    await people(desk)
    await desk.hear(closed(version=7))
    (mail,) = to(await desk.send(), "ana")
    answer = await desk.http.post(_link(mail), json={"rating": 2})

    await desk.hear(closed(version=12))

    assert answer.status_code == 200
    assert sorted(await desk.kinds(ANA)) == ["closed", "survey"]
    assert (await desk.http.get(_link(mail))).json()["answered"] is True


async def test_asks_who_closed_the_ticket_themselves(desk: Desk) -> None:
    """Their own closing is no news, the survey is."""
    await people(desk)

    await desk.hear(closed(), actor=ANA)

    assert await desk.kinds(ANA) == ["survey"]


async def test_forgets_a_person_who_is_erased(desk: Desk, clock: Frozen) -> None:
    """Contact, preferences, notifications, waiting mail and comments go; nothing comes back."""
    await people(desk)
    await desk.ask(ANA, "PUT", "/preferences", json={"quiet": {"start": "00:00", "end": "23:59"}})
    for number in range(60):
        await desk.hear(closed(id=derive("t", str(number)), reference=f"R{number}"))
    await desk.ask(ANA, "PUT", "/preferences", json={})
    links = [item["link"] for item in (await desk.inbox(ANA, "?limit=60"))["items"]]
    for link in links[:2]:
        await desk.http.post(link, json={"rating": 5, "comment": "Call Ana at 555-0100"})

    await desk.hear(UserErased(id=ANA))
    late = Person(id=ANA, version=9, roles=("dispatcher",), contact=Contact(mail="ana@example.com"))
    await desk.hear(UserUpdated(person=late))
    await desk.hear(assigned(clock))
    await desk.hear(stalled())
    clock.advance(25 * HOUR)

    assert to(await desk.send(), "ana") == []
    assert (await desk.inbox(ANA))["items"] == []
    assert [(await desk.http.get(link)).status_code for link in links] == [200] * 2 + [404] * 58
    rows = await _everything(desk)
    assert not any(word in row for row in rows for word in (b"555-0100", b"ana@", b"Ana"))
    results = (await desk.ask(MAX, "GET", "/surveys", role="manager")).json()
    assert (results["average"], [r["comment"] for r in results["items"]]) == (5.0, ["", ""])


async def test_shows_everything_after_a_restart(desk: Desk, clock: Frozen) -> None:
    """A new process on the same file knows people, notifications and waiting mail, and repeats
    nothing."""
    await people(desk)
    event = assigned(clock)
    id = await desk.hear(event, times=1)

    await desk.open()
    await desk.hear(event, id=id)

    assert await desk.kinds(ANA) == ["assigned"]
    assert len(await desk.send()) == 2


async def test_asks_for_everybody_when_it_is_new(desk: Desk) -> None:
    """Once for a store, however often the service starts."""
    begin: Any = desk.running.tasks[0]

    await begin()
    await begin()
    await desk.open()
    await begin()

    asked = [event for event in await desk.letters() if isinstance(event, SnapshotRequested)]
    assert [(event.service, event.source) for event in asked] == [("engagement", "identity")]


def _link(mail: EmailMessage) -> str:
    text: str = mail.get_content()
    return next(line for line in text.splitlines() if "/surveys/" in line)


async def _everything(desk: Desk) -> list[bytes]:
    """Every document's body, and every answer that is kept for repeats."""
    sqlite = desk.documents._sqlite
    bodies = sqlite.read("select body from documents") + sqlite.read("select answer from inbox")
    return [row[0] for row in bodies]
