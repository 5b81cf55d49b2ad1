"""What engagement's rules are: who is told what, when, in which words, and who is asked once.

Notifications are kept as facts (ids, codes, moments) and put into words when they are read or
sent: always in the person's present language and zone, and with no personal text to erase.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from squad.contracts.envelope import Id
from squad.contracts.people import Language, Person, Role
from squad.contracts.tickets import Ticket
from squad.kernel.problem import Impossible

Kind = Literal[
    "assignment", "withdrawn", "assigned", "accepted", "travelling", "waiting", "resolved",
    "closed", "survey", "cancelled", "message", "stalled", "interrupted", "delayed",
]  # fmt: skip
Channel = Literal["inbox", "mail"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SURVEY = timedelta(days=30)  # that a survey's link works
SLOT = 60  # s of stalls that a dispatcher is told of in one mail

Minute = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:30"])]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person as engagement knows them. erased: nothing about them may come back."""

    version: int = 0
    name: str = ""
    mail: str = ""
    language: Language = "en"
    zone: str = "Etc/UTC"
    roles: Sequence[Role] = ()
    active: bool = True
    erased: bool = False


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in which no mail is sent, in the person's zone; over midnight where end < start."""

    start: Minute
    end: Minute


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants to hear of, by channel and kind. A kind that is left out is wanted."""

    inbox: Mapping[Kind, bool] = {}
    mail: Mapping[Kind, bool] = {}
    quiet: Quiet | None = None


class Chosen(Preferences, frozen=True, kw_only=True):
    """What a person wants to hear of, every kind named."""

    version: int


class Reader(msgspec.Struct, frozen=True):
    """A person with their preferences. record: None as long as nothing is known of them."""

    record: Record | None = None
    preferences: Preferences = Preferences()

    @property
    def gone(self) -> bool:
        """Whether the person may not be told anything any more."""
        return self.record is not None and (self.record.erased or not self.record.active)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """That a survey was answered. It is kept for repeats: so without the comment."""

    reference: str
    rating: int
    answered_at: datetime


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """That a notification was read."""

    id: str
    read_at: datetime


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a text can say. consultant: person id. at, until: moments, by kind."""

    reference: str = ""
    priority: int = 0
    consultant: str = ""
    at: datetime | None = None
    until: datetime | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell a person."""

    person: str
    kind: Kind
    ticket: str
    facts: Facts = Facts()


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A notification in a person's inbox."""

    kind: Kind
    ticket: str
    at: datetime
    facts: Facts = Facts()
    read_at: datetime | None = None


class Mail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail that waits to be sent."""

    person: str
    kind: Kind
    ticket: str
    facts: Facts = Facts()


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The one survey of a ticket. closing: version of the ticket when it was closed last."""

    ticket: Id
    reference: str
    person: str
    consultant: str
    closing: int
    until: datetime
    rating: int | None = None
    comment: str = ""
    answered_at: datetime | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A notification in words. link: a path of this site."""

    id: str
    kind: Kind
    ticket: str
    at: datetime
    title: str
    text: str
    link: str
    read: bool


def learn(known: Record | None, person: Person) -> Record | None:
    """This will take over a person's record; None where a newer one or erasure holds."""
    if known is not None and (known.erased or known.version >= person.version):
        return None
    return Record(
        version=person.version,
        name=person.contact.name,
        mail=person.contact.mail,
        language=person.language,
        zone=person.zone,
        roles=tuple(person.roles),
        active=person.active,
    )


def chosen(preferences: Preferences, version: int) -> Chosen:
    """This will fill in what the person left out."""
    return Chosen(
        inbox={kind: preferences.inbox.get(kind, True) for kind in KINDS},
        mail={kind: preferences.mail.get(kind, True) for kind in KINDS},
        quiet=preferences.quiet,
        version=version,
    )


def first_name(record: Record | None) -> str:
    """This will give the name by which a consultant is announced, or "".

    Letters, hyphens and apostrophes only: nothing that a mail program would make a link of.
    """
    words = record.name.split() if record else []
    name = words[0][:40] if words else ""
    return name if all(char.isalpha() or char in "-'’" for char in name) else ""


