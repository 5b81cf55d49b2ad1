"""Endpoints about people."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from squad.contracts.people import Person, Role
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model.people import Change, Draft
from squad.services.identity.model.text import Code, Key, Password
from squad.services.identity.service import Identity


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which people to list, in the order of their ids; or by name, at most 20, whom `q` leads to.

    q: the begin of names or of a mail, or at least the last four digits of a phone number.
    """

    q: Annotated[str, Meta(max_length=200)] | None = None

    role: Role | None = None
    territory: Code | None = None
    organisation: Key | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A password to set. current: needed for one's own."""

    password: Password
    current: Annotated[str, Meta(max_length=256)] = ""


@ENDPOINTS.get("/me", action="identity.self", answer=Person, criticality="important")
async def me(identity: Identity, call: Call[None, Empty]) -> Person:
    """Show the person whose token this is."""
    return await identity.people.get(id=call.actor.id)


@ENDPOINTS.get("/people", action="identity.people.read", query=Listing, answer=page_of(Person))
async def list_people(identity: Identity, call: Call[None, Listing]) -> Answer:
    """List people, by role, territory and organisation; or find them by name, mail or phone."""
    query = call.query
    after = parts(query.cursor, str)[0] if query.cursor else ""
    asked = {"organisation": query.organisation, "territory": query.territory, "role": query.role}
    tags = {kind: str(value) for kind, value in asked.items() if value}
    if query.q is not None:
        return Answer(Page(await identity.people.find(text=query.q, tags=tags), None))
    found = await identity.people.page(after=after, limit=query.limit + 1, tags=tags)
    items = found[: query.limit]
    more = cursor(items[-1].id) if len(found) > len(items) else None
    return paged(Page(items, more), "/api/identity/people", query)


@ENDPOINTS.post(
    "/people", action="identity.customers.write", body=Draft, answer=Person, status=201,
    problems=(409,),
)  # fmt: skip
async def create_person(identity: Identity, call: Call[Draft, Empty]) -> Person:
    """Add a person; the desk adds customers, an administrator anybody."""
    return await identity.people.create(actor=call.actor, draft=call.body, cause=call.cause)


@ENDPOINTS.get("/people/{id}", action="identity.people.read", answer=Person)
async def get_person(identity: Identity, call: Call[None, Empty]) -> Person:
    """Show a person."""
    return await identity.people.get(id=call.id())


@ENDPOINTS.patch(
    "/people/{id}", action="identity.self", body=Change, answer=Person, problems=(404, 409, 412)
)
async def change_person(identity: Identity, call: Call[Change, Empty]) -> Person:
    """Change fields of a person: one's own, at the desk a customer's, as administrator all."""
    return await identity.people.change(
        actor=call.actor,
        id=call.id(),
        change=call.body,
        version=call.version(),
        cause=call.cause,
    )


@ENDPOINTS.post(
    "/people/{id}/deactivate", action="identity.people.write", body=Empty, answer=Person,
    problems=(404, 409, 412),
)  # fmt: skip
async def deactivate_person(identity: Identity, call: Call[Empty, Empty]) -> Person:
    """End a person's sign-in and work; their tokens die within a minute."""
    return await identity.people.deactivate(id=call.id(), version=call.version(), cause=call.cause)


@ENDPOINTS.post(
    "/people/{id}/activate", action="identity.people.write", body=Empty, answer=Person,
    problems=(404, 409, 412),
)  # fmt: skip
async def activate_person(identity: Identity, call: Call[Empty, Empty]) -> Person:
    """Let a person sign in and work again."""
    return await identity.people.activate(id=call.id(), version=call.version(), cause=call.cause)


@ENDPOINTS.post(
    "/people/{id}/erase", action="identity.people.write", body=Empty, answer=Person,
    problems=(404, 409, 412),
)  # fmt: skip
async def erase_person(identity: Identity, call: Call[Empty, Empty]) -> Person:
    """Erase everything that tells who a person was, for good, in every service."""
    return await identity.people.erase(id=call.id(), version=call.version(), cause=call.cause)


# Not a command: its fingerprint, kept in the inbox, would be a quick hash of the password.
@ENDPOINTS.put(
    "/people/{id}/password", action="identity.self", body=NewPassword, status=204,
    command=False, problems=(404, 409, 429),
)  # fmt: skip
async def set_password(identity: Identity, call: Call[NewPassword, Empty]) -> None:
    """Set a password and end all sign-ins; one's own needs the current one."""
    await identity.people.password(
        actor=call.actor,
        id=call.id(),
        password=call.body.password,
        current=call.body.current,
        address=address(call),
    )


def address(call: Call[Any, Any]) -> str:
    """This will tell where a request comes from."""
    client = call.request.client
    return client.host if client else ""
