"""A table of its own in an engine that speaks DynamoDB, for a test."""

import hashlib
import os
from pathlib import Path

from tests.engines import Engines

from squad.adapters.documents import dynamodb
from squad.ports.clock import Clock

ENGINES = {"dynamodb-ministack": "ministack"}
"""By the name of the parameter. With SQUAD_SECOND=1 Amazon's own DynamoDB Local gives a second
opinion: it is truer, and takes minutes."""

if os.environ.get("SQUAD_SECOND"):
    ENGINES["dynamodb-local"] = "dynamodb"


def url(engine: str, path: Path, engines: Engines) -> str:
    """This will give the setting of a table named after the test's folder."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    name = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return f"dynamodb:?region=us-east-1&endpoint={engines(engine)}&table=t-{name}"


async def store(
    engine: str, path: Path, clock: Clock, engines: Engines
) -> dynamodb.DynamodbDocuments:
    """This will open the test's table, made the first time."""
    setting = url(engine, path, engines)
    await dynamodb.provision(setting, {"engagement": ()}, "")
    return await dynamodb.open(setting, clock)
