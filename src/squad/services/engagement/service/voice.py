"""How notices are said: in the reader's language and zone, for each channel."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from squad.contracts.people import Language
from squad.kernel.token import sign
from squad.kernel.words import Words
from squad.ports.notifier import Message
from squad.services.engagement import model
from squad.services.engagement.model import Channel, Facts, Kind, Mail, Note, Reader, Record, Shown
from squad.services.engagement.model.devices import Device, address
from squad.services.engagement.store import Store

PURPOSE: Final = "engagement.survey"  # of the tokens
SURVEYS = "/api/engagement/surveys"


class Routed(Message, frozen=True):
    """A message, and the channel that carries it. person, device: to forget one that is gone."""

    channel: Channel = "mail"
    person: str = ""
    device: str = ""


class Voice:
    """Says notices in the reader's language and zone. key: signs survey links."""

    def __init__(self, store: Store, origin: str, key: bytes) -> None:
        self.words = Words(files("squad.services.engagement").joinpath("texts.json").read_bytes())
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

    async def message(self, id: str, mail: Mail, reader: Reader) -> Routed | None:
        """This will put a message into words; None: its device is no more.

        Nothing in it was written by another person.
        """
        to = _address(mail, reader)
        if not to:
            return None
        language, facts = await self._facts(mail.facts, reader)
        settings = self.words.phrase(
            language, "footer", settings=f"{self._origin}/settings/notifications"
        )
        link = f"{self._origin}{self._link(mail.kind, mail.ticket, mail.facts)}"
        text = self.words.text(language, mail.kind, facts)
        return Routed(
            id=id,
            to=to,
            subject=self.words.title(language, mail.kind, facts),
            text=f"{text}\n\n{link}\n\n-- \n{settings}\n",
            language=self.words.code(language),
            thread=mail.ticket,
            channel=mail.channel,
            person=mail.person,
            device=mail.device,
        )

    def trial(self, id: str, device: Device, person: str, language: Language) -> Routed:
        """This will say that push messages arrive on a device."""
        return Routed(
            id=id,
            to=address(device),
            subject=self.words.phrase(language, "trial"),
            text=f"{self.words.phrase(language, 'trial_more')}\n\n{self._origin}/",
            language=self.words.code(language),
            channel="push",
            person=person,
            device=device.id,
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


def _address(mail: Mail, reader: Reader) -> str:
    if mail.channel == "push":
        found = [address(one) for one in reader.devices if one.id == mail.device]
        return found[0] if found else ""
    record = reader.record or Record()
    return record.phone if mail.channel == "sms" else record.mail
