"""Engagement: tells people what concerns them, once, and asks customers how it was, once."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from squad.contracts.engagement import NotificationFailed, SurveyAnswered
from squad.contracts.operations import SnapshotRequested
from squad.contracts.people import Language, Person
from squad.contracts.tickets import Ticket
from squad.kernel.http import expect
from squad.kernel.ids import derive
from squad.kernel.post import Later, Parcel, Written
from squad.kernel.problem import Fault, Invalid, Missing, Shed
from squad.kernel.token import verify
from squad.kernel.unit import Books
from squad.ports.documents import Put
from squad.ports.notifier import Notifier, Pusher
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.engagement import model, store
from squad.services.engagement.model import (
    Channel,
    Chosen,
    Facts,
    Kind,
    Mail,
    Note,
    Notice,
    Preferences,
    Record,
    Shown,
    Survey,
    Ticked,
)
from squad.services.engagement.service.channels import Channels
from squad.services.engagement.service.devices import Subscriptions
from squad.services.engagement.service.surveys import Surveys
from squad.services.engagement.service.voice import PURPOSE, Voice
from squad.services.engagement.store import Store

CROWD = 12  # people told in one unit: eight documents each (squad.ports.documents.ITEMS)
BATCH = 45  # documents removed in one unit
MANAGERS = 2  # level of escalation at which managers are told, not dispatchers
TRIES = 8  # of an answer that meets another at the same count
SEEN = 100  # notifications that are counted as unread at most
FREE: Final = Cause("")  # of work that is safe to repeat

_mail = msgspec.json.Decoder(Mail).decode


class Inbox(msgspec.Struct, frozen=True):
    """Notifications, newest first. last: id of the last one if more follow. unread: up to 100."""

    items: Sequence[Shown]
    last: str | None
    unread: int


class Engagement:
    """The use cases. key: signs survey links. notifiers: by channel, those that are installed."""

    def __init__(
        self, *, books: Books[Put], store: Store, voice: Voice, key: bytes,
        notifiers: Mapping[Channel, Notifier], pusher: Pusher | None = None,
    ) -> None:  # fmt: skip
        self.books = books
        self.voice = voice
        self.devices = Subscriptions(books, store, voice, pusher)
        self.surveys = Surveys(store, books.clock, key)
        self.channels = Channels(notifiers, self.devices.gone)
        self._there: Sequence[str] = ("inbox", *notifiers)
        self._store = store
        self._key = key

    async def begin(self) -> None:
        """This will ask identity for everybody, the first time that this store is opened.

        Stores of before telephones were known are opened for the first time once more.
        """
        unit = self.books.open(Cause(derive("engagement", "begin", "phone")))
        request = SnapshotRequested(id=unit.cause.id, service="engagement", source="identity")
        unit.emit(request, version=1)
        await self.books.once(unit)

    async def learn(self, person: Person, cause: Cause) -> None:
        """This will keep a person's newest record. Raises Duplicate, Conflict."""
        known, version = await self._store.record(person.id)
        record = model.learn(known, person)
        if record is not None:
            await self._commit(cause, store.save_record(person.id, record, version))
            self._store.forget(person.id)

    async def erase(self, id: str, cause: Cause) -> None:
        """This will remove everything about a person but that they were erased.

        Ratings stay, without comment and person: they are facts about the service. Waiting mails
        hold no personal text; they are dropped when their time comes. Raises Duplicate, Conflict.
        """
        gone = tuple(store.remove("people", id, name) for name in ("preferences", "mark"))
        for device in await self._store.devices(id):
            gone += tuple(store.drop_device(id, device))
        await self._commit(FREE, (*store.save_record(id, Record(erased=True), None), *gone))
        self._store.forget(id)
        while notes := await self._store.notes(id, "", BATCH):
            await self._commit(FREE, [store.remove("inbox", id, note) for note, _ in notes])
        while tickets := await self._store.asked(id, BATCH):
            await asyncio.gather(*(self._unask(id, ticket) for ticket in tickets))
        await self._commit(cause, ())

    async def _unask(self, person: str, ticket: str) -> None:
        await self._commit(FREE, await self._store.unask(person, ticket))

    async def tell(self, notices: Sequence[Notice], cause: Cause) -> None:
        """This will tell people, each at most once for a cause. Raises Duplicate, Conflict."""
        told = model.others(notices, cause.actor)
        parts = [told[start : start + CROWD] for start in range(0, len(told), CROWD)]
        for number, part in enumerate(parts[:-1]):
            with contextlib.suppress(Duplicate):
                first = replace(cause, id=derive(cause.id, "part", str(number)))
                await self._commit(first, await self._posts(part, cause))
        for part in parts[-1:]:
            if puts := await self._posts(part, cause):
                await self._commit(cause, puts)

    async def stalled(self, ticket: str, priority: int, level: int, cause: Cause) -> None:
        """This will tell the dispatchers that one of them is needed, and at last the managers.

        level: how often it was escalated. Raises Duplicate, Conflict.
        """
        role = "dispatcher" if level < MANAGERS else "manager"
        facts, people = Facts(priority=priority), await self._store.called(role)
        notices = [Notice(person=p, kind="stalled", ticket=ticket, facts=facts) for p in people]
        await self.tell(notices, cause)

    async def closed(self, ticket: Ticket, cause: Cause) -> None:
        """This will ask the requester how it was: once for a ticket. Raises Duplicate, Conflict.

        Closed again after a reopening, the ticket is asked about again only if nobody answered.
        """
        known, version = await self._store.survey(ticket.id)
        if known is not None and known.closing >= ticket.version:
            return  # late news of an earlier closing
        reader = await self._store.reader(ticket.requester)
        survey = None if reader.gone else model.ask(known, ticket, self.books.clock.now())
        facts = Facts(reference=ticket.reference, until=survey.until if survey else None)
        kind: Kind = "survey" if survey else "closed"
        notice = Notice(person=ticket.requester, kind=kind, ticket=ticket.id, facts=facts)
        puts = await self._posts(model.others([notice], cause.actor), cause)
        if survey is not None:
            puts += (store.save_survey(survey, version), store.save_asked(survey))
        if puts:
            await self._commit(cause, puts)

    async def _posts(self, notices: Sequence[Notice], cause: Cause) -> list[Put]:
        now, puts = self.books.clock.now(), list[Put]()
        for notice in notices:
            reader = await self._store.reader(notice.person)
            puts += store.posts(notice, cause.id, reader, now, self._there)
        return puts

    async def _commit(self, cause: Cause, puts: Sequence[Put]) -> None:
        unit = self.books.open(cause)
        unit.write(*puts)
        await unit.commit()

    async def write(self, parcel: Parcel) -> Written:
        """This will put a waiting message into words, or say that it waits or is not wanted."""
        mail, now = _mail(parcel.content), self.books.clock.now()
        reader = await self._store.reader(mail.person)
        if model.lapsed(mail, now) or not model.wants(reader, mail.kind, mail.channel):
            return None
        if reader.record is None:
            return Later(reason="unknown")
        release = model.due(reader, mail.kind, mail.facts, now)
        return (
            Later(release) if release > now else await self.voice.message(parcel.id, mail, reader)
        )

    def lost(self, parcel: Parcel, reason: str) -> NotificationFailed:
        """This will tell that a message could not be delivered."""
        mail = _mail(parcel.content)
        return NotificationFailed(
            id=parcel.id, person=mail.person, channel=mail.channel, reason=reason
        )

    async def attempt(self, *, person: str, id: str, cause: Cause) -> None:
        """This will try a device out, in its person's language. See Subscriptions.attempt."""
        record = (await self._store.reader(person)).record or Record()
        await self.devices.attempt(person=person, id=id, language=record.language, cause=cause)

    async def inbox(self, *, person: str, unread: bool, after: str, limit: int) -> Inbox:
        """This will list a person's notifications in their language, from beyond `after`."""
        mark, at, rows = await self._store.mark(person), after, list[tuple[str, Note]]()
        step = max(limit + 1, SEEN if unread else 0)
        while len(rows) <= limit:
            found = await self._store.notes(person, at, step)
            rows += [row for row in found if not (unread and model.seen(*row, mark))]
            if len(found) < step or (unread and found[-1][0] <= mark):
                break
            at = found[-1][0]
        newest = await self._store.notes(person, "", SEEN)
        fresh = sum(not model.seen(id, note, mark) for id, note in newest)
        reader = await self._store.reader(person)
        items = [
            await self.voice.show(id, note, read=model.seen(id, note, mark), reader=reader)
            for id, note in rows[:limit]
        ]
        return Inbox(items, rows[limit - 1][0] if len(rows) > limit else None, fresh)

    async def read(self, *, person: str, id: str, cause: Cause) -> Ticked:
        """This will mark a notification as read. Raises Missing, Conflict."""
        found = await self._store.note(person, id)
        if found is None:
            raise Missing("There is no such notification.")
        unit, (note, version) = self.books.open(cause), found
        if note.read_at is None:
            note = replace(note, read_at=unit.now)
            unit.write(store.save_note(person, id, note, version, unit.now))
        ticked = Ticked(id=id, read_at=note.read_at or unit.now)
        await unit.commit(ticked)
        return ticked

    async def read_all(self, *, person: str, cause: Cause) -> None:
        """This will mark everything that is in the inbox now as read."""
        unit = self.books.open(cause)
        for id, _ in await self._store.notes(person, "", 1):
            unit.write(store.save_mark(person, id))
        await unit.commit({})

    async def preferences(self, *, person: str) -> Chosen:
        """This will give what a person wants to hear of."""
        reader = await self._store.reader(person)
        channels = model.reaching(reader, self._there)
        return model.chosen(*await self._store.preferences(person), channels)

    async def choose(
        self, *, person: str, chosen: Preferences, version: int | None, cause: Cause
    ) -> Chosen:
        """This will replace what a person wants to hear of. Raises Invalid, Stale, Conflict."""
        if chosen.quiet is not None and chosen.quiet.start == chosen.quiet.end:
            wrong = Fault("/quiet/end", "must differ from start; null for no quiet hours")
            raise Invalid("Quiet hours must end at another time than they start.", [wrong])
        unit = self.books.open(cause)
        _, stored = await self._store.preferences(person)
        expect(version, stored)
        unit.write(store.save_preferences(person, chosen, stored))
        channels = model.reaching(await self._store.reader(person), self._there)
        view = model.chosen(chosen, stored + 1, channels)
        await unit.commit(view)
        self._store.forget(person)
        return view

    async def survey(self, *, token: str) -> tuple[Survey, Language]:
        """This will find the survey of a link, and its person's language. Raises Missing."""
        survey, _ = await self._asked(token)
        reader = await self._store.reader(survey.person)
        return survey, reader.record.language if reader.record else "en"

    async def answer(self, *, token: str, rating: int, comment: str, cause: Cause) -> Survey:
        """This will answer a survey, once; the same answer again changes nothing.

        Raises Missing, Impossible: it was answered differently, Shed, Duplicate.
        """
        for _ in range(TRIES):
            survey, version = await self._asked(token)
            unit = self.books.open(cause)
            new = model.answer(survey, rating, comment, unit.now)
            if new is survey:
                return survey
            unit.write(store.save_survey(new, version), store.save_answer(new))
            unit.write(await self._store.count(new))
            event = SurveyAnswered(
                ticket=new.ticket, consultant=new.consultant, rating=rating, comment=comment
            )
            unit.emit(event, version=version + 1)
            with contextlib.suppress(Conflict):
                await unit.commit(model.receipt(new))
                return new
        raise Shed("Many answers arrive at this moment. Try again.", retry_after=1.0)

    async def _asked(self, token: str) -> tuple[Survey, int]:
        ticket = verify(PURPOSE, token, self._key, self.books.clock.now())
        survey, version = await self._store.survey(ticket) if ticket else (None, 0)
        if survey is None:
            raise Missing("This link does not work, or does not work any more.")
        return survey, version

    async def results(self, *, after: str, limit: int) -> tuple[Sequence[int], list[Survey], str]:
        """This will give the count of answers by rating, and the newest from beyond `after`.

        Returns also where the next page begins, or "".
        """
        rows = await self._store.answers(after, limit + 1)
        last = rows[limit - 1][0] if len(rows) > limit else ""
        return await self._store.ratings(), [survey for _, survey in rows[:limit]], last
