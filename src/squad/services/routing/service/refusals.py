"""Bad news of consultants: refused and told, while routing goes on with the last good ones."""

import zoneinfo
from functools import cache

from squad.contracts.people import AvailabilityChanged, Person
from squad.contracts.routing import RosterRefused
from squad.kernel import log, metrics
from squad.kernel.unit import Unit
from squad.ports.database import Database, Statement
from squad.ports.unit import Cause
from squad.services.routing import refused
from squad.services.routing.refused import Part, Refusal
from squad.services.routing.service.memory import Memory

_log = log.get("roster")
_alarm = metrics.gauge("squad_roster_refused", "Consultants whose last record cannot be used.")


@cache
def zones() -> frozenset[str]:
    """This will give the IANA zones that this machine knows."""
    return frozenset(zoneinfo.available_timezones())


class Refusals:
    """What was refused and not mended yet. The gauge is the alarm, the event tells of each."""

    def __init__(self, memory: Memory, database: Database) -> None:
        self._memory = memory
        self._database = database

    async def listed(self) -> list[Refusal]:
        """This will list them by person."""
        found = [refused.read(row) for row in await self._database.fetch(refused.LIST)]
        _alarm.set(len({one.person for one in found}))
        return found

    async def person(self, one: Person, cause: Cause) -> bool:
        """This will refuse somebody's record if it cannot be used. Returns whether it did."""
        return await self._refuse(refused.person(one, zones(), self._memory.now), cause)

    async def hours(self, event: AvailabilityChanged, cause: Cause) -> bool:
        """This will refuse working time that cannot be. Returns whether it did."""
        now = self._memory.now
        odd = refused.hours(event.person, event.version, event.intervals, now)
        return await self._refuse(odd, cause)

    def mend(self, unit: Unit[Statement], person: str, part: Part) -> None:
        """This will take a refusal back in the unit that has good data."""
        unit.write(refused.mend(person, part))

    def forget(self, unit: Unit[Statement], person: str) -> None:
        """This will take all of somebody's back."""
        unit.write(refused.forget(person))

    async def _refuse(self, odd: Refusal | None, cause: Cause) -> bool:
        if odd is None:
            return False
        unit = self._memory.open(cause)
        unit.write(refused.keep(odd))
        told = RosterRefused(
            person=odd.person, version=odd.version, field=odd.field, reason=odd.reason
        )
        unit.emit(told, version=odd.version)
        await self._memory.settle(unit)
        _log.warning("roster.refused", person=odd.person, part=odd.part, field=odd.field)
        await self.listed()
        return True
