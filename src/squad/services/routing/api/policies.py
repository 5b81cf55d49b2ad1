"""Versions of the policy, in numbers and in words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from squad.kernel.http import Answer, Call, Empty
from squad.kernel.page import Cursor, Limit, Page, cursor, page_of, paged, parts
from squad.kernel.problem import Missing
from squad.services.routing import document, wording
from squad.services.routing.api.rows import ENDPOINTS
from squad.services.routing.document import Edition
from squad.services.routing.policy import Policy
from squad.services.routing.service import Routing

Version = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Note = Annotated[str, Meta(min_length=1, max_length=500, description="Why; it is kept.")]


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which language; your own if left out."""

    language: Literal["en", "fr", "es"] | None = None


class Against(Spoken, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which version to compare with; the one in force if left out."""

    against: Version | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A field in plain words. unit: of its numbers."""

    field: str
    text: str
    unit: str
    means: str
    default: str
    why: str


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """A field that differs, in words: there, and here."""

    field: str
    old: str
    new: str


class Told(Edition, frozen=True, kw_only=True):
    """A version of the policy, told. changes: from the version `against`."""

    fields: Sequence[Field]
    against: int
    changes: Sequence[Edit]


class Draft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new version. document: every field of GET /api/routing/policy/schema."""

    document: dict[str, Any]
    note: Note


class Sketch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A document that is being written. against: a version; the one in force if left out."""

    document: dict[str, Any]
    against: Version | None = None
    language: Literal["en", "fr", "es"] | None = None


class Sketched(msgspec.Struct, frozen=True, kw_only=True):
    """A document told, before it is a version. next: the number that it will have to have.

    changes: from the version `against`.
    """

    fields: Sequence[Field]
    against: int
    changes: Sequence[Edit]
    next: int


class Promotion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why, and which version was in force when you decided it; or say that as If-Match."""

    note: Note
    replaces: Version | None = None


class Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Versions, the newest first."""

    limit: Limit = 50
    cursor: Cursor = ""


@ENDPOINTS.get("/policy", action="routing.policy", query=Spoken, answer=Told)
async def policy(routing: Routing, call: Call[None, Spoken]) -> Told:
    """Show the policy in force, in numbers and in plain words."""
    edition = await routing.policies.active()
    return _told(edition, edition, call.query.language or call.actor.language)


@ENDPOINTS.get("/policy/schema", action="routing.policy", answer=dict[str, Any])
async def schema(routing: Routing, call: Call[None, Empty]) -> dict[str, Any]:
    """Give the JSON Schema of a policy, with unit and reason of each weight."""
    return document.schema()


@ENDPOINTS.post(
    "/policy/preview", action="routing.policy", body=Sketch, answer=Sketched, command=False,
    problems=(404,),
)  # fmt: skip
async def preview(routing: Routing, call: Call[Sketch, Empty]) -> Sketched:
    """Tell a document in words while it is being written; every weight that is wrong is named."""
    body, policies = call.body, routing.policies
    language = body.language or call.actor.language
    new = policies.read(body.document)
    old = await (policies.get(version=body.against) if body.against else policies.active())
    return Sketched(
        fields=_fields(new, language),
        against=old.version,
        changes=_edits(old.document, new, language),
        next=await policies.next(),
    )


@ENDPOINTS.get("/policies", action="routing.policy", query=Listing, answer=page_of(Edition))
async def policies(routing: Routing, call: Call[None, Listing]) -> Answer:
    """List all versions of the policy, the newest first."""
    query = call.query
    before = parts(query.cursor, int)[0] if query.cursor else None
    found = await routing.policies.page(before=before)
    shown = found[: min(query.limit, 100)]
    more = cursor(shown[-1].version) if len(found) > len(shown) else None
    return paged(Page(shown, more), "/api/routing/policies", query)


@ENDPOINTS.get("/policies/{version}", action="routing.policy", query=Against, answer=Told)
async def edition(routing: Routing, call: Call[None, Against]) -> Told:
    """Show a version of the policy, and what differs from another one, in words."""
    language, against = call.query.language or call.actor.language, call.query.against
    one = await routing.policies.get(version=_version(call))
    other = await (routing.policies.get(version=against) if against else routing.policies.active())
    return _told(one, other, language)


@ENDPOINTS.post(
    "/policies", action="routing.promote", body=Draft, answer=Edition, status=201, problems=(409,)
)
async def draft(routing: Routing, call: Call[Draft, Empty]) -> Edition:
    """Put up a new version of the policy; every weight that is wrong is named."""
    body = call.body
    return await routing.policies.draft(document=body.document, note=body.note, cause=call.cause)


@ENDPOINTS.post(
    "/policies/{version}/promote", action="routing.promote", body=Promotion, answer=Edition,
    problems=(404, 412),
)  # fmt: skip
async def promote(routing: Routing, call: Call[Promotion, Empty]) -> Edition:
    """Put a version of the policy in force, from the next decision on."""
    seen = call.version()
    return await routing.policies.promote(
        version=_version(call),
        note=call.body.note,
        seen=call.body.replaces if seen is None else seen,
        cause=call.cause,
    )


def _version(call: Call[Any, Any]) -> int:
    """Raises Missing: the address has no number."""
    text = call.id("version")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Missing("There is no such version of the policy.")
    return int(text)


def _told(edition: Edition, other: Edition, language: str) -> Told:
    return Told(
        **msgspec.structs.asdict(edition),
        fields=_fields(edition.document, language),
        against=other.version,
        changes=_edits(other.document, edition.document, language),
    )


def _fields(policy: Policy, language: str) -> list[Field]:
    return [
        Field(field=one.field, text=one.text, **document.weight(one.field)._asdict())
        for one in wording.tell(policy, language)
    ]


def _edits(old: Policy, new: Policy, language: str) -> list[Edit]:
    return [Edit(**one._asdict()) for one in wording.compare(old, new, language)]
