"""The organisation's own history as a world: its tickets, people and hours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from squad.apps.whatif.detail import Order
from squad.contracts.people import Interval, Person
from squad.contracts.tickets import Ticket
from squad.services.routing.hours import less, merge
from squad.services.routing.model import Span
from squad.services.routing.scene import Demand, Scenario, Turn, surplus
from squad.services.routing.service.history import Recorded
from squad.services.routing.staff import Member
from squad.services.routing.work import job_of

DAY = 1440.0  # min
WEEK = 7 * 86_400.0  # s
AFTER = 2  # days that the world goes on after the last day of tickets
ROAD = 1.3  # over great circle: the protocol's
EVEN = 0.5  # of chance where nothing is known
FACTORS = 0.1, 5.0  # actual over expected work: what is beyond is a forgotten button


def monday(moment: datetime) -> datetime:
    """This will give the Monday 00:00 UTC before a moment: minute 0 of its world."""
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def world(found: Recorded, span: Span) -> Scenario:
    """This will make a world of history. span: of the tickets, epoch seconds."""
    zero = monday(datetime.fromtimestamp(span[0], UTC)).timestamp()
    members = {one.id: _member(one) for one in found.people if _works(one)}
    until = (span[1] - zero) / 60.0 + AFTER * DAY
    turns = [
        turn for id in members for turn in _turns(id, found.hours.get(id, ()), zero, span, until)
    ]
    return Scenario(
        people=tuple(members.values()),
        turns=tuple(turns),
        demand=tuple(_demand(one, members, found.visits, zero) for one in found.tickets),
        declines=declines(found),
        until=until,
    )


def declines(found: Recorded) -> float:
    """This will give the share of offers that were declined, or not answered."""
    refused = sum(len(one.declined) for one in found.tickets)
    return min(0.9, refused / found.offers) if found.offers else 0.0


def known(found: Recorded) -> int:
    """This will count the tickets whose work has a measured duration."""
    return sum(one.id in found.visits for one in found.tickets)


def _works(one: Person) -> bool:
    return "consultant" in one.roles and one.active and one.home is not None and one.capacity > 0


def _member(one: Person) -> Member:
    assert one.home is not None
    return Member(
        now=0.0, id=one.id, lat=one.home.latitude, lon=one.home.longitude,
        skills=dict(one.skills), languages=tuple(one.languages), country=one.home.country,
        rating=one.rating, max_travel_min=float(one.max_travel), capacity=one.capacity,
        territories=tuple(one.territories), certifications=tuple(one.certifications),
    )  # fmt: skip


def _turns(
    id: str, intervals: Sequence[Interval], zero: float, span: Span, until: float
) -> Iterator[Turn]:
    """Shifts less leave. Past days, that are not kept, work as the first known such weekday."""
    shifts = merge(_spans(intervals, "shift"))
    leave = merge(_spans(intervals, "leave"))
    first = min((start for start, _ in shifts), default=0.0)
    week = [(start, end) for start, end in shifts if start < first + WEEK]
    back = int(max(0.0, first - span[0]) // WEEK) + 1
    past = [(s - n * WEEK, e - n * WEEK) for n in range(1, back + 1) for s, e in week]
    for start, end in less(merge([*past, *shifts]), leave):
        if end > span[0] and (start - zero) / 60.0 < until:
            begin, close = (max(start, zero) - zero) / 60.0, (end - zero) / 60.0
            yield Turn(id, begin, close, close)


def _spans(intervals: Iterable[Interval], kind: str) -> Iterator[Span]:
    return ((i.start.timestamp(), i.end.timestamp()) for i in intervals if i.kind == kind)


def _demand(
    one: Ticket, members: Mapping[str, Member], visits: Mapping[str, Span], zero: float
) -> Demand:
    """A ticket whose customer chose a window comes when that opens: the world waits for none."""
    created = one.created_at.timestamp()
    job = job_of(one, created)
    order = Order(
        now=(max(created, job.opens_at) - zero) / 60.0, id=one.id, lat=job.latitude,
        lon=job.longitude, mode=job.mode, priority=job.priority, tier=job.tier,
        due=(job.due_at - zero) / 60.0, skills=job.skills, language=job.language,
        country=job.country, service_min=job.service_min, previous=job.previous,
        territory=job.territory if job.mode == "onsite" else None,
        certification=job.certification,
    )  # fmt: skip
    work = 1.0
    if span := visits.get(one.id):
        doer = members.get(one.assignee or "")
        above = surplus(doer, order) if doer else 0.0
        usual = order.service_min * (1.0 - 0.06 * above)
        least, most = FACTORS
        work = min(most, max(least, (span[1] - span[0]) / 60.0 / usual))
    return Demand(order, work, ROAD, EVEN)
