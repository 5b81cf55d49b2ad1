"""Where engagement's documents and words are kept, and in which form."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from squad.contracts.people import Language
from squad.kernel.ids import derive
from squad.kernel.post import hold
from squad.kernel.token import sign
from squad.kernel.words import Words
from squad.ports.clock import Clock
from squad.ports.documents import Documents, Put
from squad.ports.notifier import Message
from squad.services.engagement import model
from squad.services.engagement.model import (
    Facts,
    Kind,
    Mail,
    Note,
    Notice,
    Preferences,
    Reader,
    Record,
    Shown,
    Survey,
)

DAY = 86_400.0  # s
INBOX = 90 * DAY  # that notifications are kept
CALLED = ("dispatcher", "manager")  # when routing stalls: at once, and after a while
YEARS = 5 * 366 * DAY  # that surveys are kept (REQUIREMENTS.md, R25)
READERS = 10_000  # people kept in memory; the one unused for longest goes first
FRESH = 60.0  # s that they are trusted: another node may have changed them
TALLIES = 16  # documents that ratings are counted in, so that answers seldom meet
PURPOSE: Final = "engagement.survey"  # of the tokens
SURVEYS = "/api/engagement/surveys"

_encode = msgspec.json.Encoder().encode
_record = msgspec.json.Decoder(Record).decode
_preferences = msgspec.json.Decoder(Preferences).decode
_note = msgspec.json.Decoder(Note).decode
_survey = msgspec.json.Decoder(Survey).decode
_counts = msgspec.json.Decoder(list[int]).decode


class Store:
    """Documents by key. Tables: people, roles, inbox, surveys, asked, answers, tallies; the post
    keeps its own two."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._readers: OrderedDict[str, tuple[float, Reader]] = OrderedDict()
        self._forgotten = 0

    async def reader(self, person: str) -> Reader:
        """This will give a person and their preferences, out of memory where they are fresh."""
        now = self._clock.monotonic()
        kept = self._readers.get(person)
        if kept is not None and kept[0] > now:
            self._readers.move_to_end(person)
            return kept[1]
        state = self._forgotten
        found = {d.sort: d.body for d in await self._documents.list("people", person)}
        record, chosen = found.get("record"), found.get("preferences")
        reader = Reader(
            _record(record) if record else None, _preferences(chosen) if chosen else Preferences()
        )
        if state == self._forgotten and reader.record is not None:
            self._readers[person] = (now + FRESH, reader)
            if len(self._readers) > READERS:
                self._readers.popitem(last=False)
        return reader

    def forget(self, person: str) -> None:
        """This will read the person anew: they have changed. A read under way is not kept."""
        self._forgotten += 1
        self._readers.pop(person, None)

    async def record(self, person: str) -> tuple[Record | None, int]:
        """This will read what is known of a person, and its version."""
        found = await self._documents.get("people", person, "record")
        return (_record(found.body), found.version) if found else (None, 0)

    async def preferences(self, person: str) -> tuple[Preferences, int]:
        """This will read what a person chose, and its version; 0: nothing yet."""
        found = await self._documents.get("people", person, "preferences")
        return (_preferences(found.body), found.version) if found else (Preferences(), 0)

    async def called(self, role: str) -> Sequence[str]:
        """This will list who is a dispatcher or a manager now, by id."""
        found = await self._documents.list("roles", role, limit=1_000)
        return [document.sort for document in found]

    async def notes(self, person: str, after: str, limit: int) -> list[tuple[str, Note]]:
        """This will list notifications, newest first, from beyond `after`."""
        found = await self._documents.list(
            "inbox", person, after=after, limit=limit, newest_first=True
        )
        return [(document.sort, _note(document.body)) for document in found]

    async def note(self, person: str, id: str) -> tuple[Note, int] | None:
        """This will read one notification, and its version."""
        found = await self._documents.get("inbox", person, id)
        return (_note(found.body), found.version) if found else None

    async def mark(self, person: str) -> str:
        """This will give the id up to which everything was read at once, or ""."""
        found = await self._documents.get("people", person, "mark")
        return found.body.decode() if found else ""

    async def survey(self, ticket: str) -> tuple[Survey | None, int]:
        """This will read a ticket's survey, and its version."""
        found = await self._documents.get("surveys", ticket, "")
        return (_survey(found.body), found.version) if found else (None, 0)

    async def asked(self, person: str, limit: int) -> Sequence[str]:
        """This will list the tickets that a person was asked about."""
        found = await self._documents.list("asked", person, limit=limit)
        return [document.sort for document in found]

    async def unask(self, person: str, ticket: str) -> Sequence[Put]:
        """This will remove a survey without an answer, and the comment of one that has it."""
        survey, version = await self.survey(ticket)
        pointer = remove("asked", person, ticket)
        if survey is None:
            return (pointer,)
        if survey.rating is None:
            return (remove("surveys", ticket, "", version), pointer)
        mute = msgspec.structs.replace(survey, comment="", person="")
        return (save_survey(mute, version), save_answer(mute), pointer)

    async def answers(self, after: str, limit: int) -> list[tuple[str, Survey]]:
        """This will list answered surveys, newest first, from beyond `after`."""
        found = await self._documents.list(
            "answers", "all", after=after, limit=limit, newest_first=True
        )
        return [(document.sort, _survey(document.body)) for document in found]

    async def ratings(self) -> Sequence[int]:
        """This will count all answers by rating, 1 first."""
        found = await self._documents.list("tallies", "all", limit=TALLIES)
        counts = [_counts(document.body) for document in found]
        return [sum(column) for column in zip(*counts, strict=True)] or [0] * 5

    async def count(self, survey: Survey) -> Put:
        """This will add an answer to the count."""
        sort = str(int(survey.ticket[-1], 16) % TALLIES)
        found = await self._documents.get("tallies", "all", sort)
        counts = _counts(found.body) if found else [0] * 5
        counts[(survey.rating or 1) - 1] += 1
        return Put("tallies", "all", sort, _encode(counts), found.version if found else 0)


