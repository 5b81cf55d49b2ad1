"""The command line: `squad …`. Errors go to stderr; 0 done, 1 failed, 2 wrong use, 3 not found."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

import click
import msgspec

from squad import __version__
from squad.contracts.people import Role
from squad.kernel import settings as kernel_settings
from squad.kernel.problem import Problem
from squad.kernel.settings import Settings

T = TypeVar("T")
NOT_FOUND = 3
SHORTEST = 8  # characters of a password


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="squad")
def main() -> None:
    """Trouble tickets and field dispatch: routed in a second, explained, never lost."""


def settings(**overrides: Any) -> Settings:
    """This will read the settings, with the command's own options on top. Exits 2 if wrong."""
    given = {f"SQUAD_{k.upper()}": str(v) for k, v in overrides.items() if v is not None}
    try:
        return kernel_settings.read({**os.environ, **given})
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def run(work: Coroutine[Any, Any, T]) -> T:
    """This will run a command's work to its end."""
    return asyncio.run(work)


def fail(message: str, code: int = 1) -> NoReturn:
    """This will say what is wrong on stderr and exit."""
    click.echo(f"squad: {message}", err=True)
    sys.exit(code)


def show(value: Any, as_json: bool, text: str) -> None:
    """This will print data as JSON or as text for people."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode() if as_json else text)


@main.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--demo", is_flag=True, help="Load the demo world first, if it is not there.")
@click.option("--split", is_flag=True, help="One process a service, and an edge before them.")
@click.option("--edges", type=click.IntRange(1, 8), default=1, help="With --split: how many.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to serve on (SQUAD_PORT).")
def up(services: tuple[str, ...], demo: bool, split: bool, edges: int, port: int | None) -> None:
    """Serve all services, or those named, until Ctrl-C.

    Several edges listen on ports in a row, for a balancer before them.
    """
    from squad.apps import fleet, server, wiring

    unknown = sorted(set(services) - set(wiring.SERVICES))
    if unknown:
        raise click.UsageError(f"no such service: {', '.join(unknown)}")
    if split and services:
        raise click.UsageError("--split starts all services; name some, or say --split")
    chosen = settings(port=port)
    if not fleet.is_free(chosen.host, chosen.port):
        fail(f"port {chosen.port} is in use. Stop what uses it, or say --port N.")
    if split:
        fleet.run(chosen, demo=demo, edges=edges)
    else:
        server.serve(chosen, services, demo=demo)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, at the end.")
def provision(as_json: bool) -> None:
    """Make what the settings' engines need: schemas, roles, tables, queues. Safe to repeat.

    SQUAD_ADMIN_<PORT> is a URL with an administrator's rights, where a port's own setting has too
    few. Exit 1: an engine refuses or does not answer; run it again when that is mended.
    """
    from squad.apps import provision as provisions
    from squad.ports.unit import Unavailable

    chosen = settings()

    async def work() -> list[str]:
        lines = []
        async for line in provisions.provision(chosen, os.environ):
            lines.append(line)
            if not as_json:
                click.echo(line)
        return lines

    try:
        lines = run(work())
    except (Unavailable, ValueError) as error:
        fail(str(error))
    if as_json or not lines:
        show(lines, as_json, "Nothing to make: no engine needs anything.")


@main.command()
@click.argument("upstreams", nargs=-1, required=True, metavar="SERVICE=URL...")
def edge(upstreams: tuple[str, ...]) -> None:
    """Serve as an edge before nodes of single services.

    URL: http://host:port of a service's node; a port alone is on this machine.
    """
    from squad.apps import proxy, wiring

    found = {}
    for name, _, url in (pair.partition("=") for pair in upstreams):
        if name not in wiring.SERVICES or not url:
            raise click.UsageError(f"{name!r}: write SERVICE=URL, for {', '.join(wiring.SERVICES)}")
        found[name] = f"http://127.0.0.1:{url}" if url.isdigit() else url.rstrip("/")
    proxy.serve(settings(), found)


@main.command()
@click.argument("user")
def token(user: str) -> None:
    """Print a bearer token for USER, a person's id or mail (embedded only)."""
    from squad.apps import tokens

    try:
        click.echo(run(tokens.mint(settings(), user)))
    except KeyError:
        fail(f"there is no person {user!r}. `squad up --demo` loads the demo world.", NOT_FOUND)


