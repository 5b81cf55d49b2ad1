"""What every proposer promises."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from squad.adapters.clock.frozen import Frozen
from squad.adapters.engines.guess.form import Form, pack
from squad.adapters.proposer import linear, none
from squad.apps.training import train, write
from squad.apps.training.presets import OWN
from squad.apps.training.rows import Sample
from squad.ports.proposer import Proposer

FIELDS = {"requester": "ana", "store": "s1", "organisation": "acme", "territory": "US-IL"}
_MADE: dict[str, Proposer] = {}


def history(count: int = 400) -> list[Sample]:
    """A log in which a word tells the category, and a store has always the same trouble."""
    words = {"printer": "toner jam paper", "network": "wifi vpn router", "pos": "till card scan"}
    found = []
    for number in range(count):
        category = list(words)[number % 3]
        outcomes = {"category": category, "priority": str(1 + number % 2)}
        found.append(
            Sample(
                id=str(number),
                text=f"{words[category]} broken",
                fields=FIELDS | {"store": f"s{number % 3}"},
                outcomes=outcomes,
                opened=number * 3600.0,
                done=number * 3600.0 + 1800,
                moves=[(number * 3600.0 + 1800, outcomes)],
                skills={category: 2},
                minutes=30.0,
            )
        )
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of an organisation's own, with a memory."""
    path = tmp_path_factory.mktemp("model") / "own.model"
    write(path, train(history(), ("category", "priority"), OWN)[0])
    return path


@pytest.fixture(scope="module", params=["linear", "own", "empty", "none"])
def proposer(request: pytest.FixtureRequest, own: Path) -> Proposer:
    """Each source of proposals, and a model that knows nothing."""
    kind: str = request.param
    if kind not in _MADE:
        makers: Mapping[str, object] = {
            "linear": lambda: linear.load(linear.DEFAULT),
            "own": lambda: linear.load(own),
            "empty": lambda: linear.LinearProposer(Form(version="empty")),
            "none": none.NoProposer,
        }
        maker = makers[kind]
        assert callable(maker)
        _MADE[kind] = maker()
    return _MADE[kind]


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=300), fields=st.dictionaries(st.text(max_size=9), st.text(max_size=9)))
def test_takes_any_text(proposer: Proposer, text: str, fields: dict[str, str]) -> None:
    """Whatever is written: probabilities in order, none over 1, in sum at most 1."""
    said = proposer.propose(text, fields, 1.8e9)

    for ranking in said.rankings.values():
        shares = [guess.probability for guess in ranking.guesses]
        assert shares == sorted(shares, reverse=True)
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) <= 1.001
        assert ranking.guesses or not ranking.confident


def test_says_the_same_of_the_same(proposer: Proposer) -> None:
    """Two calls with the same words give the same, from the same model."""
    first = proposer.propose("The printer is jammed", FIELDS, 1e9)

    assert proposer.propose("The printer is jammed", FIELDS, 1e9) == first
    assert first.model == proposer.version


@pytest.mark.parametrize("text", ["", "asdf qwer zxcv", "🚒" * 50, "12345", "Bonjour à tous"])
def test_is_not_confident_without_words_it_knows(proposer: Proposer, text: str) -> None:
    """Nonsense, nothing and numbers are never used without a person."""
    said = proposer.propose(text, {}, 1e9)

    assert [name for name, ranking in said.rankings.items() if ranking.confident] == []


def test_hears_whatever_it_is_told(proposer: Proposer) -> None:
    """A ticket with outcomes and fields that no model knows changes nothing for others."""
    before = proposer.propose("wifi router", FIELDS, 2e6)

    proposer.hear("strange", {"x": "y"}, {"category": "unheard of", "group": "7"}, 2e6)

    assert proposer.propose("wifi router", FIELDS, 2e6) == before


def test_never_holds_up_the_loop(proposer: Proposer) -> None:
    """A long text takes a few milliseconds; bounds for a busy machine."""
    text = "the printer on the second floor prints blank pages and the wifi is slow " * 300
    short = text[:200]

    spent = [_took(proposer, short) for _ in range(20)]

    assert min(spent) < 5e-3
    assert min(_took(proposer, text) for _ in range(3)) < 50e-3