def wants(reader: Reader, kind: Kind, channel: Channel) -> bool:
    """This will tell whether the person is told of the kind on the channel."""
    if reader.gone:
        return False
    if channel == "mail" and reader.record is not None and not reader.record.mail:
        return False
    chosen = reader.preferences.mail if channel == "mail" else reader.preferences.inbox
    return chosen.get(kind, True)


def urgent(kind: Kind, facts: Facts) -> bool:
    """This will tell whether a mail passes quiet hours: P1 offers, and to turn round."""
    return kind == "interrupted" or (kind == "assignment" and facts.priority == 1)


def due(reader: Reader, kind: Kind, facts: Facts, now: datetime) -> datetime:
    """This will give the moment a mail may be sent: now, or when the quiet hours end."""
    quiet, record = reader.preferences.quiet, reader.record
    if quiet is None or record is None or urgent(kind, facts):
        return now
    return quiet_end(quiet, zone_of(record), now)


def zone_of(record: Record) -> ZoneInfo:
    """This will give the person's zone, UTC where the name is not one of the database's."""
    try:
        return ZoneInfo(record.zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("Etc/UTC")


def quiet_end(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime:
    """This will give the end of the quiet hours that `now` lies in, or `now` outside of them.

    An end that comes twice is the one after `now`; skipped, it lies as long after (PEP 495).
    """
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    local = now.astimezone(zone)
    at = local.time().replace(tzinfo=None)
    inside = start <= at < end if start < end else at >= start or at < end
    if not inside or start == end:
        return now
    day = local.date() + timedelta(days=0 if at < end else 1)
    ends = datetime.combine(day, end, zone).astimezone(UTC)
    return ends if ends > now else datetime.combine(day, end.replace(fold=1), zone).astimezone(UTC)


def others(notices: Sequence[Notice], actor: str) -> Sequence[Notice]:
    """This will leave one notice a person, and none about what that person did (but a survey)."""
    told: dict[str, Notice] = {}
    for notice in notices:
        if notice.person and (notice.person != actor or notice.kind == "survey"):
            told.setdefault(notice.person, notice)
    return tuple(told.values())


def seen(id: str, note: Note, mark: str) -> bool:
    """This will tell whether a notification was read. mark: all up to it were, at once."""
    return note.read_at is not None or id <= mark


def slot_end(now: datetime) -> datetime:
    """This will give the end of the slot whose stalls go into one mail."""
    return datetime.fromtimestamp((now.timestamp() // SLOT + 1) * SLOT, UTC)


def lapsed(mail: Mail, now: datetime) -> bool:
    """This will tell whether an offer ended while its mail was held."""
    return mail.kind == "assignment" and mail.facts.until is not None and mail.facts.until <= now


def ask(known: Survey | None, ticket: Ticket, now: datetime) -> Survey | None:
    """This will make the survey of a closed ticket; None where it was answered before.

    Asked again unanswered, it has a new link; the old one works too, for the same survey.
    """
    if known is not None and known.rating is not None:
        return None
    return Survey(
        ticket=ticket.id,
        reference=ticket.reference,
        person=ticket.requester,
        consultant=ticket.assignee or ticket.previous or "",
        closing=ticket.version,
        until=(now + SURVEY).replace(microsecond=0),
    )


def answer(survey: Survey, rating: int, comment: str, now: datetime) -> Survey:
    """This will answer a survey. Raises Impossible: it was answered differently."""
    if survey.rating is None:
        return replace(survey, rating=rating, comment=comment, answered_at=now)
    if (survey.rating, survey.comment) == (rating, comment):
        return survey
    raise Impossible("This survey was answered already. Thank you; it is asked only once.")


def receipt(survey: Survey) -> Receipt:
    """This will confirm an answer."""
    return Receipt(
        reference=survey.reference,
        rating=survey.rating or 0,
        answered_at=survey.answered_at or survey.until,
    )
