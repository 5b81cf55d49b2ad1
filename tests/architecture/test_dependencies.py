"""Every dependency earns its place, and says what for."""

import json
import re
import tomllib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"[A-Za-z0-9._-]+")


def declared(project: dict[str, dict[str, object]]) -> list[str]:
    """Names of all packages that a pyproject asks for: to run, to develop, to build."""
    extras = project["project"].get("optional-dependencies", {})
    groups = project.get("dependency-groups", {})
    assert isinstance(extras, dict)
    lists = [
        project["project"].get("dependencies", []),
        project["build-system"]["requires"],
        *extras.values(),
        *groups.values(),
    ]
    names = (NAME.match(asked) for asked in chain.from_iterable(lists) if isinstance(asked, str))
    return [found.group().lower() for found in names if found]


def packaged(package: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Names of all packages that a package.json asks for: to run, to build and test."""
    return [*package.get("dependencies", {}), *package.get("devDependencies", {})]


def explained(text: str) -> dict[str, str]:
    """Package -> what it is for. Fails on a package with two lines."""
    lines = LINE.findall(text)
    assert len({name for name, _ in lines}) == len(lines)
    return dict(lines)


def test_gives_a_reason_for_each_dependency() -> None:
    """Each package that the product names has its line in docs/dependencies.md, no other has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    package = json.loads((ROOT / "web/package.json").read_text())
    lines = explained((ROOT / "docs/dependencies.md").read_text())

    assert sorted([*declared(project), *packaged(package)]) == sorted(lines)
    assert all(len(reason.split()) >= 3 for reason in lines.values())


@pytest.mark.parametrize("place", ["project", "extra", "build"])
def test_sees_a_dependency_without_a_reason(place: str) -> None:
    """A package planted anywhere in a pyproject is among those that need a line."""
    planted: dict[str, dict[str, object]] = {
        "project": {
            "dependencies": ["planted>=1"] if place == "project" else [],
            "optional-dependencies": {"dev": ["Planted[x]~=1"] if place == "extra" else []},
        },
        "build-system": {"requires": ["planted; os_name == 'nt'"] if place == "build" else []},
    }

    assert declared(planted) == ["planted"]
