"""The demo world: the same every time, and somebody for every large city at every hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from squad.adapters.places import table
from squad.apps.world import CITIES
from squad.apps.world.cast import PASSWORD, SIGNINS, Cast, Member
from squad.apps.world.consultants import consultants
from squad.apps.world.metros import LARGE
from squad.apps.world.regions import NAMES, languages
from squad.contracts.people import Language
from squad.ports.places import Place
from squad.services.identity.model.hours import check, spread
from squad.services.routing import plan, rules
from squad.services.routing.choose import choose
from squad.services.routing.model import Job
from squad.services.routing.policy import DEFAULT
from squad.services.routing.roster import Roster
from squad.services.routing.scan import Scan
from squad.services.routing.work import consultant_of, job_of
from squad.services.tickets import model as tickets

WEEK = timedelta(days=7)
AT_ONCE = replace(DEFAULT, look_ahead_min=0.0)  # whoever begins in an hour does not count
WEEKS = (
    datetime(2026, 6, 15, tzinfo=UTC),
    datetime(2026, 3, 5, tzinfo=UTC),  # clocks go forward on Sunday
    datetime(2026, 10, 29, tzinfo=UTC),  # clocks go back on Sunday
)


@cache
def _places() -> table.TablePlaces:
    return table._load(table._HERE)


@cache
def _consultants(count: int = 300) -> tuple[Member, ...]:
    return tuple(consultants(_places().cities(CITIES), count))


@cache
def _large() -> list[Place]:
    return [city for city in _places().cities(CITIES) if city.population >= LARGE]


def _roster(since: datetime) -> Roster:
    """Everybody as routing knows them from the events of identity."""
    roster = Roster()
    for member in _consultants():
        assert member.schedule is not None
        check(member.schedule)
        hours = spread(member.schedule, member.person.zone, since, since + WEEK)
        found = consultant_of(member.person, hours)
        assert found is not None
        roster.put(found)
    return roster


def _job(city: Place, now: datetime, category: str, language: Language) -> Job:
    """A ticket as the tickets service makes it of a point and a category, for routing."""
    spot = tickets.spot(
        _places().nearest(city.latitude, city.longitude), city.latitude, city.longitude
    )
    logged = tickets.Logged(
        id="0" * 32, title="It is broken", description="", category=category, skills={},
        certification="", priority=3, mode="onsite", spot=spot, windows=(), requester="someone",
        organisation="", store="", tier="bronze", language=language,
    )  # fmt: skip
    return job_of(tickets.begin(logged, now))


def _codes(job: Job, roster: Roster, now: float) -> rules.Codes:
    """Everybody's broken constraints, as the routing engine finds them."""
    roster.advance(now)
    return rules.check(Scan(plan.case(job, now, AT_ONCE), roster))


def _eligible(jobs: list[Job], since: datetime) -> NDArray[np.int64]:
    """How many can do each job at each hour of a week, shape (168, jobs).

    Hours and all other constraints exclude people independently, so each is looked at once.
    """
    roster, hours = _roster(since), rules.BITS["shift"] | rules.BITS["leave"]
    able = np.array([_codes(job, roster, since.timestamp()) & ~hours == 0 for job in jobs])
    times = [(since + timedelta(hours=hour)).timestamp() for hour in range(168)]
    working = np.array([_codes(jobs[0], roster, now) & hours == 0 for now in times])
    counts: NDArray[np.int64] = working.astype(np.int64) @ able.T
    return counts


@pytest.mark.parametrize("since", WEEKS[1:], ids=["clocks forward", "clocks back"])
def test_a_ticket_from_any_large_city_finds_somebody_at_any_hour(since: datetime) -> None:
    """Every large city × 168 hours × category × language spoken there, on site."""
    jobs = [
        _job(city, since, category, language)
        for city in _large()
        for category in tickets.CATEGORIES
        for language in languages([f"{city.country}-{city.region}"])
    ]

    eligible = _eligible(jobs, since)

    assert len(_large()) > 100
    assert {"AK", "HI", "QC"} <= {city.region for city in _large()}
    assert eligible.min() >= 1


