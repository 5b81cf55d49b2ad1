"""Every event by type, and the two ways between events and letters' bodies."""

import msgspec

from squad.contracts import engagement, operations, people, routing, tickets
from squad.contracts.envelope import Envelope, Event, Unreadable, unseal

_modules = (people, tickets, routing, engagement, operations)


def _collect() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for module in _modules:
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Event) and thing.type:
                found[thing.type] = thing
    return dict(sorted(found.items()))


EVENTS = _collect()
_decoders = {name: msgspec.json.Decoder(event) for name, event in EVENTS.items()}


def open_letter(body: bytes) -> tuple[Envelope, Event]:
    """This will read a letter's envelope and its event.

    Raises Unreadable: not a CloudEvent of ours, an unknown type or version, or unfit data.
    """
    envelope = unseal(body)
    decoder = _decoders.get(envelope.type)
    if decoder is None:
        raise Unreadable(f"unknown type {envelope.type!r}")
    try:
        return envelope, decoder.decode(envelope.data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(f"{envelope.type}: {error}") from error