@main.command()
@click.option("--url", help="Where the node is (default: SQUAD_ORIGIN, else this machine).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, at the end.")
def demo(url: str | None, as_json: bool) -> None:
    """Play the main story against the running node: one ticket, from trouble to survey."""
    from squad.apps import story
    from squad.apps.story.show import Teller

    chosen, teller = settings(), Teller()
    try:
        played = story.play(
            chosen, url or chosen.origin, (lambda _: None) if as_json else teller.tell
        )
    except story.Failed as failed:
        fail(str(failed))
    show(played, True, "") if as_json else teller.end(played)


@main.command()
@click.argument("mail")
@click.option("--name", required=True, help="Name as others see it.")
@click.option("--role", type=click.Choice(get_args(Role)), default="administrator")
@click.password_option(help="At least 8 characters; asked for if left out.")
def enroll(mail: str, name: str, role: Role, password: str) -> None:
    """Add a person who can sign in: the first administrator, for one (embedded only)."""
    from squad.apps import tokens

    if len(password) < SHORTEST:
        raise click.UsageError(f"a password has at least {SHORTEST} characters")
    try:
        click.echo(
            run(tokens.enroll(settings(), mail=mail, name=name, role=role, password=password))
        )
    except Problem as problem:
        fail(problem.detail)


@main.group()
def letters() -> None:
    """Dead letters: what could not be processed, and why."""


@letters.command("list")
@click.option("--queue", default="", help="Only this service's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def letters_list(queue: str, as_json: bool) -> None:
    """List dead letters, oldest first."""
    from squad.apps import post

    found = run(post.dead(settings(), queue))
    lines = [f"{d.id:>6}  {d.queue:<11} {d.letter.type:<40} {d.reason}" for d in found]
    show(post.plain(found), as_json, "\n".join(lines) or "No dead letters.")


@letters.command("inspect")
@click.argument("id")
def letters_inspect(id: str) -> None:
    """Show one dead letter whole, as JSON."""
    from squad.apps import post

    found = run(post.inspect(settings(), id))
    if found is None:
        fail(f"there is no dead letter {id}", NOT_FOUND)
    show(post.plain([found])[0], True, "")


@letters.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Replay all, or all of --queue.")
@click.option("--queue", default="", help="With --all: only this service's.")
def letters_replay(ids: tuple[str, ...], everything: bool, queue: str) -> None:
    """Put dead letters back into their queues."""
    from squad.apps import post

    if bool(ids) == everything:
        raise click.UsageError("name letters, or say --all")
    count = run(post.replay(settings(), ids, queue))
    if ids and count < len(ids):
        fail(f"replayed {count} of {len(ids)}; the others are not there", NOT_FOUND)
    click.echo(f"Replayed {count}.")


@letters.command("discard")
@click.argument("ids", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it is kept.")
def letters_discard(ids: tuple[str, ...], reason: str) -> None:
    """Remove dead letters for good."""
    from squad.apps import post

    count = run(post.discard(settings(), ids, reason))
    if count < len(ids):
        fail(f"discarded {count} of {len(ids)}; the others are not there", NOT_FOUND)
    click.echo(f"Discarded {count}.")


@main.command()
@click.argument("name", type=click.Choice(["all", "kill", "points"]), default="all")
@click.option("--seeds", type=click.IntRange(1, 100), default=2, help="Runs, each another seed.")
@click.option("--kills", type=click.IntRange(1, 1000), default=25, help="Kills a run.")
@click.option("--home", default="var/drills", help="Folder for the product and the reports.")
def drill(name: str, seeds: int, kills: int, home: str) -> None:
    """Kill the real thing under load and check that nothing was lost or doubled."""
    from squad.apps.drills import report

    if not report.conduct(name, seeds=seeds, kills=kills, home=home, tell=click.echo):
        fail(f"an invariant is broken; see {home}")


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


if __name__ == "__main__":
    main()
