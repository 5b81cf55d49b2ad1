"""The import rules hold, and each of them can be seen to break."""

import shutil
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.application.use_cases import (
    _register_contract_types,
    create_report,
    read_user_options,
)

ROOT = Path(__file__).parents[2]
CONFIG = str(ROOT / "pyproject.toml")
CONTRACTS = {str(c["id"]): c for c in read_configuration(CONFIG)["contracts_options"]}
SERVICES = ("identity", "tickets", "routing", "search", "engagement", "monitoring")
ROUTING = "routing"  # has pure modules beside model, and a contract of its own
TYPING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "


class Plant(NamedTuple):
    """A breach: lines put into a file of the copy, which is made where it is missing."""

    contract: str
    file: str
    line: str

    def __str__(self) -> str:
        return f"{self.contract}: {self.file}: {self.line.strip().splitlines()[-1]}"


LAYERS = [
    Plant("layers", "contracts/people.py", "import squad.ports.bus"),
    Plant("layers", "contracts/people.py", "import squad.kernel.ids"),
    Plant("layers", "ports/bus.py", "import squad.kernel.log"),
    Plant("layers", "ports/bus.py", "from squad.adapters.bus import memory"),
    Plant("layers", "kernel/unit.py", "from squad.adapters.clock.system import SystemClock"),
    Plant("layers", "kernel/unit.py", "import squad.services.tickets.model"),
    Plant("layers", "kernel/unit.py", "from squad import apps"),
    Plant("layers", "adapters/bus/memory.py", "import squad.services.tickets"),
    Plant("layers", "adapters/bus/memory.py", "import squad.apps.node"),
    Plant("layers", "services/tickets/service.py", "import squad.adapters.bus.memory"),
    Plant("layers", "services/tickets/service.py", "import squad.apps.wiring"),
    Plant("layers", "services/tickets/service.py", "def late():\n    import squad.apps.wiring"),
    Plant("layers", "helpers.py", "pass"),
]
STRANGERS = [
    *(
        Plant("strangers", f"services/{one}/__init__.py", f"import squad.services.{other}")
        for one, other in zip(SERVICES, SERVICES[1:] + SERVICES[:1], strict=True)
    ),
    Plant("strangers", "services/tickets/model.py", "from squad.services.routing import model"),
    Plant(
        "strangers", "services/search/service.py", f"{TYPING}import squad.services.tickets.model"
    ),
]
INSIDE = [
    *(
        Plant("service", f"services/{name}/utils.py", "pass")
        for name in SERVICES
        if name != "routing"
    ),
    Plant("service", "services/tickets/model.py", "import squad.services.tickets.store"),
    Plant("service", "services/tickets/model.py", "from squad.services import tickets"),
    Plant("service", "services/tickets/store.py", "import squad.services.tickets.service"),
    Plant("service", "services/tickets/service.py", "import squad.services.tickets.api"),
    Plant("service", "services/tickets/service.py", "import squad.services.tickets.handlers"),
    Plant("service", "services/tickets/api.py", "import squad.services.tickets.handlers"),
    Plant("service", "services/tickets/handlers.py", "import squad.services.tickets.api"),
    Plant("routing", "services/routing/utils.py", "pass"),
    Plant("routing", "services/routing/costs.py", "import squad.services.routing.service"),
    Plant("routing", "services/routing/model.py", "import squad.services.routing.store"),
    Plant("routing", "services/routing/store.py", "import squad.services.routing.service"),
    Plant("routing", "services/routing/service.py", "import squad.services.routing.api"),
    Plant("store", "services/tickets/api.py", "from squad.services.tickets import store"),
    Plant("store", "services/tickets/handlers.py", "import squad.services.tickets.store"),
    Plant("store", "services/search/model.py", "import squad.services.tickets.store"),
    Plant("store", "apps/node.py", "import squad.services.tickets.store"),
]
ADAPTERS = [
    Plant("engines", "adapters/bus/memory.py", "import squad.adapters.cache.memory"),
    Plant("engines", "adapters/clock/frozen.py", "import squad.adapters.database.sqlite"),
    Plant("engines", "adapters/engines/sqlite.py", "import squad.adapters.bus.sqlite"),
    Plant("engines", "adapters/misc/__init__.py", "pass"),
    Plant("technologies", "adapters/bus/memory.py", "from squad.adapters.bus import sqlite"),
    Plant("technologies", "adapters/clock/system.py", "import squad.adapters.clock.frozen"),
]
CYCLES = [
    Plant("cycles", "kernel/ids.py", "import squad.kernel.http"),
    Plant("cycles", "ports/unit.py", "import squad.ports.bus"),
    Plant("cycles", "contracts/people.py", "import squad.contracts.tickets"),
]
PLANTS = [*LAYERS, *STRANGERS, *INSIDE, *ADAPTERS, *CYCLES]

