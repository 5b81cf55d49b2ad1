"""The policy: a document that a manager edits, refused with the field and the reason."""

import json
from typing import Any

import pytest

from squad.services.routing import policy
from squad.services.routing.policy import DEFAULT, Policy


def _document(**changes: Any) -> str:
    return json.dumps(json.loads(policy.dump(DEFAULT)) | changes)


def test_reads_what_it_writes() -> None:
    """A dumped policy loads unchanged."""
    assert policy.load(policy.dump(DEFAULT)) == DEFAULT


def test_reads_toml_with_comments() -> None:
    """Managers may keep their reasons beside the weights."""
    fields = json.loads(policy.dump(DEFAULT))
    tiers = fields.pop("tiers")
    lines = [f"{name} = {json.dumps(value)}  # because" for name, value in fields.items()]
    lines += ["[tiers]", *(f"{name} = {value}" for name, value in tiers.items())]

    assert policy.load("\n".join(lines)) == DEFAULT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rework_min": -1}, r">= 0.0 - at `\$.rework_min`"),
        ({"waiting": [0.5, 0.25, 0.1]}, r"length 4 - at `\$.waiting`|\$.waiting"),
        ({"waiting": [0.5, 0.25, 0.1, -0.05]}, r"\$.waiting\[3\]"),
        ({"overtime": "much"}, r"Expected `float`, got `str` - at `\$.overtime`"),
        ({"tiers": {"bronze": 1, "silver": 1}}, r"missing required field `gold` - at `\$.tiers`"),
        ({"detour": 0.9}, r">= 1.0 - at `\$.detour`"),
        ({"version": 0}, r">= 1 - at `\$.version`"),
        ({"colour": 1}, "unknown field `colour`"),
        ({"far_kmh": 20}, "far_kmh: must not be below near_kmh"),
        ({"level_saves": 0.5}, r"<= 0.2 - at `\$.level_saves`"),
    ],
)
def test_refuses_a_bad_weight(change: dict[str, Any], reason: str) -> None:
    """Negative, too few, wrong type, unknown, absurd: the field and the reason."""
    with pytest.raises(ValueError, match=reason):
        policy.load(_document(**change))


@pytest.mark.parametrize("field", Policy.__struct_fields__)
def test_refuses_a_missing_weight(field: str) -> None:
    """A forgotten weight is not guessed."""
    fields = json.loads(policy.dump(DEFAULT))
    del fields[field]

    with pytest.raises(ValueError, match=f"missing required field `{field}`"):
        policy.load(json.dumps(fields))


@pytest.mark.parametrize("text", ["", "{", "[]", "nonsense", "version = nan", '{"version": NaN}'])
def test_refuses_what_is_no_document(text: str) -> None:
    """Anything but a document is refused as one problem."""
    with pytest.raises(ValueError, match=r"^policy: "):
        policy.load(text)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_refuses_what_is_no_number(number: str) -> None:
    """TOML can write infinity; a policy cannot mean it."""
    with pytest.raises(ValueError, match="rework_min"):
        policy.load(f"version = 1\nrework_min = {number}")


def test_describes_every_weight() -> None:
    """The schema has a reason for each field, for screens and people."""
    (found,) = (part for name, part in policy.schema()["$defs"].items() if name == "Policy")

    assert set(found["properties"]) == set(Policy.__struct_fields__)
    assert all(field.get("description") for field in found["properties"].values())


def test_gives_urgent_offers_less_time() -> None:
    """Issue 4: P1 2, P2 5, others 15 working minutes."""
    assert DEFAULT.offer_min == (2.0, 5.0, 15.0, 15.0)
