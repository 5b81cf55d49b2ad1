"""The files for those with Docker or systemd name what there is: they cannot be run here."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from deploy.local import haproxy, ministack

from squad.apps.cli import main
from squad.apps.wiring import SERVICES
from squad.kernel import settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.fixture(scope="module")
def compose() -> Any:
    """The compose file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_compose_has_every_service_and_no_other_setting(compose: Any) -> None:
    """Each service is started, each setting is one of ours, and each adapter is there."""
    services = compose["services"]
    assert {tuple(services[name]["command"][:2]) for name in SERVICES} == {
        ("up", name) for name in SERVICES
    }
    environ = {k: v for k, v in services["tickets"]["environment"].items() if k[:6] == "SQUAD_"}
    assert {name[6:].lower() for name in environ} <= set(settings.Settings.__struct_fields__)
    found = settings.read({**environ, "SQUAD_SECRET": "x"})
    for port in settings.PORTS:
        technology = getattr(found, port).partition(":")[0]
        importlib.import_module(f"squad.adapters.{port}.{technology}")


def test_compose_starts_edges_before_every_service(compose: Any) -> None:
    """Both edges know all nodes, and the balancer both edges, with the checks of the local one."""
    for name in ("edge1", "edge2"):
        command, *nodes = compose["services"][name]["command"]
        assert command == "edge"
        assert {node.partition("=")[0] for node in nodes} == set(SERVICES)
    config = compose["configs"]["haproxy"]["content"]
    for line in ("option httpchk GET /healthz", "retry-on conn-failure", "option forwardfor"):
        assert line in config
        assert line in haproxy.CONFIG
    assert "http-request del-header X-Forwarded-For" in config


def test_compose_and_tests_use_one_emulator(compose: Any) -> None:
    """The version that is tested is the one that is started."""
    assert f"ministack[full]=={ministack.VERSION}" in str(compose["services"]["aws"]["command"])


def test_compose_has_no_password(compose: Any) -> None:
    """Secrets come from outside, and it refuses to start without them."""
    text = (DEPLOY / "compose.yaml").read_text()

    assert re.findall(r"(?:SQUAD_SECRET|POSTGRES_PASSWORD): \"?\$\{\w+:\?", text)
    assert compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_call_commands_that_exist(unit: Path) -> None:
    """A unit's command line is one of `squad`'s, with a restart and an unprivileged user."""
    text = unit.read_text()
    command = re.search(r"^ExecStart=/opt/squad/.venv/bin/squad (\w+)", text, re.MULTILINE)

    assert command is not None
    assert CliRunner().invoke(main, [command[1], "--help"]).exit_code == 0
    for line in ("Restart=always", "User=squad", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        assert line in text
