"""Push messages: to known services only, small enough, under a key that only its owner reads."""

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.channels import NOW, Pushes, pushing

from squad.adapters.clock.frozen import Frozen
from squad.adapters.notifier import webpush
from squad.adapters.notifier.webpush import HOSTS, PLAIN, WebpushNotifier, payload
from squad.ports.notifier import Message, Refused
from squad.ports.unit import Unavailable

LINK = "https://squad.example/tickets/7"
SUBJECT = "subject=mailto:ops@squad.example"


@pytest.fixture
async def push(tmp_path: Path) -> AsyncIterator[tuple[Pushes, WebpushNotifier, Frozen]]:
    """A push service and the notifier that it knows."""
    async with pushing(tmp_path) as opened:
        yield opened


def message(to: str, **more: str) -> Message:
    """A message to a browser."""
    given = {"id": "m1", "subject": "Title", "text": f"Words\n\n{LINK}\n\n-- \nfooter"} | more
    return Message(to=to, **given)


async def test_gives_the_browser_what_it_shows(
    push: tuple[Pushes, WebpushNotifier, Frozen],
) -> None:
    """Title, words and link apart, without the footer of mails; in 4 KB at most."""
    service, notifier, _ = push

    await notifier.send(message(service.subscription, language="fr", thread="ticket-7"))
    await notifier.send(message(service.subscription, id="m2", text="w " * 9_000 + LINK))

    first, second = service.topics.values()
    assert first == {
        "id": "m1", "title": "Title", "text": "Words", "link": LINK, "language": "fr",
        "thread": "ticket-7",
    }  # fmt: skip
    assert second["text"].endswith("w...")
    assert second["link"] == LINK
    assert 4_000 < max(service.sizes) <= 4_096


@given(
    title=st.text(max_size=3_000), words=st.text(max_size=3_000), link=st.sampled_from(["", LINK])
)
def test_is_never_too_large(title: str, words: str, link: str) -> None:
    """Whatever the words are, the payload fits and the link in it is whole."""
    content = payload(message("", subject=title, text=f"{words}\n\n{link}"))

    assert len(content) <= PLAIN
    assert json.loads(content).get("link", "").endswith(link)


@pytest.mark.parametrize("status", [400, 403, 404, 410, 413, 301, 307])
async def test_gives_up_a_browser_that_is_gone(
    push: tuple[Pushes, WebpushNotifier, Frozen], status: int
) -> None:
    """Gone, unknown or wrong is refused for good; a redirection is not followed."""
    service, notifier, _ = push
    service.status = status

    with pytest.raises(Refused, match=str(status)):
        await notifier.send(message(service.subscription))


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
async def test_waits_for_a_service_that_is_busy(
    push: tuple[Pushes, WebpushNotifier, Frozen], status: int
) -> None:
    """Too much at once, an outage or our own clock: later it may work."""
    service, notifier, _ = push
    service.status = status

    with pytest.raises(Unavailable, match=str(status)):
        await notifier.send(message(service.subscription))


async def test_signs_by_the_time(push: tuple[Pushes, WebpushNotifier, Frozen]) -> None:
    """Each signature is fresh: the service checks it days later too."""
    service, notifier, clock = push
    clock.advance(3 * 86_400)

    await notifier.send(message(service.subscription))

    assert len(service.topics) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/push", "http://fcm.googleapis.com/push", "http://127.0.0.1:9/push",
        "https://127.0.0.1/push", "https://169.254.169.254/latest", "https://fcm.googleapis.com:9/",
        "https://fcm.googleapis.com@evil.example/", "https://evilfcm.googleapis.com.evil.example/",
        "https://evilpush.apple.com/", "https://user:x@fcm.googleapis.com/", "file:///etc/passwd",
        "https://[::1/", "",
    ],
)  # fmt: skip
async def test_calls_nobody_that_a_stranger_names(tmp_path: Path, endpoint: str) -> None:
    """An endpoint that is no push service's is refused before any connection."""
    url = f"webpush:{tmp_path}/vapid.pem?{SUBJECT}"
    await webpush.provision(url, {}, "")
    notifier = await webpush.open(url, Frozen(NOW))
    to = json.dumps({"endpoint": endpoint, "keys": {"p256dh": "x", "auth": "x"}})

    with pytest.raises(Refused, match="not a") as refusal:
        await notifier.send(message(to))

    await notifier.close()
    assert "evil" not in str(refusal.value)


@pytest.mark.parametrize("host", [*HOSTS, "web.push.apple.com", "wns2-by3p.notify.windows.com"])
async def test_knows_the_push_services(tmp_path: Path, host: str) -> None:
    """Those of Chrome, Firefox, Safari and Edge pass; the wrong keys are what is refused here."""
    url = f"webpush:{tmp_path}/vapid.pem?{SUBJECT}"
    await webpush.provision(url, {}, "")
    notifier = await webpush.open(url, Frozen(NOW))
    to = json.dumps({"endpoint": f"https://{host}/x", "keys": {"p256dh": "AAAA", "auth": "AAAA"}})

    with pytest.raises(Refused, match="not the keys"):
        await notifier.send(message(to))

    await notifier.close()


async def test_keeps_its_key(tmp_path: Path) -> None:
    """Made once, for its owner's eyes; opened again it is the same."""
    url = f"webpush:{tmp_path}/keys/vapid.pem?{SUBJECT}"
    with pytest.raises(Unavailable, match=r"squad provision"):
        await webpush.open(url, Frozen(NOW))

    made = await webpush.provision(url, {}, "")
    first = await webpush.open(url, Frozen(NOW))
    kept = await webpush.provision(url, {}, "")
    second = await webpush.open(url, Frozen(NOW))

    await first.close()
    await second.close()
    file = tmp_path / "keys" / "vapid.pem"
    assert (made[0].split()[0], kept[0].split()[0]) == ("made", "kept")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first.key == second.key
    assert len(first.key) == 87  # 65 bytes, base64url


@pytest.mark.parametrize("url", ["webpush:", "webpush:/x", "webpush:/x?subject=ops@squad.example"])
async def test_wants_a_file_and_a_contact(url: str) -> None:
    """A setting without either is an error that shows the right form."""
    with pytest.raises(ValueError, match=r"SQUAD_PUSH: say webpush:"):
        await webpush.open(url, Frozen(NOW))


async def test_tells_a_file_that_holds_no_key(tmp_path: Path) -> None:
    """A wrong file is named."""
    file = tmp_path / "vapid.pem"
    file.write_text("not a key")

    with pytest.raises(ValueError, match=r"vapid.pem holds no key"):
        await webpush.open(f"webpush:{file}?{SUBJECT}", Frozen(NOW))
