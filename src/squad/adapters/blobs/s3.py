"""Blobs in Amazon S3. Content goes through obstore: 25 ms of CPU for 5 MB, aiobotocore took 40.

A stream is first gathered on the local disk: what goes wrong on its way never reaches S3, which
is told size and SHA-256 before the first byte and refuses what arrives otherwise.
"""

import asyncio
import contextlib
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import obstore
from botocore.exceptions import ClientError
from obstore.exceptions import BaseError
from obstore.store import S3Store

from squad.adapters.engines import bucket as buckets
from squad.adapters.engines.aws import Aws, code_of
from squad.ports.blobs import Archived, Blob, Damaged, TooLarge
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

CHUNK = 256 * 1024  # bytes of a chunk that is read
MEMORY = 1024 * 1024  # bytes gathered before they go to the disk
PART = 8 * 1024 * 1024  # bytes; above it a file goes up in parts, several at a time
LINK = 300.0  # s that a link is good for at most
THAW = 5 * 3600.0  # s that a standard restore takes at most. Source: S3 user guide, "Restore"
THAWED = 7  # days that a restored file stays
_KEY: Final = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*").fullmatch


class Full(Exception):
    """The local disk takes no more."""


class S3Blobs:
    """One bucket. What is deleted or replaced stays as an old version for some days."""

    def __init__(self, aws: Aws, client: Any, bucket: str) -> None:
        self._aws = aws
        self._client = client
        self._bucket = bucket
        self._pass = _Pass(aws)
        self._store = _store(aws, bucket, self._pass)

    async def write(self, key: str, content: AsyncIterator[bytes], *, limit: int) -> Blob:
        """This will store a stream under the key, replacing what was there. limit: bytes.

        Raises ValueError: not a key of ours; TooLarge; Unavailable: S3 or the disk has no room.
        """
        _check(key)
        await self._pass.renew()
        with self._calling(), tempfile.NamedTemporaryFile() as draft:
            size, digest, small = await _gather(content, draft, limit)
            await obstore.put_async(
                self._store, key, Path(draft.name) if size > MEMORY else small,
                attributes={"sha256": digest, "size": str(size)},
                use_multipart=size > PART, chunk_size=PART,
            )  # fmt: skip
        return Blob(key, size, digest)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """This will stream the content in chunks of up to 256 KiB.

        Raises ValueError, KeyError, Archived, Unavailable; Damaged: its last chunk is held back.
        """
        _check(key)
        with self._calling():
            found = await self._get(key)
            digest, held = hashlib.sha256(), b""
            async for piece in found.stream(min_chunk_size=CHUNK):
                view = memoryview(piece)
                digest.update(view)
                for start in range(0, len(view), CHUNK):
                    if held:
                        yield held
                    held = bytes(view[start : start + CHUNK])
            if digest.hexdigest() != found.attributes.get("sha256"):
                raise Damaged(key)
            if held:
                yield held

    async def stat(self, key: str) -> Blob | None:
        """This will tell size and digest.

        Raises ValueError, Unavailable, Damaged: nobody of ours wrote it; Archived: this call asked
        for it back from the archive.
        """
        _check(key)
        with self._aws.translating():
            try:
                head = await self._client.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if code_of(error) in ("404", "NoSuchKey"):
                    return None
                raise
        if buckets.cold(head):
            raise Archived(await self._thaw(key))
        told = head.get("Metadata", {})
        if "sha256" not in told or told.get("size") != str(head["ContentLength"]):
            raise Damaged(key)
        return Blob(key, head["ContentLength"], told["sha256"])

    async def delete(self, key: str) -> None:
        """This will remove the blob. Raises ValueError, Unavailable."""
        _check(key)
        with self._aws.translating():
            await self._client.delete_object(Bucket=self._bucket, Key=key)

    async def link(self, key: str, *, name: str, media: str, seconds: float) -> str | None:
        """This will sign an address of this one blob. It is saved as a file, never shown."""
        _check(key)
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "ResponseContentType": media,
        }
        url: str = await self._client.generate_presigned_url(
            "get_object", Params=asked, ExpiresIn=int(min(seconds, LINK))
        )
        return url

    async def close(self) -> None:
        """This will close the connections."""
        await self._aws.close()

    async def _get(self, key: str) -> Any:
        await self._pass.renew()
        try:
            return await obstore.get_async(self._store, key)
        except FileNotFoundError:
            raise KeyError(key) from None
        except BaseError as error:
            if "InvalidObjectState" in str(error):
                raise Archived(await self._thaw(key)) from error
            raise

    async def _thaw(self, key: str) -> float:
        order = {"Days": THAWED, "GlacierJobParameters": {"Tier": "Standard"}}
        with self._aws.translating():
            try:
                await self._client.restore_object(
                    Bucket=self._bucket, Key=key, RestoreRequest=order
                )
            except ClientError as error:
                if code_of(error) != "RestoreAlreadyInProgress":
                    raise
        return THAW

    @contextlib.contextmanager
    def _calling(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, Full) as error:
            reason = f"{self._aws.setting}: S3 does not take or give it ({type(error).__name__})"
            raise Unavailable(reason) from error


