"""Files that come with a ticket."""

from typing import Any
from urllib.parse import quote

from squad.kernel.http import Answer, Call, Empty
from squad.kernel.ids import derive
from squad.kernel.problem import Forbidden
from squad.kernel.upload import Upload
from squad.services.tickets.api.bodies import Download, NewFile
from squad.services.tickets.api.rows import ENDPOINTS
from squad.services.tickets.model.files import FIELD, Attachment
from squad.services.tickets.service import Tickets


@ENDPOINTS.post(
    "/{id}/attachments", action="tickets.write", query=NewFile, answer=Attachment, status=201,
    stream=True, problems=(409,),
)  # fmt: skip
async def attach(tickets: Tickets, call: Call[Any, NewFile]) -> Attachment:
    """Attach a file of up to 25 MiB.

    Send its bytes, or multipart/form-data with one part named file. What it is is told from its
    content. The same id or Idempotency-Key again attaches nothing more.
    """
    query, actor = call.query, call.actor
    if query.visibility == "internal" and not actor.staff:
        raise Forbidden("Internal files are for staff. Attach a public one.")
    await tickets.desk.load(actor=actor, id=call.id())
    upload = Upload(
        call.request.headers.get("content-type", ""), call.stream(), field=FIELD, name=query.name
    )
    id = query.id or derive("attachment", call.cause.id)
    held = await tickets.files.receive(
        actor=actor, ticket=call.id(), id=id, upload=upload, cause=call.cause
    )
    return await tickets.files.attach(
        actor=actor, ticket=call.id(), id=id, visibility=query.visibility, held=held,
        cause=call.seal(held.sha256),
    )  # fmt: skip


@ENDPOINTS.get("/{id}/attachments", action="tickets.read", answer=list[Attachment])
async def listed(tickets: Tickets, call: Call[None, Empty]) -> list[Attachment]:
    """List the files of a ticket."""
    await tickets.desk.get(actor=call.actor, id=call.id())
    return await tickets.store.attachments(call.id(), internal=call.actor.staff)


@ENDPOINTS.get(
    "/{id}/attachments/{attachment}", action="tickets.read", query=Download,
    media="application/octet-stream",
)  # fmt: skip
async def content(tickets: Tickets, call: Call[None, Download]) -> Answer:
    """Download a file. Its Content-Type is what its content says.

    With direct=true the answer may be 307 to an address at the store, good for a minute.
    """
    actor, ticket, id = call.actor, call.id(), call.id("attachment")
    if call.query.direct and (link := await tickets.files.link(actor=actor, ticket=ticket, id=id)):
        return Answer(status=307, headers={"Location": link, "Cache-Control": "no-store"})
    file, content = await tickets.files.open(actor=actor, ticket=ticket, id=id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{file.sha256}"',
    }
    return Answer(content, headers=headers, media=file.media)
