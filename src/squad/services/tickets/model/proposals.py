"""What becomes of a proposal: what is filled in, what goes to triage, what a person overrules."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from squad.contracts.people import Level
from squad.contracts.tickets import Proposed, Ticket
from squad.ports.proposer import Guess, Proposal, Ranking
from squad.services.tickets.model.facts import CATEGORIES

USUAL = 3  # priority where neither the client nor the model says one
SHOWN = 3  # categories kept beside the first

_NOTHING = Ranking((), False)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Category, skills and priority of a new ticket. service: minutes, 0: what is usual."""

    category: str
    skills: Mapping[str, Level]
    priority: int
    service: int = 0
    proposed: Proposed | None = None


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket would be, if it were logged with these words and nothing else."""

    category: str
    skills: Mapping[str, Level]
    priority: int
    service: int
    proposal: Proposed | None


def advice(proposal: Proposal) -> Advice:
    """This will say what would be filled in, usual skills and minutes with it."""
    facts = settle(proposal, category=None, skills={}, priority=None)
    usual, minutes = CATEGORIES[facts.category]
    return Advice(
        category=facts.category,
        skills=facts.skills or usual,
        priority=facts.priority,
        service=facts.service or minutes,
        proposal=facts.proposed,
    )


def settle(
    proposal: Proposal, *, category: str | None, skills: Mapping[str, Level], priority: int | None
) -> Facts:
    """This will complete what the client gave; what was given stays as it is.

    A category that is not proposed with confidence is "other", which anybody may be sent for,
    and a person should look at it.
    """
    ranked = _known(proposal.rankings.get("category", _NOTHING))
    level, used = _priority(proposal), list[str]()
    chosen, needs, service = category, skills, 0
    if category is None and ranked.confident:
        chosen = ranked.guesses[0].value
        used.append("category")
        service = proposal.minutes
        if not skills:
            needs = proposal.skills or CATEGORIES[chosen][0]
            used.append("skills")
        used.append("service")
    if priority is None and level is not None:
        used.append("priority")
    asked = category is None or "priority" in used
    return Facts(
        category=chosen or "other",
        skills=needs,
        priority=priority or level or USUAL,
        service=service,
        proposed=_kept(proposal, ranked, used, category) if asked else None,
    )


def _known(ranking: Ranking) -> Ranking:
    """Only categories that there are; nothing is confident whose first guess is not one."""
    known = [guess for guess in ranking.guesses if guess.value in CATEGORIES]
    sure = ranking.confident and bool(known) and known[0] == ranking.guesses[0]
    return Ranking(known, sure)


def _priority(proposal: Proposal) -> int | None:
    ranking = proposal.rankings.get("priority", _NOTHING)
    first = ranking.guesses[0].value if ranking.confident else ""
    return int(first) if first in ("1", "2", "3", "4") else None


def _kept(
    proposal: Proposal, ranked: Ranking, used: list[str], category: str | None
) -> Proposed | None:
    if not proposal.rankings:
        return None
    first, *others = ranked.guesses or (Guess("", 0.0),)
    return Proposed(
        category=first.value,
        confidence=first.probability,
        model=proposal.model,
        others={guess.value: guess.probability for guess in others[:SHOWN]},
        used=tuple(used),  # type: ignore[arg-type]
        triage=category is None and not ranked.confident,
    )


def judged(ticket: Ticket, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """This will keep what a person's change says about the proposal: it stays, as overruled.

    A category given by hand ends triage, whichever it is.
    """
    proposed = ticket.proposal
    if proposed is None or not changes.keys() & {"category", "skills", "priority"}:
        return {}
    other = "category" in changes and changes["category"] != proposed.category
    moved = any(
        name in changes and changes[name] != getattr(ticket, name)
        for name in ("skills", "priority")
        if name in proposed.used
    )
    triage = proposed.triage and "category" not in changes
    overruled = proposed.overruled or other or moved
    return {"proposal": replace(proposed, triage=triage, overruled=overruled)}
