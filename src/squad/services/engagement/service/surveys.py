"""Use cases of one's own surveys: what is asked of me, and what I said."""

import asyncio
from collections.abc import Sequence

from squad.kernel.token import sign
from squad.ports.clock import Clock
from squad.services.engagement.model.surveys import MINE, OwnSurvey, own
from squad.services.engagement.service.voice import PURPOSE
from squad.services.engagement.store import Store


class Surveys:
    """Surveys by person. key: signs their links."""

    def __init__(self, store: Store, clock: Clock, key: bytes) -> None:
        self._store = store
        self._clock = clock
        self._key = key

    async def mine(self, *, person: str) -> Sequence[OwnSurvey]:
        """This will list a person's surveys that are open or answered, the newest tickets first."""
        now = self._clock.now()
        tickets = await self._store.asked(person, MINE, newest_first=True)
        found = await asyncio.gather(*(self._store.survey(ticket) for ticket in tickets))
        kept = [survey for survey, _ in found if survey is not None and survey.person == person]
        return [
            own(survey, sign(PURPOSE, survey.ticket, survey.until, self._key))
            for survey in kept
            if survey.rating is not None or survey.until > now
        ]
