"""A decision in plain words, for the dispatcher, the consultant and the customer."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from squad.services.routing.model import Candidate, Decision, Lack, Miss
from squad.services.routing.phrases import PHRASES, Phrases

Audience = Literal["dispatcher", "consultant", "customer"]
LARGEST = 3  # terms named in a reason
SMALL = 0.5  # min; what rounds to nothing is not named


def explain(
    decision: Decision,
    names: Mapping[str, str],
    *,
    language: str = "en",
    audience: Audience = "dispatcher",
) -> tuple[str, ...]:
    """This will tell a decision in short sentences; numbers are minutes.

    names: by consultant's id; who is not in it is called by the id, for a customer "our
    consultant". language: "en", "fr" or "es", a region after it ("fr-CA") does not matter.
    A consultant, who must be the chosen one, hears of others as numbers only, a customer not
    at all, nor of costs.

    Raises:
        ValueError: a language without phrases.
    """
    phrases = PHRASES.get(language.split("-")[0])
    if phrases is None:
        raise ValueError(f"language: no phrases in {language}")
    if audience == "customer":
        return _for_customer(decision, names, phrases)
    if audience == "consultant":
        return _for_consultant(decision, phrases)
    return _for_dispatcher(decision, names, phrases)


def _for_dispatcher(
    decision: Decision, names: Mapping[str, str], phrases: Phrases
) -> tuple[str, ...]:
    winner, say = decision.winner, phrases.sentences
    looked = {"ticket": decision.ticket, "roster": _count(decision.roster, phrases)}
    excluded = ", ".join(
        phrases.excluded[constraint].format(n=_count(n, phrases))
        for constraint, n in sorted(decision.excluded.items(), key=lambda item: -item[1])
    )
    why_not = [say["excluded"].format(excluded=excluded)] if excluded else []
    why_not += [_missed(miss, names, phrases) for miss in decision.near]
    if winner is None:
        return say["nobody"].format(**looked), *why_not
    who = names.get(winner.consultant, winner.consultant)
    eligible = _count(decision.eligible, phrases)
    return (
        say["chosen"].format(who=who, cost=_whole(winner.cost), eligible=eligible, **looked),
        say["parts"].format(parts=_parts(winner, phrases)),
        say["arrival"].format(minutes=_arrival(decision, winner), place=winner.position + 1),
        *(_next(winner, other, names, phrases) for other in decision.candidates[1:]),
        *why_not,
    )


def _for_consultant(decision: Decision, phrases: Phrases) -> tuple[str, ...]:
    winner, say = decision.winner, phrases.sentences
    if winner is None:
        return (say["nobody_yet"].format(ticket=decision.ticket),)
    place = {"minutes": _arrival(decision, winner), "place": winner.position + 1}
    told = [say["yours"].format(ticket=decision.ticket), say["your_arrival"].format(**place)]
    if len(decision.candidates) == 1:
        return (*told, say["only_you"])
    others = _count(decision.eligible - 1, phrases)
    told.append(say["others_too"].format(n=others))
    saved = _differences(winner, decision.candidates[1], phrases)
    return (*told, say["you_save"].format(parts=saved)) if saved else tuple(told)


def _for_customer(
    decision: Decision, names: Mapping[str, str], phrases: Phrases
) -> tuple[str, ...]:
    winner, say = decision.winner, phrases.sentences
    if winner is None:
        return (say["looking"],)
    who = names.get(winner.consultant, say["our_consultant"])
    minutes = _arrival(decision, winner)
    knows = winner.consultant == decision.job.previous
    return (
        say["looks_after"].format(who=who),
        say["comes" if decision.job.mode == "onsite" else "begins"].format(minutes=minutes),
        say["knows" if knows else "skilled"],
    )


def _next(winner: Candidate, other: Candidate, names: Mapping[str, str], phrases: Phrases) -> str:
    """Why not this one: how much more, and mostly for what."""
    who, more = names.get(other.consultant, other.consultant), other.cost - winner.cost
    parts = _differences(winner, other, phrases)
    if more < SMALL or not parts:
        return phrases.sentences["as_good"].format(who=who)
    return phrases.sentences["not"].format(who=who, more=_whole(more), parts=parts)


def _differences(winner: Candidate, other: Candidate, phrases: Phrases) -> str:
    """The terms that are largest in favour of the winner."""
    mine, theirs = _terms(winner), _terms(other)
    more = {term: theirs[term] - mine[term] for term in mine}
    worse = sorted((term for term in more if more[term] >= SMALL), key=lambda t: -more[t])
    return ", ".join(f"{phrases.terms[t]} {_whole(more[t])} min" for t in worse[: LARGEST - 1])


def _parts(candidate: Candidate, phrases: Phrases) -> str:
    terms = _terms(candidate)
    largest = sorted(terms, key=lambda term: -abs(terms[term]))[:LARGEST]
    named = [term for term in largest if abs(terms[term]) >= SMALL]
    return ", ".join(f"{phrases.terms[term]} {_whole(terms[term])} min" for term in named)


def _terms(candidate: Candidate) -> dict[str, float]:
    return msgspec.structs.asdict(candidate.terms)


def _missed(miss: Miss, names: Mapping[str, str], phrases: Phrases) -> str:
    who = names.get(miss.consultant, miss.consultant)
    return f"{who}{phrases.colon}: {'; '.join(_lacking(lack, phrases) for lack in miss.lacks)}."


def _lacking(lack: Lack, phrases: Phrases) -> str:
    form = lack.constraint
    if form in ("shift", "leave") and lack.have >= 0.0:
        form = f"{form}_until"
    name = phrases.languages.get(lack.name, lack.name) if form == "language" else lack.name
    return phrases.lacks[form].format(name=name, need=_whole(lack.need), have=_whole(lack.have))


def _arrival(decision: Decision, winner: Candidate) -> str:
    return _whole((winner.arrival - decision.decided_at) / 60.0)


def _whole(minutes: float) -> str:
    return f"{minutes:.0f}".replace("-0", "0") if abs(minutes) < 1 else f"{minutes:.0f}"


def _count(number: int, phrases: Phrases) -> str:
    return f"{number:,}".replace(",", phrases.thousands)
