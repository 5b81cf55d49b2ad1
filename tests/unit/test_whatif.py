"""What-if: the same policy decides the same; what changes is told, with figures and reasons."""

import asyncio
import math
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from squad.adapters.clock.system import SystemClock
from squad.apps.cli import main
from squad.apps.whatif import request as requests
from squad.apps.whatif import words
from squad.apps.whatif.compare import Comparison, lorenz
from squad.apps.whatif.report import render
from squad.apps.whatif.request import Ready, Request
from squad.apps.whatif.run import Plan, both
from squad.services.routing import document
from squad.services.routing.policy import DEFAULT
from squad.services.routing.staff import Change, Hire, Staff, Unfit, apply

SMALL = Request(source="generated", consultants=20, tickets=60, days=1)
CALM = replace(DEFAULT, version=2, preempt_priority=0, relocate_min=100_000.0, fairness_min=100.0)


@pytest.fixture(scope="module")
def ready() -> Ready:
    """A world of 20 people and a day."""
    return asyncio.run(requests.prepare(SMALL, "", SystemClock()))


@pytest.fixture(scope="module")
def changed(ready: Ready) -> Comparison:
    """Another policy, and somebody less."""
    staff = Staff(remove=(ready.world.people[0].id,))
    return requests.run(replace(SMALL, policy=CALM, staff=staff), ready, lambda share: None)


def test_reproduces_every_decision_with_the_same_policy(ready: Ready) -> None:
    """Nothing changes but the process: not one command, not one figure."""
    shares: list[float] = []

    same = requests.run(SMALL, ready, shares.append)

    assert same.assignments.identical
    assert same.assignments.reproduced == 1.0
    assert same.assignments.changed == 0
    assert same.assignments.decisions[0] > 40
    assert all(figure.values[0] == figure.values[1] for figure in same.figures)
    assert same.waits[0] == same.waits[1]
    assert shares == sorted(shares)


def test_runs_two_worlds_at_once(ready: Ready) -> None:
    """Each in a process of its own, with the same outcome as in turn."""
    shares: list[float] = []
    plans = Plan(ready.world, DEFAULT), Plan(ready.world, CALM)

    apart = both(*plans, shares.append, few=0)

    assert apart == both(*plans, lambda share: None)
    assert shares[-1] == 1.0


def test_tells_what_another_policy_changes(ready: Ready, changed: Comparison) -> None:
    """Assignments differ, each with its reasons; the policy is told in words."""
    gone = ready.world.people[0].id

    assert not changed.assignments.identical
    assert 0 < changed.assignments.changed <= changed.world.tickets
    assert 0.0 < changed.assignments.reproduced < 1.0
    assert changed.world.consultants == (len(ready.world.people), len(ready.world.people) - 1)
    fields = {edit["field"] for edit in changed.changes["en"]}
    assert fields == {"preempt_priority", "relocate_min", "fairness_min"}
    mine = [one for one in changed.assignments.sample if one.consultants[0] == gone]
    assert all("gone" in one.why for one in mine)
    assert all(one.why for one in changed.assignments.sample)
    assert changed.staff == [f"− {gone}"]


def test_is_the_same_whoever_asks_and_how_often(ready: Ready, changed: Comparison) -> None:
    """The same request gives the same comparison, to the last figure."""
    staff = Staff(remove=(ready.world.people[0].id,))

    again = requests.run(replace(SMALL, policy=CALM, staff=staff), ready, lambda share: None)

    assert replace(again, seconds=0.0) == replace(changed, seconds=0.0)


