"""The command that trains the model of proposals."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from squad.apps.cli.root import fail, main, run, settings, show

if TYPE_CHECKING:
    from squad.apps.training.rows import Columns, Sample


@main.command()
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A CSV file, plain or packed by zstd, instead of our own tickets.",
)
@click.option("--as", "preset", type=click.Choice(["incidents", "tickets"]), help="Its columns.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Its columns, as docs/proposals.md tells, TOML.",
)
@click.option("--default", "shipped", is_flag=True, help="The model that comes with the product.")
@click.option(
    "--wanted",
    type=click.FloatRange(0.5, 0.99),
    default=0.85,
    show_default=True,
    help="Share of the confident proposals that shall be right.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Default: SQUAD_HOME/proposer.model.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def train(
    source: Path | None, preset: str | None, mapping: Path | None, shipped: bool,
    wanted: float, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Train what proposes category, priority, skills and minutes, and measure it.

    On our own resolved tickets, or on a file of another system. The last fifth by time is held
    out to measure; the model that is written has learned it too. Take it into use by
    SQUAD_PROPOSER=linear:PATH and a restart. Exit 1: too little to train on, or a bad file.
    """
    if source is not None and (preset is None) == (mapping is None):
        raise click.UsageError("--from takes --as or --map, one of them")
    if source is None and (preset or mapping or shipped):
        raise click.UsageError("--as, --map and --default take --from FILE")
    if shipped and preset != "tickets":
        raise click.UsageError("--default is trained with --as tickets")
    try:
        from squad.apps import training
    except ModuleNotFoundError as error:
        fail(f"training needs the package {error.name}: pip install 'squad[train]'")
    from squad.apps.training import default
    from squad.apps.training import show as shown

    chosen = settings()
    samples, targets, keys = _read(source, preset, mapping)
    extra = default.examples() if shipped else []
    path = out or chosen.home / "proposer.model"
    try:
        with shown.progress(len(targets)) as tell:
            packed, report = training.train(
                default.moved(samples) if shipped else samples, targets, keys, tell=tell,
                wanted=wanted, shipped=extra, note=default.NOTE if shipped else "",
            )  # fmt: skip
        training.write(path, packed)
    except training.Unfit as unfit:
        fail(f"{unfit} Nothing was written.")
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    show(report, as_json, f"{shown.table(report)}\nwritten to {path}")


def _read(
    source: Path | None, preset: str | None, mapping: Path | None
) -> "tuple[Sequence[Sample], Sequence[str], Sequence[Sequence[str]]]":
    """Tickets, what is to be proposed, and what is remembered together."""
    from squad.apps.imports import report
    from squad.apps.imports.table import Unreadable
    from squad.apps.training import history, presets, rows

    if source is None:
        return run(history.samples(settings())), ("category", "priority"), presets.OWN
    try:
        columns: Columns = presets.PRESETS[preset] if preset else rows.mapping(mapping or Path())
        with report.bar(source) as progress:
            found = rows.load(source, columns, progress)
    except Unreadable as error:
        fail(str(error))
    return found, tuple(columns.targets), columns.remember
