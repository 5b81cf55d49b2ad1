"""A decision in plain words, for the dispatcher, the consultant and the customer."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Literal, NamedTuple

import msgspec

from squad.services.routing import preempt
from squad.services.routing.counter import Flip
from squad.services.routing.model import Candidate, Decision, Lack, Miss
from squad.services.routing.phrases import Phrases
from squad.services.routing.wording import number, phrases_of

Audience = Literal["dispatcher", "consultant", "customer"]
LARGEST = 3  # terms named in a reason
SMALL = 0.5  # min; what rounds to nothing is not named
LONG, DAY = 90.0, 1440.0  # min; what takes longer is said in hours; in whole hours
ROUND = 300.0  # s; a customer is told a time of day in such steps, never an earlier one


class Reader(NamedTuple):
    """Who is told. names: by consultant's id. zone: of the clock times."""

    names: Mapping[str, str]
    phrases: Phrases
    zone: tzinfo

    def name(self, consultant: str) -> str:
        """This will call somebody by their name, else by their id."""
        return self.names.get(consultant, consultant)


class Line(NamedTuple):
    """What one term costs with each candidate, winner first: minutes to a tenth."""

    term: str
    label: str
    minutes: tuple[float, ...]


def explain(
    decision: Decision,
    names: Mapping[str, str],
    *,
    language: str = "en",
    audience: Audience = "dispatcher",
    zone: tzinfo = UTC,
) -> tuple[str, ...]:
    """This will tell a decision in short sentences; numbers are minutes.

    names: by consultant's id; who is not in it is called by the id, for a customer "our
    consultant". language: "en", "fr" or "es", a region after it ("fr-CA") does not matter.
    zone: whose clock tells when work starts: the customer's.
    A consultant, who must be the chosen one, hears of others as numbers only, a customer not
    at all, nor of costs.

    Raises:
        ValueError: a language without phrases.
    """
    reader = Reader(names, phrases_of(language), zone)
    if audience == "customer":
        return _for_customer(decision, reader)
    if audience == "consultant":
        return _for_consultant(decision, reader)
    return _for_dispatcher(decision, reader)


def table(decision: Decision, language: str = "en") -> tuple[Line, ...]:
    """This will lay the candidates' terms side by side, the winner's largest first.

    Terms that are nothing with everybody are left out. Raises ValueError: no such language.
    """
    labels, winner = phrases_of(language).terms, decision.winner
    if winner is None:
        return ()
    columns = [_terms(candidate) for candidate in decision.candidates]
    lines = (
        Line(term, labels[term], tuple(round(column[term], 1) for column in columns))
        for term in sorted(columns[0], key=lambda term: -abs(columns[0][term]))
    )
    return tuple(line for line in lines if any(line.minutes))


def flipped(decision: Decision, flip: Flip, names: Mapping[str, str], language: str = "en") -> str:
    """This will say what would have made somebody the choice. Raises ValueError: no language."""
    phrases = phrases_of(language)
    job, name, old, new = decision.job, flip.name, 1.0, round(1.0 + flip.by, 1)
    form: str = flip.kind
    seen = next(c.seen for c in decision.candidates if c.consultant == flip.consultant)
    if form == "skill" and len(job.skills) == 1:
        old = job.skills[name] + round(seen.surplus)
        new = old + flip.steps
    elif form == "skill":
        form = "skills"
    elif form == "rating":
        old, new = seen.rating, seen.rating + flip.by
    elif form == "language":
        name = phrases.languages.get(name, name)
    elif form == "weight":
        name = phrases.terms[name]
    elif form == "declined":
        name = joined([names.get(one, one) for one in name.split(",")], phrases)
    by, before, after = (number(one, phrases, digits=1) for one in (flip.by, old, new))
    how = phrases.flips[form].format(by=by, name=name, old=before, new=after)
    who = names.get(flip.consultant, flip.consultant)
    return phrases.flips["chosen"].format(who=who, how=how)