class _Outside(HTMLParser):
    """Finds what a document would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if name in ("src", "href")]
        self.pictures += tag == "svg"
        assert tag != "script"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_writes_a_report_that_needs_nothing_else(changed: Comparison, language: str) -> None:
    """Pictures inside, no script, nothing loaded; what is typed by people is escaped."""
    text = render(replace(changed, staff=["<b>x</b>"]), language)

    look = _Outside()
    look.feed(text)
    assert look.found == []
    assert look.pictures >= 4
    assert "&lt;b&gt;x" in text
    assert "nan" not in text.split("</style>")[1].lower().replace("dominant", "")
    assert f'lang="{language}"' in text


def test_has_all_words_in_three_languages() -> None:
    """The same names, and the same blanks in each."""
    english, *others = (words.texts()[name] for name in ("en", "fr", "es"))

    for other in others:
        assert other.keys() == english.keys()
        for name, said in english.items():
            assert set(_blanks(said)) == set(_blanks(other[name])), name


def _blanks(said: str) -> Iterator[str]:
    return (part.split("}")[0] for part in said.split("{")[1:])


def test_changes_staff(ready: Ready) -> None:
    """Skills are added and taken, shifts moved, people added like others and removed."""
    first, second = ready.world.people[0].id, ready.world.people[1].id
    staff = Staff(
        change=(Change(id=first, skills={"welding": 3, "network": 0}, shift_by_h=1.5),),
        add=(Hire(id="new", like=first, rating=5.0),),
        remove=(second,),
    )

    world = apply(ready.world, staff)

    people = {one.id: one for one in world.people}
    assert second not in people
    assert people[first].skills["welding"] == 3
    assert "network" not in people[first].skills
    assert (people["new"].rating, people["new"].skills) == (5.0, people[first].skills)
    before = [turn for turn in ready.world.turns if turn.consultant == first]
    after = [turn for turn in world.turns if turn.consultant == first]
    assert [turn.start for turn in after] == [turn.start + 90.0 for turn in before]
    assert len([turn for turn in world.turns if turn.consultant == "new"]) == len(after)
    assert world.demand == ready.world.demand


def test_names_the_field_of_staff_that_is_wrong(ready: Ready) -> None:
    """Every fault at once, by its path; nothing is run."""
    taken = ready.world.people[0].id
    staff = Staff(
        change=(Change(id="nobody"), Change(id="*", territories=("US-CA",))),
        add=(Hire(id=taken, like="nobody"),),
        remove=("nobody",),
    )

    with pytest.raises(Unfit) as caught:
        requests.run(replace(SMALL, staff=staff), ready, lambda share: None)

    assert [path for path, _ in caught.value.faults] == [
        "/change/1/territories", "/change/0/id", "/add/0/like", "/add/0/id", "/remove/0",
    ]  # fmt: skip


def test_refuses_a_staff_file_with_the_field(tmp_path: Path) -> None:
    """The command says which field, and exits 1."""
    path = tmp_path / "staff.toml"
    path.write_text('[[change]]\nid = "a"\nskills = { network = 9 }\n')

    done = CliRunner().invoke(main, ["simulate", "--generated", "--staff", str(path)])

    assert done.exit_code == 1
    assert "skills" in done.output
    assert "<= 5" in done.output


def test_runs_from_the_command_line(tmp_path: Path) -> None:
    """A policy file and a report; the figures as JSON on standard output."""
    policy, report = tmp_path / "policy.toml", tmp_path / "report.html"
    policy.write_text(document.toml(CALM))
    arguments = "simulate --generated --consultants 12 --tickets 20 --days 1 --json --policy"

    done = CliRunner().invoke(main, [*arguments.split(), str(policy), "--report", str(report)])

    assert done.exit_code == 0, done.output
    found = msgspec.json.decode(done.stdout, type=Comparison)
    assert found.versions == (1, 2)
    assert report.read_text("utf-8").startswith("<!doctype html>")


def test_says_that_there_is_no_history(tmp_path: Path) -> None:
    """Nothing is made in the folder either."""
    environ = {"SQUAD_HOME": str(tmp_path)}

    done = CliRunner().invoke(main, ["simulate", "--recorded"], env=environ)

    assert done.exit_code == 1
    assert "no history" in done.output
    assert list(tmp_path.iterdir()) == []


def test_draws_a_lorenz_curve() -> None:
    """From nothing to everything; even loads are a straight line."""
    assert lorenz([1.0, 1.0]) == [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]
    assert lorenz([0.0, 2.0])[1] == (0.5, 0.0)
    assert all(math.isfinite(y) for _, y in lorenz([]))
