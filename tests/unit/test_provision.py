"""`squad provision` asks each adapter that the settings name, and no other."""

import json
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

import pytest
from click.testing import CliRunner

from squad.apps import cli
from squad.apps.provision import consumed, provision
from squad.apps.wiring import module
from squad.kernel.settings import read
from squad.ports.unit import Unavailable

Asked = list[tuple[str, Mapping[str, Sequence[str]], str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What two adapters called `planted` were asked for: a database's and a bus's."""
    calls: Asked = []

    async def make(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
        calls.append((url, services, admin))
        if "refuse" in url:
            raise Unavailable("SQUAD_BUS: not allowed")
        return [f"made {url}"]

    for port in ("database", "bus"):
        module = ModuleType(f"squad.adapters.{port}.planted")
        vars(module)["provision"] = make
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return calls


async def test_asks_each_adapter_that_needs_something(asked: Asked) -> None:
    """With its own URL (home filled in, service not), every service's types, and its admin URL."""
    settings = read(
        {"SQUAD_HOME": "/h", "SQUAD_DATABASE": "planted:{home}/{service}", "SQUAD_BUS": "planted:x"}
    )

    lines = [line async for line in provision(settings, {"SQUAD_ADMIN_BUS": "planted:root"})]

    assert lines == ["database: made planted:/h/{service}", "bus: made planted:x"]
    assert [(url, admin) for url, _, admin in asked] == [
        ("planted:/h/{service}", ""),
        ("planted:x", "planted:root"),
    ]
    assert set(asked[0][1]) == {"identity", "tickets", "routing", "monitoring"}
    assert asked[1][1] == consumed("bus")


def test_knows_what_each_service_consumes() -> None:
    """Every service is there, with full CloudEvents types."""
    found = consumed("bus")

    assert set(found) == {"identity", "tickets", "routing", "search", "engagement", "monitoring"}
    assert "squad.tickets.created.v1" in found["routing"]
    assert found["identity"] == ["squad.operations.snapshot_requested.v1"]


async def test_has_nothing_to_make_for_the_embedded_adapters() -> None:
    """The default settings need no provisioning."""
    assert [line async for line in provision(read({}), {})] == []


def test_names_the_setting_of_an_unknown_adapter() -> None:
    """The error says which setting is wrong."""
    with pytest.raises(ValueError, match=r"SQUAD_BUS: there is no adapter 'pigeon'"):
        module("bus", "pigeon:coop")


def test_names_the_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that is there but cannot be imported says what to install."""
    monkeypatch.delitem(sys.modules, "squad.adapters.index.tantivy", raising=False)
    monkeypatch.delitem(sys.modules, "squad.adapters.engines.tantivy", raising=False)
    monkeypatch.setitem(sys.modules, "tantivy", None)

    with pytest.raises(ValueError, match=r"SQUAD_INDEX: tantivy needs the package tantivy"):
        module("index", "tantivy:x")


def test_prints_a_line_for_each_thing(asked: Asked) -> None:
    """On stdout, as text or as JSON; exit 0."""
    environ = {"SQUAD_BUS": "planted:x"}

    plain = CliRunner().invoke(cli.main, ["provision"], env=environ)
    data = CliRunner().invoke(cli.main, ["provision", "--json"], env=environ)

    assert (plain.exit_code, plain.stdout) == (0, "bus: made planted:x\n")
    assert (data.exit_code, json.loads(data.stdout)) == (0, ["bus: made planted:x"])


def test_fails_when_an_engine_refuses(asked: Asked) -> None:
    """What was made before is told; the error is on stderr; exit 1."""
    environ = {"SQUAD_DATABASE": "planted:first", "SQUAD_BUS": "planted:refuse"}

    done = CliRunner().invoke(cli.main, ["provision"], env=environ)

    assert done.exit_code == 1
    assert done.stdout == "database: made planted:first\n"
    assert done.stderr == "squad: SQUAD_BUS: not allowed\n"


def test_says_that_there_is_nothing_to_do() -> None:
    """The embedded default says so, and ends well."""
    done = CliRunner().invoke(cli.main, ["provision"], env={"SQUAD_BUS": ""})

    assert (done.exit_code, done.stdout) == (0, "Nothing to make: no engine needs anything.\n")
