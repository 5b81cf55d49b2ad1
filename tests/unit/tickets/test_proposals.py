"""What becomes of a proposal: filled in where it is sure, triage where not, overruled by people."""

from tests.unit.tickets.conftest import fresh

from squad.contracts.tickets import Proposed
from squad.ports.proposer import Guess, Proposal, Ranking
from squad.services.tickets import model


def said(category: str = "pos", *, confident: bool = True, priority: str = "") -> Proposal:
    """A model's answer."""
    rankings = {
        "category": Ranking((Guess(category, 0.9), Guess("network", 0.05)), confident)
    }  # fmt: skip
    if priority:
        rankings["priority"] = Ranking((Guess(priority, 0.95),), True)
    return Proposal(model="m1", rankings=rankings, skills={category: 3}, minutes=35)


def test_fills_in_what_the_client_left_out() -> None:
    """Category, its skills, minutes and the priority, with how sure that was."""
    facts = model.settle(said(priority="2"), category=None, skills={}, priority=None)

    assert (facts.category, facts.skills, facts.priority, facts.service) == (
        "pos",
        {"pos": 3},
        2,
        35,
    )
    assert facts.proposed == Proposed(
        category="pos", confidence=0.9, model="m1", others={"network": 0.05},
        used=("category", "skills", "service", "priority"),
    )  # fmt: skip


def test_leaves_alone_what_the_client_gave() -> None:
    """Given category, skills and priority stay, whatever the model says."""
    facts = model.settle(said(priority="1"), category="email", skills={"access": 1}, priority=4)

    assert (facts.category, facts.skills, facts.priority) == ("email", {"access": 1}, 4)
    assert (facts.service, facts.proposed) == (0, None)


def test_keeps_given_skills_beside_a_proposed_category() -> None:
    """Only the gaps are filled."""
    facts = model.settle(said(), category=None, skills={"access": 1}, priority=3)

    assert (facts.category, facts.skills) == ("pos", {"access": 1})
    assert facts.proposed is not None
    assert "skills" not in facts.proposed.used


def test_asks_for_triage_where_it_is_not_sure() -> None:
    """The generalists' category, nothing used, and the guess kept for whoever looks at it."""
    facts = model.settle(said(confident=False), category=None, skills={}, priority=None)

    assert (facts.category, facts.skills, facts.priority) == ("other", {}, 3)
    assert facts.proposed is not None
    assert (facts.proposed.triage, facts.proposed.used) == (True, ())
    assert facts.proposed.category == "pos"


def test_uses_no_category_that_there_is_not() -> None:
    """A model of another system's categories proposes nothing here that routing cannot know."""
    facts = model.settle(said("gardening"), category=None, skills={}, priority=None)

    assert facts.category == "other"
    assert facts.proposed is not None
    assert facts.proposed.triage


def test_says_nothing_without_a_model() -> None:
    """Switched off: what was usual before, and no record of a proposal."""
    facts = model.settle(Proposal(), category=None, skills={}, priority=None)

    assert (facts.category, facts.priority, facts.proposed) == ("other", 3, None)


def test_keeps_an_overruled_proposal() -> None:
    """Another category by hand: the proposal stays as it was, marked; triage is over."""
    for triage in (True, False):
        proposal = Proposed(
            category="pos", confidence=0.4, model="m1", triage=triage,
            used=() if triage else ("category",),
        )  # fmt: skip
        ticket = fresh(proposal=proposal)

        kept = model.judged(ticket, {"category": "network"})["proposal"]

        assert (kept.category, kept.overruled, kept.triage) == ("pos", True, False)


def test_knows_a_confirmation_from_an_overruling() -> None:
    """The proposed category given by hand confirms it; other facts say nothing about it."""
    ticket = fresh(proposal=Proposed(category="pos", confidence=0.4, model="m1", triage=True))

    confirmed = model.judged(ticket, {"category": "pos"})["proposal"]
    retitled = model.judged(ticket, {"title": "Till 4"})
    ranked = model.judged(ticket, {"priority": 1})["proposal"]

    assert (confirmed.overruled, confirmed.triage) == (False, False)
    assert retitled == {}
    assert (ranked.overruled, ranked.triage) == (False, True)


def test_notices_that_used_skills_were_changed() -> None:
    """Skills that the model filled in and a person replaces are an overruling too."""
    proposal = Proposed(category="pos", confidence=0.9, model="m1", used=("category", "skills"))

    kept = model.judged(fresh(proposal=proposal), {"skills": {"network": 2}})["proposal"]

    assert kept.overruled
