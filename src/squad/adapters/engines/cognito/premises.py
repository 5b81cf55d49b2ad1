"""Setting Cognito up: the pool, its groups and client, the table and the first signing key."""

import asyncio
import time
from typing import Any, NamedTuple, get_args
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.cognito import vault
from squad.adapters.engines.cognito.ended import table
from squad.adapters.engines.cognito.pool import FLOW, PERSON, SPELLED
from squad.contracts.people import Role
from squad.ports.unit import Unavailable

READABLE = ["email", "email_verified", "name", PERSON, SPELLED]
WRITABLE = ["email", "name"]  # by the people themselves: never whose record it is
HOSTED = ".amazoncognito.com"
PASSWORDS = {  # length counts, composition does not (NIST SP 800-63B, 3.1.1.2)
    "MinimumLength": 8, "RequireUppercase": False, "RequireLowercase": False,
    "RequireNumbers": False, "RequireSymbols": False, "TemporaryPasswordValidityDays": 7,
}  # fmt: skip
RECOVERY = [{"Priority": 1, "Name": "verified_email"}]
TRIES = 60  # looks whether the table is there, a second apart


class Place(NamedTuple):
    """Ids of a user pool and its app client."""

    pool: str
    app: str


async def locate(aws: Aws, client: Any) -> Place:
    """This will find pool and client, by option or by name. Raises Unavailable: not there."""
    pool = aws.options.get("pool") or await _pool(aws, client)
    if not pool:
        raise aws.missing(f"user pool {pool_name(aws)}")
    app = aws.options.get("client") or await _app(aws, client, pool)
    if not app:
        raise aws.missing(f"app client {app_name(aws)} in the user pool {pool}")
    return Place(pool, app)


async def describe(aws: Aws, client: Any, place: Place) -> Any:
    """This will read the app client. Raises Unavailable: pool or client is not there."""
    with aws.translating():
        try:
            answer = await client.describe_user_pool_client(
                UserPoolId=place.pool, ClientId=place.app
            )
        except ClientError as error:
            if code_of(error) in ("ResourceNotFoundException", "InvalidParameterException"):
                what = f"app client {place.app} in a user pool {place.pool}"
                raise aws.missing(what) from error
            raise
    return answer["UserPoolClient"]


async def federated(aws: Aws, client: Any, place: Place) -> bool:
    """This will tell whether other providers sign people in to the pool."""
    with aws.translating():
        page = await client.list_identity_providers(UserPoolId=place.pool, MaxResults=1)
    return bool(page["Providers"])


def pool_name(aws: Aws) -> str:
    """This will name the user pool."""
    return f"{aws.prefix}-people"


def app_name(aws: Aws) -> str:
    """This will name the app client."""
    return f"{aws.prefix}-identity"


async def _pool(aws: Aws, client: Any) -> str:
    return await _listed(aws, client.list_user_pools, "UserPools", "Id", pool_name(aws))


async def _app(aws: Aws, client: Any, pool: str) -> str:
    return await _listed(
        aws, client.list_user_pool_clients, "UserPoolClients", "ClientId", app_name(aws),
        UserPoolId=pool,
    )  # fmt: skip


async def _listed(aws: Aws, call: Any, many: str, id: str, name: str, **more: Any) -> str:
    """Two of one name would make it a matter of luck who may sign in. Raises ValueError."""
    found: list[str] = []
    label = "ClientName" if id == "ClientId" else "Name"
    token: dict[str, str] = {}
    while True:
        with aws.translating():
            try:
                page = await call(MaxResults=60, **more, **token)
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    raise aws.missing(f"user pool {more.get('UserPoolId', '')}") from error
                raise
        found += [str(one[id]) for one in page[many] if one[label] == name]
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    if len(found) > 1:
        raise ValueError(f"{aws.setting}: {len(found)} are named {name}. Say which by its id.")
    return found[0] if found else ""


async def provision(aws: Aws) -> list[str]:
    """This will make what is missing. Raises ValueError: `page` without `issuer` or `callback`."""
    callback(aws)
    try:
        client = await aws.client("cognito-idp")
        done: list[str] = []
        pool = await _make_pool(aws, client, done)
        await _make_groups(aws, client, pool, done)
        await _make_app(aws, client, pool, done)
        await _make_domain(aws, client, pool, done)
        await _make_table(aws, await aws.client("dynamodb"), done)
        await _make_key(aws, await aws.client("ssm"), done)
        return done
    finally:
        await aws.close()


def callback(aws: Aws) -> str:
    """This will give where Cognito's page sends people back to; "" without a page."""
    issuer = aws.options.get("issuer", "").rstrip("/")
    found = aws.options.get("callback") or (issuer and f"{issuer}/oauth2/callback")
    if not aws.options.get("page"):
        return ""
    if not found:
        raise ValueError(
            f"{aws.setting}: with page= it needs issuer=http(s)://HOST/api/identity as well"
        )
    return found


