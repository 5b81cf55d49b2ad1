"""Acknowledged only after fdatasync: what kill -9 cannot show, the system calls do."""

import asyncio
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from squad.apps import tokens
from squad.apps.drills.product import Product
from squad.kernel import settings

STRACE = shutil.which("strace")
CREATES = 5
CARELESS = Path(__file__).with_name("careless.py")

pytestmark = pytest.mark.skipif(
    STRACE is None, reason="strace is missing: apt-get install strace (make test tries that)"
)


def _early_answers(home: Path, command: Sequence[str]) -> tuple[int, int]:
    """Returns how many creates were acknowledged, and how many of them before a flush."""
    trace = home / "trace"
    calls = "trace=fdatasync,fsync,write,writev,sendto,sendmsg"
    watched = [str(STRACE), "-f", "-y", "-s", "40", "-o", str(trace), "-e", calls, *command]
    product = Product(home, command=watched)
    product.start()
    try:
        token = asyncio.run(tokens.mint(settings.read(product.environ), "customer@demo.example"))
        for _ in range(CREATES):
            answer = httpx.post(
                f"{product.url}/api/tickets",
                json={"title": "Durable", "location": {"postal_code": "60601"}},
                headers={"Authorization": f"Bearer {token}"},
                trust_env=False,
                timeout=30,
            )
            assert answer.status_code == 201, answer.text
    finally:
        product.stop()
    return _count(trace.read_text(errors="replace"))


def _count(trace: str) -> tuple[int, int]:
    flushed, answers, early = False, 0, 0
    for line in trace.splitlines():
        if re.search(r"(fdatasync|fsync)\(.*/tickets\.db(-wal)?>", line):
            flushed = True
        elif "HTTP/1.1 201" in line:
            answers += 1
            early += not flushed
            flushed = False
    return answers, early


def test_no_answer_leaves_before_the_disk_has_it(tmp_path: Path) -> None:
    """Each 201 follows an fdatasync of the ticket's log file."""
    answers, early = _early_answers(tmp_path, [sys.executable, "-m", "squad.apps.cli"])

    assert (answers, early) == (CREATES, 0)


def test_the_check_sees_a_lazy_disk(tmp_path: Path) -> None:
    """The twin: without waiting for the disk the same check finds answers that came too early."""
    command = [sys.executable, str(CARELESS), "lazy_sync"]
    answers, early = _early_answers(tmp_path, command)

    assert answers == CREATES
    assert early > 0
