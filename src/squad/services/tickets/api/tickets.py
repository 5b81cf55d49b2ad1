"""Log, list, show and change tickets."""

import asyncio

import msgspec
from msgspec import UNSET

from squad.contracts.people import Contact, Person
from squad.kernel.access import Actor
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.ids import derive, uuid7
from squad.kernel.problem import Fault, Invalid
from squad.ports.proposer import Proposal
from squad.ports.unit import Cause
from squad.services.tickets import model
from squad.services.tickets.api.bodies import (
    Arrival,
    Caller,
    Change,
    Draft,
    Import,
    Location,
    NewTicket,
    Outcome,
)
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model import Advice, Entry, Extra, Facts, Logged, TicketView
from squad.services.tickets.service import Tickets


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
    person = await tickets.people.person(requester)
    if requester != actor.id:
        model.on_behalf(actor, person)
    spot = await tickets.spot(new.location.postal_code, _point(new.location))
    facts = _facts(tickets, new, requester, person, f"{spot.country}-{spot.region}")
    return Logged(
        id=new.id or uuid7(),
        title=new.title,
        description=new.description,
        category=facts.category,
        skills=facts.skills,
        certification=new.certification,
        priority=facts.priority,
        mode=new.mode,
        spot=spot,
        windows=model.windows(new.preferred_windows, tickets.books.clock.now()),
        requester=requester,
        organisation=person.organisation if person else actor.organisation,
        store=(person.store if person else actor.store) or actor.store,
        tier=person.tier if person else "bronze",
        language=new.language or (person.language if person else "en"),
        service=facts.service,
        proposal=facts.proposed,
    )


def _facts(
    tickets: Tickets, new: NewTicket, requester: str, person: Person | None, territory: str
) -> Facts:
    """What the client gave, completed; a model is asked only where something was left out."""
    given = {"category": new.category, "skills": new.skills, "priority": new.priority}
    if new.category is not None and new.priority is not None:
        return model.settle(Proposal(), **given)  # type: ignore[arg-type]
    said = tickets.counsel.propose(
        title=new.title,
        description=new.description,
        requester=requester,
        organisation=person.organisation if person else "",
        store=person.store if person else "",
        territory=territory,
    )
    return model.settle(said, **given)  # type: ignore[arg-type]


@ENDPOINTS.post("/proposal", action="tickets.create", body=Draft, answer=Advice, command=False)
async def propose(tickets: Tickets, call: Call[Draft, Empty]) -> Advice:
    """Propose what a ticket needs while it is being written; nothing is logged."""
    draft, requester = call.body, call.body.requester or call.actor.id
    person = await tickets.people.person(requester)
    if requester != call.actor.id:
        model.on_behalf(call.actor, person)
    said = tickets.counsel.propose(
        title=draft.title,
        description=draft.description,
        requester=requester,
        organisation=person.organisation if person else "",
        store=person.store if person else "",
    )
    return model.advice(said)


@ENDPOINTS.get("/{id}", action="tickets.read", answer=TicketView, criticality="important")
async def get(tickets: Tickets, call: Call[None, Empty]) -> TicketView:
    """Show a ticket."""
    return await tickets.desk.get(actor=call.actor, id=call.id())


@ENDPOINTS.patch(
    "/{id}", action="tickets.change", body=Change, answer=TicketView, problems=(409, 412),
    criticality="important",
)  # fmt: skip
async def change(tickets: Tickets, call: Call[Change, Empty]) -> TicketView:
    """Change facts of a ticket.

    Another category brings its usual skills unless you give some; another priority another due_at.
    """
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


@ENDPOINTS.get("/{id}/history", action="tickets.read", answer=list[Entry], criticality="important")
async def history(tickets: Tickets, call: Call[None, Empty]) -> list[Entry]:
    """Show every step of a ticket."""
    await tickets.desk.get(actor=call.actor, id=call.id())
    entries = await tickets.store.history(call.id())
    return entries if call.actor.staff else [model.outward(entry) for entry in entries]


def _contact(caller: Caller | None) -> Contact | None:
    return Contact(name=caller.name, mail=caller.mail, phone=caller.phone) if caller else None


def _point(location: Location) -> tuple[float, float] | None:
    if location.latitude is not None and location.longitude is not None:
        return location.latitude, location.longitude
    if location.postal_code is None:
        fault = Fault("/location", "give postal_code, or latitude and longitude")
        raise Invalid("Where is it?", [fault])
    return None
