"""What is searchable of tickets and people, who may find it, and how news is merged. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from squad.contracts.people import Person
from squad.contracts.tickets import Remark, Ticket
from squad.kernel.access import Actor
from squad.ports.index import Entry

EVERYONE = "staff"  # reader of all: desk, administrators, auditors, dispatchers of everywhere
KEPT = 200  # remarks of a ticket that stay searchable, the newest
STRIDE = 1_000_000  # an entry's version: the ticket's, with room for remarks in between


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a hit shows of a ticket or a person."""

    id: str
    type: str
    title: str
    status: str = ""
    priority: int | None = None
    category: str = ""
    reference: str = ""
    assignee: str | None = None
    requester: str = ""
    territory: str = ""
    created_at: str = ""
    version: int = 0
    roles: Sequence[str] = ()


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What the index keeps beside the words: the hit to show, and the parts to merge news into."""

    shown: Shown
    description: str = ""
    remarks: Sequence[Remark] = ()


_encode = msgspec.json.Encoder().encode
payload_of = msgspec.json.Decoder(Payload).decode


def ticket_entry(ticket: Ticket, remarks: Sequence[Remark]) -> Entry:
    """This will describe a ticket, with what was written on it, to the index."""
    remarks = tuple(remarks)[-KEPT:]
    public = [remark.text for remark in remarks if remark.visibility == "public"]
    inner = [remark.text for remark in remarks if remark.visibility == "internal"]
    shown = Shown(
        id=ticket.id,
        type="ticket",
        title=ticket.title,
        status=ticket.status,
        priority=ticket.priority,
        category=ticket.category,
        reference=ticket.reference,
        assignee=ticket.assignee,
        requester=ticket.requester,
        territory=ticket.territory,
        created_at=ticket.created_at.isoformat().replace("+00:00", "Z"),
        version=ticket.version,
    )
    body = [ticket.description, ticket.resolution, ticket.reference, ticket.spot.place, *public]
    payload = Payload(shown=shown, description=ticket.description, remarks=remarks)
    return Entry(
        id=ticket.id,
        kind="ticket",
        version=ticket.version * STRIDE + len(remarks),
        title=ticket.title,
        body="\n".join(part for part in body if part),
        private="\n".join(inner),
        language=ticket.language,
        tags=_tags(ticket),
        at=ticket.created_at.timestamp(),
        payload=_encode(payload),
    )


def _tags(ticket: Ticket) -> Mapping[str, Sequence[str]]:
    readers = [EVERYONE, f"person:{ticket.requester}", f"territory:{ticket.territory}"]
    if ticket.assignee:
        readers.append(f"person:{ticket.assignee}")
    if ticket.store:
        readers.append(f"store:{ticket.store}")
    return {
        "reader": readers,
        "status": [ticket.status],
        "priority": [str(ticket.priority)],
        "category": [ticket.category],
        "territory": [ticket.territory],
        "assignee": [ticket.assignee or ""],
    }


def person_entry(person: Person) -> Entry:
    """This will describe a person to the index: staff find people by name, mail and skill."""
    shown = Shown(
        id=person.id,
        type="person",
        title=person.contact.name,
        status="active" if person.active else "inactive",
        territory=", ".join(person.territories),
        version=person.version,
        roles=person.roles,
    )
    words = [person.contact.mail, *person.roles, *person.skills, *person.territories]
    readers = [EVERYONE, *(f"territory:{name}" for name in person.territories)]
    return Entry(
        id=person.id,
        kind="person",
        version=person.version * STRIDE,
        title=person.contact.name,
        body=" ".join(words),
        tags={"reader": readers, "role": list(person.roles), "status": [shown.status]},
        payload=_encode(Payload(shown=shown)),
    )


def merged(known: Entry | None, ticket: Ticket, remarks: Sequence[Remark]) -> Entry | None:
    """This will join what is known of a ticket with news of it; None: it is no news.

    The ticket with the higher version counts; remarks are kept once each, in order of arrival.
    """
    kept: dict[str, Remark] = {}
    newest: Ticket | None = ticket
    if known is not None:
        payload = payload_of(known.payload)
        kept = {remark.id: remark for remark in payload.remarks}
        if payload.shown.version > ticket.version:
            newest = None
    before = len(kept)
    kept |= {remark.id: remark for remark in remarks}
    if newest is None or (known is not None and payload.shown.version == ticket.version):
        if known is None or len(kept) == before:
            return None
        return _said(known, tuple(kept.values()))
    return ticket_entry(newest, tuple(kept.values()))


def _said(known: Entry, remarks: Sequence[Remark]) -> Entry:
    """Adds remarks to an entry whose ticket is as new or newer than the news."""
    payload = payload_of(known.payload)
    new = remarks[len(payload.remarks) :]
    public = [remark.text for remark in new if remark.visibility == "public"]
    inner = [remark.text for remark in new if remark.visibility == "internal"]
    return msgspec.structs.replace(
        known,
        version=known.version + len(new),
        body="\n".join([known.body, *public]),
        private="\n".join([part for part in (known.private, *inner) if part]),
        payload=_encode(msgspec.structs.replace(payload, remarks=tuple(remarks)[-KEPT:])),
    )


def readers(actor: Actor) -> list[str]:
    """This will list whose eyes the actor may look through. It goes into every query."""
    own = [f"person:{actor.id}"]
    if actor.has("receptionist", "administrator", "auditor"):
        return [EVERYONE]
    if actor.has("dispatcher", "manager"):
        areas = [f"territory:{name}" for name in actor.territories]
        return [*own, *areas] if areas else [EVERYONE]
    if actor.has("store") and actor.store:
        return [*own, f"store:{actor.store}"]
    return own


def kinds(actor: Actor, asked: str) -> list[str]:
    """This will list what kinds the actor may find. People are found by those who manage them."""
    found = ["ticket"]
    if actor.has("receptionist", "dispatcher", "manager", "administrator", "auditor"):
        found.append("person")
    return [kind for kind in found if asked in ("", kind)]
