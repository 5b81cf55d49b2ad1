"""The grid: nobody who could reach a place is overlooked, anywhere on Earth."""

from hypothesis import given, settings
from hypothesis import strategies as st

from squad.services.routing import costs
from squad.services.routing.grid import Grid
from squad.services.routing.policy import DEFAULT

latitudes, longitudes = st.floats(-90, 90), st.floats(-180, 180)
homes = st.lists(st.tuples(latitudes, longitudes, st.floats(0, 600)), max_size=12)


@settings(max_examples=300, deadline=None)
@given(homes, st.tuples(latitudes, longitudes))
def test_lists_everybody_who_could_reach_a_place(
    homes: list[tuple[float, float, float]], job: tuple[float, float]
) -> None:
    """Poles, date line and cell borders included; each row at most once."""
    grid, place = Grid(), costs.point(*job)
    for row, (latitude, longitude, reach) in enumerate(homes):
        grid.add(row, latitude, longitude, reach)

    near = grid.near(place, DEFAULT).tolist()

    for row, (latitude, longitude, reach) in enumerate(homes):
        trip = costs.travel(costs.distance_km(costs.point(latitude, longitude), place), DEFAULT)
        assert row in near or trip > reach
    assert len(near) == len(set(near))


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_forgets_who_was_dropped(kept: list[bool]) -> None:
    """Rows of one cell come and go alone."""
    grid = Grid()
    for row in range(len(kept)):
        grid.add(row, 40.5, -73.5, 60.0)

    for row, stays in enumerate(kept):
        if not stays:
            grid.drop(row, 40.5, -73.5)

    near = grid.near(costs.point(40.5, -73.5), DEFAULT).tolist()
    assert near == [row for row, stays in enumerate(kept) if stays]


def test_spares_who_is_far_away() -> None:
    """Seattle is not looked at for a job in New York, however many cells there are."""
    grid = Grid()
    for row in range(40):
        grid.add(row, 25.0 + row / 2, -120.0 + row, 120.0)

    near = grid.near(costs.point(40.7, -74.0), DEFAULT)

    assert len(near) < 5


def test_forgets_how_far_somebody_went() -> None:
    """Who is looked at does not depend on who was here once."""
    grid, far = Grid(), costs.point(43.5, -73.5)
    grid.add(0, 40.5, -73.5, 60.0)
    grid.add(1, 40.5, -73.5, 600.0)
    assert grid.near(far, DEFAULT).tolist() == [0, 1]

    grid.drop(1, 40.5, -73.5)

    assert grid.near(far, DEFAULT).tolist() == []
