"""Sync on the service's own files: what is applied, merged, repeated, refused, and pulled."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.conftest import NOON
from tests.unit.tickets.conftest import logged
from tests.unit.tickets.test_report import done, mixed
from tests.unit.tickets.test_service import ANA, CUSTOMER, ID, assigned, cause

from squad.adapters.blobs import files
from squad.adapters.cache import memory
from squad.adapters.clock.frozen import Frozen
from squad.adapters.database import sqlite
from squad.adapters.places import table
from squad.adapters.proposer.none import NoProposer
from squad.kernel.access import Actor
from squad.kernel.ids import derive, uuid7
from squad.kernel.problem import Impossible, Missing, Unsupported
from squad.kernel.service import Kit
from squad.services.tickets import start
from squad.services.tickets.model import Extra
from squad.services.tickets.model.moment import skew
from squad.services.tickets.model.mutations import AnyMutation
from squad.services.tickets.model.report import merge, report, written
from squad.services.tickets.model.uploads import Intent, Misplaced
from squad.services.tickets.service import Tickets
from squad.services.tickets.service.sync import Place, Result

BOB = Actor(derive("test", "bob"), ("consultant",))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 600
_read = msgspec.json.Decoder(AnyMutation).decode


@pytest.fixture
async def tickets(tmp_path: Path, clock: Frozen) -> AsyncIterator[Tickets]:
    """The service with one ticket, assigned to Ana."""
    database = await sqlite.open(f"sqlite:{tmp_path}/tickets.db", clock)
    kit = Kit(
        "tickets", clock=clock, database=database,
        cache=await memory.open("memory:?entries=100", clock),
        blobs=await files.open(f"files:{tmp_path}/blobs", clock),
        places=await table.open("table:", clock), proposer=NoProposer(),
    )  # fmt: skip
    service: Tickets = (await start(kit)).service
    await service.create(actor=CUSTOMER, logged=logged(), extra=Extra(), cause=cause())
    await service.assigned(assigned(1, ANA.id), cause())
    yield service
    await database.close()


def mutation(step: str, at: datetime = NOON, /, **args: Any) -> dict[str, Any]:
    """Something done, as a client writes it down."""
    said = {"id": uuid7(), "name": step, "ticket": ID, "at": at.isoformat()}
    return {**said, "args": args} if args else said


async def push(
    tickets: Tickets,
    *mutations: dict[str, Any],
    actor: Actor = ANA,
    sent_at: datetime | None = None,
) -> list[Result]:
    """Sends mutations in order, from a device with that clock."""
    now = tickets.books.clock.now()
    off = skew(sent_at or now, now)
    return [
        await tickets.sync.push(
            actor=actor, mutation=_read(json.dumps(one)), skew=off, trace=""
        )
        for one in mutations
    ]  # fmt: skip


def outcomes(results: Sequence[Result]) -> list[str]:
    """What became of each."""
    return [one.outcome for one in results]


def visit(begin: datetime) -> list[dict[str, Any]]:
    """A whole visit, a step every ten minutes."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("accept", {}), ("travel", {}), ("arrive", {}),
        ("part.put", {"id": uuid7(), "name": "fuse", "quantity": 2, "cents": 150}),
        ("time.put", {"id": uuid7(), "kind": "work", "minutes": 40}),
        ("note", {"id": uuid7(), "text": "Behind the counter.", "visibility": "public"}),
        ("report.set", {"field": "summary", "text": "Fuse replaced"}),
        ("sign", {"name": "Kim", "attachment": None}),
        ("resolve", {"resolution": "New fuse"}),
    ]  # fmt: skip
    return [
        mutation(name, begin + timedelta(minutes=10 * number), **args)
        for number, (name, args) in enumerate(steps)
    ]


