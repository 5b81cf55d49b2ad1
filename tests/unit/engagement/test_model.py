"""The rules of engagement: quiet hours, who is told, and what is asked once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from squad.contracts.people import Contact, Person
from squad.kernel.problem import Impossible
from squad.services.engagement import model
from squad.services.engagement.model import (
    Facts,
    Mail,
    Note,
    Notice,
    Preferences,
    Quiet,
    Reader,
    Record,
    Survey,
)

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)
NIGHT = Quiet("21:30", "07:00")
EVERYTHING = Preferences()
ID = "019ae4b2-0c6f-7d31-8a53-7f3f4bd0c111"


def local(zone: str, text: str, fold: int = 0) -> datetime:
    """A wall clock's time, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def end(quiet: Quiet, zone: str, text: str, fold: int = 0) -> str:
    """Where quiet hours leave a moment, on the same wall clock; "now" if they do not hold it."""
    now = local(zone, text, fold)
    ends = model.quiet_end(quiet, ZoneInfo(zone), now)
    return "now" if ends == now else f"{ends.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M%z}"


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-03-02T21:29", "now"),
        ("2026-03-02T21:30", "2026-03-03T07:00-0500"),
        ("2026-03-02T23:59", "2026-03-03T07:00-0500"),
        ("2026-03-03T00:00", "2026-03-03T07:00-0500"),
        ("2026-03-03T06:59", "2026-03-03T07:00-0500"),
        ("2026-03-03T07:00", "now"),
        ("2026-03-03T12:00", "now"),
    ],
)
def test_holds_a_mail_over_the_night(at: str, ends: str) -> None:
    """From the start, included, to the end, excluded, over midnight, in the person's zone."""
    assert end(NIGHT, "America/Toronto", at) == ends


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-03-02T12:59", "now"),
        ("2026-03-02T13:00", "2026-03-02T14:15-0500"),
        ("2026-03-02T14:14", "2026-03-02T14:15-0500"),
        ("2026-03-02T14:15", "now"),
        ("2026-03-02T23:00", "now"),
    ],
)
def test_holds_a_mail_within_a_day(at: str, ends: str) -> None:
    """Quiet hours need not be at night."""
    assert end(Quiet("13:00", "14:15"), "America/Toronto", at) == ends


def test_knows_that_clocks_go_forward_and_back() -> None:
    """Over either change the end is the wall clock's; skipped or repeated, it lies ahead."""
    toronto = "America/Toronto"

    assert end(NIGHT, toronto, "2026-03-07T23:00") == "2026-03-08T07:00-0400"
    assert end(NIGHT, toronto, "2026-10-31T23:00") == "2026-11-01T07:00-0500"
    assert end(Quiet("22:00", "02:30"), toronto, "2026-03-08T01:00") == "2026-03-08T03:30-0400"
    late = Quiet("22:00", "01:30")
    assert end(late, toronto, "2026-11-01T01:10", fold=0) == "2026-11-01T01:30-0400"
    assert end(late, toronto, "2026-11-01T01:10", fold=1) == "2026-11-01T01:30-0500"


MINUTES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(sorted(z for z in available_timezones() if z.startswith("America/")))


@given(
    quiet=st.builds(Quiet, MINUTES, MINUTES),
    zone=ZONES,
    now=st.integers(1_577_836_800, 2_051_222_400).map(lambda s: datetime.fromtimestamp(s, UTC)),
)
def test_never_holds_a_mail_over_a_day(quiet: Quiet, zone: str, now: datetime) -> None:
    """Wherever, whenever: it lies ahead, at most a day and a change of clocks, at the end's
    minute or as long after as clocks skipped."""
    ends = model.quiet_end(quiet, ZoneInfo(zone), now)

    assert now <= ends <= now + timedelta(hours=26)
    if ends != now:
        shown = f"{ends.astimezone(ZoneInfo(zone)):%H:%M}"
        skipped = f"{(ends - timedelta(hours=1)).astimezone(ZoneInfo(zone)):%H:%M}" < quiet.end
        assert shown == quiet.end or skipped


def reader(preferences: Preferences = EVERYTHING, /, **changes: Any) -> Reader:
    """Somebody with a mail address in Toronto."""
    given = {"version": 1, "name": "Ana Roy", "mail": "ana@example.com", "zone": "America/Toronto"}
    return Reader(Record(**{**given, **changes}), preferences)


def test_lets_an_urgent_offer_through_quiet_hours() -> None:
    """A P1 assignment goes out at night; P2, and a customer's news of a P1, wait."""
    night = reader(Preferences(quiet=NIGHT))
    now, morning = local("America/Toronto", "2026-03-02T23:00"), "2026-03-03T12:00:00+00:00"
    first, second = Facts(priority=1), Facts(priority=2)

    assert model.due(night, "assignment", first, now) == now
    assert model.due(night, "assignment", second, now).isoformat() == morning
    assert model.due(night, "assigned", first, now).isoformat() == morning
    assert model.due(reader(), "assigned", first, now) == now
    assert model.due(Reader(None, Preferences(quiet=NIGHT)), "assigned", first, now) == now


