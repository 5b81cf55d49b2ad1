"""The events as AsyncAPI 3.0, from the contracts and from what the services consume."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from squad import __version__
from squad.apps.describe.schemas import REF, Object, collect
from squad.contracts.envelope import Event, Id
from squad.contracts.registry import EVENTS
from squad.kernel.service import Service

_INFO = """What the services of Sysops Squad tell each other. Every event is a CloudEvent 1.0 in
structured JSON. The bus delivers at least once and in no promised order: whoever handles an event
remembers its id, and keeps the highest version of what it speaks of."""


class Letter(msgspec.Struct, kw_only=True):
    """A CloudEvent 1.0 with the attributes that ours have.

    id: derived from the cause, so that a replay has the same. source: the service that sent it.
    subject: id of the aggregate; letters of one subject are handled in turn. time: of the change.
    version: of the aggregate after the change, + 1 with every change; keep the highest.
    cause: id of the command or event behind it. actor: person's id, or empty for the system.
    traceparent: W3C trace context, or empty.
    """

    specversion: str
    id: Id
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    version: int
    cause: str
    actor: str
    traceparent: str
    data: Any


def document(services: Sequence[Service]) -> Object:
    """This will describe every event, and who of these services handles it."""
    _, schemas = collect([Letter, *EVENTS.values()])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sysops Squad events",
            "version": __version__,
            "description": " ".join(_INFO.split()),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {event.__name__: _channel(event) for event in EVENTS.values()},
        "operations": _operations(services),
        "components": {
            "messages": {event.__name__: _message(event, schemas) for event in EVENTS.values()},
            "schemas": schemas,
        },
    }


def publisher(event: type[Event]) -> str:
    """This will name the service that sends an event; "operations" is every service."""
    return event.type.split(".")[1]


def _channel(event: type[Event]) -> Object:
    message = {"$ref": f"#/components/messages/{event.__name__}"}
    return {"address": event.type, "messages": {event.__name__: message}}


def _message(event: type[Event], schemas: Object) -> Object:
    data = {"type": {"const": event.type}, "data": {"$ref": REF.format(name=event.__name__)}}
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": schemas[event.__name__].get("description", ""),
        "tags": [{"name": publisher(event)}],
        "payload": {"allOf": [{"$ref": REF.format(name="Letter")}, {"properties": data}]},
    }


def _operations(services: Sequence[Service]) -> Object:
    found: Object = {}
    for event in EVENTS.values():
        sender = publisher(event)
        found[f"{sender}_sends_{event.__name__}"] = _operation(event, sender, "send")
        for service in services:
            if event in service.consumes:
                name = f"{service.name}_handles_{event.__name__}"
                found[name] = _operation(event, service.name, "receive")
    return dict(sorted(found.items()))


def _operation(event: type[Event], service: str, action: str) -> Object:
    channel = f"#/channels/{event.__name__}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.__name__}"}],
        "tags": [{"name": service}],
    }
