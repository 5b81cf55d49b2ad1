"""Sniffing: what a file is, told from its content alone, while it streams by."""

import codecs
import re
from typing import Final

HEAD = 8_192  # bytes kept of the beginning
TAIL = 65_557  # bytes kept of the end of a zip: its last record with the longest comment

_BRANDS: Final = {  # of an ISO base media file (ISO/IEC 14496-12, 4.3), after `ftyp`
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"
    ),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V "),
        "video/mp4",
    ),
}
_NAMED: Final = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "application/zip",
)  # fmt: skip
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_PARTS: Final = (
    (b"word/document.xml", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/workbook.xml", f"{_OFFICE}spreadsheetml.sheet"),
)
_PROGRAMS: Final = (b"META-INF/MANIFEST.MF", b"AndroidManifest.xml", b"vbaProject.bin")
# Bytes that no text has: WHATWG MIME Sniffing, "binary data byte".
_BINARY: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
# What browsers and shells run. WHATWG MIME Sniffing, 7.1, with SVG, PHP and `#!`.
_MARKUP: Final = re.compile(
    rb"\s*(?:<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p"
    rb"|svg|math|!doctype svg)[\s>/]|<!--|<\?|<%|#!)",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(rb"<(?:script|svg|html)[\s>/]|<\?php|^GIF8[79]a(?:/\*|=)", re.I)
_EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Sniffer:
    """Feed it every chunk, then ask. It keeps the head, the end of a zip, and no more."""

    def __init__(self) -> None:
        self.size = 0
        self.infected = False  # has the test string of eicar.org, which stands for a virus
        self._head = b""
        self._tail = b""
        self._text = True
        self._last = b""
        self._wide: codecs.IncrementalDecoder | None = None

    def feed(self, chunk: bytes) -> None:
        """This will look at the next bytes."""
        before, self.size = self.size, self.size + len(chunk)
        if len(self._head) < HEAD:
            self._head += chunk[: HEAD - len(self._head)]
        seen = self._last + chunk
        self.infected = self.infected or _EICAR in seen
        self._last = seen[-len(_EICAR) + 1 :]
        if self._head.startswith(b"PK"):
            self._tail = (self._tail + chunk[-TAIL:])[-TAIL:]
        if before < 2:  # a byte order mark has two
            chunk = self._head[:before] + chunk
            if self.size < 2:
                return
            if chunk[:2] in _UTF16:
                self._wide = codecs.getincrementaldecoder("utf-16")()
        self._text = self._text and self._readable(chunk)

    def _readable(self, chunk: bytes) -> bool:
        if self._wide is not None:
            try:
                chunk = self._wide.decode(chunk).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                return False
        return _BINARY.search(chunk) is None

    def media(self, name: str = "") -> str:
        """This will give the media type, "" for anything not known as harmless.

        name: tells one kind of text from another, and nothing else.
        """
        text = self._text if self.size > 1 else self._readable(self._head)
        if text and not self._head.startswith(b"%PDF-"):
            return self._texts(name)
        if self._head[4:8] == b"ftyp":
            return _BRANDS.get(self._head[8:12], "")
        media = _named(self._head)
        if media.startswith("image/") and _HIDDEN.search(self._head):
            return ""
        return self._zipped() if media == "application/zip" else media

    def _texts(self, name: str) -> str:
        head = self._head
        if self._wide is not None:
            head = head[: len(head) & ~1].decode("utf-16", "replace").encode()
        if not head or _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
            return ""
        return "text/csv" if name.lower().endswith(".csv") else "text/plain"

    def _zipped(self) -> str:
        if b"PK\5\6" not in self._tail or any(mark in self._tail for mark in _PROGRAMS):
            return ""
        if b"[Content_Types].xml" in self._tail:
            return next((media for mark, media in _PARTS if mark in self._tail), "application/zip")
        return "application/zip"


def _named(head: bytes) -> str:
    """The one of our types that the magic at the beginning stands for."""
    import puremagic  # its tables take 0.1 s and 3 MB: not before the first file

    try:
        found = puremagic.magic_string(head)
    except puremagic.PureError:
        return ""
    best = found[0].confidence
    named = {m.mime_type for m in found if m.confidence == best and m.offset in (0, 8)}
    return next((media for media in _NAMED if media in named), "")
