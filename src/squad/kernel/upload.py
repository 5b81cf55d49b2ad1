"""Uploads: one file out of a request's body, streamed, with a name that is safe to show."""

import unicodedata
from collections.abc import AsyncIterator
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from squad.kernel.problem import Fault, Invalid, Malformed, Unsupported

NAME = 200  # characters of a file name
ENDING = 20  # of them for what follows the last dot

# Neither seen nor letters: controls, formats (zero width, direction), private, unassigned, lines.
_UNSEEN: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_BLANK: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # letters that look like nothing
_FORBIDDEN: Final = str.maketrans(dict.fromkeys('<>:"|?*', "_"))  # in names on Windows


class Upload:
    """A body that is a file, or a form with one.

    kind: its Content-Type. field: the name of the form's part. name: goes before the form's.
    """

    def __init__(
        self, kind: str, stream: AsyncIterator[bytes], *, field: str = "file", name: str = ""
    ) -> None:
        self.name = clean(name)
        self._kind = kind
        self._stream = stream
        self._field = field

    def content(self) -> AsyncIterator[bytes]:
        """This will stream the file's bytes; after the last, `name` is known.

        Raises Malformed, Unsupported, Invalid: it is a form, and not one with just that file.
        """
        kind, options = parse_options_header(self._kind)
        if not kind.lower().startswith(b"multipart/"):
            return self._plain()
        if kind.lower() != b"multipart/form-data":
            raise Unsupported("Send the bytes of the file, or multipart/form-data.")
        return self._part(options.get(b"boundary", b""))

    async def _plain(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            if chunk:
                yield chunk

    async def _part(self, boundary: bytes) -> AsyncIterator[bytes]:
        form = _Form(boundary, self._field)
        async for chunk in self._stream:
            if data := form.feed(chunk):
                yield data
        form.finish()
        self.name = self.name or clean(form.name)


class _Form:
    """A multipart form as it comes. Only one part may be in it."""

    def __init__(self, boundary: bytes, field: str) -> None:
        self.name = ""
        self._field = field
        self._parts = 0
        self._ended = False
        self._header, self._value = b"", b""
        self._disposition = b""
        self._data: list[bytes] = []
        if not boundary:
            raise Malformed("The Content-Type of a form names its boundary.")
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_headers_finished": self._on_headers,
                    "on_part_data": self._on_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise Malformed("The boundary of the form is too long.") from error

    def feed(self, chunk: bytes) -> bytes:
        """This will give the bytes of the file that are in the chunk. Raises Malformed, Invalid."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Malformed("The form is not readable. Send it as RFC 7578 says.") from error
        data = b"".join(self._data)
        self._data.clear()
        return data

    def finish(self) -> None:
        """This will check that the form came whole. Raises Malformed."""
        if not self._ended:
            raise Malformed("The form was cut short. Send it again.")

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _on_headers(self) -> None:
        self._parts += 1
        _, options = parse_options_header(self._disposition)
        if self._parts > 1 or options.get(b"name", b"").decode("utf-8", "replace") != self._field:
            fault = Fault(f"/{self._field}", "the only part of the form")
            raise Invalid(f"Send one file, in a part named {self._field}.", [fault])
        self.name = options.get(b"filename", b"").decode("utf-8", "replace")

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._data.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True


def clean(name: str) -> str:
    """This will make a file name that people may be shown and may save under; "" if none is left.

    Without folders, without characters that hide or turn others, without dots at its ends.
    """
    name = unicodedata.normalize("NFC", name[: 10 * NAME]).replace("\\", "/").rpartition("/")[2]
    seen = (c for c in name if unicodedata.category(c) not in _UNSEEN and c not in _BLANK)
    name = " ".join("".join(seen).translate(_FORBIDDEN).split()).strip(". ")
    if len(name) <= NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > ENDING:
        return name[:NAME].strip(". ")
    return f"{stem[: NAME - 1 - len(ending)].strip('. ')}.{ending}"
