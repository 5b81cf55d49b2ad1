"""The rules of files that come with a ticket: which, how large, how many."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from squad.contracts.tickets import Visibility
from squad.kernel.problem import Fault, Impossible, Invalid, Unsupported

SIZE = 25 * 1024 * 1024  # bytes of a file
MOST = 50  # files of a ticket
FIELD = "file"  # the part of a multipart form

# What is taken, as sniffed from the content, and the ending that a file without a name gets.
MEDIA: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/csv": "csv",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "video/mp4": "mp4",
}

# Endings by which a desktop would run or render a file, whatever is in it.
RUN = frozenset((
    "apk", "app", "appref-ms", "bat", "cmd", "com", "cpl", "dll", "docm", "dotm", "exe", "gadget",
    "hta", "htm", "html", "inf", "ins", "iso", "jar", "js", "jse", "lnk", "mjs", "msc", "msi",
    "msix", "msp", "pif", "pl", "ps1", "psm1", "py", "rb", "reg", "scf", "scr",
    "settingcontent-ms", "sh", "shtml", "svg", "svgz", "url", "vb", "vbe", "vbs", "wsf", "wsh",
    "xht", "xhtml", "xll", "xlsm", "xltm", "xml", "xsl",
))  # fmt: skip


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a ticket. size: bytes. media: as sniffed from its content."""

    id: str
    at: datetime
    author: str
    visibility: Visibility
    name: str
    media: str
    size: int
    sha256: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose content came: where it is kept, "" for one that came before, and what it is."""

    blob: str
    name: str
    media: str
    size: int
    sha256: str


def fit(*, name: str, media: str, size: int, infected: bool) -> None:
    """This will check a file that has come in whole. media: "" for one that is not known.

    Raises Invalid: it is empty; Unsupported: of a kind that is not taken.
    """
    if not size:
        raise Invalid("The file is empty.", [Fault(f"/{FIELD}", "send at least one byte")])
    if infected:
        raise Unsupported("A virus scanner would stop this file. Clean it first.")
    if media not in MEDIA or name.rpartition(".")[2].lower() in RUN:
        kinds = ", ".join(sorted(set(MEDIA.values())))
        raise Unsupported(f"Files like this are not taken. Send one of: {kinds}.")


def titled(name: str, media: str) -> str:
    """This will give the name that people see: the given one, or one that tells the kind."""
    return name or f"file.{MEDIA[media]}"


def room(count: int) -> None:
    """This will check that a ticket with so many files takes one more. Raises Impossible."""
    if count >= MOST:
        raise Impossible(f"A ticket has up to {MOST} files. Put more of them into a zip.")
