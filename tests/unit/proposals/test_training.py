"""Training: nothing of the future, the same twice, and refused where there is too little."""

from pathlib import Path

import numpy as np
import pytest
from tests.contract.test_proposer import history

from squad.apps import training
from squad.apps.imports.table import Unreadable
from squad.apps.training import heads, measure
from squad.apps.training.fit import replay
from squad.apps.training.presets import OWN, PRESETS
from squad.apps.training.rows import load, mapping

LOG = """number,opened_at,sys_updated_at,resolved_at,assignment_group,category,subcategory,\
u_symptom,location,caller_id,opened_by,priority
1,2016-03-01T09:00,2016-03-01T09:05,2016-03-02T09:00,70,c1,s,y,l,a,o,3
1,2016-03-01T09:00,2016-03-01T12:00,2016-03-02T09:00,24,c2,s,y,l,a,o,3
2,2016-03-01T10:00,2016-03-01T10:01,2016-03-01T11:00,70,c1,s,y,l,b,o,3
3,2016-03-03T10:00,2016-03-03T10:00,2016-03-03T11:00,24,c1,s,y,l,c,o,3
"""


def test_knows_only_what_was_known_then(tmp_path: Path) -> None:
    """Fields are of the first row; a ticket hears what others were before it, never itself."""
    file = tmp_path / "log.csv"
    file.write_text(LOG, "utf-8")
    samples = load(file, PRESETS["incidents"])

    features, _ = replay(samples, "group", [()], ["24", "70"])

    assert [sample.fields["category"] for sample in samples] == ["c1", "c1", "c1"]
    assert [sample.outcomes["group"] for sample in samples] == ["24", "70", "24"]
    assert [sample.first["group"] for sample in samples] == ["70", "70", "24"]
    first, second, third = np.exp(features[:, 0])
    assert first == pytest.approx([0.5, 0.5])
    assert second[1] > 0.8  # ticket 1 was still with group 70
    assert third == pytest.approx([0.5, 0.5], abs=0.01)  # by then it had gone to 24


def test_does_not_look_ahead() -> None:
    """Changing what becomes of later tickets changes nothing that an earlier one was told."""
    log = history(60)
    other = (
        [*log[:30], *(s.__replace__(outcomes={"category": "pos"}) for s in log[30:])]
        if hasattr(log[0], "__replace__")
        else [*log[:30], *reversed(log[30:])]
    )

    one, _ = replay(log, "category", OWN, ["network", "pos", "printer"])
    two, _ = replay(other, "category", OWN, ["network", "pos", "printer"])

    assert np.array_equal(one[:30], two[:30])


def test_fits_nothing_that_was_not_known_yet() -> None:
    """Tickets that were still open when the held-out part begins are not fitted."""
    log = history(100)
    late = [s if n % 2 else _open(s) for n, s in enumerate(log)]

    cut = heads.slices(late, warm=False)

    assert max(cut.late) < min(cut.test)
    assert all(n % 2 for n in cut.late)
    assert list(cut.test) == list(range(80, 100))


def _open(sample: training.Sample) -> training.Sample:
    import msgspec

    return msgspec.structs.replace(sample, done=1e12)


def test_makes_the_same_file_twice() -> None:
    """The same log gives the same bytes and the same version."""
    one, first = training.train(history(), ("category",), OWN)
    two, second = training.train(history(), ("category",), OWN)

    assert one == two
    assert first == second
    assert first.figures[0].top1 > 0.95


def test_refuses_too_little() -> None:
    """Too few tickets, or all of one kind, are refused with what is missing."""
    same = [s for s in history(900) if s.outcomes["category"] == "pos"]

    with pytest.raises(training.Unfit, match="takes 200"):
        training.train(history(50), ("category",), OWN)
    with pytest.raises(training.Unfit, match="takes 200"):
        training.train([], ("category",), OWN)
    with pytest.raises(training.Unfit, match="has the same"):
        training.train(same, ("category",), OWN)


def test_writes_whole_or_not_at_all(tmp_path: Path) -> None:
    """The old model stays until the new one is there; nothing else is left behind."""
    path = tmp_path / "deep" / "own.model"

    training.write(path, b"one")
    training.write(path, b"two")

    assert path.read_bytes() == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["own.model"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('id = "n"', "targets"),
        ('id = "n"\n[targets]\ncategory = "c"', "text or remember"),
        ('id = "n"\nremember = [["x"]]\n[targets]\ncategory = "c"', "not in fields"),
        ('id = "n"\nwhatever = 1\n[targets]\ncategory = "c"', "whatever"),
        ("id = ", "no mapping"),
    ],
)
def test_refuses_a_mapping_that_is_none(text: str, reason: str, tmp_path: Path) -> None:
    """What is wrong with a mapping is said by name."""
    path = tmp_path / "map.toml"
    path.write_text(text, "utf-8")

    with pytest.raises(Unreadable, match=reason):
        mapping(path)


def test_measures_calibration() -> None:
    """Said .8 and right 8 of 10 times: no error. Said .8 and always wrong: .8."""
    shares = np.tile(np.array([[0.8, 0.2]], np.float32), (10, 1))

    right = np.array([True] * 8 + [False] * 2)

    assert measure.calibration_error(shares, right) == pytest.approx(0, abs=1e-6)
    assert measure.calibration_error(shares, ~(right | True)) == pytest.approx(0.8)


def test_finds_the_scale_that_makes_it_true() -> None:
    """Scores that are three times too sure are scaled back to a third."""
    dice = np.random.default_rng(1)
    honest = dice.normal(size=(4_000, 3)).astype(np.float32)
    shares = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    truth = np.array([dice.choice(3, p=row / row.sum()) for row in shares.astype(float)])

    assert measure.scale(honest * 3, truth) == pytest.approx(1 / 3, rel=0.1)


def test_is_confident_only_as_far_as_it_is_right() -> None:
    """The lowest confidence from which enough is right; none at all where that cannot be had."""
    sure = np.linspace(0.5, 1, 200).astype(np.float32)
    shares = np.stack([sure, 1 - sure], 1)
    truth = np.where(sure > 0.75, 0, 1)

    found = measure.threshold(shares, truth, 0.9)

    assert 0.7 < found < 0.75
    assert measure.threshold(shares, np.ones(200, np.int64), 0.9) == 1.0
