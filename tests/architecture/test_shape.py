"""The code has the shape that docs/adr and STYLE ask for: short, flat, named, and explained."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

from squad.apps.wiring import SERVICES
from squad.kernel.settings import PORTS, Settings

ROOT = Path(__file__).parents[2]
SQUAD = ROOT / "src/squad"
FILES = sorted(path for path in SQUAD.rglob("*.py") if ".mypy_cache" not in path.parts)
NAMES = [str(path.relative_to(SQUAD)) for path in FILES]

LINES = 300  # of a file
LONG: dict[str, int] = {}  # files that may be longer, and how long

BODY = 30  # lines of a function, without its signature, docstring and the functions in it
LARGE = {  # functions that may be longer, and how long: one field a line
    "services/search/model.py:ticket_entry": 31,
    "services/tickets/model/facts.py:begin": 31,
}

SIX = {"__init__", "api", "handlers", "service", "store", "model"}
UNIT = "unit"  # a port without adapters of its own: databases and documents keep units

VAGUE = re.compile(r"Manager|Helper|Util|Impl$|Mixin|Abstract|^Base[A-Z]|[a-z]Base$|Data$|Info$")
VAGUE_FILES = {
    "base",
    "common",
    "core",
    "helper",
    "helpers",
    "lib",
    "misc",
    "types",
    "util",
    "utils",
}

# Loops and last resorts: elsewhere an unexpected error is a bug and goes up.
BROAD = {
    "adapters/engines/postgres/lanes.py",
    "adapters/engines/sqlite.py",
    "apps/node.py",
    "kernel/dispatch.py",
    "kernel/post.py",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def text(name: str) -> str:
    """What is in a file."""
    return (SQUAD / name).read_text(encoding="utf-8")


@cache
def tree(name: str) -> ast.Module:
    """A file, parsed."""
    return ast.parse(text(name))


def functions(node: ast.AST) -> Iterator[Function]:
    """Every function in a tree."""
    return (inner for inner in ast.walk(node) if isinstance(inner, Function))


def size(function: Function) -> int:
    """The lines of a function's body, without its docstring and the functions inside it."""
    inner = [f for statement in function.body for f in functions(statement)]
    deeper = {f for outer in inner for f in functions(outer) if f is not outer}
    first = function.body[1 if ast.get_docstring(function) and function.body[1:] else 0]
    assert function.end_lineno is not None
    whole = function.end_lineno - first.lineno + 1
    return whole - sum(_lines(f) for f in inner if f not in deeper)