async def test_applies_a_visit_at_its_times_and_once(tickets: Tickets, clock: Frozen) -> None:
    """Hours later everything is there once, when it happened; the repeat changes nothing."""
    clock.advance(timedelta(hours=8).total_seconds())
    told = visit(NOON + timedelta(hours=1))

    first = await push(tickets, *told)
    again = await push(tickets, *told)

    assert outcomes(first) == ["applied"] * 9
    assert outcomes(again) == ["repeated"] * 9
    assert again[-1].ticket == first[-1].ticket
    lines = await tickets.store.history(ID)
    assert [one.step for one in lines] == [
        "create", "assign", "accept", "travel", "arrive", "resolve",
    ]  # fmt: skip
    assert [one.version for one in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[4].at == NOON + timedelta(hours=1, minutes=20)
    assert (lines[4].received_at, lines[4].corrected) == (clock.now(), 0)
    assert lines[1].received_at is None
    made = await tickets.visits.report(actor=CUSTOMER, id=ID)
    assert (made.summary, len(made.parts), len(made.time)) == ("Fuse replaced", 1, 1)
    [said] = await tickets.store.messages(ID, internal=False)
    assert said.at == NOON + timedelta(hours=1, minutes=50)


async def test_corrects_a_wrong_clock(tickets: Tickets, clock: Frozen) -> None:
    """A phone that is three hours ahead tells its skew; history says by how much it was off."""
    clock.advance(3_600)
    ahead = timedelta(hours=3)

    await push(tickets, mutation("accept", NOON + ahead), sent_at=clock.now() + ahead)

    line = (await tickets.store.history(ID))[-1]
    assert (line.at, line.corrected) == (NOON, -10_800)


async def test_refuses_for_good_and_goes_on(tickets: Tickets) -> None:
    """A ticket that is somebody else's now: told so, also when asked again; notes are taken."""
    accept, note = mutation("accept"), mutation("note", id=uuid7(), text="Parts are in my car.")
    await tickets.assigned(assigned(2, BOB.id), cause())

    refused, left = await push(tickets, accept, note)
    await tickets.assigned(assigned(3, ANA.id), cause())
    [again] = await push(tickets, accept)
    stranger = await push(tickets, mutation("accept"), actor=Actor(uuid7(), ("consultant",)))
    roleless = await push(tickets, mutation("accept"), actor=Actor(ANA.id, ("customer",)))

    assert refused.problem is not None
    assert refused.problem["type"] == "/api/problems/not-yours"
    assert (refused.outcome, refused.ticket, left.outcome) == ("refused", None, "applied")
    assert (again.outcome, again.problem) == ("refused", refused.problem)
    assert stranger[0].problem is not None
    assert stranger[0].problem["type"] == "/api/problems/missing"
    assert roleless[0].problem is not None
    assert roleless[0].problem["type"] == "/api/problems/forbidden"
    [said] = await tickets.store.messages(ID, internal=True)
    assert said.visibility == "internal"


async def test_merges_steps_of_two_devices(tickets: Tickets) -> None:
    """A step takes those before it for granted; they are history when they come."""
    ahead = await push(tickets, mutation("resolve", resolution="Done"))
    behind = await push(tickets, mutation("accept"), mutation("travel"), mutation("arrive"))
    wrong = await push(tickets, mutation("decline", reason="No time"))

    assert outcomes([*ahead, *behind, *wrong]) == [
        "applied", "merged", "merged", "merged", "refused",
    ]  # fmt: skip
    steps = [one.step for one in await tickets.store.history(ID)]
    assert steps[2:] == ["accept", "arrive", "resolve"]
    ticket = await tickets.desk.get(actor=ANA, id=ID)
    assert (ticket.status, ticket.version) == ("resolved", 5)


async def test_declines_once(tickets: Tickets) -> None:
    """Declined on two devices: the second is fine with it, and the ticket is out of sight."""
    one, two = mutation("decline", reason="Ill"), mutation("decline", reason="I am ill")

    results = await push(tickets, one, two)

    assert outcomes(results) == ["applied", "merged"]
    assert [one.ticket for one in results] == [None, None]


async def test_refuses_an_id_with_another_content(tickets: Tickets) -> None:
    """The same id again must be the same thing."""
    first = mutation("report.set", field="summary", text="One")
    await push(tickets, first)

    [result] = await push(
        tickets, {**first, "args": {"field": "summary", "text": "Two"}}
    )  # fmt: skip

    assert result.problem is not None
    assert (result.outcome, result.problem["status"]) == ("refused", 422)
    assert (await tickets.visits.report(actor=ANA, id=ID)).summary == "One"


async def test_stores_what_the_model_merges(tickets: Tickets, clock: Frozen) -> None:
    """Three devices' writes in any order come to the same on disk as in the model."""
    clock.advance(3_600)
    chance = random.Random(7)
    devices = [[done(chance, d, n) for n in range(8)] for d in range(3)]
    wanted = merge({}, [written(one, one.at) for device in devices for one in device])
    said = {one.id: one for device in devices for one in device}

    for write in mixed(chance, [[written(o, o.at) for o in device] for device in devices]):
        raw = json.loads(msgspec.json.encode(said[write.mutation]))
        [result] = await push(tickets, raw)
        assert result.outcome in ("applied", "merged", "repeated")

    assert await tickets.visits.report(actor=ANA, id=ID) == report(ID, wanted.values())


async def test_pulls_what_changed_and_what_is_gone(tickets: Tickets, clock: Frozen) -> None:
    """A copy begins with open work, gets each change, and hears what is somebody else's now."""
    clock.advance(60)
    first = await tickets.sync.pull(actor=ANA, place=Place(), limit=10)
    clock.advance(60)
    quiet = await tickets.sync.pull(actor=ANA, place=first.place, limit=10)
    await push(tickets, mutation("report.set", field="summary", text="Seen"))
    changed = await tickets.sync.pull(actor=ANA, place=quiet.place, limit=10)
    clock.advance(60)
    await tickets.assigned(assigned(2, BOB.id), cause())
    clock.advance(60)
    gone = await tickets.sync.pull(actor=ANA, place=changed.place, limit=10)
    bobs = await tickets.sync.pull(actor=BOB, place=Place(), limit=10)
    clock.advance(60)
    after = await tickets.sync.pull(actor=ANA, place=gone.place, limit=10)

    assert [one.ticket.id for one in first.tickets] == [ID]
    assert first.tickets[0].history[-1].step == "assign"
    assert (quiet.tickets, quiet.gone) == ([], [])
    assert [one.report.summary for one in changed.tickets] == ["Seen"]
    assert (gone.tickets, gone.gone) == ([], [ID])
    assert [one.ticket.id for one in bobs.tickets] == [ID]
    assert (after.tickets, after.gone) == ([], [])


async def test_pages_through_a_pull(tickets: Tickets, clock: Frozen) -> None:
    """Every ticket comes once, in parts; one that changes meanwhile comes with the next round."""
    ids = {ID}
    for number in range(6):
        ids.add(id := derive("more", str(number)))
        await tickets.create(
            actor=CUSTOMER, logged=logged(id=id), extra=Extra(), cause=cause()
        )  # fmt: skip
    clock.advance(60)

    place, found = Place(), list[str]()
    while True:
        part = await tickets.sync.pull(actor=CUSTOMER, place=place, limit=3)
        found += [one.ticket.id for one in part.tickets]
        place = part.place
        if not part.more:
            break

    assert sorted(found) == sorted(ids)
    assert part.place.touched == (clock.now() - timedelta(seconds=20)).timestamp()


async def test_tells_who_listens(tickets: Tickets, clock: Frozen) -> None:
    """Ana's stream tells the change, then that it is gone; Bob's tells that it came."""
    anas = await tickets.live.listen(actor=ANA, place=None, seconds=30)
    bobs = await tickets.live.listen(actor=BOB, place=None, seconds=30)
    for one in (anas, bobs):
        assert b"retry" in await anext(one)
        assert b"ready" in await anext(one)
    waiting = [asyncio.ensure_future(anext(one)) for one in (anas, bobs)]
    await asyncio.sleep(0)
    await tickets.live.look()

    clock.advance(1)
    await push(tickets, mutation("accept"))
    await tickets.live.look()
    first = await waiting[0]
    clock.advance(1)
    await tickets.assigned(assigned(2, BOB.id), cause())
    await tickets.live.look()

    assert b'"status":"assigned"' in first or b'"status":"accepted"' in first
    assert b'"assigned"' in await waiting[1]
    heard = first
    while b"event: gone" not in heard:
        heard = await asyncio.wait_for(anext(anas), 5)
    assert ID.encode() in heard


def intent(content: bytes, **changes: Any) -> Intent:
    """A picture that is announced."""
    known = {
        "id": uuid7(), "ticket": ID, "at": NOON, "author": ANA.id, "visibility": "public",
        "name": "till.png", "size": len(content), "sha256": "",
    }  # fmt: skip
    return Intent(**{**known, **changes})


async def test_goes_on_with_an_upload(tickets: Tickets, tmp_path: Path) -> None:
    """Pieces in order, doubles harmless, a gap told; the last makes one attachment, once."""
    new, cut = intent(PNG), 100_000
    where: Any = {"actor": ANA, "ticket": ID, "id": new.id, "trace": ""}
    await tickets.uploads.begin(actor=ANA, intent=new)

    with pytest.raises(Misplaced) as gap:
        await tickets.uploads.append(**where, start=cut, piece=PNG[cut:])
    half = await tickets.uploads.append(**where, start=0, piece=PNG[:cut])
    double = await tickets.uploads.append(**where, start=0, piece=PNG[:cut])
    whole = await tickets.uploads.append(**where, start=cut, piece=PNG[cut:])
    again = await tickets.uploads.append(**where, start=cut, piece=PNG[cut:])
    begun = await tickets.uploads.begin(actor=ANA, intent=new)

    assert gap.value.body()["offset"] == 0
    assert (half.offset, half.complete, double.offset) == (cut, False, cut)
    assert whole == again == begun
    [file] = await tickets.store.attachments(ID, internal=True)
    assert whole.attachment == file
    assert (file.id, file.media, file.size) == (new.id, "image/png", len(PNG))
    kept = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("content", "sha256", "error"),
    [(b"MZ" + bytes(300), "", Unsupported), (b"a text\n", "0" * 64, Exception)],
)
async def test_drops_an_upload_that_is_not_taken(
    tickets: Tickets, tmp_path: Path, content: bytes, sha256: str, error: type[Exception]
) -> None:
    """What is not taken, or not what was announced, leaves nothing and may begin again."""
    new = intent(content, sha256=sha256)
    await tickets.uploads.begin(actor=ANA, intent=new)

    with pytest.raises(error):
        await tickets.uploads.append(
            actor=ANA, ticket=ID, id=new.id, start=0, piece=content, trace=""
        )

    with pytest.raises(Missing):
        await tickets.uploads.state(actor=ANA, ticket=ID, id=new.id)
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def test_sweeps_abandoned_uploads(tickets: Tickets, clock: Frozen) -> None:
    """An upload that nobody went on with for a week is gone; others wait."""
    old, new = intent(PNG), intent(PNG, at=NOON + timedelta(days=7))
    for one in (old, new):
        await tickets.uploads.begin(actor=ANA, intent=one)

    swept = await tickets.uploads.sweep(before=NOON + timedelta(days=1))

    assert swept == 1
    assert (await tickets.uploads.state(actor=ANA, ticket=ID, id=new.id)).offset == 0
    with pytest.raises(Missing):
        await tickets.uploads.state(actor=ANA, ticket=ID, id=old.id)


async def test_keeps_pictures_of_who_had_the_ticket(tickets: Tickets) -> None:
    """What comes after the ticket went to somebody else is not lost; it is for staff."""
    await tickets.assigned(assigned(2, BOB.id), cause())
    new = intent(b"a text\n", name="notes.txt")
    await tickets.uploads.begin(actor=ANA, intent=new)

    state = await tickets.uploads.append(
        actor=ANA, ticket=ID, id=new.id, start=0, piece=b"a text\n", trace=""
    )

    assert state.attachment is not None
    assert state.attachment.visibility == "internal"


async def test_writes_no_report_after_the_end(tickets: Tickets, clock: Frozen) -> None:
    """What was done before a ticket was closed still counts; what came after does not."""
    await push(tickets, mutation("resolve", resolution="Done"))
    clock.advance(3_600)
    await tickets.step(actor=CUSTOMER, id=ID, step="close", cause=cause())
    clock.advance(3_600)
    late = mutation("report.set", clock.now(), field="summary", text="Late")
    early = mutation("report.set", NOON, field="summary", text="Early")

    results = await push(tickets, late, early)

    assert outcomes(results) == ["refused", "applied"]
    assert Impossible.slug in str(results[0].problem)
