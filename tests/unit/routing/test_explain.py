"""Explanations: true, short, and no more than each reader may know."""

import re
from string import Formatter
from typing import Any

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
from squad.services.routing.explain import Audience, explain
from squad.services.routing.model import Decision
from squad.services.routing.phrases import ENGLISH, PHRASES
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
        "Ann Lee does ticket t-1 at a cost of 75 min; 2 of 4 consultants could do it.",
        "Largest parts: work 56 min, travel 17 min, risk of a second visit 6 min.",
        "Work starts in 17 min, number 1 in their plan.",
        "Not Bob Roy: 22 min more, mostly travel 18 min, risk of a second visit 2 min.",
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
        "Work starts in 17 min, number 1 in your plan.",
        "Others who could do it: 1.",
        "Against the next best you save: travel 18 min, risk of a second visit 2 min.",
    )


def test_tells_the_customer_who_and_when() -> None:
    """A name, minutes, and that the person fits."""
    told = explain(_decision(), NAMES, audience="customer")

    assert told == (
        "Ann Lee looks after your request.",
        "Expected on site in about 17 min.",
        "They have the skills that your request needs.",
    )


def test_tells_the_customer_that_the_case_is_known() -> None:
    """Continuity is worth a sentence; remote work is not an arrival."""
    told = explain(_decision(previous="ann", mode="remote"), NAMES, audience="customer")

    assert told[1:] == ("Work should begin in about 0 min.", "They know your case already.")


def test_speaks_french_and_spanish() -> None:
    """Canadian French and Spanish say the same."""
    french = explain(_decision(), NAMES, language="fr-CA")
    spanish = explain(_decision(), NAMES, language="es", audience="customer")

    assert french[0] == (
        "Ann Lee s’occupe du billet t-1 pour un coût de 75 min; admissibles : 2 sur 4."
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
    assert set(phrases.lacks) == {*CONSTRAINTS, "shift_until", "leave_until"}
    for part in ("sentences", "excluded", "lacks", "terms", "languages"):
        mine, theirs = getattr(phrases, part), getattr(ENGLISH, part)
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

    assert "Ann Lee: next shift in 120 min." in told
    assert "Bob Roy: no shift planned." in told
    assert "Cat Paz: on leave, works in 90 min." in told


def test_admits_that_two_are_as_good() -> None:
    """A tie is called a tie."""
    made = roster(somebody("ann"), somebody("bob"))

    told = explain(choose(ticket(), made, NOW, DEFAULT), NAMES)

    assert "Bob Roy would be as good; the order of ids decides." in told


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
