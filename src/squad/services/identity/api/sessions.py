"""Endpoints about one's own sign-ins, and the people of the demo world."""

import msgspec

from squad.contracts.people import Language, Role
from squad.kernel.access import PUBLIC
from squad.kernel.http import Call, Empty
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model.sessions import SessionList
from squad.services.identity.service import Identity


class DemoPerson(msgspec.Struct, frozen=True):
    """Somebody of the demo world, to sign in as by `login_hint`."""

    id: str
    name: str
    role: Role
    mail: str
    language: Language


class Demo(msgspec.Struct, frozen=True):
    """Whom the demo world offers; nobody elsewhere. password: of all of them."""

    items: tuple[DemoPerson, ...]
    password: str


@ENDPOINTS.get("/sessions", action="identity.self", answer=SessionList)
async def list_sessions(identity: Identity, call: Call[None, Empty]) -> SessionList:
    """List one's own sign-ins, the last used first."""
    return SessionList(tuple(await identity.sessions.page(actor=call.actor)))


@ENDPOINTS.delete("/sessions/{id}", action="identity.self", status=204, command=False)
async def end_session(identity: Identity, call: Call[None, Empty]) -> None:
    """End one of one's own sign-ins; an access token of it lives on for 15 minutes at most."""
    await identity.sessions.end(actor=call.actor, id=call.id())


@ENDPOINTS.post("/sessions/end-others", action="identity.self", status=204, command=False)
async def end_other_sessions(identity: Identity, call: Call[None, Empty]) -> None:
    """End all of one's own sign-ins but the one that asks."""
    await identity.sessions.end_others(actor=call.actor)


@ENDPOINTS.get("/demo", action=PUBLIC, answer=Demo)
async def list_demo(identity: Identity, call: Call[None, Empty]) -> Demo:
    """List the people of the demo world to sign in as; none where it is not loaded."""
    items = tuple(
        DemoPerson(one.id, one.name, one.role, one.mail, one.language) for one in identity.guests
    )
    return Demo(items, identity.guests[0].password if items else "")