def warnings(lacks: Iterable[Lack], language: str = "en") -> tuple[str, ...]:
    """This will say what somebody lacks for a job. Raises ValueError: no such language."""
    phrases = phrases_of(language)
    return tuple(_lacking(lack, phrases) for lack in lacks)


def needed(miss: Miss, names: Mapping[str, str], language: str = "en") -> str:
    """This will say all that would have made somebody eligible. Raises ValueError: no language."""
    phrases = phrases_of(language)
    parts = [
        phrases.needs[lack.constraint].format(
            name=phrases.languages.get(lack.name, lack.name)
            if lack.constraint == "language"
            else lack.name,
            need=_whole(lack.need),
            by=number(_missing(lack), phrases, digits=0),
        )
        for lack in miss.lacks
    ]
    who = names.get(miss.consultant, miss.consultant)
    return phrases.flips["eligible"].format(who=who, how=joined(parts, phrases))


def _missing(lack: Lack) -> float:
    """How much less it would have to be: minutes of travel, open tickets."""
    over = lack.have - lack.need
    return over + 1.0 if lack.constraint == "capacity" else max(1.0, -(-over // 1.0))


def _for_dispatcher(decision: Decision, reader: Reader) -> tuple[str, ...]:
    winner, phrases, say = decision.winner, reader.phrases, reader.phrases.sentences
    looked = {"ticket": decision.ticket, "roster": number(decision.roster, phrases)}
    excluded = ", ".join(
        phrases.excluded[constraint].format(n=number(n, phrases))
        for constraint, n in sorted(decision.excluded.items(), key=lambda item: -item[1])
    )
    why_not = [say["excluded"].format(excluded=excluded)] if excluded else []
    why_not += [_missed(miss, reader) for miss in decision.near]
    if winner is None:
        return say["nobody"].format(**looked), *why_not
    who, eligible = reader.name(winner.consultant), number(decision.eligible, phrases)
    after = _span((winner.arrival - decision.decided_at) / 60.0, phrases)
    at, place = _clock(decision, winner, reader), winner.position + 1
    return (
        say["chosen"].format(who=who, cost=_whole(winner.cost), eligible=eligible, **looked),
        say["parts"].format(parts=_parts(winner, phrases)),
        say["arrival"].format(at=at, span=after, place=place),
        *_turns(decision, "interrupts", reader),
        *(_next(winner, other, reader) for other in decision.candidates[1:]),
        *why_not,
    )


def _for_consultant(decision: Decision, reader: Reader) -> tuple[str, ...]:
    winner, phrases, say = decision.winner, reader.phrases, reader.phrases.sentences
    if winner is None:
        return (say["nobody_yet"].format(ticket=decision.ticket),)
    place = {"at": _clock(decision, winner, reader), "place": winner.position + 1}
    told = [say["yours"].format(ticket=decision.ticket), say["your_arrival"].format(**place)]
    told += _turns(decision, "you_interrupt", reader)
    if len(decision.candidates) == 1:
        return (*told, say["only_you"])
    told.append(say["others_too"].format(n=number(decision.eligible - 1, phrases)))
    saved = _differences(winner, decision.candidates[1], phrases)
    return (*told, say["you_save"].format(parts=saved)) if saved else tuple(told)


def _for_customer(decision: Decision, reader: Reader) -> tuple[str, ...]:
    winner, say = decision.winner, reader.phrases.sentences
    if winner is None:
        return (say["looking"],)
    who = reader.names.get(winner.consultant) or say["our_consultant"]
    at = _clock(decision, winner, reader, customer=True)
    knows = winner.consultant == decision.job.previous
    return (
        say["looks_after"].format(who=who),
        say["comes" if decision.job.mode == "onsite" else "begins"].format(at=at),
        say["knows" if knows else "skilled"],
    )


def _turns(decision: Decision, sentence: str, reader: Reader) -> list[str]:
    """Which trip is interrupted, if one is, and what the delay costs there and after."""
    stop = preempt.interrupted(decision)
    if stop is None:
        return []
    winner = decision.candidates[0]
    facts = {"who": reader.name(winner.consultant), "ticket": stop.ticket}
    cost = _whole(winner.terms.others)
    return [reader.phrases.sentences[sentence].format(cost=cost, **facts)]


def _next(winner: Candidate, other: Candidate, reader: Reader) -> str:
    """Why not this one: how much more, and mostly for what."""
    who, more = reader.name(other.consultant), other.cost - winner.cost
    parts = _differences(winner, other, reader.phrases)
    if more < SMALL or not parts:
        return reader.phrases.sentences["as_good"].format(who=who)
    return reader.phrases.sentences["not"].format(who=who, more=_whole(more), parts=parts)


def _differences(winner: Candidate, other: Candidate, phrases: Phrases) -> str:
    """The terms that are largest in favour of the winner."""
    mine, theirs = _terms(winner), _terms(other)
    more = {term: theirs[term] - mine[term] for term in mine}
    worse = sorted((term for term in more if more[term] >= SMALL), key=lambda t: -more[t])
    return joined([f"{phrases.terms[t]} {_whole(more[t])} min" for t in worse[:2]], phrases)


def _parts(candidate: Candidate, phrases: Phrases) -> str:
    terms = _terms(candidate)
    largest = sorted(terms, key=lambda term: -abs(terms[term]))[:LARGEST]
    named = [term for term in largest if abs(terms[term]) >= SMALL]
    return joined([f"{phrases.terms[term]} {_whole(terms[term])} min" for term in named], phrases)


def joined(parts: list[str], phrases: Phrases) -> str:
    """This will make a list of some parts, as people say it: a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return phrases.joined.format(a=", ".join(parts[:-1]), b=parts[-1])


def _terms(candidate: Candidate) -> dict[str, float]:
    return msgspec.structs.asdict(candidate.terms)


def _missed(miss: Miss, reader: Reader) -> str:
    lacks = "; ".join(_lacking(lack, reader.phrases) for lack in miss.lacks)
    return f"{reader.name(miss.consultant)}{reader.phrases.colon}: {lacks}."


def _lacking(lack: Lack, phrases: Phrases) -> str:
    form, name = lack.constraint, lack.name
    if form in ("shift", "leave") and lack.have >= 0.0:
        form = f"{form}_until"
    if form == "skill" and not lack.have:
        form = "skill_none"
    if form == "language":
        name = phrases.languages.get(name, name)
    span, need, have = _span(lack.have, phrases), _whole(lack.need), _whole(lack.have)
    return phrases.lacks[form].format(name=name, need=need, have=have, span=span)


def _clock(decision: Decision, winner: Candidate, reader: Reader, *, customer: bool = False) -> str:
    """When work starts, on the customer's clock; staff look after several zones."""
    arrival = winner.arrival
    if customer:
        arrival = -(-arrival // ROUND) * ROUND
    at = datetime.fromtimestamp(arrival, reader.zone)
    phrases, decided = reader.phrases, datetime.fromtimestamp(decision.decided_at, reader.zone)
    clock = phrases.clock.format(
        hour=at.hour,
        hour12=at.hour % 12 or 12,
        minute=f"{at.minute:02}",
        half=phrases.halves[at.hour // 12],
    )
    clock = clock if customer else f"{clock} {at.tzname()}"
    if at.date() == decided.date():
        return clock
    return phrases.dated.format(weekday=phrases.weekdays[at.weekday()], clock=clock)


def _span(minutes: float, phrases: Phrases) -> str:
    if minutes < LONG:
        return f"{_whole(minutes)} min"
    if minutes >= DAY:
        return f"{number(minutes / 60.0, phrases, digits=0)} h"
    hours, rest = divmod(round(minutes), 60)
    whole = number(hours, phrases)
    return phrases.span.format(hours=whole, minutes=rest) if rest else f"{whole} h"


def _whole(minutes: float) -> str:
    return f"{minutes:.0f}".replace("-0", "0") if abs(minutes) < 1 else f"{minutes:.0f}"
