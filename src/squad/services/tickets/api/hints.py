"""Hints while a ticket is written: postal codes, and tickets that may be the same."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.kernel.http import Call
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model.similar import Like
from squad.services.tickets.service import Tickets


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a postal code or the name of a place begins."""

    q: Annotated[str, Meta(min_length=2, max_length=60)]
    country: Literal["US", "CA"] | None = None
    limit: Annotated[int, Meta(ge=1, le=20)] = 8


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A postal code and where it is: degrees, WGS 84."""

    postal_code: str
    place: str
    region: str
    country: str
    zone: str
    latitude: float
    longitude: float


class Same(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is written so far, and for whom or which store; for yourself where both are left out."""

    title: Annotated[str, Meta(min_length=3, max_length=200)]
    requester: Id | None = None
    store: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


@ENDPOINTS.get("/places", action="tickets.read", query=Start, answer=list[Found])
async def places(tickets: Tickets, call: Call[None, Start]) -> list[Found]:
    """Complete a postal code, or the name of a place to its postal code."""
    query = call.query
    found = tickets.hints.complete(query.q, country=query.country or "", limit=query.limit)
    return [
        Found(
            postal_code=place.code, place=place.name, region=place.region, country=place.country,
            zone=place.zone, latitude=place.latitude, longitude=place.longitude,
        )
        for place in found
    ]  # fmt: skip


@ENDPOINTS.get("/similar", action="tickets.create", query=Same, answer=list[Like])
async def similar(tickets: Tickets, call: Call[None, Same]) -> list[Like]:
    """Show open tickets of the requester or the store that may be the same one."""
    query = call.query
    requester = query.requester or (None if query.store else call.actor.id)
    return await tickets.hints.similar(
        actor=call.actor, title=query.title, requester=requester, store=query.store
    )
