"""The demonstration's team: four people, two queues. The same users could sign in to a console."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.emulator import Emulator
from switchboard.aws.agents import DynamoAgents
from switchboard.routing import Agent

PASSWORD = "Sandbox-2026!"  # noqa: S105  # of invented people, on this machine only


@dataclass(frozen=True, slots=True)
class Member:
    """An agent, and who they are in the user pool. `units` is how many text conversations they take at once."""

    username: str
    name: str
    queues: tuple[str, ...]
    skills: tuple[str, ...] = ()
    units: int = 3
    groups: tuple[str, ...] = ("agents",)


TEAM = (
    Member("ann", "Ann Novak", queues=("support",)),
    Member("ben", "Ben Ortiz", queues=("support", "returns"), skills=("returns",)),
    Member("cho", "Cho Minseo", queues=("returns",), skills=("returns",)),
    Member(
        "dee", "Dee Laurent", queues=("support", "returns"), skills=("returns",), units=5, groups=("agents", "leads")
    ),
)


def load_team(emulator: Emulator, outputs: Mapping[str, str]) -> dict[str, str]:
    """Make the users and the agents, or bring them up to date; returns each agent's name for people by agent id."""
    cognito, pool = emulator.client("cognito-idp"), outputs["UserPoolId"]
    agents = DynamoAgents(emulator.client("dynamodb"), outputs["AgentsTable"], lambda _: None)
    names = {}
    for member in TEAM:
        agent_id = _make_user(cognito, pool, member)
        agents.put(
            Agent(
                agent_id=agent_id,
                name=member.name,
                queues=member.queues,
                skills=member.skills,
                units=member.units,
                free=member.units,
            )
        )
        names[agent_id] = member.username
    return names


def _make_user(cognito: Any, pool: str, member: Member) -> str:  # noqa: ANN401  # a boto3 client
    """Make a user unless it is there; returns its `sub`, which is the agent's id."""
    user = {"UserPoolId": pool, "Username": member.username}
    try:
        cognito.admin_create_user(
            **user,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "name", "Value": member.name},
                {"Name": "email", "Value": f"{member.username}@acme.example"},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
    except cognito.exceptions.UsernameExistsException:
        pass
    else:
        cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    for group in member.groups:
        cognito.admin_add_user_to_group(**user, GroupName=group)
    found = cognito.admin_get_user(**user)["UserAttributes"]
    return next(str(attribute["Value"]) for attribute in found if attribute["Name"] == "sub")
