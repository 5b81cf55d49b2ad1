"""Bounded texts. `(?![\\s\\S])` ends a pattern where `$` would let a line feed pass."""

from typing import Annotated

from msgspec import Meta

END = r"(?![\s\S])"
PLAIN = rf"^[^\x00-\x1f\x7f]*{END}"  # one line, nothing that steers a terminal

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=PLAIN)]
Note = Annotated[str, Meta(max_length=500, pattern=PLAIN)]
Mail = Annotated[
    str,
    Meta(
        max_length=254,
        pattern=rf"^(?:[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?{END}",
        description="A mail address, or nothing. Source: RFC 5321, 4.5.3.1.3 for the length.",
    ),
]
Phone = Annotated[str, Meta(max_length=40, pattern=rf"^[0-9+(). /x-]*{END}")]
Code = Annotated[
    str, Meta(pattern=rf"^[A-Za-z0-9][A-Za-z0-9._-]{{0,59}}{END}", description="A short code.")
]
Zone = Annotated[
    str, Meta(pattern=rf"^[A-Za-z0-9_+/-]{{1,60}}{END}", description="IANA, America/Toronto.")
]
Key = Annotated[str, Meta(max_length=60, pattern=PLAIN, description="An id, or nothing.")]
Password = Annotated[str, Meta(min_length=12, max_length=256)]
