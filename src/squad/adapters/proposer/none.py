"""No proposals: what a client leaves out is what is usual."""

from collections.abc import Mapping

from squad.ports.clock import Clock
from squad.ports.proposer import Proposal


class NoProposer:
    """Proposes nothing."""

    version = ""

    def propose(self, text: str, fields: Mapping[str, str], at: float = 0.0) -> Proposal:
        """This will propose nothing."""
        return Proposal()

    def hear(
        self, id: str, fields: Mapping[str, str], outcomes: Mapping[str, str], at: float
    ) -> None:
        """This will take no notice."""


async def open(url: str, clock: Clock) -> NoProposer:
    """This will open `none:`. Raises ValueError: not such a URL."""
    if url != "none:":
        raise ValueError(f"not the proposer that proposes nothing: {url!r}")
    return NoProposer()