class Voice:
    """Says notices in the reader's language and zone. key: signs survey links."""

    def __init__(self, store: Store, origin: str, key: bytes) -> None:
        self.words = Words(files(__package__).joinpath("texts.json").read_bytes())
        self._store = store
        self._origin = origin
        self._key = key

    async def show(self, id: str, note: Note, *, read: bool, reader: Reader) -> Shown:
        """This will put a notification into words."""
        language, facts = await self._facts(note.facts, reader)
        return Shown(
            id=id,
            kind=note.kind,
            ticket=note.ticket,
            at=note.at,
            title=self.words.title(language, note.kind, facts),
            text=self.words.text(language, note.kind, facts),
            link=self._link(note.kind, note.ticket, note.facts),
            read=read,
        )

    async def message(self, id: str, mail: Mail, reader: Reader) -> Message:
        """This will put a mail into words. Nothing in it was written by another person."""
        language, facts = await self._facts(mail.facts, reader)
        settings = self.words.phrase(
            language, "footer", settings=f"{self._origin}/settings/notifications"
        )
        link = f"{self._origin}{self._link(mail.kind, mail.ticket, mail.facts)}"
        text = self.words.text(language, mail.kind, facts)
        return Message(
            id=id,
            to=reader.record.mail if reader.record else "",
            subject=self.words.title(language, mail.kind, facts),
            text=f"{text}\n\n{link}\n\n-- \n{settings}\n",
            language=self.words.code(language),
            thread=mail.ticket,
        )

    async def _facts(self, facts: Facts, reader: Reader) -> tuple[Language, Mapping[str, str]]:
        record = reader.record or Record()
        language, zone = record.language, model.zone_of(record)
        somebody = (await self._store.reader(facts.consultant)).record if facts.consultant else None
        name = model.first_name(somebody) or self.words.phrase(language, "somebody")
        return language, {
            "reference": facts.reference,
            "priority": str(facts.priority or ""),
            "consultant": name,
            "at": self._moment(language, facts.at, zone),
            "until": self._moment(language, facts.until, zone),
        }

    def _moment(self, language: Language, at: datetime | None, zone: ZoneInfo) -> str:
        return self.words.moment(language, at, zone) if at else ""

    def _link(self, kind: Kind, ticket: str, facts: Facts) -> str:
        if kind == "survey" and facts.until is not None:
            return f"{SURVEYS}/{sign(PURPOSE, ticket, facts.until, self._key)}"
        return f"/tickets/{ticket}" if ticket else "/tickets?status=needs_dispatcher"


