"""Memory that uploads cost a node: one of 5 MB, and 8 of 25 MB side by side, raw and as forms.

.venv/bin/python -m bench.uploads
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from bench._load import run

from squad.apps import tokens
from squad.apps.drills.product import Product
from squad.kernel import settings

MB = 1_000_000
FRAME = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
FILM = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"
CHUNK = bytes(range(256)) * 256


def kept(product: Product, row: str) -> float:
    """This will read a figure of the node's memory: VmRSS now, VmHWM at its highest, MB."""
    assert product.process is not None
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    return int(status.split(f"{row}:")[1].split()[0]) / 1024


def forget(product: Product) -> None:
    """This will let VmHWM begin anew (proc(5), clear_refs)."""
    assert product.process is not None
    Path(f"/proc/{product.process.pid}/clear_refs").write_text("5")


async def body(size: int, form: bool) -> AsyncIterator[bytes]:
    """This will make a film of so many bytes as it is sent."""
    if form:
        yield FRAME
    yield FILM
    left = size - len(FILM)
    while left > 0:
        yield CHUNK[:left]
        left -= len(CHUNK)
    if form:
        yield b"\r\n--XX--\r\n"


async def upload(http: httpx.AsyncClient, ticket: str, size: int, form: bool) -> None:
    """This will send one file. Raises HTTPStatusError."""
    headers = {"Content-Type": "multipart/form-data; boundary=XX"} if form else {}
    path = f"/api/tickets/{ticket}/attachments"
    answer = await http.post(path, content=body(size, form), headers=headers)
    answer.raise_for_status()
    assert answer.json()["size"] == size


async def fetch(http: httpx.AsyncClient, path: str) -> int:
    """This will download a file and give its size."""
    async with http.stream("GET", path) as answer:
        return sum([len(chunk) async for chunk in answer.aiter_bytes()])


async def measure(product: Product, name: str, *work: asyncio.Task[Any]) -> None:
    """This will print what the work added to the node's memory, at its highest and after it."""
    before, began = kept(product, "VmRSS"), time.perf_counter()
    forget(product)
    await asyncio.gather(*work)
    seconds = time.perf_counter() - began
    highest, after = kept(product, "VmHWM") - before, kept(product, "VmRSS") - before
    print(f"{name:<28} highest {highest:+6.1f} MB  after {after:+6.1f} MB  {seconds:5.2f} s")


async def bench(product: Product) -> None:
    """This will measure."""
    given = settings.read(product.environ)
    token = await tokens.mint(given, "customer@demo.example")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=product.url, headers=headers, timeout=120) as http:
        new = {"title": "Films", "location": {"postal_code": "10001"}}
        made = await http.post("/api/tickets", json=new)
        ticket = made.raise_for_status().json()["id"]
        await upload(http, ticket, 1_000, True)
        print(f"memory after a first small upload {kept(product, 'VmRSS'):.0f} MB")
        for form in (False, True):
            kind = "form" if form else "raw"
            for count, size in ((1, 5 * MB), (8, 25 * MB)):
                work = [asyncio.create_task(upload(http, ticket, size, form)) for _ in range(count)]
                await measure(product, f"{count} x {size // MB} MB up, {kind}", *work)
        files = (await http.get(f"/api/tickets/{ticket}/attachments")).json()
        large = [f"/api/tickets/{ticket}/attachments/{f['id']}" for f in files[-8:]]
        down = [asyncio.create_task(fetch(http, path)) for path in large]
        await measure(product, "8 x 25 MB down", *down)


def main() -> None:
    """This will start a node of its own, measure it, and stop it."""
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), environ={"SQUAD_BUS": "sqlite:{home}/bus.db"})
        product.start()
        try:
            run(bench(product))
        finally:
            product.stop()


if __name__ == "__main__":
    main()