def test_the_engine_chooses_somebody_wherever_somebody_is_eligible() -> None:
    """The decision itself, at all hours in cities at the edges of the rota and in large teams."""
    monday = WEEKS[0]
    roster, names = _roster(monday), ("Chicago", "Laredo", "Anchorage", "Honolulu")
    jobs = [_job(c, monday, "security", "en") for c in _large() if c.name in names]

    decisions = [
        choose(job, roster, (monday + timedelta(hours=hour)).timestamp(), AT_ONCE)
        for hour in range(168)
        for job in jobs
    ]

    counts = [decision.eligible for decision in decisions]
    assert len(jobs) == len(names)
    assert counts == _eligible(jobs, monday).flatten().tolist()
    assert all(decision.consultant for decision in decisions)


def test_chicago_can_ask_two_at_any_hour() -> None:
    """Where the sign-ins are at home a declined ticket finds another consultant at once."""
    [chicago] = [city for city in _large() if city.name == "Chicago"]

    eligible = _eligible([_job(chicago, WEEKS[0], c, "en") for c in tickets.CATEGORIES], WEEKS[0])

    assert eligible.min() >= 2


def test_it_is_the_same_every_time() -> None:
    """Nobody gets another id, name, home or week by starting again."""
    again = tuple(consultants(_places().cities(CITIES), 300))

    assert again == _consultants()
    assert len({member.person.id for member in again}) == 300


def test_a_larger_world_contains_the_smaller() -> None:
    """SQUAD_DEMO only adds people."""
    small = {m.person.id: m for m in _consultants(40)}

    large = {m.person.id: m for m in _consultants(1000)}

    assert (len(small), len(large)) == (40, 1000)
    assert {id: large[id] for id in small} == small


@pytest.mark.parametrize("count", [0, 1, 2, 7, 300])
def test_it_has_as_many_consultants_as_asked_for(count: int) -> None:
    """consultant@ is the first of them."""
    people = [member.person for member in _consultants(count)]

    mails = Counter(person.contact.mail for person in people)

    assert len(people) == count
    assert mails[SIGNINS["consultant"]] == min(count, 1)
    assert max(mails.values(), default=1) == 1


def test_everybody_refers_to_what_exists_and_has_a_mail_of_their_own() -> None:
    """Territories, organisations and stores are in the catalogue; no mail is there twice."""
    cast = Cast(_places(), _places().cities(CITIES))
    people = [m.person for m in (*cast.members(), *_consultants())]

    mails = [person.contact.mail for person in people]

    assert len(set(mails)) == len(mails) == len({person.id for person in people})
    assert all(mail.isascii() and mail.endswith("@demo.example") for mail in mails)
    assert {code for person in people for code in person.territories} <= set(NAMES)
    assert {p.organisation for p in people} - {""} == {str(c.id) for c in cast.companies()}
    assert {p.store for p in people} - {""} == {str(store.id) for store in cast.stores()}
    assert {store.territory for store in cast.stores()} <= set(NAMES)


def test_it_has_the_cast_that_the_story_needs() -> None:
    """40 customers in 8 companies, 10 stores with staff, and who keeps it going."""
    cast = Cast(_places(), _places().cities(CITIES))
    members = cast.members()

    roles = Counter(role for member in members for role in member.person.roles)

    assert (len(cast.companies()), len(cast.stores())) == (8, 10)
    assert roles == {
        "customer": 40, "store": 20, "receptionist": 2, "dispatcher": 3, "manager": 2,
        "administrator": 1, "auditor": 1,
    }  # fmt: skip
    assert {m.person.language for m in members} == {"en", "fr", "es"}


def test_only_the_sign_ins_have_a_password() -> None:
    """Hashing one takes a while; the other 350 never sign in."""
    cast = Cast(_places(), _places().cities(CITIES))

    able = [m for m in (*cast.members(), *_consultants()) if m.password]

    assert {m.person.contact.mail for m in able} == set(SIGNINS.values())
    assert {m.password for m in able} == {PASSWORD}


def test_customers_speak_what_their_area_speaks() -> None:
    """A ticket in a customer's language finds somebody where the customer is."""
    cast = Cast(_places(), _places().cities(CITIES))

    french = [m.person for m in cast.members() if m.person.language == "fr" and not m.password]

    assert all(p.zone == "America/Toronto" or "customer" not in p.roles for p in french)
