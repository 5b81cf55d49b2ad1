"""Uploads in pieces, for weak networks."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from squad.contracts.envelope import Id
from squad.contracts.tickets import Visibility
from squad.kernel.http import Call, Empty
from squad.kernel.problem import Forbidden, Oversize
from squad.kernel.upload import clean
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model.files import SIZE
from squad.services.tickets.model.uploads import CHUNK, Intent, UploadState
from squad.services.tickets.service import Tickets


class NewUpload(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file that is coming. id: of the attachment that it becomes. size: bytes."""

    id: Id
    name: Annotated[str, Meta(max_length=1_000)] = ""
    size: Annotated[int, Meta(ge=1, le=SIZE)]
    sha256: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?(?![\s\S])")] = ""
    visibility: Visibility = "public"


class Offset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a piece begins, bytes."""

    offset: Annotated[int, Meta(ge=0, le=SIZE)]


@ENDPOINTS.post(
    "/{id}/uploads", action="tickets.write", body=NewUpload, answer=UploadState, status=201,
    command=False, problems=(409,),
)  # fmt: skip
async def begin(tickets: Tickets, call: Call[NewUpload, Empty]) -> UploadState:
    """Begin to upload a file in pieces, or ask how far it has come."""
    new, actor = call.body, call.actor
    if new.visibility == "internal" and not actor.staff:
        raise Forbidden("Internal files are for staff. Attach a public one.")
    intent = Intent(
        id=new.id,
        ticket=call.id(),
        at=tickets.books.clock.now(),
        author=actor.id,
        visibility=new.visibility,
        name=clean(new.name),
        size=new.size,
        sha256=new.sha256,
    )
    return await tickets.uploads.begin(actor=actor, intent=intent)


@ENDPOINTS.get("/{id}/uploads/{upload}", action="tickets.write", answer=UploadState)
async def state(tickets: Tickets, call: Call[None, Empty]) -> UploadState:
    """Tell how far an upload has come."""
    return await tickets.uploads.state(actor=call.actor, ticket=call.id(), id=call.id("upload"))


@ENDPOINTS.put(
    "/{id}/uploads/{upload}", action="tickets.write", query=Offset, answer=UploadState,
    stream=True, takes="application/octet-stream", command=False, problems=(409,),
)  # fmt: skip
async def append(tickets: Tickets, call: Call[Any, Offset]) -> UploadState:
    """Send the next piece of a file: 64 KiB to 1 MiB, the last one may be smaller.

    A piece that is here already is harmless. 409 tells the right offset. The last piece makes
    the file; one of a kind that is not taken ends the upload.
    """
    piece = bytearray()
    async for chunk in call.stream():
        piece += chunk
        if len(piece) > CHUNK:
            raise Oversize(f"A piece has up to {CHUNK} bytes.")
    return await tickets.uploads.append(
        actor=call.actor, ticket=call.id(), id=call.id("upload"), start=call.query.offset,
        piece=bytes(piece), trace=call.cause.trace,
    )  # fmt: skip
