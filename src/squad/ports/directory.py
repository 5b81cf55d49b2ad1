"""Directory: who may sign in, and proof of who they are."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A sign-in. id: the person's id, random, never derived from the mail."""

    id: str
    mail: str
    enabled: bool


class Claims(msgspec.Struct, frozen=True):
    """What a verified access token says. expires_at: seconds since 1970."""

    subject: str
    roles: Sequence[str]
    organisation: str
    store: str
    territories: Sequence[str]
    expires_at: float
    language: str = "en"


class Forged(Exception):  # noqa: N818
    """The token is not one of ours, is out of time, or was meant for something else."""


class Directory(Protocol):
    """Credentials and keys. Profiles live with identity; this never answers a request for them."""

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will make or change a sign-in; None leaves the password as it is.

        Passwords are kept as argon2id. Raises Taken: the mail belongs to another account.
        """
        ...

    async def disable(self, id: str) -> None:
        """This will end a sign-in at once; tokens stop being renewed."""
        ...

    async def authenticate(self, mail: str, password: str) -> Account | None:
        """This will check a password. It takes as long for unknown mails as for known ones."""
        ...

    async def find(self, mail: str) -> Account | None:
        """This will find a sign-in by mail, whatever its case."""
        ...

    async def accounts(self, *, after: str = "", limit: int = 500) -> list[Account]:
        """This will page through all sign-ins by id."""
        ...

    def sign(self, claims: dict[str, Any]) -> str:
        """This will sign a JWT (ES256) with the newest key; `kid` names it."""
        ...

    def verify(self, token: str) -> Claims:
        """This will check signature, algorithm, issuer, audience, type and times.

        Raises Forged. Makes no network call on the path of a request.
        """
        ...

    def keys(self) -> dict[str, Any]:
        """This will give the public keys as a JWKS (RFC 7517)."""
        ...

    async def close(self) -> None:
        """This will let go of the files."""
        ...


class Taken(Exception):  # noqa: N818
    """The mail belongs to another account."""
