"""The browsers in which a person gets push messages."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

MOST = 5  # devices of one person; one more takes the place of the oldest
Base64 = Annotated[str, Meta(max_length=200, pattern="^[A-Za-z0-9_=-]*$")]


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's public key and secret, base64url (RFC 8291)."""

    p256dh: Base64
    auth: Base64


class NewDevice(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"expires": "expirationTime"}
):
    """A browser's PushSubscription, and what its person calls the device. expires: not used, the
    push service says when it ends.
    """

    endpoint: Annotated[str, Meta(min_length=1, max_length=2_000)]
    keys: Keys
    name: Annotated[str, Meta(max_length=80)] = ""
    expires: float | None = None


class Device(msgspec.Struct, frozen=True):
    """A browser that a person has subscribed."""

    id: str
    endpoint: str
    keys: Keys
    name: str
    since: datetime


class Holder(msgspec.Struct, frozen=True):
    """Whose an endpoint is: one person's at a time, so nobody reads another's messages."""

    person: str
    device: str


class Subscribed(msgspec.Struct, frozen=True):
    """A device as its person sees it."""

    id: str
    name: str
    since: datetime


class Devices(msgspec.Struct, frozen=True):
    """All devices of a person, the oldest first."""

    items: tuple[Subscribed, ...]


class PushKey(msgspec.Struct, frozen=True):
    """The key that browsers subscribe with (applicationServerKey), base64url."""

    key: str


def shown(device: Device) -> Subscribed:
    """This will leave out what nobody needs to see."""
    return Subscribed(device.id, device.name, device.since)


def address(device: Device) -> str:
    """This will write the PushSubscription for the notifier."""
    return msgspec.json.encode({"endpoint": device.endpoint, "keys": device.keys}).decode()
