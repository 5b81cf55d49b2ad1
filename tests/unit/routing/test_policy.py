"""The policy: a document that a manager edits, refused with the field and the reason."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from squad.services.routing import document
from squad.services.routing.document import Unfit
from squad.services.routing.policy import DEFAULT, Policy


def _fields(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(document.dump(DEFAULT))
    return fields | changes


def test_reads_what_it_writes() -> None:
    """A written policy loads unchanged, from JSON and from TOML with its comments."""
    odd = replace(DEFAULT, version=7, trip_min=1e-05, breach=(1e5, 0.1 + 0.2, 0.0, 3.0))

    for one in (DEFAULT, odd):
        assert document.load(document.dump(one)) == one
        assert document.load(document.toml(one)) == one


def test_reads_toml_with_comments() -> None:
    """Managers may keep their reasons beside the weights."""
    fields = _fields()
    tiers = fields.pop("tiers")
    lines = [f"{name} = {json.dumps(value)}  # because" for name, value in fields.items()]
    lines += ["[tiers]", *(f"{name} = {value}" for name, value in tiers.items())]

    assert document.load("\n".join(lines)) == DEFAULT


def test_writes_unit_default_and_reason_above_every_weight() -> None:
    """Who opens the file need not look anything up."""
    lines = document.toml(DEFAULT).splitlines()

    for field in Policy.__struct_fields__:
        unit, means, default, why = document.weight(field)
        at = next(n for n, line in enumerate(lines) if line.startswith(f"{field} = "))
        assert lines[at - 2 : at] == [f"# {means} [{unit}].", f"# Default {default}: {why}."]
        assert "" not in (unit, means, default, why)


@pytest.mark.parametrize(
    ("change", "path", "what"),
    [
        ({"rework_min": -1}, "/rework_min", "must be a number from 0 to 100000 (min)"),
        ({"waiting": [0.5, 0.25]}, "/waiting", "must be 4 numbers, for P1 to P4 (min per min)"),
        ({"waiting": [0.5, 0.25, 0.1, -1]}, "/waiting/3", "must be a number from 0 to 100000"),
        ({"overtime": "much"}, "/overtime", "must be a number from 0 to 100000 (min per min)"),
        ({"overtime": None}, "/overtime", "must be a number from 0 to 100000 (min per min)"),
        ({"overtime": True}, "/overtime", "must be a number from 0 to 100000 (min per min)"),
        ({"tiers": {"bronze": 1, "silver": 1}}, "/tiers/gold", "is missing: must be a number"),
        ({"tiers": 3}, "/tiers", "must have bronze, silver, gold (times)"),
        ({"detour": 0.9}, "/detour", "must be a number from 1 to 10 (times)"),
        ({"version": 0}, "/version", "must be a whole number from 1 to 1000000000 (number)"),
        ({"version": 1.5}, "/version", "must be a whole number"),
        ({"on_call_priority": 5}, "/on_call_priority", "must be a whole number from 0 to 4"),
        ({"language_required": 1}, "/language_required", "must be true or false"),
        ({"colour": 1}, "/colour", "is not a field of a policy: take it out"),
        ({"far_kmh": 20}, "/far_kmh", "must not be below near_kmh"),
        ({"level_saves": 0.5}, "/level_saves", "must be a number from 0 to 0.2 (share)"),
    ],
)
def test_refuses_a_bad_weight(change: dict[str, Any], path: str, what: str) -> None:
    """Negative, too few, wrong type, unknown, absurd: the field, and what it must be."""
    with pytest.raises(Unfit) as refused:
        document.check(_fields(**change))

    (fault,) = refused.value.faults
    assert fault.path == path
    assert fault.what.startswith(what)


@pytest.mark.parametrize("field", Policy.__struct_fields__)
def test_refuses_a_missing_weight(field: str) -> None:
    """A forgotten weight is not guessed."""
    fields = _fields()
    del fields[field]

    with pytest.raises(Unfit, match=f"policy: /{field}: is missing: must"):
        document.load(json.dumps(fields))


def test_tells_everything_that_is_wrong_at_once() -> None:
    """A manager mends a document once, not once for each mistake."""
    fields = _fields(rework_min=-1, waiting=[-1, 1, 1, -1], colour=1)
    del fields["overtime"]

    with pytest.raises(Unfit) as refused:
        document.check(fields)

    paths = [fault.path for fault in refused.value.faults]
    assert paths == ["/waiting/0", "/waiting/3", "/rework_min", "/overtime", "/colour"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "nonsense", "version = nan", '{"version": NaN}', "{" * 5000]
)
def test_refuses_what_is_no_document(text: str) -> None:
    """Anything but a document is refused as one problem."""
    with pytest.raises(Unfit, match=r"^policy: "):
        document.load(text)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_refuses_what_is_no_number(number: str) -> None:
    """TOML can write infinity; a policy cannot mean it."""
    with pytest.raises(Unfit, match="/rework_min: must be a number"):
        document.load(f"version = 1\nrework_min = {number}")


def test_describes_every_weight() -> None:
    """The schema has unit, meaning and reason of each field, for screens and people."""
    (found,) = (part for name, part in document.schema()["$defs"].items() if name == "Policy")

    assert set(found["properties"]) == set(Policy.__struct_fields__)
    for field in found["properties"].values():
        assert all(field.get(key) for key in ("description", "unit", "why"))


def test_lists_what_differs_between_two_versions() -> None:
    """Number by number, and not the version itself."""
    new = replace(DEFAULT, version=2, overtime=0.75, waiting=(0.5, 0.3, 0.1, 0.05))

    assert document.changes(DEFAULT, new) == [
        (("waiting", "P2"), 0.25, 0.3),
        (("overtime",), 0.5, 0.75),
    ]


def test_gives_urgent_offers_less_time() -> None:
    """Issue 4: P1 2, P2 5, others 15 working minutes."""
    assert DEFAULT.offer_min == (2.0, 5.0, 15.0, 15.0)


def test_escalates_urgent_stalls_sooner() -> None:
    """A P1 that nobody can take is told again within minutes, a P4 within half a shift."""
    assert DEFAULT.escalate_min == (5.0, 15.0, 60.0, 240.0)
