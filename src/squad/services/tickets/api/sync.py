"""Sync of clients that work without a network, and the live stream."""

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import astuple

from squad.contracts.envelope import Id
from squad.kernel.http import Answer, Call, Empty, encode
from squad.kernel.ids import derive
from squad.kernel.page import Cursor, cursor, parts
from squad.kernel.problem import Fault, Invalid, Malformed
from squad.kernel.reading import decode
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model.moment import Moment, skew
from squad.services.tickets.model.mutations import AnyMutation
from squad.services.tickets.model.report import Report
from squad.services.tickets.service import Tickets
from squad.services.tickets.service.sync import Place, Result, Synced

LARGEST = 1_048_576  # bytes of a push
MOST = 100  # mutations of a push, and tickets of a pull
LONGEST = 900.0  # s that a stream lasts


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Push(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a device did, in order. sent_at: by its clock, now."""

    device: Id
    sent_at: Moment
    mutations: Annotated[list[AnyMutation], Meta(max_length=MOST)]


class Sent(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same, each mutation still to be read: a wrong one stops no other."""

    device: Id
    sent_at: Moment
    mutations: Annotated[list[msgspec.Raw], Meta(max_length=MOST)]


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each, in order. now: by our clock."""

    now: datetime
    results: Sequence[Result]


class Since(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From where, and how many tickets at most."""

    cursor: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what changed. more: ask again at once. gone: ids that are out of sight now."""

    now: datetime
    cursor: str
    more: bool
    tickets: Sequence[Synced]
    gone: Sequence[str]


class From(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From where, if not from now; the header Last-Event-ID goes before it."""

    cursor: Cursor = ""


class _Named(msgspec.Struct, frozen=True):
    id: Id


_mutation = msgspec.json.Decoder(AnyMutation)
_named = msgspec.json.Decoder(_Named)


@ENDPOINTS.post(
    "/sync", action="tickets.sync", body=Sent, shown=Push, answer=Pushed, command=False,
    criticality="core", largest=LARGEST,
)  # fmt: skip
async def push(tickets: Tickets, call: Call[Sent, Empty]) -> Pushed:
    """Send what was done without a network.

    Each mutation is applied in its turn, once for ever. One that is refused is so for good and
    stops no other; from one to retry on, nothing was done.
    """
    now = tickets.books.clock.now()
    off = skew(call.body.sent_at, now)
    results: list[Result] = []
    for number, raw in enumerate(call.body.mutations):
        if results and results[-1].outcome == "retry":
            results.append(Result(id=_id(raw), outcome="retry"))
        else:
            results.append(await _pushed(tickets, call, number, bytes(raw), off))
    return Pushed(now=now, results=results)


async def _pushed(
    tickets: Tickets, call: Call[Sent, Empty], number: int, raw: bytes, off: timedelta
) -> Result:
    try:
        mutation = decode(_mutation, raw)
    except (Invalid, Malformed) as problem:
        place = f"/mutations/{number}"
        faults = [Fault(f"{place}{one.path}", one.message) for one in problem.faults]
        wrong = Invalid("This mutation is malformed; see errors.", faults or [Fault(place, "")])
        return Result(id=_id(raw), outcome="refused", problem=wrong.body())
    return await tickets.sync.push(
        actor=call.actor, mutation=mutation, skew=off, trace=call.cause.trace
    )


def _id(raw: bytes | msgspec.Raw) -> str | None:
    with contextlib.suppress(msgspec.DecodeError, RecursionError):
        return _named.decode(raw).id
    return None


@ENDPOINTS.get("/sync", action="tickets.sync", query=Since, answer=Changed, criticality="important")
async def pull(tickets: Tickets, call: Call[None, Since]) -> Changed:
    """List what changed since a cursor, with all that a copy needs.

    Without one: open tickets, and what changed in the last seven days. What changed in the last
    20 seconds comes again: tell it by version and touched_at.
    """
    place = _place(call.query.cursor) or Place()
    pulled = await tickets.sync.pull(actor=call.actor, place=place, limit=call.query.limit)
    return Changed(
        now=pulled.now,
        cursor=cursor(*astuple(pulled.place)),
        more=pulled.more,
        tickets=pulled.tickets,
        gone=pulled.gone,
    )


@ENDPOINTS.get("/{id}/report", action="tickets.read", answer=Report, criticality="important")
async def report(tickets: Tickets, call: Call[None, Empty]) -> Answer:
    """Show what was done on the spot: parts, time, words, signature."""
    made = await tickets.visits.report(actor=call.actor, id=call.id())
    return Answer(made, headers={"ETag": f'"{derive(encode(made).decode())}"'})


@ENDPOINTS.get("/live", action="tickets.sync", query=From, media="text/event-stream")
async def live(tickets: Tickets, call: Call[None, From]) -> Answer:
    """Stream which tickets change, as server-sent events.

    Events: ready, ticket, gone, reset (pull, it is too much to tell) and bye. The stream ends
    with the token, after 15 minutes at most; connect again with Last-Event-ID.
    """
    request = call.request
    place = _place(request.headers.get("last-event-id", "")[:500] or call.query.cursor)
    expires: Any = request.scope.get("squad.expires")
    left = LONGEST if expires is None else expires - tickets.books.clock.now().timestamp()
    seconds = max(0.0, min(LONGEST, left))
    body = await tickets.live.listen(actor=call.actor, place=place, seconds=seconds)
    return Answer(body, headers={"X-Accel-Buffering": "no"}, media="text/event-stream")


def _place(text: str) -> Place | None:
    return Place(*parts(text, float, str, float, float, bool)) if text else None
