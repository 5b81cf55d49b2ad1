"""What is asked of a customer, once a ticket, and what they answered."""

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from squad.contracts.envelope import Id
from squad.contracts.tickets import Ticket
from squad.kernel.problem import Impossible

MINE = 50  # surveys that a person sees of their own
SURVEY = timedelta(days=30)  # that a survey's link works


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """That a survey was answered. It is kept for repeats: so without the comment."""

    reference: str
    rating: int
    answered_at: datetime


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The one survey of a ticket. closing: version of the ticket when it was closed last."""

    ticket: Id
    reference: str
    person: str
    consultant: str
    closing: int
    until: datetime
    rating: int | None = None
    comment: str = ""
    answered_at: datetime | None = None


class OwnSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """A survey as its person sees it. token: for `/surveys/{token}` while it is open, else ""."""

    ticket: str
    reference: str
    until: datetime
    token: str
    rating: int | None
    comment: str
    answered_at: datetime | None


class OwnSurveys(msgspec.Struct, frozen=True):
    """A person's surveys, those of the newest tickets first."""

    items: tuple[OwnSurvey, ...]


def own(survey: Survey, token: str) -> OwnSurvey:
    """This will show a survey to its person. token: of its link."""
    return OwnSurvey(
        ticket=survey.ticket,
        reference=survey.reference,
        until=survey.until,
        token="" if survey.rating is not None else token,
        rating=survey.rating,
        comment=survey.comment,
        answered_at=survey.answered_at,
    )


def ask(known: Survey | None, ticket: Ticket, now: datetime) -> Survey | None:
    """This will make the survey of a closed ticket; None where it was answered before.

    Asked again unanswered, it has a new link; the old one works too, for the same survey.
    """
    if known is not None and known.rating is not None:
        return None
    return Survey(
        ticket=ticket.id,
        reference=ticket.reference,
        person=ticket.requester,
        consultant=ticket.assignee or ticket.previous or "",
        closing=ticket.version,
        until=(now + SURVEY).replace(microsecond=0),
    )


def answer(survey: Survey, rating: int, comment: str, now: datetime) -> Survey:
    """This will answer a survey. Raises Impossible: it was answered differently."""
    if survey.rating is None:
        return replace(survey, rating=rating, comment=comment, answered_at=now)
    if (survey.rating, survey.comment) == (rating, comment):
        return survey
    raise Impossible("This survey was answered already. Thank you; it is asked only once.")


def receipt(survey: Survey) -> Receipt:
    """This will confirm an answer."""
    return Receipt(
        reference=survey.reference,
        rating=survey.rating or 0,
        answered_at=survey.answered_at or survey.until,
    )
