"""Amazon Cognito: a user pool's people, one call a method."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from squad.adapters.engines.aws import Aws, code_of
from squad.adapters.engines.signins import normal
from squad.ports.directory import Account, Forged, Taken, Unfit

PERSON = "custom:person"  # the person's id; only an administrator's call can set it
SPELLED = "custom:mail"  # the mail as it was written; `email` has the form that is compared
FLOW = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
LONGEST = 128  # characters of a username, so of a mail (AdminGetUser, Username)
# What a wrong password, an unknown mail, an ended or unconfirmed account answer.
WRONG = {
    "InvalidParameterException", "NotAuthorizedException", "PasswordResetRequiredException",
    "UserNotConfirmedException", "UserNotFoundException",
}  # fmt: skip


class User(msgspec.Struct, frozen=True):
    """Somebody of the pool. name: the username, which calls take. shown: a name for people."""

    name: str
    account: Account
    shown: str = ""


def user_of(name: str, attributes: Mapping[str, Any], enabled: bool) -> User:
    """This will read attributes, or an id token's claims, which have the same names.

    Who has no PERSON was made by others. Their id is `sub`: anybody could have chosen the name.
    """
    own = str(attributes.get(PERSON, ""))
    known = str(attributes.get("email_verified", "")).lower() == "true"
    mail = str(attributes.get("email", "")) if known else ""
    spelled = str(attributes.get(SPELLED, ""))
    if mail and normal(spelled) == normal(mail):
        mail = spelled
    account = Account(own or str(attributes["sub"]), mail, enabled, bool(own))
    return User(name, account, str(attributes.get("name", "")))


class Pool:
    """Calls to one user pool and its app client. All raise Unavailable.

    federated: other providers sign people in to it as well.
    """

    def __init__(self, aws: Aws, client: Any, pool: str, app: str, *, federated: bool) -> None:
        self._aws = aws
        self._client = client
        self.id = pool
        self.app = app
        self._federated = federated

    async def get(self, name: str) -> User | None:
        """This will find somebody by username, verified mail, or `sub`."""
        none = {"InvalidParameterException", "UserNotFoundException"}  # no username may be so
        return _user(await self._call("admin_get_user", none, Username=name))

    async def by_id(self, id: str) -> User | None:
        """This will find somebody by their id. Those whom another provider sends are known to
        AdminGetUser by username alone, so where there are such the list is asked as well."""
        user = await self.get(id)
        if user is not None and user.account.id == id:
            return user
        if not self._federated or '"' in id or "\\" in id:
            return None
        page = await self._call("list_users", Filter=f'sub = "{id}"', Limit=2)
        found = [_user(one) for one in page["Users"]]
        return next((one for one in found if one is not None and one.account.id == id), None)

    async def by_mail(self, mail: str) -> User | None:
        """This will find who has a mail for sure. mail: in the form that is compared."""
        if not mail or len(mail) > LONGEST:
            return None
        user = await self.get(mail)
        return user if user is not None and normal(user.account.mail) == mail else None

    async def page(self, cursor: str, limit: int) -> tuple[list[Account], str]:
        """This will list some, and where to go on."""
        more = {"PaginationToken": cursor} if cursor else {}
        page = await self._call("list_users", Limit=max(1, min(limit, 60)), **more)
        found = [_user(one) for one in page["Users"]]
        return [one.account for one in found if one], str(page.get("PaginationToken") or "")

    async def groups(self, name: str) -> list[str]:
        """This will list the groups that somebody is in; 60 at most, we know eight."""
        page = await self._call("admin_list_groups_for_user", Username=name, Limit=60)
        return [str(one["GroupName"]) for one in page["Groups"]]

    async def create(self, account: Account) -> User:
        """This will make somebody, with a password that nobody knows. Raises Taken, Unfit."""
        attributes = [*_mail(account.mail), {"Name": PERSON, "Value": account.id}]
        if not account.mail:
            attributes = attributes[-1:]
        answer = await self._change(
            "admin_create_user",
            Username=account.id,
            UserAttributes=attributes,
            MessageAction="SUPPRESS",
        )
        made = _user(answer["User"])
        assert made is not None
        return made

    async def rename(self, name: str, mail: str) -> None:
        """This will change somebody's mail; an empty one goes. Raises Taken, Unfit."""
        change = _mail(mail)
        await self._change("admin_update_user_attributes", Username=name, UserAttributes=change)

    async def password(self, name: str, password: str) -> None:
        """This will set a password for good. Raises Unfit."""
        await self._change(
            "admin_set_user_password", Username=name, Password=password, Permanent=True
        )

    async def _change(self, operation: str, **arguments: Any) -> Any:
        try:
            return await self._ask(operation, **arguments)
        except ClientError as error:
            code = code_of(error)
            if code in ("AliasExistsException", "UsernameExistsException"):
                raise Taken("another account has this mail or name") from error
            if code in ("InvalidPasswordException", "InvalidParameterException"):
                raise Unfit(f"Cognito refuses it: {code}") from error
            raise self._aws.unavailable(error) from error

    async def enable(self, name: str) -> None:
        """This will let somebody sign in again."""
        await self._call("admin_enable_user", Username=name)

    async def disable(self, name: str) -> None:
        """This will end somebody's sign-in, and Cognito's own sessions."""
        gone = {"UserNotFoundException"}
        await self._call("admin_disable_user", gone, Username=name)
        await self._call("admin_user_global_sign_out", gone, Username=name)

    async def delete(self, name: str) -> None:
        """This will forget somebody."""
        await self._call("admin_delete_user", {"UserNotFoundException"}, Username=name)

    async def check(self, name: str, password: str) -> User | None:
        """This will check a password; None where it is wrong, or not enough (a second factor)."""
        answer = await self._call(
            "admin_initiate_auth",
            WRONG,
            ClientId=self.app,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        if not answer or "AuthenticationResult" not in answer:
            return None
        # Straight from Cognito, over the connection that we signed: the signature adds nothing.
        return claimed(_claims(answer["AuthenticationResult"]["IdToken"]))

    async def _call(self, operation: str, none: Sequence[str] | set[str] = (), **more: Any) -> Any:
        """none: error codes that are answered with None."""
        try:
            return await self._ask(operation, **more)
        except ClientError as error:
            if code_of(error) in none:
                return None
            raise self._aws.unavailable(error) from error

    async def _ask(self, operation: str, **arguments: Any) -> Any:
        """Raises ClientError: the answer may mean something to the caller."""
        with self._aws.translating():
            try:
                return await getattr(self._client, operation)(UserPoolId=self.id, **arguments)
            except ClientError as error:
                refused = error  # raised outside, where it is not translated
        raise refused


def claimed(claims: Mapping[str, Any]) -> User:
    """This will tell whom an id token's claims speak of."""
    return user_of(str(claims["cognito:username"]), claims, True)


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return msgspec.json.decode(raw, type=dict[str, Any])
    except ValueError as error:
        raise Forged("Cognito's token is not readable") from error


def _mail(mail: str) -> list[dict[str, str]]:
    """An attribute is deleted by an empty value (AdminUpdateUserAttributes)."""
    if len(mail) > LONGEST or len(normal(mail)) > LONGEST:
        raise Unfit(f"A mail address may have {LONGEST} characters in this directory.")
    return [
        {"Name": "email", "Value": normal(mail)},
        {"Name": "email_verified", "Value": "true" if mail else "false"},
        {"Name": SPELLED, "Value": mail},
    ]


def _user(answer: Mapping[str, Any] | None) -> User | None:
    """From AdminGetUser, whose member is UserAttributes, or ListUsers, whose is Attributes."""
    if answer is None:
        return None
    listed = answer.get("UserAttributes") or answer.get("Attributes") or []
    attributes = {one["Name"]: one.get("Value", "") for one in listed}
    return user_of(str(answer["Username"]), attributes, bool(answer.get("Enabled", True)))
