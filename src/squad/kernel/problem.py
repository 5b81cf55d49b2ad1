"""Problems: what went wrong, for people and programs alike (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong in a request. path: JSON pointer into the body, or `query.<name>`."""

    path: str
    message: str


class Problem(Exception):
    """An anticipated refusal. Nothing was changed.

    detail: what is wrong and what to do. retry_after: seconds, where waiting helps.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "problem"
    title: ClassVar[str] = "Problem"

    def __init__(
        self, detail: str, faults: Sequence[Fault] = (), retry_after: float | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after

    def body(self) -> Mapping[str, Any]:
        """This will give the members of the problem document (RFC 9457, section 3.1)."""
        body: dict[str, Any] = {
            "type": f"/api/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            body["errors"] = self.faults
        return body


class Malformed(Problem):
    """The request is not HTTP or JSON that we can read."""

    status, slug, title = 400, "malformed", "Malformed request"


class Unauthorized(Problem):
    """There is no valid token."""

    status, slug, title = 401, "unauthorized", "Sign in first"


class Forbidden(Problem):
    """The person's role does not allow this."""

    status, slug, title = 403, "forbidden", "Not allowed"


class Missing(Problem):
    """There is no such thing, or none that this person may know of."""

    status, slug, title = 404, "missing", "Not found"


class Unallowed(Problem):
    """The address exists, the method does not."""

    status, slug, title = 405, "method", "Method not allowed"


class Impossible(Problem):
    """What is asked does not fit the state that the thing is in."""

    status, slug, title = 409, "conflict", "Conflict with the present state"


class NotYours(Problem):
    """The ticket was given to somebody else meanwhile."""

    status, slug, title = 409, "not-yours", "No longer yours"


class Stale(Problem):
    """The change was made on an older version (If-Match)."""

    status, slug, title = 412, "stale", "Changed meanwhile"


class Oversize(Problem):
    """The request is larger than allowed."""

    status, slug, title = 413, "oversize", "Too large"


class Unsupported(Problem):
    """The media type is not one that is taken here."""

    status, slug, title = 415, "media", "Media type not taken"


class Invalid(Problem):
    """The request is readable and wrong; `errors` says where."""

    status, slug, title = 422, "invalid", "Invalid request"


class Reused(Problem):
    """The Idempotency-Key was used for another request."""

    status, slug, title = 422, "key-reused", "Idempotency-Key used for something else"


class Limited(Problem):
    """Too many requests."""

    status, slug, title = 429, "limited", "Too many requests"


class Broken(Problem):
    """A bug of ours; it was logged."""

    status, slug, title = 500, "internal", "Internal error"


class Shed(Problem):
    """Not now: overloaded, or something behind is down. Nothing was changed; try again."""

    status, slug, title = 503, "unavailable", "Try again later"


class Late(Problem):
    """It took too long and was given up; the same Idempotency-Key finds out what became of it."""

    status, slug, title = 504, "late", "Took too long"


PROBLEMS: tuple[type[Problem], ...] = (
    Malformed, Unauthorized, Forbidden, Missing, Unallowed, Impossible, NotYours, Stale,
    Oversize, Unsupported, Invalid, Reused, Limited, Broken, Shed, Late,
)  # fmt: skip
