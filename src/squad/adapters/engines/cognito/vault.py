"""Signing keys in AWS Systems Manager's Parameter Store, shared by all nodes that sign.

A key is a SecureString (encrypted by KMS) whose name ends in its generation. Parameter Store
refuses to write a name that exists, so of two nodes that rotate at once one makes the key, and
the other takes it over.
"""

import itertools
from typing import Any

import msgspec
from botocore.exceptions import ClientError
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from squad.adapters.engines.aws import Aws, code_of
from squad.ports.clock import Clock
from squad.ports.unit import Unavailable

ROTATE = 90 * 86_400.0  # s that a key signs
RETIRE = 86_400.0  # s that a superseded key still verifies; tokens live for minutes
LEAD = 120.0  # s that a key is published before it signs: everybody has it by then


class _Kept(msgspec.Struct, frozen=True):
    """A parameter's value. made: seconds since 1970. key: the private JWK."""

    made: float
    key: dict[str, Any]


class Vault:
    """ES256 keys by generation: the newest that everybody knows signs."""

    def __init__(self, aws: Aws, client: Any, clock: Clock) -> None:
        self._aws = aws
        self._client = client
        self._clock = clock
        self._path = path(aws)
        self._keys: dict[str, tuple[int, float, ECKey]] = {}

    async def load(self) -> None:
        """This will read all keys, oldest first. Raises Unavailable: none is there."""
        found: dict[str, tuple[int, float, ECKey]] = {}
        token: dict[str, str] = {}
        while True:
            with self._aws.translating():
                page = await self._client.get_parameters_by_path(
                    Path=self._path, WithDecryption=True, MaxResults=10, **token
                )
            for one in page["Parameters"]:
                kid, kept = self._read(one)
                found[kid] = kept
            if not page.get("NextToken"):
                break
            token = {"NextToken": page["NextToken"]}
        if not found:
            raise self._aws.missing(f"signing key below the parameter {self._path}")
        self._keys = dict(sorted(found.items(), key=lambda item: item[1][0]))

    def _read(self, one: Any) -> tuple[str, tuple[int, float, ECKey]]:
        try:
            kept = msgspec.json.decode(one["Value"], type=_Kept)
            key = ECKey.import_key(kept.key)
            generation = int(one["Name"].rpartition("/")[2])
        except (msgspec.DecodeError, JoseError, ValueError) as error:
            text = f"{self._aws.setting}: the parameter {one['Name']} is not a signing key."
            raise Unavailable(f"{text} Delete it if it is not ours.") from error
        return key.thumbprint(), (generation, kept.made, key)

    async def tend(self) -> None:
        """This will read the keys, make a new one when it is time, and drop those long over."""
        await self.load()
        now = self._clock.now().timestamp()
        if now - max(made for _, made, _ in self._keys.values()) > ROTATE:
            await self.rotate()
        for (old, _, _), (_, made, _) in itertools.pairwise(list(self._keys.values())):
            if now - made > RETIRE + LEAD:
                await self._drop(old)

    async def rotate(self) -> str:
        """This will make a key that signs `LEAD` s from now. Returns its id."""
        generation = max((one[0] for one in self._keys.values()), default=0) + 1
        await add(self._aws, self._client, generation, self._clock.now().timestamp())
        await self.load()
        return list(self._keys)[-1]

    async def _drop(self, generation: int) -> None:
        with self._aws.translating():
            try:
                await self._client.delete_parameter(Name=name(self._aws, generation))
            except ClientError as error:
                if code_of(error) != "ParameterNotFound":
                    raise
        self._keys = {kid: one for kid, one in self._keys.items() if one[0] != generation}

    def newest(self) -> tuple[str, ECKey]:
        """This will give the key that signs: the newest that all processes have read by now."""
        known = self._clock.now().timestamp() - LEAD
        kids = [kid for kid, (_, made, _) in self._keys.items() if made <= known]
        kid = kids[-1] if kids else next(iter(self._keys))
        return kid, self._keys[kid][2]

    def find(self, kid: str) -> ECKey | None:
        """This will find a key that verifies, in memory."""
        return self._keys[kid][2] if kid in self._keys else None

    def public(self) -> list[dict[str, Any]]:
        """This will give the public halves, newest first."""
        return [
            {**key.as_dict(private=False), "kid": kid}
            for kid, (_, _, key) in reversed(self._keys.items())
        ]


def path(aws: Aws) -> str:
    """This will name the folder of the keys."""
    return f"/{aws.prefix}/directory/keys"


def name(aws: Aws, generation: int) -> str:
    """This will name a key."""
    return f"{path(aws)}/{generation:06d}"


async def add(aws: Aws, client: Any, generation: int, made: float) -> bool:
    """This will add a key; false: another node made that generation already."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
    value = msgspec.json.encode(_Kept(made, key.as_dict(private=True))).decode()
    with aws.translating():
        try:
            await client.put_parameter(
                Name=name(aws, generation), Value=value, Type="SecureString", Overwrite=False
            )
        except ClientError as error:
            if code_of(error) != "ParameterAlreadyExists":
                raise
            return False
    return True


async def begin(aws: Aws, client: Any, made: float) -> bool:
    """This will make the first key; false: there are keys."""
    with aws.translating():
        page = await client.get_parameters_by_path(Path=path(aws), MaxResults=1)
    return not page["Parameters"] and await add(aws, client, 1, made)
