"""The HTTP interface of tickets."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from squad.contracts.envelope import Id
from squad.contracts.people import Contact, Language, Level
from squad.contracts.tickets import Mode, Status, Visibility, Window
from squad.kernel.access import Actor
from squad.kernel.http import Answer, Call, Empty, Endpoints
from squad.kernel.ids import derive, uuid7
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.kernel.problem import Fault, Forbidden, Invalid
from squad.ports.unit import Cause
from squad.services.tickets import model
from squad.services.tickets.model import Entry, Extra, Logged, Message, TicketView
from squad.services.tickets.service import Tickets

ENDPOINTS = Endpoints("/api/tickets")

Skills = dict[model.Skill, Level]
Priority = Annotated[int, Meta(ge=1, le=4, description="1 is the most urgent.")]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Location(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A postal code, or a point (degrees, WGS 84); the address is for the visitor only."""

    postal_code: Annotated[str, Meta(min_length=3, max_length=12)] | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: Annotated[str, Meta(max_length=300)] = ""


class Caller(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who to ask for on the spot."""

    name: Annotated[str, Meta(max_length=200)] = ""
    mail: Annotated[str, Meta(max_length=320)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


class NewTicket(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person logs."""

    title: model.Text
    location: Location
    description: model.Long = ""
    id: Id | None = None
    category: model.Category = "other"
    skills: Annotated[Skills, Meta(max_length=10)] = {}
    certification: Annotated[str, Meta(max_length=60)] = ""
    priority: Priority = 3
    mode: Mode = "onsite"
    language: Language | None = None
    requester: Id | None = None
    contact: Caller | None = None
    preferred_windows: Annotated[list[Window], Meta(max_length=10)] = []


class Arrival(NewTicket, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A ticket of another system. id: always the same for the same one there.

    past: where it is finished already; then it comes in as history and is not routed.
    """

    id: Id
    past: model.Past | None = None


class Import(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tickets of another system."""

    tickets: Annotated[list[Arrival], Meta(min_length=1, max_length=100)]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one of them. reason: why it was refused."""

    id: Id
    outcome: Literal["created", "there", "refused"]
    reason: str = ""


class Change(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The fields to change; those left out stay."""

    title: model.Text | UnsetType = UNSET
    description: model.Long | UnsetType = UNSET
    category: model.Category | UnsetType = UNSET
    skills: Annotated[Skills, Meta(max_length=10)] | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    location: Location | UnsetType = UNSET
    contact: Caller | UnsetType | None = UNSET
    preferred_windows: Annotated[list[Window], Meta(max_length=10)] | UnsetType = UNSET


class Reason(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why."""

    reason: model.Reason


class Wait(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why, and whose move it is."""

    reason: model.Reason
    waiting_for: Literal["customer", "parts"] = "customer"


class Resolution(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was done."""

    resolution: Annotated[str, Meta(min_length=1, max_length=5_000)]


class NewMessage(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to say, and to whom: `internal` notes are for staff."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    visibility: Visibility = "public"
    id: Id | None = None


class Listed(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters of the list, newest first."""

    status: Status | None = None
    assignee: Id | None = None
    requester: Id | None = None
    territory: Annotated[str, Meta(max_length=20)] | None = None
    limit: Limit = 50
    cursor: Cursor = ""


_STEP = {"answer": TicketView, "problems": (409, 412), "criticality": "core"}


@ENDPOINTS.post(
    "", action="tickets.create", body=NewTicket, answer=TicketView, status=201,
    criticality="core", problems=(409,),
)  # fmt: skip
async def create(tickets: Tickets, call: Call[NewTicket, Empty]) -> Answer:
    """Log a ticket."""
    new, actor = call.body, call.actor
    extra = Extra(contact=_contact(new.contact), address=new.location.address)
    logged = await _logged(tickets, actor, new)
    view = await tickets.create(actor=actor, logged=logged, extra=extra, cause=call.cause)
    return Answer(view, headers={"Location": f"/api/tickets/{view.id}"})


@ENDPOINTS.post(
    "/import", action="tickets.import", body=Import, answer=list[Outcome], criticality="sheddable"
)
async def bring(tickets: Tickets, call: Call[Import, Empty]) -> list[Outcome]:
    """Bring in tickets of another system, each once for ever; a refused one stops no other."""
    return await asyncio.gather(*(_bring(tickets, call, one) for one in call.body.tickets))


async def _bring(tickets: Tickets, call: Call[Import, Empty], one: Arrival) -> Outcome:
    actor = call.actor
    cause = Cause(derive("tickets.import", one.id), b"", actor.id, call.cause.trace)
    extra = Extra(contact=_contact(one.contact), address=one.location.address)
    try:
        logged = await _logged(tickets, actor, one)
        fresh = await tickets.bring(
            logged=logged, extra=extra, past=one.past, cause=cause, batch=call.cause.id
        )
    except Invalid as problem:
        return Outcome(id=one.id, outcome="refused", reason=problem.detail)
    return Outcome(id=one.id, outcome="created" if fresh else "there")


async def _logged(tickets: Tickets, actor: Actor, new: NewTicket) -> Logged:
    requester = new.requester or actor.id
    person = await tickets.person(requester)
    if requester != actor.id:
        model.on_behalf(actor, person)
    return Logged(
        id=new.id or uuid7(),
        title=new.title,
        description=new.description,
        category=new.category,
        skills=new.skills,
        certification=new.certification,
        priority=new.priority,
        mode=new.mode,
        spot=await tickets.spot(new.location.postal_code, _point(new.location)),
        windows=model.windows(new.preferred_windows, tickets.books.clock.now()),
        requester=requester,
        organisation=person.organisation if person else actor.organisation,
        store=(person.store if person else actor.store) or actor.store,
        tier=person.tier if person else "bronze",
        language=new.language or (person.language if person else "en"),
    )


@ENDPOINTS.get(
    "", action="tickets.read", query=Listed, answer=page_of(TicketView), criticality="normal"
)
async def listed(tickets: Tickets, call: Call[None, Listed]) -> Answer:
    """List the tickets that you may see, newest first."""
    query, actor = call.query, call.actor
    filters = _filters(query, actor)
    before = parts(query.cursor, float, str) if query.cursor else None
    rows = await tickets.store.tickets(filters, before=before, limit=query.limit + 1)
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    after = cursor(rows[-1][1], rows[-1][2]) if more else None
    page = Page([msgspec.Raw(row[0]) for row in rows], after)
    return paged(page, "/api/tickets", query)


def _filters(query: Listed, actor: Actor) -> list[tuple[str, list[str]]]:
    """What was asked for, and always what the actor may see: computed before any counting."""
    asked = {"status": query.status, "assignee": query.assignee, "requester": query.requester,
             "territory": query.territory}  # fmt: skip
    filters = [(column, [str(value)]) for column, value in asked.items() if value is not None]
    if actor.has("receptionist", "administrator", "auditor"):
        return filters
    if actor.has("dispatcher", "manager"):
        if actor.territories:
            filters.append(("territory", list(actor.territories)))
        return filters
    if actor.has("store") and actor.store:
        return [*filters, ("store", [actor.store])]
    own = "assignee" if actor.has("consultant") else "requester"
    return [*filters, (own, [actor.id])]


@ENDPOINTS.get("/{id}", action="tickets.read", answer=TicketView, criticality="important")
async def get(tickets: Tickets, call: Call[None, Empty]) -> TicketView:
    """Show a ticket."""
    return await tickets.get(actor=call.actor, id=call.id())


@ENDPOINTS.patch(
    "/{id}", action="tickets.change", body=Change, answer=TicketView, problems=(409, 412),
    criticality="important",
)  # fmt: skip
async def change(tickets: Tickets, call: Call[Change, Empty]) -> TicketView:
    """Change facts of a ticket."""
    body = call.body
    given = {k: v for k, v in msgspec.structs.asdict(body).items() if v is not UNSET}
    extra: dict[str, object] = {}
    if "contact" in given:
        extra["contact"] = _contact(given.pop("contact"))
    if "preferred_windows" in given:
        now = tickets.books.clock.now()
        given["windows"] = model.windows(given.pop("preferred_windows"), now)
    if "location" in given:
        location: Location = given.pop("location")
        spot = await tickets.spot(location.postal_code, _point(location))
        given |= {"spot": spot, "territory": f"{spot.country}-{spot.region}"}
        extra["address"] = location.address
    if not given and not extra:
        raise Invalid("Nothing to change.", [Fault("/", "give at least one field")])
    return await tickets.change(
        actor=call.actor, id=call.id(), changes=given, extra=extra, version=call.version(),
        cause=call.cause,
    )  # fmt: skip


async def _step(
    tickets: Tickets, call: Call[Any, Empty], step: model.Step, note: str = "", whose: str = ""
) -> TicketView:
    return await tickets.step(
        actor=call.actor, id=call.id(), step=step, cause=call.cause, note=note,
        waiting_for=whose, version=call.version(),
    )  # fmt: skip


@ENDPOINTS.post("/{id}/accept", action="tickets.work", body=Empty, **_STEP)
async def accept(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Accept the ticket that you were assigned."""
    return await _step(tickets, call, "accept")


@ENDPOINTS.post("/{id}/decline", action="tickets.work", body=Reason, **_STEP)
async def decline(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Decline it; somebody else is looked for."""
    return await _step(tickets, call, "decline", call.body.reason)


@ENDPOINTS.post("/{id}/travel", action="tickets.work", body=Empty, **_STEP)
async def travel(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Say that you are on the way."""
    return await _step(tickets, call, "travel")


@ENDPOINTS.post("/{id}/arrive", action="tickets.work", body=Empty, **_STEP)
async def arrive(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Say that you are there, or that the remote session is open."""
    return await _step(tickets, call, "arrive")


@ENDPOINTS.post("/{id}/resolve", action="tickets.work", body=Resolution, **_STEP)
async def resolve(tickets: Tickets, call: Call[Resolution, Empty]) -> TicketView:
    """Say what solved it."""
    return await _step(tickets, call, "resolve", call.body.resolution)


@ENDPOINTS.post("/{id}/wait", action="tickets.wait", body=Wait, **_STEP)
async def wait(tickets: Tickets, call: Call[Wait, Empty]) -> TicketView:
    """Say that work stands still, and why."""
    return await _step(tickets, call, "wait", call.body.reason, call.body.waiting_for)


@ENDPOINTS.post("/{id}/close", action="tickets.close", body=Empty, **_STEP)
async def close(tickets: Tickets, call: Call[Empty, Empty]) -> TicketView:
    """Close a resolved ticket; the customer is asked how it was."""
    return await _step(tickets, call, "close")


@ENDPOINTS.post("/{id}/reopen", action="tickets.reopen", body=Reason, **_STEP)
async def reopen(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Reopen a ticket that is not solved after all."""
    return await _step(tickets, call, "reopen", call.body.reason)


@ENDPOINTS.post("/{id}/cancel", action="tickets.cancel", body=Reason, **_STEP)
async def cancel(tickets: Tickets, call: Call[Reason, Empty]) -> TicketView:
    """Cancel a ticket that is no longer wanted."""
    return await _step(tickets, call, "cancel", call.body.reason)


@ENDPOINTS.get("/{id}/history", action="tickets.read", answer=list[Entry], criticality="important")
async def history(tickets: Tickets, call: Call[None, Empty]) -> list[Entry]:
    """Show every step of a ticket."""
    await tickets.get(actor=call.actor, id=call.id())
    entries = await tickets.store.history(call.id())
    return entries if call.actor.staff else [model.outward(entry) for entry in entries]


@ENDPOINTS.get("/{id}/messages", action="tickets.read", answer=list[Message])
async def messages(tickets: Tickets, call: Call[None, Empty]) -> list[Message]:
    """List what was written on a ticket."""
    await tickets.get(actor=call.actor, id=call.id())
    return await tickets.store.messages(call.id(), internal=call.actor.staff)


@ENDPOINTS.post(
    "/{id}/messages", action="tickets.write", body=NewMessage, answer=Message, status=201,
    criticality="important",
)  # fmt: skip
async def say(tickets: Tickets, call: Call[NewMessage, Empty]) -> Message:
    """Write on a ticket."""
    body, actor = call.body, call.actor
    if body.visibility == "internal" and not actor.staff:
        raise Forbidden("Internal notes are for staff. Write a public message.")
    message = Message(
        id=body.id or uuid7(),
        at=tickets.books.clock.now(),
        author=actor.id,
        visibility=body.visibility,
        text=body.text,
    )
    return await tickets.say(actor=actor, id=call.id(), message=message, cause=call.cause)


def _contact(caller: Caller | None) -> Contact | None:
    return Contact(name=caller.name, mail=caller.mail, phone=caller.phone) if caller else None


def _point(location: Location) -> tuple[float, float] | None:
    if location.latitude is not None and location.longitude is not None:
        return location.latitude, location.longitude
    if location.postal_code is None:
        fault = Fault("/location", "give postal_code, or latitude and longitude")
        raise Invalid("Where is it?", [fault])
    return None
