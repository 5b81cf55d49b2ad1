"""A training's figures as a table."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from squad.apps.training import Figures, Report
from squad.apps.training.heads import STAGES, Tell


@contextmanager
def progress(heads: int) -> Iterator[Tell]:
    """This will show on a terminal how far training is; elsewhere nothing."""
    shown = Console(stderr=True)
    with Progress(console=shown, disable=not shown.is_terminal) as moving:
        task = moving.add_task("training", total=heads * STAGES)

        def tell(stage: str) -> None:
            moving.update(task, advance=1, description=stage)

        yield tell
        moving.update(task, completed=heads * STAGES)


def table(report: Report) -> str:
    """This will draw the figures, each beside what it has to beat."""
    console = Console(width=100, force_terminal=False)
    with console.capture() as captured:
        for one in report.figures:
            console.print(_drawn(one))
        for line in report.left_out:
            console.print(f"left out: {line}")
        console.print(
            f"model {report.version}: {report.tickets:,} tickets, {report.words:,} words,"
            f" {report.size / 1e6:.2f} MB"
        )
    return captured.get().rstrip()


def _drawn(one: Figures) -> Table:
    drawn = Table(title=f"{one.target}: the last {one.tickets:,} tickets, {one.labels} labels")
    drawn.add_column("what")
    drawn.add_column("right", justify="right")
    for name, share in lines(one):
        drawn.add_row(name, "–" if share is None else f"{share:.1%}")
    return drawn


def lines(one: Figures) -> Sequence[tuple[str, float | None]]:
    """This will list the figures with their names."""
    return (
        ("most frequent", one.frequent),
        ("table by the first field", one.table),
        ("people's first choice", one.first),
        ("model, first", one.top1),
        ("model, first three", one.top3),
        ("expected calibration error", one.error),
        (f"confident (from {one.threshold:.2f} on)", one.coverage),
        ("  model, of these", one.sure),
        ("  people's first choice, of these", one.first_sure),
    )
