"""Open work: which of the customer's windows counts, and what is promised then."""

from datetime import UTC, datetime, timedelta

import pytest

from squad.contracts.tickets import Spot, Ticket, Window
from squad.services.routing.work import job_of, stop_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
H = 3600.0  # s


def _ticket(*windows: tuple[float, float]) -> Ticket:
    """Logged at noon, promised by 16 h; windows: hours after noon."""
    spot = Spot(
        latitude=41.9, longitude=-87.6, postal_code="60601", place="Chicago", region="IL",
        country="US", zone="America/Chicago",
    )  # fmt: skip
    spans = [
        Window(NOON + timedelta(hours=start), NOON + timedelta(hours=end)) for start, end in windows
    ]
    return Ticket(
        id="t", version=1, turn=1, status="new", priority=3, title="", description="",
        category="", skills={}, certification="", mode="onsite", language="en", tier="bronze",
        spot=spot, territory="", requester="r", organisation="", store="", assignee=None,
        previous=None, declined=(), service=60, created_at=NOON, updated_at=NOON,
        due_at=NOON + timedelta(hours=4), reference="", windows=spans,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("windows", "opens", "due"),
    [
        ([], None, 4),
        ([(1, 3)], 1, 3),  # sooner than the SLA's promise
        ([(2, 6)], 2, 4),  # the SLA's promise stays
        ([(5, 7)], 5, 7),  # the customer's choice moves it
        ([(20, 22), (5, 7)], 5, 7),  # the first one
        ([(-3, -1)], None, 4),  # none left
        ([(-3, -1), (5, 7)], 5, 7),
        ([(-1, 2)], -1, 2),  # open already
    ],
)
def test_takes_the_first_window_that_has_not_ended(
    windows: list[tuple[float, float]], opens: float | None, due: float
) -> None:
    """The job and the stop in a plan say the same: when work may start, and by when it must."""
    ticket, now = _ticket(*windows), NOON.timestamp()

    job, stop = job_of(ticket, now), stop_of(ticket, "assigned", 0.0, now)

    assert job.opens_at == (now + opens * H if opens is not None else 0.0)
    assert job.due_at == now + due * H
    assert (stop.opens_at, stop.due_at) == (job.opens_at, job.due_at)
