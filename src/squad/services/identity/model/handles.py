"""By which words people are found: parts of their name, their mail, their number."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from squad.contracts.people import Contact

STEM = 2  # characters by which an index finds a handle: also the fewest to ask for
NUMBER = 4  # digits that a number is asked by at least
PARTS = 6  # words of a question that count


class Handle(NamedTuple):
    """A word that leads to a person. kind: "name", "mail" or "phone"."""

    kind: str
    value: str

    @property
    def stem(self) -> str:
        """The first characters, for the index."""
        return self.value[:STEM]


def handles_of(contact: Contact) -> frozenset[Handle]:
    """This will give the words that lead to a person."""
    found = [Handle("name", word) for word in words(contact.name)]
    found.append(Handle("mail", contact.mail.strip().casefold()))
    found.append(Handle("phone", number(contact.phone)))
    return frozenset(one for one in found if len(one.value) >= STEM)


def asked(text: str) -> Sequence[Handle]:
    """This will read a question: a number's last digits, the begin of a mail, or of names.

    What each handle says must begin one of the person's. Empty: too short to look for.
    """
    if "@" in text:
        return (Handle("mail", text.strip().casefold()),)
    digits = number(text)
    if len(digits) >= NUMBER and re.fullmatch(r"[0-9+(). /x-]+", text.strip()):
        return (Handle("phone", digits),)
    parts = words(text)[:PARTS]
    return tuple(Handle("name", part) for part in parts if len(part) >= STEM)


def words(text: str) -> Sequence[str]:
    """This will part a name into words without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(dict.fromkeys(re.findall(r"\w+", bare)))


def number(text: str) -> str:
    """This will spell a phone number backwards, so that its last digits are its begin."""
    digits = re.sub(r"[^0-9]", "", text.partition("x")[0])
    own = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return own[::-1]