async def _make_pool(aws: Aws, client: Any, done: list[str]) -> str:
    pool = aws.options.get("pool") or await _pool(aws, client)
    if pool:
        done.append(f"kept user pool {pool}")
        return pool
    with aws.translating():
        answer = await client.create_user_pool(
            PoolName=pool_name(aws),
            Policies={"PasswordPolicy": PASSWORDS},
            AliasAttributes=["email"],
            AutoVerifiedAttributes=["email"],
            UsernameConfiguration={"CaseSensitive": False},
            AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
            AccountRecoverySetting={"RecoveryMechanisms": RECOVERY},
            DeletionProtection="ACTIVE",
            Schema=[_attribute(PERSON, mutable=False), _attribute(SPELLED, mutable=True)],
        )
        pool = str(answer["UserPool"]["Id"])
        await client.set_user_pool_mfa_config(
            UserPoolId=pool,
            SoftwareTokenMfaConfiguration={"Enabled": True},
            MfaConfiguration="OPTIONAL",
        )
    done.append(f"made user pool {pool}")
    return pool


def _attribute(name: str, *, mutable: bool) -> dict[str, Any]:
    return {
        "Name": name.removeprefix("custom:"),
        "AttributeDataType": "String",
        "Mutable": mutable,
        "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "256"},
    }


async def _make_groups(aws: Aws, client: Any, pool: str, done: list[str]) -> None:
    for role in get_args(Role):
        made = "made"
        with aws.translating():
            try:
                await client.create_group(UserPoolId=pool, GroupName=role)
            except ClientError as error:
                if code_of(error) != "GroupExistsException":
                    raise
                made = "kept"
        done.append(f"{made} group {role}")


async def _make_app(aws: Aws, client: Any, pool: str, done: list[str]) -> None:
    """Its tokens are looked at once and thrown away: they live as shortly as Cognito allows."""
    settings: dict[str, Any] = {
        "UserPoolId": pool,
        "ClientName": app_name(aws),
        "ExplicitAuthFlows": [FLOW, "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "ReadAttributes": READABLE,
        "WriteAttributes": WRITABLE,
        "AccessTokenValidity": 5,
        "IdTokenValidity": 5,
        "RefreshTokenValidity": 60,
        "TokenValidityUnits": dict.fromkeys(("AccessToken", "IdToken", "RefreshToken"), "minutes"),
        "SupportedIdentityProviders": ["COGNITO"],
    }
    if back := callback(aws):
        settings |= {
            "CallbackURLs": [back],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "profile"],
            "AllowedOAuthFlowsUserPoolClient": True,
        }
    app = aws.options.get("client") or await _app(aws, client, pool)
    with aws.translating():
        if app:
            await client.update_user_pool_client(ClientId=app, **settings)
        else:
            answer = await client.create_user_pool_client(GenerateSecret=False, **settings)
    done.append(f"kept app client {app}" if app else f"made app client {_client_id(answer)}")


def _client_id(answer: Any) -> str:
    return str(answer["UserPoolClient"]["ClientId"])


async def _make_domain(aws: Aws, client: Any, pool: str, done: list[str]) -> None:
    """A page on Amazon's own name is made; one on a name of yours needs your certificate."""
    host = urlsplit(aws.options.get("page", "")).hostname or ""
    if not host.endswith(HOSTED):
        return
    domain = host.split(".")[0]
    with aws.translating():
        answer = await client.describe_user_pool(UserPoolId=pool)
        if answer["UserPool"].get("Domain") == domain:
            done.append(f"kept domain {domain}")
            return
        await client.create_user_pool_domain(Domain=domain, UserPoolId=pool)
    done.append(f"made domain {domain}")


async def _make_table(aws: Aws, client: Any, done: list[str]) -> None:
    name, made = table(aws), "made"
    columns = (("kind", "HASH"), ("id", "RANGE"))
    with aws.translating():
        try:
            await client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": one, "KeyType": kind} for one, kind in columns],
                AttributeDefinitions=[
                    {"AttributeName": one, "AttributeType": "S"} for one, _ in columns
                ],
                BillingMode="PAY_PER_REQUEST",
            )
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise
            made = "kept"
        await _until_active(aws, client, name)
        life = await client.describe_time_to_live(TableName=name)
        if life["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED":
            wanted = {"Enabled": True, "AttributeName": "expires"}
            await client.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    done.append(f"{made} table {name}")


async def _until_active(aws: Aws, client: Any, name: str) -> None:
    for _ in range(TRIES):
        answer = await client.describe_table(TableName=name)
        if answer["Table"]["TableStatus"] == "ACTIVE":
            return
        await asyncio.sleep(1.0)
    raise Unavailable(f"{aws.setting}: the table {name} is not ready yet. Run it again.")


async def _make_key(aws: Aws, client: Any, done: list[str]) -> None:
    """The first generation; whoever signs makes the others."""
    made = await vault.begin(aws, client, time.time())
    done.append(f"{'made' if made else 'kept'} signing keys {vault.path(aws)}")
