"""The busy day on a terminal: a bar for each stage, and what there is in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from squad.apps.busy import Filled, Tell


@contextmanager
def bars(shown: bool) -> Iterator[Tell]:
    """This will show a bar for each stage that is told of."""
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), disable=not shown) as progress:
        stages = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in stages:
                stages[what] = progress.add_task(what, total=total)
            progress.update(stages[what], completed=done, total=total)

        yield tell


def text(filled: Filled) -> str:
    """This will say what there is, for people."""
    states = ", ".join(f"{count} {status}" for status, count in filled.tickets.items())
    return (
        f"{filled.logged} new tickets of today, {filled.past} new past ones,"
        f" {filled.surveys} surveys answered. Today: {states.replace('_', ' ')}."
    )
