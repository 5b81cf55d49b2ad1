"""OpenSearch over HTTP: one address, bounded waits, and its errors in the words of the ports."""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    OpenSearchException,
    TransportError,
)

from squad.ports.unit import Unavailable

SETTING: Final = "SQUAD_INDEX"
OLDEST: Final = (2, 4)  # the first with all that is used here
TIMEOUT = 10.0  # s for an answer
SLOW = 120.0  # s for work on a whole index
CHUNK = 200_000  # bytes of one bulk request; aiohttp sends 1 MiB and more without a break
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,60}")
_MISSING, _CONFLICT, _GOOD = 404, 409, 300
_KNOWN = {"prefix", "shards", "replicas"}


class Address(NamedTuple):
    """A setting, read. auth: user and password. replicas: as auto_expand_replicas wants it."""

    host: str
    auth: tuple[str, str] | None
    prefix: str
    shards: int
    replicas: str


class Write(msgspec.Struct, frozen=True):
    """One document to index, or to delete if there is no source.

    version: what is written must be above the stored one, or not below it (kind external_gte).
    """

    index: str
    id: str
    source: Any = None
    version: int | None = None
    kind: str = "external"


class Cluster:
    """A connection. Every method raises Unavailable when OpenSearch does not do what is asked."""

    def __init__(self, address: Address) -> None:
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)  # it logs what people write
        self._client: Final = AsyncOpenSearch(
            hosts=[address.host],
            http_auth=address.auth,
            timeout=TIMEOUT,
            max_retries=1,
            retry_on_timeout=False,
            pool_maxsize=20,
        )

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        timeout: float = TIMEOUT,
        fine: str = "",
        **query: str,
    ) -> Any:
        """This will give what a request answers, {} if there is no such thing.

        body: encoded as JSON unless it is bytes. query: parameters of the URL. timeout: s.
        fine: an error that is {} as well.
        """
        params: dict[str, Any] = {**query, "request_timeout": timeout}
        raw = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        try:
            return await self._client.transport.perform_request(
                method, path, params=params, body=raw
            )
        except (AuthenticationException, AuthorizationException) as error:
            raise Unavailable(
                f"{SETTING}: OpenSearch refuses the user or a right is missing; check the name and"
                " the password in the URL, and the user's rights on indices of the prefix"
            ) from error
        except TransportError as error:
            if error.status_code == _MISSING or error.error == fine:
                return {}
            raise _unavailable(error) from error
        except OpenSearchException as error:
            raise Unavailable(f"{SETTING}: OpenSearch: {type(error).__name__}") from error

    async def bulk(self, writes: Sequence[Write]) -> list[int]:
        """This will write, durably, in any order, and give a status for each.

        Statuses: below 300 written, 409 a version that is not above the stored one, 404 no such
        alias (or nothing to delete). Whatever else is refused raises Unavailable.
        """
        chunks: list[list[bytes]] = [[]]
        size = 0
        for write in writes:
            lines = _lines(write)
            size += sum(map(len, lines))
            if size > CHUNK and chunks[-1]:
                chunks.append([])
                size = 0
            chunks[-1] += lines
        sent = await asyncio.gather(
            *(self._send(lines) for lines in chunks if lines), return_exceptions=True
        )  # all have come to an end before anything is raised
        statuses: list[int] = []
        for answer in sent:
            if isinstance(answer, BaseException):
                raise answer
            statuses += answer
        return statuses

    async def close(self) -> None:
        """This will let go of the connections."""
        await self._client.close()

    async def _send(self, lines: Sequence[bytes]) -> list[int]:
        answer = await self.call(
            "POST",
            "/_bulk",
            b"\n".join(lines) + b"\n",
            timeout=SLOW,
            require_alias="true",
            filter_path="items.*.status,items.*.error.type",
        )
        items = [next(iter(item.values())) for item in answer.get("items", ())]
        for item in items:
            status = item["status"]
            if status >= _GOOD and status not in (_MISSING, _CONFLICT):
                kind = item.get("error", {}).get("type", "")
                raise Unavailable(f"{SETTING}: OpenSearch refuses a write: {status} {kind}")
        return [item["status"] for item in items]


def _lines(write: Write) -> list[bytes]:
    about: dict[str, Any] = {"_index": write.index, "_id": write.id}
    if write.version is not None:
        about |= {"version": write.version, "version_type": write.kind}
    if write.source is None:
        return [msgspec.json.encode({"delete": about})]
    return [msgspec.json.encode({"index": about}), msgspec.json.encode(write.source)]


def _unavailable(error: TransportError) -> Unavailable:
    """What went wrong, without the request: texts of people are in it."""
    status = error.status_code
    if not isinstance(status, int):
        return Unavailable(f"{SETTING}: OpenSearch does not answer: {type(error).__name__}")
    return Unavailable(f"{SETTING}: OpenSearch answers {status} {error.error}")


async def check(cluster: Cluster) -> None:
    """This will look who answers. Raises ValueError: not OpenSearch, or one too old."""
    answer = await cluster.call("GET", "/")
    version = answer.get("version", {}) if isinstance(answer, Mapping) else {}
    number = str(version.get("number", ""))
    if version.get("distribution") != "opensearch":
        raise ValueError(f"{SETTING}: what answers there is not OpenSearch")
    if tuple(int(part) for part in re.findall(r"\d+", number)[:2]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ValueError(f"{SETTING}: OpenSearch {number} is too old; {oldest} or later is needed")


def read(url: str) -> Address:
    """This will read `opensearch:http[s]://[user:password@]host[:port][?prefix=squad]`.

    prefix: of the names of indices and aliases, lower-case letters, digits and _.
    shards: of each index, 1; 20 GB each are advised. replicas: a range such as 0-1 or 0-all.
    Raises ValueError.
    """
    scheme, _, rest = url.partition(":")
    parts = urlsplit(rest)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    prefix, shards = asked.get("prefix", "squad"), asked.get("shards", "1")
    good = (
        scheme == "opensearch"
        and parts.scheme in ("http", "https")
        and parts.hostname
        and not parts.fragment
        and asked.keys() <= _KNOWN
        and _PREFIX.fullmatch(prefix)
        and re.fullmatch(r"[1-9]\d{0,2}", shards)
    )
    if not good:
        raise ValueError(
            f"{SETTING}: not opensearch:http[s]://[user:password@]host[:port][?prefix=squad]"
        )
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    port = parts.port or (443 if parts.scheme == "https" else 9200)
    host = f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}"
    return Address(host, auth, prefix, int(shards), asked.get("replicas", "0-1"))
