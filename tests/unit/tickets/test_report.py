"""Reports of visits: whatever the order, however often, devices come to the same."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import NOON

from squad.kernel.ids import derive, uuid7
from squad.services.tickets.model.moment import OLDEST, SKEW, happened, skew
from squad.services.tickets.model.mutations import (
    Field,
    Line,
    Part,
    PartPut,
    PartRemove,
    Reporting,
    ReportSet,
    Sign,
    Signed,
    Spent,
    TimePut,
    TimeRemove,
    Which,
)
from squad.services.tickets.model.report import Register, merge, report, written

TICKET = derive("test", "ticket")
ENTRIES = [derive("entry", str(number)) for number in range(3)]
FIELDS: tuple[Field, ...] = ("summary", "root_cause", "recommendation")


def done(chance: random.Random, device: int, number: int) -> Reporting:
    """Something that a device did. Few entries and moments, so that they meet."""
    head: dict[str, Any] = {
        "id": derive("mutation", str(chance.random()), str(device), str(number)),
        "ticket": TICKET,
        "at": NOON + timedelta(minutes=chance.randrange(5)),
    }
    entry, size = chance.choice(ENTRIES), chance.randrange(1, 9)
    some: Sequence[Reporting] = (
        PartPut(**head, args=Part(id=entry, name=f"fuse {size}", quantity=size, cents=size)),
        PartRemove(**head, args=Which(id=entry)),
        TimePut(**head, args=Spent(id=entry, kind="work", minutes=size)),
        TimeRemove(**head, args=Which(id=entry)),
        ReportSet(**head, args=Line(field=chance.choice(FIELDS), text=f"{device}: {size}")),
        Sign(**head, args=Signed(name=f"Kim {size}")),
    )
    return chance.choice(some)


def mixed(chance: random.Random, devices: Sequence[Sequence[Register]]) -> list[Register]:
    """Each device's writes in its order, those of several in any, some of them twice."""
    left = [list(one) for one in devices]
    found: list[Register] = []
    while any(left):
        device = chance.choice([one for one in left if one])
        found.append(device.pop(0))
        if chance.random() < 0.3:
            found.append(chance.choice(found))  # a push whose answer was lost is sent again
    return found


def test_converges_however_devices_interleave() -> None:
    """Three devices, doubles and a thousand orders: one and the same report."""
    chance = random.Random(5)
    for _ in range(1_000):
        devices = [
            [written(one, one.at) for one in (done(chance, d, n) for n in range(6))]
            for d in range(3)
        ]

        states = [merge({}, mixed(chance, devices)) for _ in range(3)]
        halves = merge(merge({}, devices[2]), [*merge({}, devices[1] + devices[0]).values()])

        assert states[0] == states[1] == states[2] == halves
        assert report(TICKET, states[0].values()) == report(TICKET, halves.values())


def test_keeps_what_was_removed_away() -> None:
    """An older write that comes after a removal does not bring the entry back."""
    entry = ENTRIES[0]
    put = PartPut(
        id=uuid7(), ticket=TICKET, at=NOON, args=Part(id=entry, name="fuse", quantity=1, cents=5)
    )
    gone = PartRemove(id=uuid7(), ticket=TICKET, at=NOON + SKEW, args=Which(id=entry))

    state = merge({}, [written(gone, gone.at), written(put, put.at)])

    assert report(TICKET, state.values()).parts == ()


def test_reads_off_every_field() -> None:
    """Parts, time, words and signature are where they belong, with their times."""
    head: dict[str, Any] = {"ticket": TICKET, "at": NOON}
    state = merge({}, [
        written(one, NOON)
        for one in (
            PartPut(
                id=uuid7(), **head, args=Part(id=ENTRIES[0], name="fuse", quantity=2, cents=150)
            ),
            TimePut(id=uuid7(), **head, args=Spent(id=ENTRIES[1], kind="travel", minutes=20)),
            ReportSet(id=uuid7(), **head, args=Line(field="root_cause", text="A loose cable")),
            Sign(id=uuid7(), **head, args=Signed(name="Kim", attachment=ENTRIES[2])),
        )
    ])  # fmt: skip

    made = report(TICKET, state.values())

    assert [(one.name, one.quantity, one.cents) for one in made.parts] == [("fuse", 2, 150)]
    assert [(one.kind, one.minutes) for one in made.time] == [("travel", 20)]
    assert (made.summary, made.root_cause) == ("", "A loose cable")
    assert made.signature is not None
    assert (made.signature.name, made.signature.attachment) == ("Kim", ENTRIES[2])
    assert made.updated_at == NOON


@pytest.mark.parametrize(
    ("said", "off", "counts"),
    [
        (NOON - timedelta(hours=5), timedelta(0), NOON - timedelta(hours=5)),
        (NOON - timedelta(hours=5), timedelta(hours=2), NOON - timedelta(hours=3)),
        (NOON + timedelta(hours=1), timedelta(0), NOON),
        (NOON - OLDEST - SKEW, timedelta(0), NOON),
        (datetime(1, 1, 1, tzinfo=UTC), timedelta(0), NOON),
        (datetime(9999, 12, 31, tzinfo=UTC), timedelta(0), NOON),
    ],
)
def test_bounds_the_time_of_events(said: datetime, off: timedelta, counts: datetime) -> None:
    """Corrected by the clock's skew, never ahead, never older than two weeks."""
    assert happened(said, now=NOON, skew=off) == counts


def test_lets_no_step_come_before_the_last() -> None:
    """A step is not earlier than the one before it, and that one not later than now."""
    early, floor = NOON - timedelta(hours=2), NOON - timedelta(hours=1)

    assert happened(early, now=NOON, floor=floor) == floor
    assert happened(early, now=NOON, floor=NOON + SKEW) == NOON


def test_corrects_only_clocks_that_are_far_off() -> None:
    """Up to two minutes are the network's; more is the clock's."""
    assert skew(NOON - SKEW, NOON) == timedelta(0)
    assert skew(NOON - 2 * SKEW, NOON) == 2 * SKEW
    assert skew(NOON + 2 * SKEW, NOON) == -2 * SKEW