def _took(proposer: Proposer, text: str) -> float:
    start = time.perf_counter()
    proposer.propose(text, FIELDS, 1.8e9)
    return time.perf_counter() - start


def test_learns_an_organisations_own_ways(own: Path) -> None:
    """Its words, its priorities, its skills and its minutes."""
    proposer = linear.load(own)

    said = proposer.propose("card does not scan at the till", FIELDS | {"store": "s2"}, 1.5e6)

    assert said.rankings["category"].guesses[0].value == "pos"
    assert said.rankings["category"].confident
    assert (said.skills, said.minutes) == ({"pos": 2}, 30)


def test_remembers_what_it_hears(own: Path) -> None:
    """After a few tickets of a requester, the next of theirs is thought to be the same."""
    proposer = linear.load(own)
    fields = FIELDS | {"requester": "bob", "store": "s9"}

    before = _share(proposer, fields, "network")
    for number in range(8):
        proposer.hear(f"n{number}", fields, {"category": "network"}, 1.5e6)

    assert _share(proposer, fields, "network") > before


def _share(proposer: Proposer, fields: Mapping[str, str], category: str) -> float:
    guesses = proposer.propose("help", fields, 1.5e6).rankings["category"].guesses
    return next((g.probability for g in guesses if g.value == category), 0.0)


def test_is_small_and_its_own() -> None:
    """The shipped model is far below the 3 MB that a package can carry without a thought."""
    assert linear.DEFAULT.stat().st_size < 1e6


@pytest.mark.parametrize(
    "content",
    [b"", b"not a model", b"\x28\xb5\x2f\xfd\x00", pack(Form(format="squad.proposer.v9"))[0]],
)
async def test_refuses_a_file_that_is_no_model(
    content: bytes, tmp_path: Path, clock: Frozen
) -> None:
    """Something else, something broken, and another version's are errors at start."""
    path = tmp_path / "bad.model"
    path.write_bytes(content)

    with pytest.raises(ValueError, match="SQUAD_PROPOSER"):
        await linear.open(f"linear:{path}", clock)


@pytest.mark.parametrize("url", ["linear://h/x", "linear:?x=1", "none:"])
async def test_refuses_a_foreign_url(url: str, clock: Frozen) -> None:
    """A URL that means something else is an error at start."""
    with pytest.raises(ValueError, match="not a linear model"):
        await linear.open(url, clock)


async def test_can_be_switched_off(clock: Frozen) -> None:
    """`none:` proposes nothing, and takes no parameters."""
    assert (await none.open("none:", clock)).propose("printer", {}).rankings == {}
    with pytest.raises(ValueError, match="proposes nothing"):
        await none.open("none:x", clock)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Till 3 does not start", "pos"),
        ("Printer on floor 2 is jammed", "printer"),
        ("I cannot connect to the vpn from home", "network"),
        ("forgot my password", "access"),
        ("laptop screen is black", "hardware"),
        ("phishing mail received, I clicked the link", "security"),
        ("outlook keeps crashing", "email"),
        ("desk phone is dead", "phone"),
        ("shared drive is full", "storage"),
    ],
)
def test_ships_knowing_plain_english(text: str, category: str) -> None:
    """The shipped model is sure of what everybody says."""
    ranking = linear.load(linear.DEFAULT).propose(text, {}).rankings["category"]

    assert (ranking.guesses[0].value, ranking.confident) == (category, True)


@pytest.mark.parametrize(
    "text",
    ["Mon imprimante ne fonctionne plus", "La caja registradora no enciende",
     "Le réseau est en panne au deuxième étage", "No puedo entrar en mi cuenta, olvidé la clave"],
)  # fmt: skip
def test_ships_doubting_other_languages(text: str) -> None:
    """French and Spanish go to a person until an organisation trains its own."""
    assert not linear.load(linear.DEFAULT).propose(text, {}).rankings["category"].confident