def moment(at: datetime) -> str:
    """This will spell a moment so that it sorts: milliseconds since 1970, hexadecimal."""
    return f"{int(at.timestamp() * 1000):012x}"


def remove(table: str, partition: str, sort: str = "", version: int | None = None) -> Put:
    """This will remove a document."""
    return Put(table, partition, sort, None, version)


def save_record(person: str, record: Record, version: int | None) -> Sequence[Put]:
    """This will keep a person, and whether they are called when routing stalls."""
    roles = set(record.roles) if record.active else set()
    return (
        Put("people", person, "record", _encode(record), version),
        *(Put("roles", role, person, b"{}" if role in roles else None) for role in CALLED),
    )


def save_preferences(person: str, chosen: Preferences, version: int) -> Put:
    """This will keep what a person chose."""
    return Put("people", person, "preferences", _encode(chosen), version)


def save_mark(person: str, id: str) -> Put:
    """This will keep the id up to which everything was read at once."""
    return Put("people", person, "mark", id.encode(), keep=INBOX)


def posts(notice: Notice, cause: str, reader: Reader, now: datetime) -> list[Put]:
    """This will put a notice in the inbox and the post, as the reader wants it.

    Mails of stalls name no ticket, and those that go out at one moment are one: a storm of
    them is one mail a minute.
    """
    puts, kind, facts = list[Put](), notice.kind, notice.facts
    if model.wants(reader, kind, "inbox"):
        note = Note(kind=kind, ticket=notice.ticket, at=now, facts=facts)
        id = f"{moment(now)}-{derive(cause, notice.person, 'inbox')}"
        puts.append(Put("inbox", notice.person, id, _encode(note), keep=INBOX))
    if model.wants(reader, kind, "mail"):
        stall = kind == "stalled"
        due = model.due(reader, kind, facts, model.slot_end(now) if stall else now)
        id = derive("stalled" if stall else cause, notice.person, moment(due) if stall else "mail")
        mail = Mail(person=notice.person, kind=kind, ticket=notice.ticket, facts=facts)
        puts.append(
            hold(id, Mail(person=notice.person, kind=kind, ticket="") if stall else mail, due)
        )
    return puts


def save_note(person: str, id: str, note: Note, version: int, now: datetime) -> Put:
    """This will change a notification; it goes when it would have gone."""
    keep = max(1.0, INBOX - (now - note.at).total_seconds())
    return Put("inbox", person, id, _encode(note), version, keep)


def save_survey(survey: Survey, version: int) -> Put:
    """This will keep a survey."""
    return Put("surveys", survey.ticket, "", _encode(survey), version, YEARS)


def save_asked(survey: Survey) -> Put:
    """This will keep where to find a survey when its person is erased."""
    return Put("asked", survey.person, survey.ticket, b"{}", keep=YEARS)


def save_answer(survey: Survey) -> Put:
    """This will list a survey among the answered ones."""
    at = moment(survey.answered_at or survey.until)
    return Put("answers", "all", f"{at}-{survey.ticket}", _encode(survey), keep=YEARS)
