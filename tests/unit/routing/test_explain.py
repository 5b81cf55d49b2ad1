"""Explanations: true, short, and no more than each reader may know."""

import re
from string import Formatter
from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.routing.world import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    World,
    gather,
    roster,
    somebody,
    ticket,
    worlds,
)

from squad.services.routing import costs
from squad.services.routing.choose import choose
from squad.services.routing.counter import Kind
from squad.services.routing.explain import Audience, explain, table
from squad.services.routing.model import Decision
from squad.services.routing.phrases import PHRASES
from squad.services.routing.policy import DEFAULT
from squad.services.routing.rules import CONSTRAINTS

NAMES = {"ann": "Ann Lee", "bob": "Bob Roy", "cat": "Cat Paz", "far": "Far Out"}
LANGUAGES = ("en", "fr-CA", "es")


def _decision(**changes: Any) -> Decision:
    made = roster(
        somebody("ann"),
        somebody("bob", latitude=40.9, rating=3.0),
        somebody("cat", skills={"network": 1}, languages=frozenset({"es"})),
        somebody("far", latitude=47.6, longitude=-122.3),
    )
    return choose(ticket(**changes), made, NOW, DEFAULT)


def test_tells_a_dispatcher_all_of_it() -> None:
    """Who, why, when, why not the next, who was excluded by what."""
    told = explain(_decision(), NAMES)

    assert told == (
        "Ann Lee gets ticket t-1 at the least cost, 75 min of paid time; "
        "2 of 4 consultants could do it.",
        "Largest parts: work 56 min, travel 17 min and risk of a second visit 6 min.",
        "Work starts about 3:23 PM UTC, 17 min after the decision, as number 1 in their plan.",
        "Not Bob Roy: 22 min more, mostly travel 18 min and risk of a second visit 2 min.",
        "Not eligible: 1 too far away, 1 without the skill.",
        "Cat Paz: needs network at level 2, has 1; does not speak English.",
    )


def test_says_who_lacks_what_when_nobody_can() -> None:
    """The dispatcher learns who is nearest to eligible."""
    told = explain(_decision(certification="site", latitude=45.0, longitude=-100.0), NAMES)

    assert told[0] == "Nobody of 4 consultants is eligible for ticket t-1."
    assert told[1] == "Not eligible: 4 too far away."
    assert any(line.startswith("Ann Lee: ") and "certification site" in line for line in told)


def test_tells_the_consultant_what_is_theirs() -> None:
    """Others are numbers, savings are against the next best."""
    told = explain(_decision(), NAMES, audience="consultant")

    assert told == (
        "Ticket t-1 is yours.",
        "Work starts about 3:23 PM UTC, as number 1 in your plan.",
        "Others who could do it: 1.",
        "Against the next best you save: travel 18 min and risk of a second visit 2 min.",
    )


def test_tells_the_customer_who_and_when() -> None:
    """A name, a time on the customer's own clock, and that the person fits."""
    chicago = ZoneInfo("America/Chicago")

    told = explain(_decision(), NAMES, audience="customer", zone=chicago)

    assert told == (
        "Ann Lee looks after your request.",
        "Expected on site about 10:25 AM.",
        "They have the skills that your request needs.",
    )


def test_names_the_day_where_it_is_another_one() -> None:
    """Tomorrow's 1:00 is not today's; each language has its own clock."""
    arrival = NOW + 15 * HOUR + 2 * MINUTE
    decision = _decision()
    later = msgspec.structs.replace(decision.candidates[0], arrival=arrival)
    decision = msgspec.structs.replace(decision, candidates=(later, *decision.candidates[1:]))

    told = {
        language: explain(decision, NAMES, language=language, audience="customer")[1]
        for language in LANGUAGES
    }

    assert told == {
        "en": "Expected on site about 6:10 AM on Monday.",
        "fr-CA": "Arrivée prévue vers lundi à 6 h 10.",
        "es": "Llegada prevista hacia el lunes a las 6:10.",
    }
    assert "15 h 2 min after the decision" in explain(decision, NAMES)[2]


DECISION = _decision()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, int(DAY)))
def test_never_promises_a_customer_an_earlier_time(after: int) -> None:
    """Five minutes' steps, rounded up."""
    decision = DECISION
    later = msgspec.structs.replace(decision.candidates[0], arrival=NOW + after)
    decision = msgspec.structs.replace(decision, candidates=(later,))

    said = explain(decision, NAMES, language="es", audience="customer")[1]

    hour, minute = map(int, re.findall(r"\d+", said))
    whole = (NOW + after) % DAY
    assert minute % 5 == 0
    assert 0 <= ((hour * 60 + minute) * MINUTE - whole) % DAY < 5 * MINUTE


def test_tells_the_customer_that_the_case_is_known() -> None:
    """Continuity is worth a sentence; remote work is not an arrival."""
    told = explain(_decision(previous="ann", mode="remote"), NAMES, audience="customer")

    assert told[1:] == (
        "Work should begin about 3:10 PM.",
        "They know your case already.",
    )