def _lines(function: Function) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def public(module: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    """What a module offers: itself, its classes and functions, and the methods of its classes."""
    yield "the module", module
    for node in module.body:
        if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                methods = (inner for inner in node.body if isinstance(inner, Function))
                yield from ((f"{node.name}.{m.name}", m) for m in methods if m.name[0] != "_")


def test_keeps_files_short() -> None:
    """A file has up to 300 lines."""
    lines = {name: len(text(name).splitlines()) for name in NAMES}

    assert {name: n for name, n in lines.items() if n > LONG.get(name, LINES)} == {}


def test_keeps_functions_short() -> None:
    """A function has up to 30 lines."""
    sizes = {f"{n}:{f.name}": size(f) for n in NAMES for f in functions(tree(n))}

    assert {name: n for name, n in sizes.items() if n > LARGE.get(name, BODY)} == {}


def test_lists_only_exceptions_that_are_needed() -> None:
    """What became short again is no longer excused."""
    lines = {name: len(text(name).splitlines()) for name in LONG}
    sizes = {f"{n}:{f.name}": size(f) for n in NAMES for f in functions(tree(n))}

    assert [name for name in LONG if lines[name] <= LINES] == []
    assert [name for name in LARGE if sizes[name] <= BODY] == []


PAIRS = ["sns_sms", "sns_sqs"]  # two of Amazon's services together are one adapter's technology


def test_names_files_in_one_word() -> None:
    """One word that says what is in it, in lower case."""
    stems = {path.stem for path in FILES} - {"__init__", "__main__"}

    assert [stem for stem in sorted(stems) if not re.fullmatch(r"[a-z][a-z0-9]*", stem)] == PAIRS
    assert stems & VAGUE_FILES == set()


def test_gives_classes_names_that_say_something() -> None:
    """No Manager, Helper, Util, Impl, Mixin, Base…, …Data, …Info."""
    classes = [node.name for n in NAMES for node in ast.walk(tree(n)) if _is_class(node)]

    assert [name for name in classes if VAGUE.search(name)] == []


def _is_class(node: ast.AST) -> TypeGuard[ast.ClassDef]:
    return isinstance(node, ast.ClassDef)


@pytest.mark.parametrize("service", SERVICES)
def test_gives_a_service_six_files(service: str) -> None:
    """Each service looks like every other; one that grows makes a folder of the same name.

    Only routing has pure modules beside its model: it is what the product exists for.
    """
    folder = SQUAD / "services" / service
    found = {path.stem for path in folder.glob("*.py")}
    found |= {path.parent.name for path in folder.glob("*/__init__.py")}

    extra = _pure() if service == "routing" else set()

    assert found <= SIX | extra
    assert {"__init__", "api", "service", "model"} <= found


def _pure() -> set[str]:
    """The modules that the import rules know as routing's pure ones."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {c["id"]: c for c in config["tool"]["importlinter"]["contracts"]}
    lowest: str = contracts["routing"]["layers"][-1]
    pure = {f"squad.services.routing.{name}" for name in re.findall(r"\w+", lowest)}
    listed = set(contracts["pure"]["source_modules"])
    assert pure - {"squad.services.routing.model"} <= listed
    return {name.rsplit(".", 1)[-1] for name in pure}


def test_has_only_services_in_services() -> None:
    """A folder for each service, and nothing shared between them."""
    found = {path.name for path in (SQUAD / "services").iterdir() if path.name[0] not in "_."}

    assert found == set(SERVICES)


PORT_WORDS = sorted({path.stem for path in (SQUAD / "ports").glob("*.py")} - {"__init__"})


@pytest.mark.parametrize("port", PORT_WORDS)
def test_finds_a_port_in_four_places(port: str) -> None:
    """One word names the protocol, its adapters, their suite and the setting."""
    adapters = {path.stem for path in (SQUAD / "adapters" / port).glob("*.py")} - {"__init__"}

    assert (ROOT / f"tests/contract/test_{port}.py").exists()
    assert (port in PORTS) == bool(adapters) == hasattr(Settings, port) == (port != UNIT)


def test_opens_every_adapter_by_its_url() -> None:
    """An adapter's module has `open`: the scheme of the URL is the name of the file."""
    adapters = [
        name for name in NAMES if re.fullmatch(r"adapters/(?!engines/)\w+/(?!_)\w+.py", name)
    ]
    modules = ["squad." + name.removesuffix(".py").replace("/", ".") for name in adapters]

    assert [m for m in modules if not hasattr(importlib.import_module(m), "open")] == []


def test_explains_what_others_build_on() -> None:
    """In contracts, ports and kernel everything public has a docstring."""
    silent = [
        f"{name}: {what}"
        for name in NAMES
        if name.split("/")[0] in ("contracts", "ports", "kernel")
        for what, node in public(tree(name))
        if not ast.get_docstring(node)
    ]

    assert silent == []


def test_says_what_each_module_is_for() -> None:
    """The first line of every module is a sentence."""
    first = {name: (ast.get_docstring(tree(name)) or "").split("\n")[0] for name in NAMES}

    assert [name for name, line in first.items() if not re.match(r"\S.*[.:…]", line)] == []


def test_catches_everything_only_in_loops() -> None:
    """`except Exception` is for loops that must live on, and never hides a bug elsewhere."""
    broad = {name for name in NAMES for node in ast.walk(tree(name)) if _is_broad(node)}

    assert broad - BROAD == set()


def _is_broad(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    if isinstance(node.body[-1], ast.Raise):
        return False  # it tidies up and passes the error on
    kinds = ("Exception", "BaseException")
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in kinds)


def test_leaves_nothing_to_be_done_later() -> None:
    """No reminders in the code: what is missing is an issue."""
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")

    assert [name for name in NAMES if marks.search(text(name))] == []
