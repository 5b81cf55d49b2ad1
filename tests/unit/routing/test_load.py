"""A consultant's load beside the team."""

from tests.unit.routing.office import Office, Router, person


async def test_tells_own_work_and_the_mean_of_the_team(office: Office, router: Router) -> None:
    """Who shares no territory is not the team; the plan is one's own, in order."""
    await office.enlist(router, "consultant", territories=("US-IL",))
    await office.enlist(router, "idle", skills={}, territories=("US-IL", "US-NY"))
    await office.enlist(router, "far", skills={}, territories=("US-CA",))
    ids = {await office.log(router, name) for name in ("one", "two")}
    await office.settle(router)

    answer = await router.ask("GET", "/load", role="consultant")

    assert answer.status_code == 200, answer.text
    load = answer.json()
    assert (load["open"], load["team"], load["mean_open"]) == (2, 2, 1.0)
    assert set(load["plan"]) == ids
    assert load["capacity"] == 5


async def test_is_a_consultants(office: Office, router: Router) -> None:
    """Other roles are refused; who is not on the roster is told what to do."""
    await office.enlist(router, "ana")
    assert (await router.ask("GET", "/load", role="customer")).status_code == 403

    answer = await router.ask("GET", "/load", role="consultant")

    assert person("consultant") not in router.routing.memory.roster
    assert answer.status_code == 404
    assert "dispatcher" in answer.json()["detail"]
