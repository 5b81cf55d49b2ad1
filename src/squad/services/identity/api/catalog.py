"""Endpoints of the catalogue: the same four for organisations, stores, skills and territories."""

import msgspec

from squad.kernel.access import allowed
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.kernel.problem import Missing
from squad.services.identity.api.rows import ENDPOINTS
from squad.services.identity.model.catalog import SHELVES, Amendment, Entry, New, Shelf
from squad.services.identity.service import Identity

WRITE = "identity.people.write"
OWN = "identity.stores.read"


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Entries in the order of their ids."""

    limit: Limit = 50
    cursor: Cursor = ""


def _list(shelf: Shelf) -> None:
    async def run(identity: Identity, call: Call[None, Listing]) -> Answer:
        query = call.query
        after = parts(query.cursor, str)[0] if query.cursor else ""
        found = await identity.catalog.page(shelf=shelf, after=after, limit=query.limit + 1)
        items = found[: query.limit]
        more = cursor(items[-1].id) if len(found) > len(items) else None
        return paged(Page(items, more), f"/api/identity/{shelf.name}", query)

    run.__doc__, run.__name__ = f"List {shelf.name}.", f"list_{shelf.name}"
    kind = page_of(shelf.entry)
    ENDPOINTS.get(f"/{shelf.name}", action=shelf.read, query=Listing, answer=kind)(run)


def _get(shelf: Shelf) -> None:
    async def run(identity: Identity, call: Call[None, Empty]) -> Entry:
        if not allowed(call.actor.roles, shelf.read) and call.id() != call.actor.store:
            raise Missing("There is no such entry, or it is not yours.")
        return await identity.catalog.get(shelf=shelf, id=call.id())

    action = OWN if shelf.own else shelf.read
    run.__doc__, run.__name__ = f"Show one of the {shelf.name}.", f"get_{shelf.name}"
    ENDPOINTS.get(f"/{shelf.name}/{{id}}", action=action, answer=shelf.entry)(run)


def _add(shelf: Shelf) -> None:
    async def run(identity: Identity, call: Call[New, Empty]) -> Entry:
        return await identity.catalog.add(shelf=shelf, new=call.body, cause=call.cause)

    run.__doc__, run.__name__ = f"Add to the {shelf.name}.", f"add_{shelf.name}"
    ENDPOINTS.post(
        f"/{shelf.name}", action=WRITE, body=shelf.new, answer=shelf.entry, status=201,
        problems=(409,),
    )(run)  # fmt: skip


def _amend(shelf: Shelf) -> None:
    async def run(identity: Identity, call: Call[Amendment, Empty]) -> Entry:
        return await identity.catalog.amend(
            shelf=shelf,
            id=call.id(),
            change=call.body,
            version=call.version(),
            cause=call.cause,
        )

    run.__doc__, run.__name__ = f"Change one of the {shelf.name}.", f"change_{shelf.name}"
    ENDPOINTS.patch(
        f"/{shelf.name}/{{id}}", action=WRITE, body=shelf.change, answer=shelf.entry,
        problems=(404, 412),
    )(run)  # fmt: skip


for _shelf in SHELVES.values():
    _list(_shelf)
    _get(_shelf)
    _add(_shelf)
    _amend(_shelf)
