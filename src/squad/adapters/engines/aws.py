"""Amazon's services by aiobotocore: one place for their settings, time-outs and errors."""

import contextlib
import functools
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import create_loader
from botocore.parsers import ResponseParserError

from squad.ports.unit import Unavailable

CONNECT = 5.0  # s
READ = 25.0  # s: a long poll takes up to 20
POOL = 64  # connections a client
REGION = "us-east-1"

DENIED = {
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthFailure", "ExpiredToken",
    "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
    "InvalidSignatureException", "NotAuthorizedException", "RequestExpired",
    "RequestTimeTooSkewed", "SignatureDoesNotMatch", "UnauthorizedOperation",
    "UnrecognizedClientException",
}  # fmt: skip
SKEWED = {"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed"}


class Aws:
    """Clients of one port's URL: `technology:?region=…&endpoint=…&prefix=…`.

    Credentials come from where Amazon's tools look for them (environment, profile, role), never
    from the URL. endpoint: for an emulator only. prefix: begins the name of everything of ours.
    """

    def __init__(self, port: str, url: str) -> None:
        self.setting = f"SQUAD_{port.upper()}"
        query = url.partition("?")[2]
        self.options = {key: values[-1] for key, values in parse_qs(query).items()}
        self.region = self.options.get("region", REGION)
        self.prefix = self.options.get("prefix", "squad")
        self._stack = AsyncExitStack()
        self._session = get_session()
        self._session.register_component("data_loader", _loader())

    async def client(self, service: str, **config: Any) -> Any:
        """This will open a client that lives until `close`."""
        settings = {
            "connect_timeout": CONNECT,
            "read_timeout": READ,
            "max_pool_connections": POOL,
            "retries": {"mode": "standard", "max_attempts": 3},
            **config,
        }
        opened = self._session.create_client(
            service,
            region_name=self.region,
            endpoint_url=self.options.get("endpoint"),
            config=AioConfig(**settings),
        )
        with self.translating():
            return await self._stack.enter_async_context(opened)

    async def credentials(self) -> Any:
        """This will give the credentials as they are now. Raises Unavailable: there are none."""
        found = await self._session.get_credentials()
        if found is None:
            text = "no credentials. See AWS_ACCESS_KEY_ID, AWS_PROFILE, or the machine's role."
            raise Unavailable(f"{self.setting}: {text}")
        return await found.get_frozen_credentials()

    @contextlib.contextmanager
    def translating(self) -> Any:
        """This will turn the library's errors into Unavailable, naming the setting.

        A ClientError with a meaning for the caller is caught inside, before it comes here.
        """
        try:
            yield
        except ClientError as error:
            raise self.unavailable(error) from error
        except BotoCoreError as error:
            raise Unavailable(f"{self.setting}: {error}") from error
        except ResponseParserError as error:  # a proxy's page, say
            raise Unavailable(f"{self.setting}: the answer is not Amazon's") from error
        except (OSError, TimeoutError) as error:
            raise Unavailable(f"{self.setting}: no connection ({error})") from error

    def unavailable(self, error: ClientError) -> Unavailable:
        """This will say what the service answered, and what to do about it."""
        code = code_of(error)
        text = f"{self.setting}: {error.operation_name} answered {code}"
        if code in SKEWED:
            return Unavailable(f"{text}. Is this machine's clock right?")
        if code in DENIED:
            return Unavailable(f"{text}. Look at the credentials and what they may do.")
        return Unavailable(f"{text}: {error.response.get('Error', {}).get('Message', '')}")

    def missing(self, what: str) -> Unavailable:
        """This will say that something is not there."""
        return Unavailable(f"{self.setting}: there is no {what}. Run `squad provision`.")

    async def close(self) -> None:
        """This will close the clients."""
        await self._stack.aclose()


@functools.cache
def _loader() -> Any:
    """One for all sessions: reading the services' descriptions again takes 0.4 s a session."""
    return create_loader()


def code_of(error: ClientError) -> str:
    """This will give the error code without the namespace that some services put before it."""
    return str(error.response.get("Error", {}).get("Code", "")).rpartition(".")[2]