def test_speaks_french_and_spanish() -> None:
    """Canadian French and Spanish say the same."""
    french = explain(_decision(), NAMES, language="fr-CA")
    spanish = explain(_decision(), NAMES, language="es", audience="customer")

    assert french[0] == (
        "Ann Lee reçoit le billet t-1 au coût le plus bas, 75 min payées; admissibles : 2 sur 4."
    )
    assert french[-1] == (
        "Cat Paz\N{NO-BREAK SPACE}: il faut network au niveau 2, a 1; ne parle pas anglais."
    )
    assert spanish[0] == "Ann Lee se ocupa de su solicitud."


def test_refuses_a_language_without_phrases() -> None:
    """No silent English for a German."""
    with pytest.raises(ValueError, match="language: no phrases in de"):
        explain(_decision(), NAMES, language="de")


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_has_words_for_everything(language: str) -> None:
    """Every language has the same keys, with the same things to fill in."""
    phrases = PHRASES[language]

    assert set(phrases.terms) == set(costs.TERMS)
    assert set(phrases.excluded) == set(CONSTRAINTS)
    assert set(phrases.lacks) == {
        *CONSTRAINTS,
        "shift_until",
        "leave_until",
        "skill_none",
    }
    assert set(phrases.needs) == set(CONSTRAINTS)
    assert set(phrases.flips) == {"chosen", "eligible", "skills", *get_args(Kind)}
    parts = ("sentences", "excluded", "lacks", "needs", "flips", "terms", "languages", "weights")
    for part in parts:
        mine, theirs = getattr(phrases, part), getattr(PHRASES["en"], part)
        assert {key: _fields(text) for key, text in mine.items()} == {
            key: _fields(text) for key, text in theirs.items()
        }


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_writes_thousands_as_the_reader_does() -> None:
    """9,412 in English, 9 412 in French."""
    decision = msgspec.structs.replace(_decision(), roster=9412)

    assert "of 9,412 consultants" in explain(decision, NAMES)[0]
    assert "sur 9\N{NO-BREAK SPACE}412" in explain(decision, NAMES, language="fr")[0]


def test_tells_when_somebody_works_again() -> None:
    """Who is off shift or on leave: until when, if that is planned."""
    made = roster(
        somebody("ann", shifts=((NOW + 2 * HOUR, NOW + DAY),)),
        somebody("bob", shifts=()),
        somebody("cat", leave=((NOW - 1, NOW + 90 * MINUTE),)),
    )

    told = " ".join(explain(choose(ticket(), made, NOW, DEFAULT), NAMES))

    assert "Ann Lee: next shift in 2 h." in told
    assert "Bob Roy: no shift planned." in told
    assert "Cat Paz: on leave, works in 1 h 30 min." in told


def test_says_long_waits_in_whole_hours() -> None:
    """Nobody wants the minutes of the day after tomorrow."""
    made = roster(somebody("ann", shifts=((NOW + 42 * HOUR + 56 * MINUTE, NOW + 3 * DAY),)))

    told = explain(choose(ticket(), made, NOW, DEFAULT), NAMES)

    assert told[-1] == "Ann Lee: next shift in 43 h."


def test_admits_that_two_are_as_good() -> None:
    """A tie is called a tie."""
    made = roster(somebody("ann"), somebody("bob"))

    told = explain(choose(ticket(), made, NOW, DEFAULT), NAMES)

    assert "Bob Roy would cost as much; a fixed order decided." in told


@settings(max_examples=150, deadline=None)
@given(worlds, st.sampled_from(LANGUAGES), st.sampled_from(("consultant", "customer")))
def test_keeps_to_themselves_what_is_not_for_the_reader(
    world: World, language: str, audience: Audience
) -> None:
    """No other consultant's name or id for anybody but the dispatcher; no ids for a customer."""
    made = gather(world.team)
    names = {name: f"Person-{name}" for name in made.ids}
    decision = choose(world.job, made, NOW, world.policy)

    told = " ".join(explain(decision, names, language=language, audience=audience))

    assert set(re.findall(r"c\d\d", told)) <= {decision.consultant}
    assert not (audience == "customer" and re.search(r"(?<!Person-)c\d\d", told))
    assert "{" not in told


@settings(max_examples=100, deadline=None)
@given(worlds, st.sampled_from(LANGUAGES))
def test_explains_any_decision(world: World, language: str) -> None:
    """Whatever was decided, the dispatcher gets whole sentences about the right person."""
    decision = choose(world.job, gather(world.team), NOW, world.policy)

    told = explain(decision, {}, language=language)

    assert all(line.endswith(".") and "{" not in line for line in told)
    assert decision.consultant is None or told[0].startswith(decision.consultant)


def test_lays_the_terms_side_by_side() -> None:
    """The dispatcher's table: a line for each term that matters, a number for each candidate."""
    decision = _decision()

    lines = table(decision, "fr-CA")

    assert [(line.term, line.label) for line in lines[:2]] == [
        ("service", "travail"),
        ("travel", "trajet"),
    ]
    assert all(len(line.minutes) == 2 and any(line.minutes) for line in lines)
    totals = [sum(line.minutes[n] for line in lines) for n in range(2)]
    assert totals == pytest.approx([c.cost for c in decision.candidates], abs=0.6)


def test_has_no_table_where_nobody_is_eligible() -> None:
    """There is nothing to lay side by side."""
    assert table(_decision(certification="site")) == ()
