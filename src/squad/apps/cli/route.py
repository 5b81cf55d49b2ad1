"""The routing engine from outside."""

from pathlib import Path

import click

from squad.apps.cli.root import fail, main, settings


@main.command()
@click.option("--stdio", is_flag=True, required=True, help="Events in, commands out, as lines.")
@click.option(
    "--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Policy document, TOML or JSON; the shipped one if left out.",
)  # fmt: skip
def route(stdio: bool, policy: Path | None) -> None:
    """Route what comes on standard input: one JSON event a line, one list of commands a line.

    The same engine and policy as the product's. A wrong line is answered with [] and named on
    stderr. Exit 1: the policy is refused.
    """
    from squad.apps import fast
    from squad.apps import stdio as filter
    from squad.services.routing.document import load
    from squad.services.routing.policy import DEFAULT

    try:
        chosen = load(policy.read_text("utf-8")) if policy else DEFAULT
    except (ValueError, UnicodeDecodeError) as error:
        fail(str(error))
    if settings().fast:
        fast.beside(told=False)
    filter.serve(chosen)
