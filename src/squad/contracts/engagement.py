"""What engagement tells the others: what customers answered and what could not be delivered."""

from typing import ClassVar

from squad.contracts.envelope import Event, Id


class SurveyAnswered(Event, frozen=True, kw_only=True):
    """A customer rated the service, 1–5, once per closed ticket."""

    type: ClassVar[str] = "squad.engagement.survey_answered.v1"
    about: ClassVar[str] = "ticket"
    ticket: Id
    consultant: str
    rating: int
    comment: str


class NotificationFailed(Event, frozen=True, kw_only=True):
    """A message to a person could not be delivered, for good."""

    type: ClassVar[str] = "squad.engagement.notification_failed.v1"
    about: ClassVar[str] = "person"
    id: Id
    person: Id
    channel: str
    reason: str
