"""Directory: who may sign in, and proof of who they are."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A sign-in. id: the person's id, random, never derived from the mail. mail: may be ""."""

    id: str
    mail: str
    enabled: bool


Kind = Literal["at+jwt", "JWT"]  # an access token, or an id token


class Claims(msgspec.Struct, frozen=True):
    """What a verified access token says. expires_at: seconds since 1970."""

    subject: str
    roles: Sequence[str]
    organisation: str
    store: str
    territories: Sequence[str]
    expires_at: float
    language: str = "en"


class Forged(Exception):
    """The token is not one of ours, is out of time, or was meant for something else."""


class Directory(Protocol):
    """Credentials and keys. Profiles live with identity; this never answers a request for them."""

    @property
    def issuer(self) -> str:
        """This will give the `iss` of every token, a URL without a slash at the end."""
        ...

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will make or change a sign-in; None leaves the password as it is.

        Passwords are kept as argon2id. Raises Taken: the mail belongs to another account.
        """
        ...

    async def disable(self, id: str) -> None:
        """This will end a sign-in at once; its access tokens are refused within 60 s.

        `enroll` opens it again. An unknown id is ended as well.
        """
        ...

    async def remove(self, id: str) -> None:
        """This will forget mail and password, free the mail for others, and end the sign-in."""
        ...

    async def authenticate(self, mail: str, password: str) -> Account | None:
        """This will check a password. It takes as long for unknown mails as for known ones.

        Raises squad.ports.unit.Unavailable: too many sign-ins wait.
        """
        ...

    async def find(self, mail: str) -> Account | None:
        """This will find a sign-in by mail, whatever its case. "" is nobody's."""
        ...

    async def accounts(self, *, after: str = "", limit: int = 500) -> list[Account]:
        """This will page through all sign-ins by id."""
        ...

    def sign(self, claims: dict[str, Any], *, kind: Kind = "at+jwt") -> str:
        """This will sign a JWT (ES256) with the newest key; `kid` names it, and `iss` is added.

        kind: the header `typ` (RFC 9068); access tokens get `aud` "squad", others bring theirs.
        """
        ...

    def verify(self, token: str) -> Claims:
        """This will check an access token: signature, algorithm, issuer, audience, type and times,
        and that its sign-in has not been ended for more than 60 s.

        Raises Forged. Makes no network call on the path of a request.
        """
        ...

    def keys(self) -> dict[str, Any]:
        """This will give the public keys as a JWKS (RFC 7517)."""
        ...

    async def close(self) -> None:
        """This will let go of the files."""
        ...


class Taken(Exception):
    """The mail belongs to another account."""
