"""The user pool's adapter: what it asks of Cognito, and what its answers come to."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from switchboard.aws.directory import CognitoDirectory, username_of
from switchboard.errors import ConflictError, UnfitError
from switchboard.team import Access, Role, SignIn

SUB = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
POOL = "us-east-1_switchboa"
ANN = SignIn(agent_id=SUB, username="ann", name="Ann Novak", email="ann@acme.example", access=Access.ACTIVE)


def user(status: str = "CONFIRMED", *, enabled: bool = True, **attributes: str) -> dict[str, Any]:
    told = {"sub": SUB, "name": "Ann Novak", "email": "ann@acme.example", **attributes}
    given = [{"Name": name, "Value": value} for name, value in told.items()]
    return {"Username": "ann", "Attributes": given, "Enabled": enabled, "UserStatus": status}


@pytest.fixture
def cognito() -> Iterator[Stubber]:
    client: Any = boto3.client("cognito-idp", region_name="us-east-1")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def directory(cognito: Stubber) -> CognitoDirectory:
    client: Any = cognito.client
    return CognitoDirectory(client, POOL)


def expect(cognito: Stubber, operation: str, answer: dict[str, Any] | None = None, **asked: Any) -> None:
    cognito.add_response(operation, answer or {}, {"UserPoolId": POOL, **asked})


def test_somebody_is_found_by_their_sub_or_address(cognito: Stubber, directory: CognitoDirectory) -> None:
    expect(cognito, "list_users", {"Users": [user()]}, Filter=f'sub = "{SUB}"')
    assert directory.get(SUB) == ANN
    expect(cognito, "list_users", {"Users": []}, Filter='email = "ben@acme.example"')
    assert directory.find("ben@acme.example") is None


@pytest.mark.parametrize("text", ["", "ann", '" or sub ^= "', f"{SUB} ", "x" * 2000])
def test_what_can_be_nobodys_id_is_not_asked_for(directory: CognitoDirectory, text: str) -> None:
    assert directory.get(text) is None


@pytest.mark.parametrize("text", ['x" or email ^= "a', "a\\", "", "x" * 200])
def test_nothing_but_an_address_gets_into_a_filter(directory: CognitoDirectory, text: str) -> None:
    assert directory.find(text) is None


@pytest.mark.parametrize(
    ("found", "access"),
    [
        (user("FORCE_CHANGE_PASSWORD"), Access.INVITED),
        (user("CONFIRMED"), Access.ACTIVE),
        (user("EXTERNAL_PROVIDER"), Access.ACTIVE),
        (user("FORCE_CHANGE_PASSWORD", enabled=False), Access.DISABLED),
    ],
)
def test_a_users_state_says_whether_they_can_sign_in(
    cognito: Stubber, directory: CognitoDirectory, found: dict[str, Any], access: Access
) -> None:
    expect(cognito, "list_users", {"Users": [found]}, Filter=f'sub = "{SUB}"')
    known = directory.get(SUB)
    assert known
    assert known.access is access


def test_a_user_without_a_name_goes_by_their_username(cognito: Stubber, directory: CognitoDirectory) -> None:
    bare = {"Username": "Company_17", "Attributes": [{"Name": "sub", "Value": SUB}], "UserStatus": "EXTERNAL_PROVIDER"}
    expect(cognito, "list_users", {"Users": [bare]}, Limit=60)
    assert directory.page(None, 60) == (
        [SignIn(agent_id=SUB, username="Company_17", name="Company_17", email=None, access=Access.ACTIVE)],
        None,
    )


def test_a_page_goes_on_with_cognitos_token(cognito: Stubber, directory: CognitoDirectory) -> None:
    expect(cognito, "list_users", {"Users": [user()], "PaginationToken": "next"}, Limit=1)
    expect(cognito, "list_users", {"Users": []}, Limit=1, PaginationToken="next")
    people, cursor = directory.page(None, 1)
    assert (people, cursor) == ([ANN], "next")
    assert directory.page(cursor, 1) == ([], None)


def test_a_token_that_cognito_does_not_know_is_the_askers_mistake(
    cognito: Stubber, directory: CognitoDirectory
) -> None:
    cognito.add_client_error("list_users", "InvalidParameterException")
    with pytest.raises(UnfitError, match="cursor: "):
        directory.page("made up", 60)
    cognito.add_client_error("list_users", "InvalidParameterException")
    with pytest.raises(ClientError):
        directory.page(None, 60)


def test_leads_are_all_of_their_group_who_can_sign_in(cognito: Stubber, directory: CognitoDirectory) -> None:
    other, gone = (user(sub=f"{digit}{SUB[1:]}", name="x") for digit in "12")
    first = {"Users": [user(), {**gone, "Enabled": False}], "NextToken": "next"}
    expect(cognito, "list_users_in_group", first, GroupName="leads")
    expect(cognito, "list_users_in_group", {"Users": [other]}, GroupName="leads", NextToken="next")
    assert directory.leads() == {SUB, f"1{SUB[1:]}"}


def test_who_is_invited_is_mailed_by_cognito_under_a_name_made_of_their_address(
    cognito: Stubber, directory: CognitoDirectory
) -> None:
    expect(
        cognito,
        "admin_create_user",
        {"User": user("FORCE_CHANGE_PASSWORD")},
        Username="ann_acme.example",
        UserAttributes=[
            {"Name": "name", "Value": "Ann Novak"},
            {"Name": "email", "Value": "ann@acme.example"},
            {"Name": "email_verified", "Value": "true"},
        ],
        DesiredDeliveryMediums=["EMAIL"],
    )
    assert directory.invite("ann@acme.example", "Ann Novak").access is Access.INVITED


def test_an_address_that_cognito_does_not_take_is_the_askers_mistake(
    cognito: Stubber, directory: CognitoDirectory
) -> None:
    cognito.add_client_error("admin_create_user", "InvalidParameterException")
    with pytest.raises(UnfitError, match="email: "):
        directory.invite("a..b@acme.example", "Ann")


def test_no_two_addresses_have_the_same_name() -> None:
    assert username_of("Ann@Acme.example") == username_of("ann@acme.example") == "ann_acme.example"
    assert username_of("a_b@c.example") != username_of("a@b_c.example".replace("_", "-"))


def test_who_has_not_signed_in_is_mailed_anew(cognito: Stubber, directory: CognitoDirectory) -> None:
    expect(
        cognito,
        "admin_create_user",
        Username="ann",
        MessageAction="RESEND",
        DesiredDeliveryMediums=["EMAIL"],
    )
    directory.remind(ANN)


@pytest.mark.parametrize(
    ("role", "then"), [(Role.LEAD, "admin_add_user_to_group"), (Role.AGENT, "admin_remove_user_from_group")]
)
def test_a_role_is_its_groups(cognito: Stubber, directory: CognitoDirectory, role: Role, then: str) -> None:
    expect(cognito, "admin_add_user_to_group", Username="ann", GroupName="agents")
    expect(cognito, then, Username="ann", GroupName="leads")
    directory.admit(ANN, role)


def test_who_was_shut_out_is_let_in_again(cognito: Stubber, directory: CognitoDirectory) -> None:
    expect(cognito, "admin_add_user_to_group", Username="ann", GroupName="agents")
    expect(cognito, "admin_remove_user_from_group", Username="ann", GroupName="leads")
    expect(cognito, "admin_enable_user", Username="ann")
    directory.admit(SignIn(agent_id=SUB, username="ann", name="Ann", email=None, access=Access.DISABLED), Role.AGENT)


def test_who_is_shut_out_can_not_sign_in_and_is_signed_out(cognito: Stubber, directory: CognitoDirectory) -> None:
    expect(cognito, "admin_disable_user", Username="ann")
    expect(cognito, "admin_user_global_sign_out", Username="ann")
    directory.shut_out(ANN)


@pytest.mark.parametrize("code", ["TooManyRequestsException", "UsernameExistsException", "AliasExistsException"])
def test_what_another_try_may_settle_is_a_conflict(cognito: Stubber, directory: CognitoDirectory, code: str) -> None:
    cognito.add_client_error("admin_create_user", code)
    with pytest.raises(ConflictError):
        directory.invite("ann@acme.example", "Ann")
