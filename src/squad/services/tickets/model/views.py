"""What people see of a ticket: its facts, its history, and what was written on it."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from squad.contracts.people import Contact
from squad.contracts.tickets import Status, Ticket, Visibility


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """Personal parts of a ticket: who to ask for on the spot, and where exactly."""

    contact: Contact | None = None
    address: str = ""


class TicketView(Ticket, frozen=True, kw_only=True):
    """A ticket as the API shows it."""

    contact: Contact | None = None
    address: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a ticket's history: which step, by whom, and the status after it.

    at: when it happened. received_at: when it came, where that was later. corrected: seconds by
    which the clock of the device that told it was put right.
    """

    version: int
    at: datetime
    actor: str
    step: str
    status: Status
    assignee: str | None
    note: str
    received_at: datetime | None = None
    corrected: int = 0


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something written on a ticket."""

    id: str
    at: datetime
    author: str
    visibility: Visibility
    text: str


def outward(entry: Entry) -> Entry:
    """This will show a line of history to a customer: reasons among staff stay among staff."""
    inner = entry.step in ("decline", "unassign", "stall", "interrupt")
    return replace(entry, note="" if inner else entry.note)
