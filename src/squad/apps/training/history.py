"""Our own history as something to train on: every ticket that was resolved."""

from collections.abc import Sequence

from squad.apps import wiring
from squad.apps.training.rows import Sample
from squad.contracts.tickets import Ticket
from squad.kernel.settings import Settings
from squad.services.tickets.model import Entry
from squad.services.tickets.service.counsel import FIELDS

PAGE = 500  # tickets read at once
ENDED = ("resolved", "closed")


async def samples(settings: Settings) -> list[Sample]:
    """This will read the tickets that were resolved, in the order in which they were logged.

    One that still waits for triage is left out: nobody ever said what it was.

    Raises squad.ports.unit.Unavailable: the database does not answer.
    """
    found: list[Sample] = []
    async with wiring.opened(settings, "tickets") as tickets:
        after = ""
        while page := await tickets.store.page(after, PAGE):
            after = page[-1].id
            ended = [
                ticket
                for ticket in page
                if ticket.status in ENDED and not (ticket.proposal and ticket.proposal.triage)
            ]
            found += [_sample(one, await tickets.store.history(one.id)) for one in ended]
    return sorted(found, key=lambda sample: (sample.opened, sample.id))


def _sample(ticket: Ticket, history: Sequence[Entry]) -> Sample:
    outcomes = {"category": ticket.category, "priority": str(ticket.priority)}
    done = max(ticket.updated_at, ticket.created_at).timestamp()
    return Sample(
        id=ticket.id,
        text=f"{ticket.title}\n{ticket.description}",
        fields={name: getattr(ticket, name) for name in FIELDS},
        outcomes=outcomes,
        opened=ticket.created_at.timestamp(),
        done=done,
        moves=[(done, outcomes)],
        skills=ticket.skills,
        minutes=worked(history),
    )


def worked(history: Sequence[Entry]) -> float:
    """This will give the minutes from arriving to resolving; 0: not known, or in several visits."""
    arrived = [entry.at for entry in history if entry.step == "arrive"]
    resolved = [entry.at for entry in history if entry.step == "resolve"]
    if len(arrived) != 1 or len(resolved) != 1 or resolved[0] <= arrived[0]:
        return 0.0
    return (resolved[0] - arrived[0]).total_seconds() / 60
