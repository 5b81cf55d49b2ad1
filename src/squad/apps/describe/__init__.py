"""Descriptions of the product that are made from its code: OpenAPI, AsyncAPI and their pages."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from squad.apps import wiring
from squad.apps.describe import events, http, page, weights
from squad.kernel.service import Service


def openapi(services: Sequence[Service] = ()) -> dict[str, Any]:
    """This will describe the HTTP interface of the services, of all without any: OpenAPI 3.1."""
    return http.document(services or wiring.services())


def asyncapi(services: Sequence[Service] = ()) -> dict[str, Any]:
    """This will describe all events and who sends and handles them: AsyncAPI 3.0."""
    return events.document(services or wiring.services())


def documents(services: Sequence[Service] = ()) -> Mapping[str, str]:
    """This will write the files that are kept in the repository, by their paths."""
    return {
        "docs/openapi.json": _json(openapi(services)) + "\n",
        "docs/events.md": page.write(asyncapi(services)),
        "docs/policy.md": weights.write(),
    }


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
