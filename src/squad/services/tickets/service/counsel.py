"""The proposer's place in tickets: what it is asked, and what it hears."""

from squad.contracts.tickets import Ticket
from squad.ports.clock import Clock
from squad.ports.proposer import Proposal, Proposer


class Counsel:
    """Asks the proposer about a ticket's words and who it is for, and tells it what it was."""

    def __init__(self, proposer: Proposer, clock: Clock) -> None:
        self._proposer = proposer
        self._clock = clock

    def propose(
        self, *, title: str, description: str, requester: str, organisation: str = "",
        store: str = "", territory: str = "",
    ) -> Proposal:  # fmt: skip
        """This will rank what a ticket may be."""
        fields = {
            "requester": requester, "organisation": organisation, "store": store,
            "territory": territory,
        }  # fmt: skip
        return self._proposer.propose(
            f"{title}\n{description}", fields, self._clock.now().timestamp()
        )

    def hear(self, ticket: Ticket) -> None:
        """This will tell what a ticket is. One that waits for triage is nothing yet."""
        if ticket.proposal is not None and ticket.proposal.triage:
            return
        fields = {name: getattr(ticket, name) for name in FIELDS}
        outcomes = {"category": ticket.category, "priority": str(ticket.priority)}
        self._proposer.hear(ticket.id, fields, outcomes, ticket.created_at.timestamp())


FIELDS = ("requester", "organisation", "store", "territory")
