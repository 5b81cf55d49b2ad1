"""Words: texts filled with what is known."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from squad.kernel.words import Words

MOMENT = datetime(2026, 3, 2, 5, 7, tzinfo=UTC)
CALENDAR = {
    "moment": "{weekday} {day} {month} {hour}/{hour12}:{minute} {half} {zone}",
    "halves": ["AM", "PM"],
    "weekdays": ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
    "months": [f"month{n}" for n in range(1, 13)],
}
ENGLISH = {
    "code": "en-US",
    "calendar": CALENDAR,
    "phrases": {"hello": "Hello {name}!"},
    "kinds": {"news": {"title": "About {what}", "text": ["It is {what}.", "By {who}.", "End."]}},
}


@pytest.fixture
def words() -> Words:
    """A file with one language."""
    return Words(msgspec.json.encode({"en": ENGLISH}))


def test_fills_in_what_is_known(words: Words) -> None:
    """Title, text and phrases take their facts."""
    facts = {"what": "done", "who": "Ana"}

    assert words.title("en", "news", facts) == "About done"
    assert words.text("en", "news", facts) == "It is done. By Ana. End."
    assert words.phrase("en", "hello", name="Bob") == "Hello Bob!"
    assert words.code("en") == "en-US"


@pytest.mark.parametrize("facts", [{"what": "done"}, {"what": "done", "who": ""}])
def test_leaves_out_what_nobody_knows(words: Words, facts: dict[str, str]) -> None:
    """A sentence whose fact is missing or empty is not said."""
    assert words.text("en", "news", facts) == "It is done. End."


def test_does_not_read_facts_as_templates(words: Words) -> None:
    """Braces in a fact stay as they are."""
    facts = {"what": "{who} {0} {{7*7}} {who.__class__}"}

    assert words.title("en", "news", facts) == "About {who} {0} {{7*7}} {who.__class__}"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Etc/UTC", "Mo 2 month3 5/5:07 AM UTC"),
        ("America/Los_Angeles", "Su 1 month3 21/9:07 PM PST"),
        ("America/New_York", "Mo 2 month3 0/12:07 AM EST"),
    ],
)
def test_says_a_moment_in_the_zone(words: Words, zone: str, said: str) -> None:
    """Day, hour and half are the zone's; midnight is 12 in half days."""
    assert words.moment("en", MOMENT, ZoneInfo(zone)) == said


def test_refuses_a_file_that_is_not_such() -> None:
    """A missing month or an unknown field is found when the file is loaded."""
    short = {**ENGLISH, "calendar": {**CALENDAR, "months": ["one"]}}

    with pytest.raises(msgspec.ValidationError):
        Words(msgspec.json.encode({"en": short}))
    with pytest.raises(msgspec.ValidationError):
        Words(msgspec.json.encode({"en": {**ENGLISH, "more": 1}}))
