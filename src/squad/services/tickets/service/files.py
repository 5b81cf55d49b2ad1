"""Files that come with a ticket: content in blobs, record and event in one unit."""

import hashlib
from collections.abc import AsyncIterator

from squad.contracts import tickets as events
from squad.contracts.tickets import Visibility
from squad.kernel.access import Actor
from squad.kernel.ids import uuid7
from squad.kernel.problem import Impossible, Missing, Oversize, Problem
from squad.kernel.sniff import Sniffer
from squad.kernel.upload import Upload
from squad.ports.blobs import Blobs, Damaged, TooLarge
from squad.ports.unit import Cause, Conflict, Duplicate
from squad.services.tickets import store
from squad.services.tickets.model.files import SIZE, Attachment, Held, fit, room, titled
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.store import changes

LINK = 60.0  # s that an address at the store is good for: a client follows it at once


class Files:
    """Attachments. Each try of an upload has a blob of its own: none writes over another's."""

    def __init__(self, desk: Desk, blobs: Blobs) -> None:
        self._desk = desk
        self._blobs = blobs

    async def receive(
        self, *, actor: Actor, ticket: str, id: str, upload: Upload, cause: Cause
    ) -> Held:
        """This will keep a file's content, or only read it where the cause came before.

        Raises Missing, Impossible, Oversize, Invalid, Unsupported, Malformed; nothing is kept.
        """
        await self._desk.reach(actor=actor, id=ticket)
        blob, sniffer = "", Sniffer()
        content = _checked(upload, sniffer)
        try:
            if await self._desk.books.ledger.done(cause.id) is not None:
                sha256 = await _digest(content)
            else:
                room(await self._desk.store.files(ticket))
                blob = f"tickets/{ticket}/{id}/{uuid7()}"
                sha256 = (await self._blobs.write(blob, content, limit=SIZE)).sha256
        except TooLarge as error:
            raise Oversize(f"A file may have {SIZE} bytes. Zip it, or send a part.") from error
        media = sniffer.media(upload.name)
        name = titled(upload.name, media)
        return Held(blob=blob, name=name, media=media, size=sniffer.size, sha256=sha256)

    async def attach(
        self, *, actor: Actor, ticket: str, id: str, visibility: Visibility, held: Held,
        cause: Cause,
    ) -> Attachment:  # fmt: skip
        """This will add the record of a file that was received.

        What comes from who had the ticket before is internal.

        Raises Missing, Impossible, Duplicate; then its content is removed again.
        """
        try:
            if await self._desk.reach(actor=actor, id=ticket):
                visibility = "internal"
            if not held.blob:
                raise Impossible("This file came before. Take another id for a new one.")
            return await self._record(actor, ticket, id, visibility, held, cause)
        except (Duplicate, Problem):
            await self.discard(held)
            raise
        except Conflict as conflict:
            await self.discard(held)
            room(await self._desk.store.files(ticket))
            raise Impossible("There is a file with this id. Choose a new UUIDv7.") from conflict

    async def _record(
        self, actor: Actor, ticket: str, id: str, visibility: Visibility, held: Held, cause: Cause
    ) -> Attachment:
        unit = self._desk.books.open(cause)
        file = Attachment(
            id=id,
            at=unit.now,
            author=actor.id,
            visibility=visibility,
            name=held.name,
            media=held.media,
            size=held.size,
            sha256=held.sha256,
        )
        unit.write(*store.attach(ticket, file, held.blob), changes.touch(ticket, unit.now))
        unit.emit(
            events.AttachmentAdded(
                id=id,
                ticket=ticket,
                author=actor.id,
                visibility=visibility,
                media=held.media,
                size=held.size,
            ),
            version=1,
        )
        await unit.commit(file)
        return file

    async def discard(self, held: Held) -> None:
        """This will remove the content of a file that is not attached after all."""
        if held.blob:
            await self._blobs.delete(held.blob)

    async def open(
        self, *, actor: Actor, ticket: str, id: str
    ) -> tuple[Attachment, AsyncIterator[bytes]]:
        """This will give a file's record and its content, which is read as it is asked for.

        Raises Missing, Archived; Damaged: the content is not there any more, as the record has it.
        """
        file, blob = await self._found(actor, ticket, id)
        return file, self._blobs.read(blob)

    async def link(self, *, actor: Actor, ticket: str, id: str) -> str | None:
        """This will give an address of the content at its store, good for LINK seconds.

        None: this store has none. Raises Missing, Archived, Damaged.
        """
        file, blob = await self._found(actor, ticket, id)
        return await self._blobs.link(blob, name=file.name, media=file.media, seconds=LINK)

    async def _found(self, actor: Actor, ticket: str, id: str) -> tuple[Attachment, str]:
        await self._desk.get(actor=actor, id=ticket)
        found = await self._desk.store.attachment(ticket, id)
        if found is None or (found[0].visibility == "internal" and not actor.staff):
            raise Missing("There is no such file, or none that you may see.")
        file, blob = found
        kept = await self._blobs.stat(blob)
        if kept is None or (kept.size, kept.sha256) != (file.size, file.sha256):
            raise Damaged(blob)
        return file, blob


async def _checked(upload: Upload, sniffer: Sniffer) -> AsyncIterator[bytes]:
    """Passes the content on; at its end, before it is kept, comes what is wrong with it."""
    async for chunk in upload.content():
        sniffer.feed(chunk)
        yield chunk
    media = sniffer.media(upload.name)
    fit(name=upload.name, media=media, size=sniffer.size, infected=sniffer.infected)


async def _digest(content: AsyncIterator[bytes]) -> str:
    size, digest = 0, hashlib.sha256()
    async for chunk in content:
        size += len(chunk)
        if size > SIZE:
            raise TooLarge
        digest.update(chunk)
    return digest.hexdigest()
