"""Where engagement's documents and words are kept, and in which form."""

import hashlib
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from squad.kernel.ids import derive
from squad.kernel.post import hold
from squad.ports.clock import Clock
from squad.ports.documents import Documents, Put
from squad.services.engagement import model
from squad.services.engagement.model import (
    Channel,
    Facts,
    Mail,
    Note,
    Notice,
    Preferences,
    Reader,
    Record,
    Survey,
)
from squad.services.engagement.model.devices import Device, Holder

DAY = 86_400.0  # s
INBOX = 90 * DAY  # that notifications are kept
CALLED = ("dispatcher", "manager")  # when routing stalls: at once, and after a while
YEARS = 5 * 366 * DAY  # that surveys are kept (REQUIREMENTS.md, R25)
READERS = 10_000  # people kept in memory; the one unused for longest goes first
FRESH = 60.0  # s that they are trusted: another node may have changed them
TALLIES = 16  # documents that ratings are counted in, so that answers seldom meet
PUSH = "push-"  # before the id of a device, among what is known of a person

_encode = msgspec.json.Encoder().encode
_record = msgspec.json.Decoder(Record).decode
_preferences = msgspec.json.Decoder(Preferences).decode
_note = msgspec.json.Decoder(Note).decode
_survey = msgspec.json.Decoder(Survey).decode
_device = msgspec.json.Decoder(Device).decode
_holder = msgspec.json.Decoder(Holder).decode
_counts = msgspec.json.Decoder(list[int]).decode


class Store:
    """Documents by key. Tables: people, roles, inbox, surveys, asked, answers, tallies, endpoints;
    the post keeps its own two."""

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
            _record(record) if record else None,
            _preferences(chosen) if chosen else Preferences(),
            tuple(_device(body) for sort, body in found.items() if sort.startswith(PUSH)),
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

    async def devices(self, person: str) -> Sequence[Device]:
        """This will list where a person gets push messages, the oldest first; never of memory."""
        found = await self._documents.list("people", person)
        devices = [_device(one.body) for one in found if one.sort.startswith(PUSH)]
        return sorted(devices, key=lambda one: (one.since, one.id))

    async def holder(self, endpoint: str) -> Holder | None:
        """This will tell whose an endpoint is."""
        found = await self._documents.get("endpoints", _digest(endpoint), "")
        return _holder(found.body) if found else None

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

    async def asked(self, person: str, limit: int, *, newest_first: bool = False) -> Sequence[str]:
        """This will list the tickets that a person was asked about, by id."""
        found = await self._documents.list("asked", person, limit=limit, newest_first=newest_first)
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


def save_device(person: str, device: Device) -> Sequence[Put]:
    """This will keep a device, and whose its endpoint is."""
    holder = _encode(Holder(person, device.id))
    return (
        Put("people", person, f"{PUSH}{device.id}", _encode(device)),
        Put("endpoints", _digest(device.endpoint), "", holder),
    )


def drop_device(person: str, device: Device) -> Sequence[Put]:
    """This will forget a device."""
    return (
        remove("people", person, f"{PUSH}{device.id}"),
        remove("endpoints", _digest(device.endpoint)),
    )


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode("utf-8", "surrogatepass")).hexdigest()


def posts(
    notice: Notice, cause: str, reader: Reader, now: datetime,
    there: Collection[str] = ("inbox", "mail"),
) -> list[Put]:  # fmt: skip
    """This will put a notice in the inbox and the post, as the reader wants it.

    there: channels that are installed.
    """
    puts = list[Put]()
    if model.wants(reader, notice.kind, "inbox"):
        note = Note(kind=notice.kind, ticket=notice.ticket, at=now, facts=notice.facts)
        id = f"{moment(now)}-{derive(cause, notice.person, 'inbox')}"
        puts.append(Put("inbox", notice.person, id, _encode(note), keep=INBOX))
    for channel in ("mail", "push", "sms"):
        if channel in there and model.wants(reader, notice.kind, channel):
            devices = [one.id for one in reader.devices] if channel == "push" else [""]
            puts += (_post(notice, cause, reader, now, channel, device) for device in devices)
    return puts


def _post(
    notice: Notice, cause: str, reader: Reader, now: datetime, channel: Channel, device: str
) -> Put:
    """Messages about stalls name no ticket, and those that go out at one moment are one: a storm
    of them is one message a minute. Its id names event, person and channel for ever.
    """
    stall = notice.kind == "stalled"
    due = model.due(reader, notice.kind, notice.facts, model.slot_end(now) if stall else now)
    told = () if channel == "mail" else (channel, device)
    what = moment(due) if stall else "mail"
    mail = Mail(
        person=notice.person,
        kind=notice.kind,
        ticket="" if stall else notice.ticket,
        facts=Facts() if stall else notice.facts,
        channel=channel,
        device=device,
    )
    return hold(derive("stalled" if stall else cause, notice.person, what, *told), mail, due)


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
