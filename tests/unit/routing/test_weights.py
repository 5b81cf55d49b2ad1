"""The command line of the policy: errors name the field and what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from squad.apps.cli import main
from squad.services.routing import document
from squad.services.routing.policy import DEFAULT


def _run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["policy", *arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("form", ["--json", "--toml"])
def test_prints_the_default_as_a_document(form: str) -> None:
    """What is printed can be edited and read again."""
    code, told, _ = _run("show", form)

    assert code == 0
    assert document.load(told) == DEFAULT


def test_tells_a_policy_in_words(tmp_path: Path) -> None:
    """A file, in the manager's language."""
    file = tmp_path / "policy.toml"
    file.write_text(document.toml(replace(DEFAULT, version=3)), encoding="utf-8")

    code, told, _ = _run("show", str(file), "--language", "fr")

    assert code == 0
    assert "Ceci est la version 3 de la politique." in told


def test_checks_a_document(tmp_path: Path) -> None:
    """A good one is said to be one."""
    file = tmp_path / "policy.json"
    file.write_text(document.dump(DEFAULT), encoding="utf-8")

    assert _run("check", str(file)) == (0, f"{file} is a policy: version 1.\n", "")


def test_says_all_that_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    """Exit code 1, each fault with its path, on stderr."""
    file = tmp_path / "policy.toml"
    text = document.toml(DEFAULT).replace("overtime = 0.5", "overtme = -0.5")
    file.write_text(text, encoding="utf-8")

    code, told, error = _run("check", str(file))

    assert (code, told) == (1, "")
    assert error == (
        f"squad: {file} is no policy:\n"
        "  /overtime: is missing: must be a number from 0 to 100000 (min per min)\n"
        "  /overtme: is not a field of a policy: take it out\n"
    )


@pytest.mark.parametrize(("bytes_", "reason"), [(b"\xff\xfe", "UTF-8"), (b"]", "neither JSON")])
def test_refuses_what_is_no_document(tmp_path: Path, bytes_: bytes, reason: str) -> None:
    """Not text, or not a document: exit code 1 and the reason."""
    file = tmp_path / "policy"
    file.write_bytes(bytes_)

    code, _, error = _run("check", str(file))

    assert code == 1
    assert reason in error


def test_refuses_a_file_that_is_not_there() -> None:
    """Wrong use: exit code 2."""
    assert _run("check", "/nowhere")[0] == 2


def test_compares_two_documents(tmp_path: Path) -> None:
    """What differs, before and after."""
    files = [tmp_path / "old", tmp_path / "new"]
    for file, policy in zip(files, (DEFAULT, replace(DEFAULT, trip_min=6.0)), strict=True):
        file.write_text(document.toml(policy), encoding="utf-8")

    code, told, _ = _run("compare", *map(str, files))

    assert code == 0
    assert told == (
        "trip_min\n"
        "  - Every trip takes 4 min besides driving: to the car, parking, to the door.\n"
        "  + Every trip takes 6 min besides driving: to the car, parking, to the door.\n"
    )
    assert "They are the same." in _run("compare", str(files[0]), str(files[0]))[1]


def test_prints_the_schema() -> None:
    """For editors that check while one types."""
    code, told, _ = _run("schema")

    assert code == 0
    assert '"unit": "min per min"' in told
