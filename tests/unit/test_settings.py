"""Settings are read once, named when wrong, and do not show secrets."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from squad.kernel.settings import Settings, mask, read, secret


def test_reads_what_is_given_and_keeps_the_rest() -> None:
    """SQUAD_* become typed settings; the origin follows the port."""
    found = read({"SQUAD_PORT": "9000", "SQUAD_HOME": "/tmp/x", "SQUAD_BUS": "", "PATH": "/bin"})

    assert (found.port, found.home) == (9000, Path("/tmp/x"))
    assert found.bus == Settings().bus
    assert found.origin == "http://127.0.0.1:9000"


def test_fills_home_and_service_into_urls() -> None:
    """One setting gives each service its own database."""
    settings = read({"SQUAD_HOME": "/data"})

    assert settings.url("database", "tickets") == "sqlite:/data/tickets.db"


@pytest.mark.parametrize("given", [{"SQUAD_PORT": "many"}, {"SQUAD_SAMPLE": "2"}])
def test_names_what_is_wrong(given: dict[str, str]) -> None:
    """A wrong value stops the start with the name of the setting."""
    (name,) = given

    with pytest.raises(ValueError, match=name.removeprefix("SQUAD_").lower()):
        read(given)


def test_masks_secrets() -> None:
    """Passwords in URLs and the secret itself are not shown."""
    shown = read(
        {"SQUAD_SECRET": "hush", "SQUAD_NOTIFIER": "smtp://me:hush@mail.example:587"}
    ).shown()

    assert "hush" not in str(shown)
    assert shown["notifier"] == "smtp://me:***@mail.example:587"
    assert mask("secret", "") == ""


def test_makes_one_secret_for_all_processes(tmp_path: Path) -> None:
    """Nodes that start together on an empty home agree on one secret, which others cannot read."""
    settings = Settings(home=tmp_path / "home")

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret(settings), range(64)))

    assert len(found) == 1
    assert [path.name for path in settings.home.iterdir()] == ["secret"]
    assert stat.S_IMODE((settings.home / "secret").stat().st_mode) == 0o600
