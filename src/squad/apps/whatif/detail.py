"""The desk that also heeds what the wire does not tell: territories, certifications, capacity."""

from msgspec.structs import replace

from squad.services.routing import wire
from squad.services.routing.desk import Desk
from squad.services.routing.model import Job
from squad.services.routing.policy import Policy
from squad.services.routing.staff import Member


class Order(wire.TicketCreated, frozen=True, kw_only=True, tag="TicketCreated"):
    """A recorded ticket. territory, certification: None: any."""

    territory: str | None = None
    certification: str | None = None


class Exact(Desk):
    """Our engine, told more; without more it decides as Desk does."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._orders: dict[str, Order] = {}
        self._actions[Member] = self._enlist
        self._actions[Order] = self._log

    def _enlist(self, event: Member) -> None:
        self._upsert(event)
        self.roster.put(
            replace(
                self.roster.consultant(event.id),
                territories=frozenset(event.territories),
                certifications=frozenset(event.certifications),
                capacity=event.capacity,
            )
        )

    def _log(self, event: Order) -> None:
        if event.territory or event.certification:
            self._orders[event.id] = event
        self._create(event)

    def _route(self, job: Job) -> None:
        if (order := self._orders.pop(job.ticket, None)) is not None:
            job = replace(job, territory=order.territory, certification=order.certification)
            self.jobs[job.ticket] = job
        super()._route(job)
