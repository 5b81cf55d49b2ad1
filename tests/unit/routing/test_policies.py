"""Versions of the policy in the running service: drafted, promoted, in force at once, kept."""

import asyncio
import json
from typing import Any

import pytest
from tests.unit.routing.office import Office, Router

from squad.contracts.routing import PolicyPromoted
from squad.services.routing import document
from squad.services.routing.policy import DEFAULT, Policy


def _document(version: int = 2, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(document.dump(DEFAULT))
    return {**fields, "version": version, **changes}


async def _draft(router: Router, version: int = 2, **changes: Any) -> Any:
    body = {"document": _document(version, **changes), "note": "try it"}
    return await router.does("/policies", body, role="manager")


async def _promote(router: Router, version: int, replaces: int) -> Any:
    body = {"note": "it saves travel", "replaces": replaces}
    return await router.does(f"/policies/{version}/promote", body, role="manager")


async def _decision(router: Router, ticket: str, **options: Any) -> Any:
    return (await router.ask("GET", f"/tickets/{ticket}/decision", **options)).json()


async def test_begins_with_the_default(router: Router) -> None:
    """Version 1 is in force from the first start, and told in the reader's words."""
    answer = await router.ask("GET", "/policy?language=fr")

    told = answer.json()
    assert (told["version"], told["state"], answer.headers["etag"]) == (1, "active", '"1"')
    assert document.check(told["document"]) == DEFAULT
    assert [one["field"] for one in told["fields"]] == list(Policy.__struct_fields__)
    assert told["fields"][0]["text"] == "Ceci est la version 1 de la politique."
    assert (await router.ask("GET", "/policy/schema")).json()["$ref"] == "#/$defs/Policy"


async def test_keeps_a_draft_that_changes_nothing(router: Router) -> None:
    """A draft is shown with what differs; the old version stays in force."""
    await _draft(router, overtime=0.75)

    shown = (await router.ask("GET", "/policies/2")).json()
    listed = (await router.ask("GET", "/policies?limit=1")).json()

    assert shown["changes"] == [
        {
            "field": "overtime",
            "old": "One minute of overtime costs 0.5 min more than one in the shift.",
            "new": "One minute of overtime costs 0.75 min more than one in the shift.",
        }
    ]
    assert [(one["version"], one["state"]) for one in listed["items"]] == [(2, "draft")]
    assert "next" in listed
    assert (await router.ask("GET", "/policy")).json()["version"] == 1


async def test_tells_a_document_while_it_is_written(router: Router) -> None:
    """In words, beside the version in force, with its number; nothing is kept; faults are named."""
    sketch = {"document": _document(overtime=0.75), "language": "es"}
    told = (await router.ask("POST", "/policy/preview", sketch, role="auditor")).json()
    bad = {"document": _document(overtime=-1)}
    refused = await router.ask("POST", "/policy/preview", bad, role="manager")

    assert (told["against"], told["next"]) == (1, 2)
    assert [(one["field"], "0.75" in one["new"]) for one in told["changes"]] == [("overtime", True)]
    assert [one["field"] for one in told["fields"]] == list(Policy.__struct_fields__)
    assert [one["path"] for one in refused.json()["errors"]] == ["/document/overtime"]
    listed = (await router.ask("GET", "/policies")).json()
    assert [one["version"] for one in listed["items"]] == [1]


async def test_refuses_bad_weights_with_their_paths(router: Router) -> None:
    """Missing, negative, unknown: all at once, and nothing changes."""
    fields = _document(rework_min=-1, waiting=[0.5, -1, 0.1, 0.05], colour=1)
    del fields["overtime"]

    answer = await router.ask(
        "POST", "/policies", {"document": fields, "note": "oops"}, role="manager"
    )

    assert answer.status_code == 422
    assert {error["path"]: error["message"] for error in answer.json()["errors"]} == {
        "/document/waiting/1": "must be a number from 0 to 100000",
        "/document/rework_min": "must be a number from 0 to 100000 (min)",
        "/document/overtime": "is missing: must be a number from 0 to 100000 (min per min)",
        "/document/colour": "is not a field of a policy: take it out",
    }
    assert len((await router.ask("GET", "/policies")).json()["items"]) == 1


@pytest.mark.parametrize(("version", "status"), [(1, 409), (3, 422)])
async def test_numbers_versions_without_gaps(router: Router, version: int, status: int) -> None:
    """A version that is there, and one too far ahead."""
    body = {"document": _document(version), "note": "n"}

    assert (await router.ask("POST", "/policies", body, role="manager")).status_code == status


async def test_lets_only_managers_change_it(router: Router) -> None:
    """A dispatcher reads it."""
    body = {"document": _document(), "note": "n"}

    for role in ("dispatcher", "auditor", "consultant"):
        assert (await router.ask("POST", "/policies", body, role=role)).status_code == 403
        assert (await router.ask("POST", "/policies/1/promote", body, role=role)).status_code == 403


async def test_decides_by_the_promoted_version_at_once(office: Office) -> None:
    """Promoted through a standby, it holds for the very next decision of the active router."""
    active, standby = await office.router(), await office.router()
    await office.enlist(active, "ann", capacity=50)
    first = await office.log(active, "one")
    await _draft(standby, fairness_min=0.0)

    promoted = await _promote(standby, 2, 1)
    second = await office.log(active, "two")

    assert (promoted["state"], promoted["reason"]) == ("active", "it saves travel")
    policies = [(await _decision(active, id))["policy"] for id in (first, second)]
    assert policies == [1, 2]
    states = (await active.ask("GET", "/policies")).json()["items"]
    assert [(one["version"], one["state"]) for one in states] == [(2, "active"), (1, "retired")]


async def test_tells_who_promoted_what_and_why(office: Office, router: Router) -> None:
    """One event, though the command came twice; promoting what is in force tells nothing."""
    await _draft(router)
    await _promote(router, 2, 1)
    await _promote(router, 2, 2)

    told = [one for one in await office.settle(router) if isinstance(one, PolicyPromoted)]

    assert told == [PolicyPromoted(version=2, before=1, note="it saves travel")]


async def test_keeps_the_promoted_version_over_a_restart(office: Office, router: Router) -> None:
    """Another process begins with it, and one may go back."""
    await office.enlist(router, "ann", capacity=50)
    await _draft(router)
    await _promote(router, 2, 1)
    await router.routing.memory.lease.release()

    other = await office.router()
    id = await office.log(other)

    assert (await _decision(other, id))["policy"] == 2
    assert (await _promote(other, 1, 2))["promotions"] == 1


async def test_does_not_let_two_promotions_cross(office: Office) -> None:
    """Both saw version 1 in force: one wins, the other must look again."""
    routers = [await office.router(), await office.router()]
    await _draft(routers[0], 2)
    await _draft(routers[0], 3)

    answers = await asyncio.gather(
        *(
            one.ask(
                "POST", f"/policies/{version}/promote", {"note": "n", "replaces": 1}, role="manager"
            )
            for one, version in zip(routers, (2, 3), strict=True)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    states = [one["state"] for one in (await routers[0].ask("GET", "/policies")).json()["items"]]
    assert sorted(states) == ["active", "draft", "retired"]


async def test_asks_which_version_is_replaced(router: Router) -> None:
    """Without it two promotions could cross; a version that is not there is not found."""
    await _draft(router)

    blind = await router.ask("POST", "/policies/2/promote", {"note": "n"}, role="manager")
    lost = await router.ask("POST", "/policies/9/promote", {"note": "n"}, role="manager")

    assert [error["path"] for error in blind.json()["errors"]] == ["/replaces"]
    assert (blind.status_code, lost.status_code) == (422, 404)
    assert (await router.ask("GET", "/policies/x")).status_code == 404


async def test_computes_any_decision_again(office: Office, router: Router) -> None:
    """Assigned, stalled, by hand, before and after a promotion: the same winner each time."""
    for name, rating in (("ann", 4.0), ("bob", 5.0), ("cat", 3.0)):
        await office.enlist(router, name, capacity=2, rating=rating)
    ids = [await office.log(router, f"a{n}") for n in range(4)]
    await _draft(router, fairness_min=50.0, overtime=2.0)
    await _promote(router, 2, 1)
    ids += [await office.log(router, f"b{n}") for n in range(4)]
    await office.settle(router)

    shown = [await _decision(router, id) for id in ids]
    again = [(await router.ask("GET", f"/decisions/{one['id']}/recompute")).json() for one in shown]

    assert {one["policy"] for one in shown} == {1, 2}
    assert None in {one["consultant"] for one in shown}
    assert all(one["same"] and one["again"] == one["consultant"] for one in again)
    assert [one["again"] for one in again] == [one["consultant"] for one in shown]
    assert (await router.ask("GET", "/decisions/nothing/recompute")).status_code == 404


async def test_shows_what_would_have_changed_it(office: Office, router: Router) -> None:
    """Counterfactuals and the table of terms for the dispatcher, not for the customer."""
    await office.enlist(router, "ann")
    await office.enlist(router, "bob", rating=2.0)
    id = await office.log(router)

    staff = await _decision(router, id)
    outside = await _decision(router, id, role="receptionist")

    texts = [one["text"] for one in staff["counterfactuals"]]
    assert "Bob would have been chosen if Ann had declined." in texts
    assert any(one["kind"] == "rating" and one["by"] > 0 for one in staff["counterfactuals"])
    assert all(len(line["minutes"]) == 2 for line in staff["terms"])
    assert "counterfactuals" not in outside or outside["counterfactuals"] == []
