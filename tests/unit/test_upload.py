"""An upload is one file, told by its content, with a name that is safe to show."""

import io
import zipfile
from collections.abc import AsyncIterator

import pytest

from squad.kernel.problem import Invalid, Malformed, Unsupported
from squad.kernel.sniff import Sniffer
from squad.kernel.upload import NAME, Upload, clean

FORM = "multipart/form-data; boundary=XX"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + bytes(40) + b"\xff\xd9"
GIF = b"GIF89a\1\0\1\0" + bytes(40) + b";"
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40)
HEIC = b"\0\0\0\x24ftypmif1\0\0\0\0mif1heic" + bytes(40)
MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(40)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def zipped(*names: str) -> bytes:
    """A zip with these names in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, "content" * 2_000)
    return file.getvalue()


def form(data: bytes, name: str = "a.txt", field: str = "file", boundary: bytes = b"XX") -> bytes:
    """A form with one file."""
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'.encode()
    part = head + b"Content-Type: image/png\r\n\r\n" + data
    return b"--" + boundary + b"\r\n" + part + b"\r\n--" + boundary + b"--\r\n"


async def chunks(data: bytes, size: int) -> AsyncIterator[bytes]:
    """A body as it comes from the network."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
    yield b""


async def taken(data: bytes, kind: str = FORM, size: int = 7, name: str = "") -> tuple[bytes, str]:
    """What an upload makes of a body: content and name."""
    upload = Upload(kind, chunks(data, size), name=name)
    content = b"".join([chunk async for chunk in upload.content()])
    return content, upload.name


def sniffed(data: bytes, name: str = "", size: int = 64) -> str:
    """What a file is taken for."""
    sniffer = Sniffer()
    for start in range(0, len(data), size):
        sniffer.feed(data[start : start + size])
    return sniffer.media(name)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 64, 10_000])
async def test_reads_a_form_however_it_is_cut(size: int) -> None:
    """Borders of chunks fall anywhere, also within something that looks like the boundary."""
    data = b"\r\n--X\r\n--\r\n-- XX \r\n--XY--\r\n" * 3 + bytes(range(256))

    assert await taken(form(data, "bérét.png"), size=size) == (data, "bérét.png")


async def test_takes_bytes_as_they_are() -> None:
    """Without a form the body is the file, whatever it claims to be."""
    assert await taken(PNG, "text/html", name="x.png") == (PNG, "x.png")
    assert await taken(b"", "") == (b"", "")


async def test_prefers_the_name_in_the_query() -> None:
    """The client that took the trouble to name it is heard."""
    assert (await taken(form(b"x", "form.txt"), name="query.txt"))[1] == "query.txt"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, form(b"x")[:-8]),  # cut short
        (FORM, form(b"x", boundary=b"YY")),
        (FORM, b"no form at all"),
        (FORM, b""),
        (FORM, b"--XX\r\nno header\r\n\r\nx\r\n--XX--\r\n"),
        (FORM, b"--XX\r\n" + b"A: b\r\n" * 10_000),
        (FORM, b"--XX\r\nA: " + b"b" * 1_000_000),
        ("multipart/form-data", form(b"x")),
        ("multipart/form-data; boundary=", form(b"x")),
        (f"multipart/form-data; boundary={'b' * 300}", form(b"x")),
    ],
)
async def test_refuses_a_broken_form(kind: str, body: bytes) -> None:
    """A form that cannot be read is the client's fault, and told so."""
    with pytest.raises(Malformed):
        await taken(body, kind, size=4096)


@pytest.mark.parametrize(
    "body",
    [
        form(b"x", field="other"),
        form(b"x")[:-8] + b"\r\n" + form(b"y"),
        b"--XX\r\n\r\nx\r\n--XX--\r\n",
    ],
)
async def test_refuses_any_part_but_the_one(body: bytes) -> None:
    """One file, in its field, and nothing beside it."""
    with pytest.raises(Invalid):
        await taken(body)


async def test_refuses_other_multiparts() -> None:
    """Mail's multiparts are not for upload."""
    with pytest.raises(Unsupported):
        await taken(form(b"x"), "multipart/mixed; boundary=XX")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\shot.png", "shot.png"),
        ("/", ""),
        ("..", ""),
        (".htaccess\u200b", "htaccess"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("invoice.pdf. . ", "invoice.pdf"),
        ("a\u3164\ufeffb.png", "ab.png"),
        ("two  \u2028 words.txt", "two words.txt"),
        ("e\u0301té 東京 😀.txt", "été 東京 😀.txt"),
        ('<img src="x" onerror=1>.png', "_img src=_x_ onerror=1_.png"),
        ("\ud800\uffff.txt", "txt"),
    ],
)
def test_cleans_hostile_names(given: str, shown: str) -> None:
    """No folder, nothing unseen, nothing that turns the text around, no dot at its ends."""
    assert clean(given) == shown