async def _gather(content: AsyncIterator[bytes], draft: Any, limit: int) -> tuple[int, str, bytes]:
    """Gives size, SHA-256, and the content if it is small; over MEMORY it is in the draft."""
    size, digest, buffer = 0, hashlib.sha256(), bytearray()
    async for chunk in content:
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"over {limit} bytes")
        digest.update(chunk)
        buffer += chunk
        if size > MEMORY and len(buffer) >= CHUNK:
            await asyncio.to_thread(_append, draft, buffer)
            buffer = bytearray()
    if size > MEMORY:
        await asyncio.to_thread(_append, draft, buffer)
    return size, digest.hexdigest(), bytes(buffer)


def _append(draft: Any, buffer: bytearray) -> None:
    try:
        draft.write(buffer)
        draft.flush()
    except OSError as error:
        raise Full(str(error)) from error


def _check(key: str) -> None:
    if not _KEY(key):
        raise ValueError("not a blob key")


class _Pass:
    """Credentials as the other adapters find them. obstore asks for them outside of the loop."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._found: Any = None

    async def renew(self) -> None:
        self._found = await self._aws.credentials()

    def __call__(self) -> Any:
        return {
            "access_key_id": self._found.access_key,
            "secret_access_key": self._found.secret_key,
            "token": self._found.token,
            "expires_at": datetime.now(UTC) + timedelta(minutes=5),
        }


def _store(aws: Aws, bucket: str, credentials: _Pass) -> S3Store:
    config: dict[str, Any] = {"checksum_algorithm": "sha256", "region": aws.region}
    if endpoint := aws.options.get("endpoint"):
        config["endpoint"] = endpoint
    if kms := aws.options.get("kms"):
        config |= {"server_side_encryption": "aws:kms", "sse_kms_key_id": kms}
    return S3Store(
        bucket,
        config=config,  # type: ignore[arg-type]
        client_options={"allow_http": True, "connect_timeout": "2s", "timeout": "60s"},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        credential_provider=credentials,
    )


async def open(url: str, clock: Clock) -> S3Blobs:
    """This will open `s3:?bucket=…&region=…&kms=KEY`. Raises Unavailable: it is not there."""
    aws = Aws("blobs", url)
    try:
        client = await aws.client("s3", signature_version="s3v4")
        bucket = await buckets.find(aws, client)
    except Unavailable:
        await aws.close()
        raise
    return S3Blobs(aws, client, bucket)


async def provision(url: str, services: Mapping[str, Sequence[str]], admin: str) -> list[str]:
    """This will make the bucket: private, versioned, encrypted, old files to the archive."""
    aws = Aws("blobs", admin or url)
    try:
        with aws.translating():
            return [await buckets.make(aws, await aws.client("s3"))]
    finally:
        await aws.close()