@pytest.mark.parametrize(
    "zone", ["", "Nowhere/At_All", "../../etc/passwd", "/etc", "America", "\0"]
)
def test_takes_utc_where_the_zone_is_unknown(zone: str) -> None:
    """A name that is not in the database holds nobody's mail for ever."""
    assert model.zone_of(Record(zone=zone)).key == "Etc/UTC"


def test_tells_people_what_they_want_where_they_want_it() -> None:
    """By kind and channel; wanted unless said otherwise; mail only where there is an address."""
    chosen = reader(Preferences(inbox={"message": False}, mail={"message": True, "closed": False}))

    def channels(kind: model.Kind) -> tuple[bool, bool]:
        return model.wants(chosen, kind, "inbox"), model.wants(chosen, kind, "mail")

    assert channels("message") == (False, True)
    assert channels("closed") == (True, False)
    assert channels("survey") == (True, True)
    assert model.wants(Reader(), "closed", "mail")
    assert model.wants(reader(mail=""), "closed", "inbox")
    assert not model.wants(reader(mail=""), "closed", "mail")


@pytest.mark.parametrize("change", [{"active": False}, {"erased": True}])
def test_tells_nothing_to_who_is_gone(change: dict[str, Any]) -> None:
    """Deactivated or erased: neither inbox nor mail."""
    gone = reader(**change)

    assert not any(model.wants(gone, kind, "inbox") for kind in model.KINDS)
    assert not any(model.wants(gone, kind, "mail") for kind in model.KINDS)


def test_learns_only_what_is_newer() -> None:
    """The highest version wins, whatever comes first; after erasure nothing is learned."""
    person = Person(
        id=ID, version=3, roles=("consultant",), contact=Contact(name="Ana", mail="a@b")
    )
    known = model.learn(None, person)

    assert known == Record(version=3, name="Ana", mail="a@b", roles=("consultant",))
    assert model.learn(known, person) is None
    assert model.learn(Record(version=4), person) is None
    assert model.learn(Record(version=2), person) == known
    assert model.learn(Record(erased=True), person) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana Roy", "Ana"),
        ("  Marie-Ève  Côté", "Marie-Ève"),
        ("O’Neil", "O’Neil"),
        ("李 小龙", "李"),
        ("", ""),
        ("   ", ""),
        ("evil.example Roy", ""),
        ("http://evil.example", ""),
        ("{reference}", ""),
        ("<b>Ana", ""),
        ("Ana,", ""),
        ("x" * 300, "x" * 40),
    ],
)
def test_announces_a_consultant_by_first_name_only(name: str, shown: str) -> None:
    """Letters, hyphens and apostrophes; anything that a mail program could turn to a link is not
    said."""
    assert model.first_name(Record(name=name)) == shown
    assert model.first_name(None) == ""


def test_tells_each_person_once_and_nobody_of_their_own_deeds() -> None:
    """The first notice of a person counts; their own step is no news to them, a survey is."""
    told = [
        Notice(person="ana", kind="closed", ticket="t"),
        Notice(person="ana", kind="message", ticket="t"),
        Notice(person="bob", kind="closed", ticket="t"),
        Notice(person="", kind="closed", ticket="t"),
    ]

    assert model.others(told, "") == (told[0], told[2])
    assert model.others(told, "ana") == (told[2],)
    asked = Notice(person="ana", kind="survey", ticket="t")
    assert model.others([asked], "ana") == (asked,)


def test_forgets_an_offer_that_lapsed() -> None:
    """A held mail of an offer is not sent after the time to answer; other kinds are."""
    offer = Mail(person="ana", kind="assignment", ticket="t", facts=Facts(until=NOW))

    assert model.lapsed(offer, NOW)
    assert not model.lapsed(offer, NOW - timedelta(seconds=1))
    assert not model.lapsed(Mail(person="a", kind="survey", ticket="t", facts=offer.facts), NOW)
    assert not model.lapsed(Mail(person="a", kind="assignment", ticket="t"), NOW)


def test_counts_as_read_what_was_read_or_lies_before_the_mark() -> None:
    """One by one, or all at once."""
    note = Note(kind="closed", ticket="t", at=NOW)

    assert not model.seen("5", note, "")
    assert not model.seen("5", note, "4")
    assert model.seen("5", note, "5")
    assert model.seen("5", Note(kind="closed", ticket="t", at=NOW, read_at=NOW), "")


def survey(**changes: Any) -> Survey:
    """A survey that was asked."""
    given = {"ticket": ID, "reference": "A-1", "person": "ana", "consultant": "bob", "closing": 9}
    return Survey(**{**given, "until": NOW, **changes})


def test_takes_one_answer() -> None:
    """The first one; the same again is the same; another is refused."""
    answered = model.answer(survey(), 4, "Good", NOW)

    assert (answered.rating, answered.comment, answered.answered_at) == (4, "Good", NOW)
    assert model.answer(answered, 4, "Good", NOW + timedelta(days=1)) is answered
    for rating, comment in ((5, "Good"), (4, "good"), (4, "")):
        with pytest.raises(Impossible, match="already"):
            model.answer(answered, rating, comment, NOW)
