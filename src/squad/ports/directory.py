"""Directory: who may sign in, and proof of who they are."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import msgspec


class Account(msgspec.Struct, frozen=True):
    """A sign-in. id: the person's id, random, never derived from the mail. mail: may be "".

    ours: `enroll` made it; false where somebody made it in the directory itself. Its mail is
    given only if the directory knows that it is theirs.
    """

    id: str
    mail: str
    enabled: bool
    ours: bool = True


Kind = Literal["at+jwt", "JWT"]  # an access token, or an id token


class Claims(msgspec.Struct, frozen=True):
    """What a verified access token says. expires_at: seconds since 1970. session: its sign-in."""

    subject: str
    roles: Sequence[str]
    organisation: str
    store: str
    territories: Sequence[str]
    expires_at: float
    language: str = "en"
    session: str = ""


class Profile(msgspec.Struct, frozen=True):
    """What a directory knows of somebody whom others put into it: for their first record here.

    roles: names of the groups they are in, ours or not.
    """

    name: str = ""
    roles: Sequence[str] = ()


class Forged(Exception):
    """The token is not one of ours, is out of time, or was meant for something else."""


class Door(Protocol):
    """A sign-in page of the directory's own: OpenID Connect, code flow with PKCE (RFC 7636)."""

    def departure(
        self, *, back: str, state: str, nonce: str, challenge: str, hint: str, language: str
    ) -> str:
        """This will give the address of the page.

        back: where it sends the browser to with `code` and `state`, registered there before.
        challenge: S256. hint: a mail to fill in, or "". language: "en", "fr" or "es".
        """
        ...

    async def arrival(self, *, back: str, code: str, nonce: str, verifier: str) -> Account:
        """This will exchange a code, and tell who signed in there.

        Raises Forged: the code is unknown, used, too old or for another browser, or what it gave
        was not made for us. Unavailable.
        """
        ...


class Verifier(Protocol):
    """What an edge needs of a directory: to tell whose token it is, without asking anybody."""

    @property
    def issuer(self) -> str:
        """This will give the `iss` of every token, a URL without a slash at the end."""
        ...

    def verify(self, token: str) -> Claims:
        """This will check an access token: signature, algorithm, issuer, audience, type and times,
        and that its sign-in has not been ended for more than 60 s.

        Raises Forged. Unavailable: no key is known yet, just after a start. Makes no network call
        on the path of a request.
        """
        ...

    def keys(self) -> dict[str, Any]:
        """This will give the public keys as a JWKS (RFC 7517).

        Where processes share no file it has a member `ended` too: of each id whose sign-in ended
        lately, the first 22 characters of its SHA-256 in base64url.
        """
        ...

    def waits(self) -> str | None:
        """This will say why its promises cannot be kept now; None if they can."""
        ...

    async def close(self) -> None:
        """This will let go of files and connections."""
        ...


class Directory(Verifier, Protocol):
    """Credentials and keys. Profiles live with identity; this never answers a request for them."""

    @property
    def door(self) -> Door | None:
        """This will give the directory's own sign-in page; None: passwords come to ours."""
        ...

    async def enroll(self, account: Account, password: str | None) -> None:
        """This will make or change a sign-in; None leaves the password as it is.

        Passwords are never kept in clear. Raises Taken: the mail belongs to another account;
        Unfit: the directory does not take this password.
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

    async def accounts(self, *, cursor: str = "", limit: int = 60) -> tuple[list[Account], str]:
        """This will page through all sign-ins, in the directory's own order.

        limit: at most; a page may have fewer. Returns the cursor of the next page too, "" at the
        end. Who is there from the first page to the last is seen once.
        """
        ...

    async def profile(self, id: str) -> Profile:
        """This will tell what is known of somebody; nothing of those whom `enroll` made."""
        ...

    def sign(self, claims: dict[str, Any], *, kind: Kind = "at+jwt") -> str:
        """This will sign a JWT (ES256) with the newest key; `kid` names it, and `iss` is added.

        kind: the header `typ` (RFC 9068); access tokens get `aud` "squad", others bring theirs.
        """
        ...


class Taken(Exception):
    """The mail belongs to another account."""


class Unfit(Exception):
    """The directory does not take this password. The text tells why."""
