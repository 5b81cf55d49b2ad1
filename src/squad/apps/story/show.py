"""The story on a terminal: one line a step, with its latency."""

from rich.console import Console
from rich.markup import escape

from squad.apps.story import Played, Step


class Teller:
    """Prints each step as it happens; colored on a terminal, plain elsewhere."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def tell(self, step: Step) -> None:
        """This will print a step and, below it, what it brought to light."""
        print_ = self._console.print
        print_(
            f"[green]✓[/] [dim]{step.ms:7.1f} ms[/]  [bold]{step.who:<11}[/] {escape(step.what)}"
        )
        for note in step.notes:
            print_(f"[dim]{'':27}{escape(note)}[/]")

    def end(self, played: Played) -> None:
        """This will say how it went as a whole."""
        self._console.print(
            f"\nTicket [bold]{played.reference}[/]: {len(played.steps)} steps, every command sent"
            f" twice and done once; assigned {played.assigned_ms:.0f} ms after it was created."
        )