OUTSIDE = ["contracts/people.py", "ports/bus.py", "kernel/unit.py"] + [
    f"services/{name}/{file}.py" for name in SERVICES for file in ("__init__", "service")
]
PURE = ["contracts/people.py", "ports/bus.py", "kernel/problem.py", "kernel/access.py"] + [
    f"services/{name}/model.py" for name in SERVICES
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the package that import-linter takes for the real one."""
    folder = tmp_path_factory.mktemp("planted")
    ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache")
    shutil.copytree(ROOT / "src/squad", folder / "squad", ignore=ignored)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "squad")
        patch.syspath_prepend(str(folder))
        yield folder / "squad"


@pytest.fixture
def plant(copy: Path) -> Iterator[Any]:
    """Puts a line into a file of the copy until the test is over."""
    before: dict[Path, str | None] = {}

    def put(file: str, line: str) -> None:
        path = copy / file
        package = path.with_suffix("") / "__init__.py"
        path = package if package.exists() else path
        before.setdefault(path, path.read_text() if path.exists() else None)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{before[path] or ''}\n{line}\n")

    yield put
    for path, text in before.items():
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def check(*contracts: str) -> dict[str, Any]:
    """What import-linter finds wrong, by contract."""
    options = read_user_options(CONFIG)
    _register_contract_types(options)
    report = create_report(options, contracts, cache_dir=None)
    assert not report.could_not_run, report.invalid_contract_options
    found = report.get_contracts_and_checks()
    return {contract.name: result.metadata for contract, result in found if not result.kept}


def test_finds_nothing_wrong(copy: Path) -> None:
    """The code as it is keeps every contract."""
    assert check() == {}


@pytest.mark.parametrize("breach", PLANTS, ids=str)
def test_catches_a_planted_breach(plant: Any, breach: Plant) -> None:
    """Each forbidden import, and each module that no rule knows, breaks its contract."""
    plant(breach.file, breach.line)

    broken = check(breach.contract)

    assert list(broken) == [CONTRACTS[breach.contract]["name"]]


@pytest.mark.parametrize("file", OUTSIDE)
def test_catches_every_technology(plant: Any, file: str) -> None:
    """Each technology is seen wherever it does not belong: in each layer and each service."""
    technologies = CONTRACTS["outside"]["forbidden_modules"]
    plant(file, "\n".join(f"import {name}.planted" for name in technologies))

    (metadata,) = check("outside").values()

    assert {chain["upstream_module"] for chain in metadata["invalid_chains"]} == set(technologies)


@pytest.mark.parametrize("file", PURE)
def test_catches_every_impurity(plant: Any, file: str) -> None:
    """Each module that reads, writes, waits or draws lots is seen in each pure module."""
    impure = [name for name in CONTRACTS["pure"]["forbidden_modules"] if name != "squad.kernel.*"]
    plant(file, "\n".join(f"def planted():\n    import {name}" for name in impure))

    (metadata,) = check("pure").values()

    assert set(impure) <= {chain["upstream_module"] for chain in metadata["invalid_chains"]}


@pytest.mark.parametrize("kernel", ["http", "ids", "log", "page", "unit"])
def test_keeps_mechanisms_out_of_models(plant: Any, kernel: str) -> None:
    """Of the kernel a model may use problems and access, and nothing that does something."""
    plant("services/tickets/model.py", f"import squad.kernel.{kernel}")

    assert list(check("pure")) == [CONTRACTS["pure"]["name"]]


def test_plants_a_breach_of_every_contract() -> None:
    """A contract that was never seen to break proves nothing."""
    planted = {breach.contract for breach in PLANTS} | {"outside", "pure"}

    assert planted == set(CONTRACTS)


def test_has_no_cycle_of_modules(copy: Path) -> None:
    """Not even between a package and what is in it."""
    graph = grimp.build_graph("squad", cache_dir=None)
    imports = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}

    order = list(TopologicalSorter(imports).static_order())

    assert len(order) == len(graph.modules)
