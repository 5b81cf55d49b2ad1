"""Commands on dead letters."""

import click

from squad.apps.cli.root import NOT_FOUND, fail, main, run, settings, show


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
