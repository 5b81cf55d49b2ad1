"""What engagement's rules are: who is told what, when, in which words, and who is asked once.

Notifications are kept as facts (ids, codes, moments) and put into words when they are read or
sent: always in the person's present language and zone, and with no personal text to erase.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from squad.contracts.people import Language, Person, Role
from squad.services.engagement.model.devices import Device
from squad.services.engagement.model.hours import Quiet as Quiet
from squad.services.engagement.model.hours import quiet_end as quiet_end
from squad.services.engagement.model.hours import slot_end as slot_end
from squad.services.engagement.model.surveys import Receipt as Receipt
from squad.services.engagement.model.surveys import Survey as Survey
from squad.services.engagement.model.surveys import answer as answer
from squad.services.engagement.model.surveys import ask as ask
from squad.services.engagement.model.surveys import receipt as receipt

Kind = Literal[
    "assignment", "withdrawn", "assigned", "accepted", "travelling", "waiting", "resolved",
    "closed", "survey", "cancelled", "message", "stalled", "interrupted", "delayed",
]  # fmt: skip
Channel = Literal["inbox", "mail", "push", "sms"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CHANNELS: tuple[Channel, ...] = get_args(Channel)


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person as engagement knows them. erased: nothing about them may come back.

    phone: in the form of E.164, or "" where theirs cannot be one.
    """

    version: int = 0
    name: str = ""
    mail: str = ""
    phone: str = ""
    language: Language = "en"
    zone: str = "Etc/UTC"
    roles: Sequence[Role] = ()
    active: bool = True
    erased: bool = False


class Preferences(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants to hear of, by channel and kind.

    A kind that is left out is wanted; but not as a text message, which costs.
    """

    inbox: Mapping[Kind, bool] = {}
    mail: Mapping[Kind, bool] = {}
    push: Mapping[Kind, bool] = {}
    sms: Mapping[Kind, bool] = {}
    quiet: Quiet | None = None


class Chosen(Preferences, frozen=True, kw_only=True):
    """What a person wants to hear of, every kind named. channels: those that reach them here."""

    version: int
    channels: Sequence[Channel] = ("inbox", "mail")


class Reader(msgspec.Struct, frozen=True):
    """A person with their preferences. record: None as long as nothing is known of them."""

    record: Record | None = None
    preferences: Preferences = Preferences()
    devices: Sequence[Device] = ()

    @property
    def gone(self) -> bool:
        """Whether the person may not be told anything any more."""
        return self.record is not None and (self.record.erased or not self.record.active)


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
    """A message that waits to be sent. device: where a push message goes."""

    person: str
    kind: Kind
    ticket: str
    facts: Facts = Facts()
    channel: Channel = "mail"
    device: str = ""


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
    if known is not None and (known.erased or known.version > person.version):
        return None
    record = Record(
        version=person.version,
        name=person.contact.name,
        mail=person.contact.mail,
        phone=number(person.contact.phone),
        language=person.language,
        zone=person.zone,
        roles=tuple(person.roles),
        active=person.active,
    )
    return None if record == known else record


def number(phone: str) -> str:
    """This will spell a phone number as E.164 does; "" where it is none.

    Without a country it is one of ours: the US and Canada share the code 1.
    """
    digits = re.sub(r"[^0-9]", "", re.split(r"[^0-9+(). /-]", phone)[0])
    if not phone.strip().startswith("+") and len(digits) == 10:
        digits = f"1{digits}"
    elif not phone.strip().startswith("+") and not (len(digits) == 11 and digits[0] == "1"):
        return ""
    return f"+{digits}" if re.fullmatch(r"[1-9][0-9]{6,14}", digits) else ""


def chosen(
    preferences: Preferences, version: int, channels: Sequence[Channel] = ("inbox", "mail")
) -> Chosen:
    """This will fill in what the person left out."""

    def every(channel: Channel) -> Mapping[Kind, bool]:
        return {kind: _wished(preferences, kind, channel) for kind in KINDS}

    return Chosen(
        inbox=every("inbox"),
        mail=every("mail"),
        push=every("push"),
        sms=every("sms"),
        quiet=preferences.quiet,
        version=version,
        channels=channels,
    )


def _wished(preferences: Preferences, kind: Kind, channel: Channel) -> bool:
    wishes: Mapping[Kind, bool] = getattr(preferences, channel)
    return wishes.get(kind, channel != "sms")


def first_name(record: Record | None) -> str:
    """This will give the name by which a consultant is announced, or "".

    Letters, hyphens and apostrophes only: nothing that a mail program would make a link of.
    """
    words = record.name.split() if record else []
    name = words[0][:40] if words else ""
    return name if all(char.isalpha() or char in "-'’" for char in name) else ""


def wants(reader: Reader, kind: Kind, channel: Channel) -> bool:
    """This will tell whether the person is told of the kind on the channel."""
    if reader.gone or not reached(reader, channel):
        return False
    return _wished(reader.preferences, kind, channel)


def reached(reader: Reader, channel: Channel) -> bool:
    """This will tell whether the channel leads to the person, or may: nothing is known of them."""
    record = reader.record
    if channel == "push":
        return bool(reader.devices)
    if channel == "inbox" or record is None:
        return True
    return bool(record.mail if channel == "mail" else record.phone)


def reaching(reader: Reader, there: Collection[str]) -> Sequence[Channel]:
    """This will list the channels that lead to the person. there: what is installed."""
    return tuple(one for one in CHANNELS if one in there and reached(reader, one))


def urgent(kind: Kind, facts: Facts) -> bool:
    """This will tell whether a message passes quiet hours: P1 offers, and to turn round."""
    return kind == "interrupted" or (kind == "assignment" and facts.priority == 1)


def due(reader: Reader, kind: Kind, facts: Facts, now: datetime) -> datetime:
    """This will give the moment a message may be sent: now, or when the quiet hours end."""
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


def lapsed(mail: Mail, now: datetime) -> bool:
    """This will tell whether an offer ended while its mail was held."""
    return mail.kind == "assignment" and mail.facts.until is not None and mail.facts.until <= now
