"""Commands that bring in another system's tickets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from squad.apps.cli.root import NOT_FOUND, fail, main, run, settings, show


@main.group("import")
def imports() -> None:
    """Bring in another system's tickets: CSV in UTF-8, plain or packed by zstd.

    Each row becomes one ticket, once: running it again changes nothing. Rows that do not fit are
    refused with their line and the reason. Exit 0: the file was read to its end. 1: it stopped
    early, or no row fits; what was sent stays, and running it again goes on. 2: wrong use. 3: no
    such person.
    """


def _importing(command: Callable[..., None]) -> Callable[..., None]:
    options = (
        click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True)),
        click.option("--dry-run", "dry", is_flag=True, help="Check every row, send nothing."),
        click.option("--limit", type=click.IntRange(1), help="Only the first so many rows."),
        click.option("--report", type=click.Path(path_type=Path), help="Write FILE.md or .json."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--no-check", "unchecked", is_flag=True, help="Do not look at the outcome."),
        click.option(
            "--user", default="admin@demo.example", show_default=True, help="Who imports."
        ),
        click.option("--token", envvar="SQUAD_TOKEN", default="", help="Instead of --user."),
        click.option("--url", help="The node's address (SQUAD_ORIGIN)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@imports.command("incidents")
@_importing
@click.option(
    "--as", "how", type=click.Choice(["open", "history"]), default="open", show_default=True,
    help="As new tickets, to be routed now; or with their past, finished as they were there.",
)  # fmt: skip
def import_incidents(how: str, **options: Any) -> None:
    """Import FILE, a log of ServiceNow incidents, one row each."""
    _import("incidents", past=how == "history", **options)


@imports.command("tickets")
@_importing
def import_tickets(**options: Any) -> None:
    """Import FILE, texts with a category (columns id, text, category)."""
    _import("tickets", **options)


def _import(
    kind: str, *, file: Path, report: Path | None, as_json: bool, unchecked: bool, user: str,
    url: str | None, **options: Any,
) -> None:  # fmt: skip
    from squad.apps import imports
    from squad.apps.imports import report as reports

    if report is not None and report.suffix not in (".md", ".json"):
        raise click.UsageError("--report takes a file that ends in .md or .json")
    plan = imports.Plan(file=file, kind=kind, checked=not unchecked, user=user, **options)
    try:
        with reports.bar(file) as progress:
            done = run(imports.load(settings(origin=url), plan, progress))
    except KeyError:
        fail(f"there is no person {user!r}. `squad up --demo` loads the demo world.", NOT_FOUND)
    if report is not None:
        written = reports.json(done) if report.suffix == ".json" else reports.markdown(done)
        report.write_text(written, "utf-8")
    show(done, as_json, reports.text(done))
    if done.stopped:
        fail(done.stopped)
    if done.refused and done.refused == done.read:
        fail(f"no row of {file} fits")
