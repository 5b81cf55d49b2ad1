"""Uploads in pieces: a file that comes over a weak network, and goes on where it stopped."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from squad.kernel.access import Actor
from squad.kernel.ids import derive
from squad.kernel.problem import Fault, Impossible, Invalid, Missing, Problem, Shed
from squad.kernel.upload import Upload
from squad.ports.blobs import Blobs
from squad.ports.unit import Cause, Conflict, Duplicate, Unavailable
from squad.services.tickets.model.files import room
from squad.services.tickets.model.uploads import Intent, UploadState, begun, finished, placed
from squad.services.tickets.service.desk import Desk
from squad.services.tickets.service.files import Files
from squad.services.tickets.store import uploads as store
from squad.services.tickets.store.uploads import Piece

MOST = 100  # unfinished uploads of one person


class Uploads:
    """Pieces wait in blobs; the last one makes them an attachment."""

    def __init__(self, desk: Desk, files: Files, blobs: Blobs) -> None:
        self._desk = desk
        self._files = files
        self._blobs = blobs
        self._store = store.Uploads(desk.store.database)

    async def begin(self, *, actor: Actor, intent: Intent) -> UploadState:
        """This will make room for a file, or tell how far one of this id has come.

        Raises Missing, Impossible: the id is taken, or there are too many files.
        """
        await self._desk.reach(actor=actor, id=intent.ticket)
        try:
            return await self.state(actor=actor, ticket=intent.ticket, id=intent.id)
        except Missing:
            pass
        room(await self._desk.store.files(intent.ticket))
        if await self._store.under_way(actor.id) >= MOST:
            raise Impossible(f"You have {MOST} unfinished uploads. Finish them first.")
        unit = self._desk.books.open(Cause("", actor=actor.id))
        unit.write(store.begin(intent))
        try:
            await unit.commit()
        except Conflict as conflict:
            raise Impossible("There is an upload with this id. Take a new one.") from conflict
        return begun(intent)

    async def state(self, *, actor: Actor, ticket: str, id: str) -> UploadState:
        """This will tell how far an upload has come. Raises Missing: there is none of theirs."""
        intent = await self._store.find(id)
        if intent is not None and (intent.ticket, intent.author) == (ticket, actor.id):
            return begun(intent)
        found = await self._desk.store.attachment(ticket, id)
        if found is not None and found[0].author == actor.id:
            return finished(ticket, found[0])
        raise Missing("There is no such upload of yours. Begin it again.")

    async def append(
        self, *, actor: Actor, ticket: str, id: str, start: int, piece: bytes, trace: str
    ) -> UploadState:
        """This will add a piece; the last one makes the file. One that is here is harmless.

        Raises Missing; Misplaced: it does not follow; Invalid, Oversize; and what `Files.attach`
        raises: then the upload is dropped.
        """
        intent = await self._find(actor, ticket, id)
        if intent is None:
            return await self.state(actor=actor, ticket=ticket, id=id)
        if placed(intent, start, len(piece)):
            intent = await self._keep(actor, intent, start, piece)
        if intent is None:
            return await self.state(actor=actor, ticket=ticket, id=id)
        if intent.held < intent.size:
            return begun(intent)
        return await self._finish(actor, intent, trace)

    async def _find(self, actor: Actor, ticket: str, id: str) -> Intent | None:
        intent = await self._store.find(id)
        mine = intent is not None and (intent.ticket, intent.author) == (ticket, actor.id)
        return intent if mine else None

    async def _keep(self, actor: Actor, intent: Intent, start: int, piece: bytes) -> Intent | None:
        digest = hashlib.sha256(piece).hexdigest()
        blob = f"tickets/uploads/{intent.id}/{start}-{digest[:16]}"
        await self._blobs.write(blob, _once(piece), limit=len(piece))
        unit = self._desk.books.open(Cause("", actor=actor.id))
        unit.write(*store.append(intent, Piece(start, len(piece), digest, blob), unit.now))
        try:
            await unit.commit()
        except Conflict:
            now = await self._find(actor, intent.ticket, intent.id)
            if now is not None:
                placed(now, start, len(piece))
            return now
        return await self._find(actor, intent.ticket, intent.id)

    async def _finish(self, actor: Actor, intent: Intent, trace: str) -> UploadState:
        """Attaches the file as if it had come whole, once; a repeat mends what a crash cut off.

        What is wrong with the file itself ends the upload.
        """
        pieces = await self._store.pieces(intent.id)
        try:
            if await self._desk.store.attachment(intent.ticket, intent.id) is None:
                await self._attach(actor, intent, pieces, trace)
        except Shed:
            raise
        except (Duplicate, Problem):
            await self._drop(intent.id, pieces)
            if await self._desk.store.attachment(intent.ticket, intent.id) is None:
                raise
        else:
            await self._drop(intent.id, pieces)
        return await self.state(actor=actor, ticket=intent.ticket, id=intent.id)

    async def _attach(
        self, actor: Actor, intent: Intent, pieces: Sequence[Piece], trace: str
    ) -> None:
        cause = Cause(derive("upload", intent.id), b"", actor.id, trace)
        upload = Upload("application/octet-stream", self._content(pieces), name=intent.name)
        held = await self._files.receive(
            actor=actor, ticket=intent.ticket, id=intent.id, upload=upload, cause=cause
        )
        if intent.sha256 and held.sha256 != intent.sha256:
            await self._files.discard(held)
            fault = Fault("/sha256", f"what came has {held.sha256}")
            raise Invalid("The file is not the one that was announced.", [fault])
        await self._files.attach(
            actor=actor, ticket=intent.ticket, id=intent.id, visibility=intent.visibility,
            held=held, cause=cause,
        )  # fmt: skip

    async def _content(self, pieces: Sequence[Piece]) -> AsyncIterator[bytes]:
        for piece in pieces:
            try:
                async for chunk in self._blobs.read(piece.blob):
                    yield chunk
            except KeyError as error:
                raise Unavailable("a piece of an upload is gone") from error

    async def _drop(self, id: str, pieces: Sequence[Piece]) -> None:
        unit = self._desk.books.open(Cause(""))
        unit.write(*store.drop(id))
        await unit.commit()
        for piece in pieces:
            await self._blobs.delete(piece.blob)

    async def sweep(self, *, before: datetime) -> int:
        """This will drop uploads that nobody went on with. Returns how many."""
        ids = await self._store.abandoned(before, 200)
        for id in ids:
            await self._drop(id, await self._store.pieces(id))
        return len(ids)


async def _once(piece: bytes) -> AsyncIterator[bytes]:
    yield piece
