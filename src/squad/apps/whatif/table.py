"""A comparison on a terminal."""

from rich.console import Console
from rich.table import Table

from squad.apps.whatif import words
from squad.apps.whatif.compare import Comparison


def table(found: Comparison, language: str = "en") -> str:
    """This will draw the figures side by side, and tell what changed."""
    text = words.texts()[language]
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        console.print(words.lead(found, language))
        for edit in found.changes[language]:
            console.print(f"  - {edit['old']}\n  + {edit['new']}", markup=False)
        for line in found.staff:
            console.print(f"  {line}", markup=False)
        console.print(_figures(found, language))
        console.print(words.summary(found, language))
        for one in found.assignments.sample[:3]:
            who = " → ".join(name or text["nobody"] for name in one.consultants)
            told = f"  {one.ticket} (P{one.priority}): {who}: {words.why(one, language)}"
            console.print(told, markup=False)
        if (checked := words.checked(found, language)) is not None:
            console.print(checked)
        console.print(text["took"].format(seconds=found.seconds))
    return captured.get().rstrip()


def _figures(found: Comparison, language: str) -> Table:
    text = words.texts()[language]
    drawn = Table()
    drawn.add_column(text["figure"])
    for name in ("baseline", "variant", "change"):
        drawn.add_column(text[name], justify="right")
    for figure in found.figures:
        drawn.add_row(
            text[figure.name],
            *(words.value(figure, side, language) for side in (0, 1)),
            words.change(figure, language),
        )
        if figure.name == "met":
            for one in found.by_priority:
                sides = [words.share(met, language) for met in one.met]
                by = words.points(one.met, language)
                drawn.add_row(f"  P{one.priority} ({one.tickets:,})", *sides, by)
    return drawn
