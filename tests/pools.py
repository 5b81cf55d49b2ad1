"""User pools in the emulator, each test with its own, and what is in them."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from squad.adapters.directory import cognito
from squad.adapters.directory.cognito import CognitoDirectory
from squad.adapters.engines.aws import Aws
from squad.ports.clock import Clock

REGION = "us-east-1"


def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives the emulator somebody to believe in; no profile of the machine's is read."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


class Pools:
    """One test's pool at one emulator: its URL, opened as often as wanted."""

    def __init__(self, endpoint: str, prefix: str, issuer: str) -> None:
        self.endpoint = endpoint
        self.prefix = prefix
        self.issuer = issuer

    def url(self, **options: str) -> str:
        """The setting of this pool; an option given as "" is left out."""
        given = {
            "region": REGION, "endpoint": self.endpoint, "prefix": self.prefix,
            "issuer": self.issuer, **options,
        }  # fmt: skip
        return f"cognito:?{urlencode({k: v for k, v in given.items() if v})}"

    async def provision(self, **options: str) -> list[str]:
        """Makes what is missing."""
        return await cognito.provision(self.url(**options), {}, "")

    async def open(self, clock: Clock, **options: str) -> CognitoDirectory:
        """Opens it as a process does."""
        return await cognito.open(self.url(**options), clock)

    async def admin(self, operation: str, service: str = "cognito-idp", **arguments: Any) -> Any:
        """Does what others do, in the console say. The pool's id is filled in."""
        aws = Aws("directory", self.url())
        try:
            client = await aws.client(service)
            if service == "cognito-idp" and "UserPoolId" not in arguments:
                pools = (await client.list_user_pools(MaxResults=60))["UserPools"]
                [pool] = [one["Id"] for one in pools if one["Name"] == f"{self.prefix}-people"]
                arguments["UserPoolId"] = pool
            return await getattr(client, operation)(**arguments)
        finally:
            await aws.close()

    async def join(self, mail: str, *groups: str, name: str = "", verified: bool = True) -> str:
        """Puts somebody into the pool as an administrator of Amazon's would. Gives their `sub`."""
        attributes = {"email": mail, "email_verified": str(verified).lower(), "name": name}
        answer = await self.admin(
            "admin_create_user",
            Username=mail.partition("@")[0],
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items() if v],
        )
        user = answer["User"]
        for group in groups:
            await self.admin("admin_add_user_to_group", Username=user["Username"], GroupName=group)
        return next(str(one["Value"]) for one in user["Attributes"] if one["Name"] == "sub")

    async def everything(self) -> str:
        """All that can be read of it: users, table and parameters."""
        seen = [
            await self.admin("list_users"),
            await self.admin("scan", "dynamodb", TableName=f"{self.prefix}-directory"),
            await self.admin(
                "get_parameters_by_path", "ssm", Path=f"/{self.prefix}", Recursive=True,
                WithDecryption=True,
            ),
        ]  # fmt: skip
        for one in seen:
            one.pop("ResponseMetadata")
        return json.dumps(seen, default=str)
