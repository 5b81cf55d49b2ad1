"""The command that tries another policy or staff before it is put in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from squad.apps.cli.policy import FILE, read
from squad.apps.cli.root import fail, main, run, settings, show

if TYPE_CHECKING:
    from squad.apps.whatif.compare import Comparison
    from squad.apps.whatif.request import Request
    from squad.services.routing.staff import Staff

DATE = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
DIFFER = 4  # exit code: stored decisions came out differently


@main.command()
@click.option("--generated", is_flag=True, help="In a world drawn from a seed.")
@click.option("--recorded", is_flag=True, help="On our own history; a node may run meanwhile.")
@click.option("--policy", type=FILE, help="The policy to try, TOML or JSON; default: in force.")
@click.option("--staff", type=FILE, help="Changes of staff to try, TOML or JSON.")
@click.option("--days", type=click.IntRange(1, 92), help="Of tickets. Default: 7, recorded 30.")
@click.option("--since", type=DATE, help="First day of history, UTC. Default: --days before now.")
@click.option("--consultants", type=click.IntRange(2, 20_000), default=240, show_default=True)
@click.option(
    "--tickets",
    type=click.IntRange(1, 50_000),
    default=780,
    show_default=True,
    help="Of a generated weekday.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--check", is_flag=True, help="Also decide every stored decision again.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write HTML.")
@click.option("--language", type=click.Choice(["en", "fr", "es"]), default="en")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def simulate(
    generated: bool, recorded: bool, policy: Path | None, staff: Path | None,
    report: Path | None, language: str, as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Try a policy or other staff in the same world as the present ones, side by side.

    The same tickets, the same chance; what differs is the policy and the staff. The same policy
    and staff give the same decisions. Exit 1: the policy, the staff or the stretch of time is
    refused; 4: with --check, a stored decision came out differently.
    """
    from squad.apps.whatif.request import Request

    if generated == recorded:
        raise click.UsageError("say --generated or --recorded")
    if generated and (options["since"] or options["check"]):
        raise click.UsageError("--since and --check are for --recorded")
    options["days"] = options["days"] or (7 if generated else 30)
    if options["since"]:
        options["since"] = options["since"].replace(tzinfo=UTC)
    request = Request(
        source="generated" if generated else "recorded",
        policy=read(policy) if policy else None,
        staff=_staff(staff),
        **options,
    )
    found = _run(request)
    if report is not None:
        _write(report, found, language)
    from squad.apps.whatif.table import table

    show(found, as_json, table(found, language))
    if found.checked is not None and found.checked.same < found.checked.decisions:
        fail(f"{found.checked.decisions - found.checked.same} stored decisions differ", DIFFER)


def _run(request: "Request") -> "Comparison":
    from squad.adapters.clock.system import SystemClock
    from squad.apps import wiring
    from squad.apps.whatif import request as requests
    from squad.apps.whatif.run import Broken
    from squad.services.routing.staff import Unfit

    chosen = settings()
    url = wiring.url_of(chosen, "database", "routing")
    path = Path(url.removeprefix("sqlite:").partition("?")[0])
    if request.source == "recorded" and url.startswith("sqlite:") and not path.exists():
        fail(f"there is no history in {chosen.home}. Start a node there first.")
    with bar() as (stage, tell):
        try:
            ready = run(requests.prepare(request, url, SystemClock(), stage))
            stage("simulating both")
            found = requests.run(request, ready, tell)
        except Unfit as unfit:
            fail("\n  ".join(f"{where}: {what}" for where, what in unfit.faults))
        except (requests.Refused, Broken) as refused:
            fail(str(refused))
    return found


def _staff(path: Path | None) -> "Staff":
    """Exits 1 with the field that is wrong."""
    import tomllib

    import msgspec

    from squad.services.routing.staff import Staff

    if path is None:
        return Staff()
    try:
        text = path.read_text("utf-8")
        raw = msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        return msgspec.convert(raw, Staff)
    except (ValueError, RecursionError) as error:
        fail(f"{path}: {error}")


def _write(path: Path, found: "Comparison", language: str) -> None:
    from squad.apps.whatif.report import render

    try:
        path.write_text(render(found, language), "utf-8")
    except OSError as error:
        fail(f"{path}: {error.strerror}")


@contextmanager
def bar() -> Iterator[tuple[Any, Any]]:
    """This will show on a terminal how far it is, on stderr; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import Progress

    shown = Console(stderr=True)
    with Progress(console=shown, disable=not shown.is_terminal, transient=True) as moving:
        task = moving.add_task("starting", total=1.0)

        def stage(name: str) -> None:
            moving.update(task, description=name)

        def tell(share: float) -> None:
            moving.update(task, completed=share)

        yield stage, tell