@pytest.mark.parametrize("name", ["x" * 5_000 + ".png", "x" * 5_000, "." + "y" * 5_000, "a." * 999])
def test_shortens_long_names(name: str) -> None:
    """A name has up to 200 characters and keeps its ending where that is short."""
    short = clean(name[:1_000] + name[-4:])

    assert 0 < len(short) <= NAME
    assert short.endswith(".png") == name.endswith(".png")


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (GIF, "image/gif"),
        (WEBP, "image/webp"),
        (HEIC, "image/heic"),
        (MP4, "video/mp4"),
        (PDF, "application/pdf"),
        (zipped("log.txt"), "application/zip"),
        (b"The printer is jammed.\n", "text/plain"),
        ("Imprimante cassée".encode("cp1252"), "text/plain"),
        ("Grüße\r\n".encode("utf-16"), "text/plain"),
        (b"a < b, and <3\n", "text/plain"),
    ],
)
@pytest.mark.parametrize("size", [1, 64, 100_000])
def test_tells_a_file_by_its_content(data: bytes, media: str, size: int) -> None:
    """Every kind that is taken is known, however it was cut."""
    assert sniffed(data, size=size) == media


def test_tells_what_is_in_a_zip() -> None:
    """Documents of Word and Excel by the parts that they must have; programs are not taken."""
    office = ("[Content_Types].xml", "_rels/.rels")

    assert sniffed(zipped(*office, "word/document.xml")).endswith("wordprocessingml.document")
    assert sniffed(zipped(*office, "xl/workbook.xml")).endswith("spreadsheetml.sheet")
    assert sniffed(zipped(*office, "word/document.xml", "word/vbaProject.bin")) == ""
    assert sniffed(zipped("META-INF/MANIFEST.MF", "A.class")) == ""
    assert sniffed(zipped("log.txt")[:-30]) == ""


def test_lets_a_name_tell_only_one_text_from_another() -> None:
    """A claim changes nothing about what a file is."""
    assert sniffed(b"a,b\n1,2\n", "table.CSV") == "text/csv"
    assert sniffed(PNG, "table.csv") == "image/png"
    assert sniffed(b"<html><body>", "table.csv") == ""


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html><html></html>",
        b"\xef\xbb\xbf \n<HTML >",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!-- x --><script>alert(1)</script>",
        b"<script>alert(1)</script>",
        b"<?php system($_GET[0]); ?>",
        b"#!/bin/sh\nrm -rf /\n",
        "<html><script>alert(1)</script>".encode("utf-16"),
        b"GIF89a/*" + bytes(20) + b"*/=alert(1);",
        GIF[:-1] + b"<script>alert(1)</script>;",
        JPEG + b"<?php system($_GET[0]); ?>",
        b"MZ\x90\0\3\0\0\0" + bytes(60),
        b"\x7fELF\2\1\1" + bytes(60),
        b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
        b"\0\0\0\x1cftypavif\0\0\0\0avifmif1" + bytes(60),
        bytes(range(128, 256)) + b"\0",
        b"\xff\xfe\x00",  # half a character
        b"",
    ],
)
def test_does_not_know_what_could_harm(data: bytes) -> None:
    """Pages, scripts, programs and what pretends to be an image are nothing that is taken."""
    assert sniffed(data) == ""


@pytest.mark.parametrize("size", [1, 7, 68, 1000])
def test_finds_the_test_virus_wherever_it_is(size: int) -> None:
    """Across borders of chunks too."""
    data = b"harmless " * 50 + EICAR + b"\n"
    sniffer = Sniffer()

    for start in range(0, len(data), size):
        sniffer.feed(data[start : start + size])

    assert sniffer.infected


def test_keeps_little_of_a_large_file() -> None:
    """Memory does not grow with the content."""
    sniffer = Sniffer()
    chunk = b"PK\3\4" + bytes(65_532)

    for _ in range(100):
        sniffer.feed(chunk)

    assert sniffer.size == 100 * len(chunk)
    assert len(sniffer._head) + len(sniffer._tail) + len(sniffer._last) < 80_000
