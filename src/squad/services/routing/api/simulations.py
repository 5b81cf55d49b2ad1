"""What-ifs: asked for, looked at, cancelled, and put in force."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from squad.contracts.envelope import Id
from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.kernel.problem import Impossible
from squad.services.routing.api.policies import Promotion
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.document import Edition
from squad.services.routing.service import Routing
from squad.services.routing.trial import Asked, Trial

SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class Ask(Asked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to try, with an id of your own, if you like."""

    id: Id | None = None


class Simulation(Trial, frozen=True, kw_only=True):
    """A what-if. result: the comparison, once it is done. report: where its pages are.

    promote: where to POST {note, replaces} to put the policy that was tried in force.
    """

    result: Mapping[str, Any] | None = None
    report: str | None = None
    promote: str | None = None


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What-ifs, the newest first."""

    limit: Limit = 50
    cursor: Cursor = ""


@ENDPOINTS.post(
    "/simulations", action="routing.simulate", body=Ask, answer=Trial, status=202,
    criticality="sheddable", problems=(404, 429),
)  # fmt: skip
async def simulate(routing: Routing, call: Call[Ask, Empty]) -> Trial:
    """Try a policy or other staff on our own history or in a generated world."""
    body = call.body
    asked = Asked(**{name: getattr(body, name) for name in Asked.__struct_fields__})
    return await routing.trials.ask(asked=asked, language=call.actor.language, cause=call.cause)


@ENDPOINTS.get(
    "/simulations", action="routing.simulate", query=Listing, answer=page_of(Trial),
    criticality="sheddable",
)  # fmt: skip
async def simulations(routing: Routing, call: Call[None, Listing]) -> Answer:
    """List what-ifs, the newest first."""
    query, at, id = call.query, None, ""
    if query.cursor:
        stamp, id = parts(query.cursor, float, str)
        at = datetime.fromtimestamp(stamp, UTC)
    found = await routing.trials.page(at=at, id=id, limit=query.limit)
    shown = found[: query.limit]
    more = len(found) > len(shown)
    after = cursor(shown[-1].at.timestamp(), shown[-1].id) if more else None
    return paged(Page(shown, after), "/api/routing/simulations", query)


@ENDPOINTS.get(
    "/simulations/{id}", action="routing.simulate", answer=Simulation, criticality="sheddable"
)
async def simulation(routing: Routing, call: Call[None, Empty]) -> Simulation:
    """Show how far a what-if is, and what came of it."""
    one = await routing.trials.get(id=call.id())
    facts: dict[str, Any] = msgspec.structs.asdict(one)
    found = await routing.trials.result(id=one.id) if one.state == "done" else None
    if found is None:
        return Simulation(**facts)
    path = f"/api/routing/simulations/{one.id}"
    promote = f"{path}/promote" if one.asked.policy or one.asked.version else None
    return Simulation(
        **facts, result=msgspec.json.decode(found[0]), report=f"{path}/report", promote=promote
    )


@ENDPOINTS.get(
    "/simulations/{id}/report", action="routing.simulate", answer=bytes, media="text/html",
    criticality="sheddable", problems=(409,),
)  # fmt: skip
async def report(routing: Routing, call: Call[None, Empty]) -> Answer:
    """Give a what-if's report with pictures, one HTML document."""
    one = await routing.trials.get(id=call.id())
    found = await routing.trials.result(id=one.id)
    if found is None:
        raise Impossible(f"There is no report: it is {one.state}.")
    return Answer(found[1], headers=SAFE, media="text/html; charset=utf-8")


@ENDPOINTS.post(
    "/simulations/{id}/cancel", action="routing.simulate", answer=Trial, problems=(404, 409)
)
async def cancel(routing: Routing, call: Call[None, Empty]) -> Trial:
    """Stop a what-if that is not done."""
    return await routing.trials.cancel(id=call.id(), cause=call.cause)


@ENDPOINTS.post(
    "/simulations/{id}/promote", action="routing.promote", body=Promotion, answer=Edition,
    problems=(404, 409, 412),
)  # fmt: skip
async def promote(routing: Routing, call: Call[Promotion, Empty]) -> Edition:
    """Put the policy of a what-if in force, from the next decision on."""
    seen = call.version()
    return await routing.trials.promote(
        id=call.id(),
        note=call.body.note,
        seen=call.body.replaces if seen is None else seen,
        cause=call.cause,
    )
