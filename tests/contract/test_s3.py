"""Blobs in S3: what the bucket is set to, links, the archive, and what may be wrong with it."""

import hashlib
import os
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from deploy.local.engine import stop
from tests.contract.test_blobs import CLOCK, KEY, MIB, stream, whole
from tests.engines import Engines

from squad.adapters.blobs import s3
from squad.adapters.blobs.s3 import S3Blobs
from squad.adapters.engines.aws import Aws
from squad.kernel.ids import uuid7
from squad.ports.blobs import Archived, Damaged
from squad.ports.unit import Unavailable

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def url(engines: Engines) -> str:
    """A bucket that is not there yet."""
    return f"s3:?endpoint={engines('ministack')}&bucket=squad-{uuid7()}"


@pytest.fixture
async def client(url: str) -> AsyncIterator[Any]:
    """The bucket's own interface."""
    aws = Aws("blobs", url)
    yield await aws.client("s3")
    await aws.close()


@pytest.fixture
async def blobs(url: str) -> AsyncIterator[S3Blobs]:
    """The store, with its bucket made as `squad provision` does."""
    await s3.provision(url, {}, "")
    opened = await s3.open(url, CLOCK)
    yield opened
    await opened.close()


def bucket(url: str) -> str:
    """The bucket in the URL."""
    return url.rpartition("=")[2]


async def test_provisions_twice(url: str, client: Any) -> None:
    """The bucket is private, versioned, encrypted and ages; a second time nothing is made."""
    name = {"Bucket": bucket(url)}

    lines = [await s3.provision(url, {}, ""), await s3.provision(url, {}, "")]

    assert lines == [[f"made bucket {bucket(url)}"], [f"kept bucket {bucket(url)}"]]
    shut = (await client.get_public_access_block(**name))["PublicAccessBlockConfiguration"]
    assert set(shut.values()) == {True}
    assert (await client.get_bucket_versioning(**name))["Status"] == "Enabled"
    rules = (await client.get_bucket_lifecycle_configuration(**name))["Rules"]
    assert rules[0]["Transitions"] == [{"Days": 180, "StorageClass": "GLACIER"}]
    crypt = (await client.get_bucket_encryption(**name))["ServerSideEncryptionConfiguration"]
    way = crypt["Rules"][0]["ApplyServerSideEncryptionByDefault"]
    assert way["SSEAlgorithm"] == "AES256"


async def test_asks_for_the_key_that_was_named(url: str, client: Any) -> None:
    """With kms= every file is encrypted by that key."""
    await s3.provision(f"{url}&kms=alias/squad", {}, "")
    blobs = await s3.open(f"{url}&kms=alias/squad", CLOCK)

    await blobs.write(KEY, stream(b"x"), limit=1)

    head = await client.head_object(Bucket=bucket(url), Key=KEY)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/squad")
    await blobs.close()


async def test_sends_large_files_in_parts(blobs: S3Blobs, client: Any, url: str) -> None:
    """Over 8 MiB it is a multipart upload; the digest is of the whole file."""
    content = os.urandom(20 * MIB)

    written = await blobs.write(KEY, stream(content), limit=20 * MIB)

    head = await client.head_object(Bucket=bucket(url), Key=KEY)
    assert head["ETag"].strip('"').endswith("-3")
    assert written.sha256 == hashlib.sha256(content).hexdigest()
    assert await whole(blobs) == content


async def test_links_to_one_file_for_a_while(blobs: S3Blobs) -> None:
    """The address gives this file, named and as a download, and is signed for 300 s at most."""
    await blobs.write(KEY, stream(b"content"), limit=7)

    link = await blobs.link(KEY, name='é " file.png', media="image/png", seconds=86_400)

    assert link is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        got = await http.get(link)
    assert (got.content, got.headers["content-type"]) == (b"content", "image/png")
    shown = got.headers["content-disposition"]
    assert shown == "attachment; filename*=UTF-8''%C3%A9%20%22%20file.png"
    asked = parse_qs(urlsplit(link).query)
    assert asked["X-Amz-Expires"] == ["300"]
    assert urlsplit(link).path.endswith(KEY)


async def test_asks_the_archive_and_says_how_long(blobs: S3Blobs, client: Any, url: str) -> None:
    """A file in Glacier is asked for once, told to wait for, and read when it is back."""
    name = {"Bucket": bucket(url), "Key": KEY}
    told = {"sha256": hashlib.sha256(b"cold").hexdigest(), "size": "4"}
    await client.put_object(**name, Body=b"cold", StorageClass="GLACIER", Metadata=told)

    with pytest.raises(Archived) as caught:
        await blobs.stat(KEY)

    assert caught.value.wait == 5 * 3600
    head = await client.head_object(**name)
    assert "ongoing-request" in head["Restore"]


async def test_knows_what_it_did_not_write(blobs: S3Blobs, client: Any, url: str) -> None:
    """A file that was changed, or put there by others, is Damaged, and its end is not given."""
    name = {"Bucket": bucket(url), "Key": KEY}
    await client.put_object(**name, Body=b"foreign")
    with pytest.raises(Damaged):
        await blobs.stat(KEY)
    wrong = {"sha256": hashlib.sha256(b"what").hexdigest(), "size": "4"}
    await client.put_object(**name, Body=b"that", Metadata=wrong)

    with pytest.raises(Damaged):
        await whole(blobs)


async def test_names_a_bucket_that_is_missing(url: str) -> None:
    """Nothing is made by opening; the error says how it is made."""
    with pytest.raises(Unavailable, match=r"SQUAD_BLOBS: there is no bucket .*squad provision"):
        await s3.open(url, CLOCK)


async def test_names_missing_credentials(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials it says where they are looked for."""

    async def none() -> None:
        return None

    monkeypatch.setattr(blobs._aws._session, "get_credentials", none)

    with pytest.raises(Unavailable, match=r"SQUAD_BLOBS: no credentials.*AWS_PROFILE"):
        await blobs.write(KEY, stream(b"x"), limit=1)


@pytest.fixture
def broken(engines: Engines) -> Iterator[Any]:
    """An S3 that the test may stop."""
    engines("ministack")
    engine = engines.start("ministack", "broken-s3")
    yield engine
    stop(engine.pid, signal.SIGKILL)


async def test_waits_for_a_store_that_is_down(broken: Any) -> None:
    """Every call says Unavailable in a few seconds, and names the setting."""
    url = f"s3:?endpoint={broken.url}&bucket=squad-{uuid7()}"
    await s3.provision(url, {}, "")
    blobs = await s3.open(url, CLOCK)
    stop(broken.pid, signal.SIGKILL)

    for call in (
        blobs.write(KEY, stream(b"x"), limit=1),
        whole(blobs),
        blobs.stat(KEY),
        blobs.delete(KEY),
    ):
        with pytest.raises(Unavailable, match="SQUAD_BLOBS"):
            await call
    await blobs.close()
