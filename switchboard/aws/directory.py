"""The user pool: who can sign in, and its groups. Calls name people by username; everybody else knows them by `sub`."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from switchboard.errors import ConflictError, UnfitError
from switchboard.team import Access, Role, SignIn

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

AGENTS, LEADS = "agents", "leads"
"""The pool's groups; infra/api.py makes them."""
_SUB = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r'[^"\\]{3,128}')
_BUSY = {"TooManyRequestsException", "LimitExceededException", "InternalErrorException"}
_TAKEN = {"UsernameExistsException", "AliasExistsException"}


@dataclass(frozen=True, slots=True)
class CognitoDirectory:
    """Implements `ports.Directory`."""

    client: "CognitoIdentityProviderClient"
    pool: str

    def page(self, cursor: str | None, limit: int) -> tuple[list[SignIn], str | None]:
        after = {"PaginationToken": cursor} if cursor else {}
        try:
            with _in_our_words():
                found = self.client.list_users(UserPoolId=self.pool, Limit=limit, **after)
        except ClientError as error:
            if cursor and error.response["Error"]["Code"] == "InvalidParameterException":
                raise UnfitError(
                    "cursor: it is none of this list's: use the one of the page before, or begin anew"
                ) from error
            raise
        return [_sign_in(user) for user in found["Users"]], found.get("PaginationToken")

    def get(self, agent_id: str) -> SignIn | None:
        return self._find("sub", agent_id) if _SUB.fullmatch(agent_id) else None

    def find(self, email: str) -> SignIn | None:
        return self._find("email", email) if _ADDRESS.fullmatch(email) else None

    def _find(self, attribute: str, value: str) -> SignIn | None:
        with _in_our_words():
            found = self.client.list_users(UserPoolId=self.pool, Filter=f'{attribute} = "{value}"')
        return next(map(_sign_in, found["Users"]), None)

    def leads(self) -> Collection[str]:
        with _in_our_words():
            pages = self.client.get_paginator("list_users_in_group").paginate(UserPoolId=self.pool, GroupName=LEADS)
            users = [user for page in pages for user in page["Users"]]
        return {_sign_in(user).agent_id for user in users if user.get("Enabled", True)}

    def invite(self, email: str, name: str) -> SignIn:
        try:
            with _in_our_words():
                made = self.client.admin_create_user(
                    UserPoolId=self.pool,
                    Username=username_of(email),
                    UserAttributes=[
                        {"Name": "name", "Value": name},
                        {"Name": "email", "Value": email},
                        {"Name": "email_verified", "Value": "true"},
                    ],
                    DesiredDeliveryMediums=["EMAIL"],
                )
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidParameterException":
                raise UnfitError("email: the user pool takes no such address: look for a mistake in it") from error
            raise
        return _sign_in(made["User"])

    def remind(self, sign_in: SignIn) -> None:
        with _in_our_words():
            self.client.admin_create_user(
                UserPoolId=self.pool,
                Username=sign_in.username,
                MessageAction="RESEND",
                DesiredDeliveryMediums=["EMAIL"],
            )

    def admit(self, sign_in: SignIn, role: Role) -> None:
        user = {"UserPoolId": self.pool, "Username": sign_in.username}
        with _in_our_words():
            self.client.admin_add_user_to_group(**user, GroupName=AGENTS)
            if role is Role.LEAD:
                self.client.admin_add_user_to_group(**user, GroupName=LEADS)
            else:
                self.client.admin_remove_user_from_group(**user, GroupName=LEADS)
            if sign_in.access is Access.DISABLED:  # last: nobody counts on a lead who is to be none
                self.client.admin_enable_user(**user)

    def shut_out(self, sign_in: SignIn) -> None:
        user = {"UserPoolId": self.pool, "Username": sign_in.username}
        with _in_our_words():
            self.client.admin_disable_user(**user)
            self.client.admin_user_global_sign_out(**user)


def username_of(email: str) -> str:
    """What the pool calls somebody who is invited: an address itself it refuses, as a name that looks like one.

    The same address has the same name, so that inviting twice at once makes one user.
    """
    return email.lower().replace("@", "_")


def _sign_in(user: Mapping[str, Any]) -> SignIn:
    given: Sequence[Mapping[str, str]] = user.get("Attributes", ())
    told = {attribute["Name"]: attribute["Value"] for attribute in given}
    return SignIn(
        agent_id=told["sub"],
        username=user["Username"],
        name=told.get("name") or user["Username"],
        email=told.get("email"),
        access=_access(user),
    )


def _access(user: Mapping[str, Any]) -> Access:
    if not user.get("Enabled", True):
        return Access.DISABLED
    return Access.INVITED if user.get("UserStatus") == "FORCE_CHANGE_PASSWORD" else Access.ACTIVE


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _TAKEN:
            raise ConflictError("somebody with this address was invited meanwhile: look them up") from error
        if code in _BUSY:
            raise ConflictError("the user pool takes no more requests right now: try again") from error
        raise
