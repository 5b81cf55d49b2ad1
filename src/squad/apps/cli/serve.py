"""Commands that run the product, and prepare it."""

import os
from typing import get_args

import click

from squad.apps.cli.root import NOT_FOUND, SHORTEST, fail, main, run, settings, show
from squad.contracts.people import Role
from squad.kernel.problem import Problem
from squad.kernel.settings import Settings


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
@click.option(
    "--busy", is_flag=False, flag_value=120, type=click.IntRange(1, 2_000), metavar="[N]",
    help="Fill it with a day's work instead: N tickets of today (120), more of the last weeks.",
)  # fmt: skip
@click.option("--seed", default="1", show_default=True, help="With --busy: which day.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, at the end.")
def demo(url: str | None, busy: int | None, seed: str, as_json: bool) -> None:
    """Play the main story against the running node: one ticket, from trouble to survey."""
    from squad.apps import story
    from squad.apps.story.show import Teller

    chosen, teller = settings(), Teller()
    if busy is not None:
        _fill(chosen, url or chosen.origin, busy, seed, as_json)
        return
    try:
        played = story.play(
            chosen, url or chosen.origin, (lambda _: None) if as_json else teller.tell
        )
    except story.Failed as failed:
        fail(str(failed))
    show(played, True, "") if as_json else teller.end(played)


def _fill(chosen: Settings, url: str, count: int, seed: str, as_json: bool) -> None:
    from squad.apps import busy
    from squad.apps.busy import show as shown

    try:
        with shown.bars(not as_json) as tell:
            filled = run(busy.fill(chosen, url, count, seed, tell))
    except busy.Failed as failed:
        fail(str(failed))
    show(filled, as_json, shown.text(filled))


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


@main.command()
@click.argument("name", type=click.Choice(["all", "kill", "points", "router"]), default="all")
@click.option("--seeds", type=click.IntRange(1, 100), default=2, help="Runs, each another seed.")
@click.option("--kills", type=click.IntRange(1, 1000), default=25, help="Kills a run.")
@click.option("--home", default="var/drills", help="Folder for the product and the reports.")
def drill(name: str, seeds: int, kills: int, home: str) -> None:
    """Break the real thing under load and check that nothing was lost or doubled."""
    from squad.apps.drills import report

    if not report.conduct(name, seeds=seeds, kills=kills, home=home, tell=click.echo):
        fail(f"an invariant is broken; see {home}")
