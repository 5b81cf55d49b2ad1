"""Commands on the routing policy: read it, check it, compare two."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from squad.apps.cli.root import fail, main, show

if TYPE_CHECKING:
    from squad.services.routing.policy import Policy

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGUAGE = click.option(
    "--language", type=click.Choice(["en", "fr", "es"]), default="en", help="Of the words."
)


@main.group()
def policy() -> None:
    """The weights of routing: what a waiting minute, a broken promise, an hour too much cost."""


@policy.command("show")
@click.argument("file", type=FILE, required=False)
@LANGUAGE
@click.option("--json", "form", flag_value="json", help="Print the document as JSON.")
@click.option("--toml", "form", flag_value="toml", help="Print it as TOML, with reasons.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the page of the docs.")
def policy_show(file: Path | None, language: str, form: str | None) -> None:
    """Tell FILE, or the default policy, in plain words."""
    from squad.apps.describe import weights
    from squad.services.routing import document, wording
    from squad.services.routing.policy import DEFAULT

    found = read(file) if file else DEFAULT
    if form == "json":
        click.echo(document.dump(found))
    elif form == "toml":
        click.echo(document.toml(found), nl=False)
    elif form == "markdown":
        click.echo(weights.write(), nl=False)
    else:
        click.echo("\n".join(one.text for one in wording.tell(found, language)))


@policy.command("check")
@click.argument("file", type=FILE)
def policy_check(file: Path) -> None:
    """Say whether FILE is a policy, or all that is wrong with it. Exits 1 if it is none."""
    found = read(file)
    click.echo(f"{file} is a policy: version {found.version}.")


@policy.command("compare")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def policy_compare(old: Path, new: Path, language: str, as_json: bool) -> None:
    """Tell what differs between two policies, before and after."""
    from squad.services.routing import wording

    edits = wording.compare(read(old), read(new), language)
    lines = [f"{edit.field}\n  - {edit.old}\n  + {edit.new}" for edit in edits]
    show([edit._asdict() for edit in edits], as_json, "\n".join(lines) or "They are the same.")


@policy.command("schema")
def policy_schema() -> None:
    """Print the JSON Schema of a policy, with units and reasons."""
    from squad.services.routing import document

    show(document.schema(), True, "")


def read(file: Path) -> "Policy":
    """This will read a policy document; with a fault in it, exit 1 and name them all."""
    from squad.services.routing import document

    try:
        return document.load(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        fail(f"{file} is not UTF-8 text")
    except document.Unfit as unfit:
        lines = [f"{path or 'the document'}: {what}" for path, what in unfit.faults]
        fail(f"{file} is no policy:\n  " + "\n  ".join(lines))
