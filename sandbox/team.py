"""The demonstration's team: four people, two queues. The same users could sign in to a console."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.emulator import Emulator
from switchboard.aws.agents import DynamoAgents
from switchboard.aws.directory import CognitoDirectory
from switchboard.routing import Agent
from switchboard.team import Role, SignIn

PASSWORD = "Sandbox-2026!"  # noqa: S105  # of invented people, on this machine only


@dataclass(frozen=True, slots=True)
class Member:
    """An agent, and who they are in the user pool. `units` is how many text conversations they take at once."""

    username: str
    name: str
    queues: tuple[str, ...]
    skills: tuple[str, ...] = ()
    units: int = 3
    role: Role = Role.AGENT


TEAM = (
    Member("ann", "Ann Novak", queues=("support",)),
    Member("ben", "Ben Ortiz", queues=("support", "returns"), skills=("returns",)),
    Member("cho", "Cho Minseo", queues=("returns",), skills=("returns",)),
    Member("dee", "Dee Laurent", queues=("support", "returns"), skills=("returns",), units=5, role=Role.LEAD),
)


def load_team(emulator: Emulator, outputs: Mapping[str, str]) -> dict[str, str]:
    """Make the users and the agents, or bring them up to date; returns each agent's name for people by agent id."""
    directory = CognitoDirectory(emulator.client("cognito-idp"), outputs["UserPoolId"])
    agents = DynamoAgents(emulator.client("dynamodb"), outputs["AgentsTable"], lambda _: None)
    names = {}
    for member in TEAM:
        user = _user(directory, member)
        directory.admit(user, member.role)
        agents.put(
            Agent(
                agent_id=user.agent_id,
                name=member.name,
                queues=member.queues,
                skills=member.skills,
                units=member.units,
                free=member.units,
            )
        )
        names[user.agent_id] = member.username
    return names


def _user(directory: CognitoDirectory, member: Member) -> SignIn:
    """Who signs in by this name: made unless they are there, with a password that is known already."""
    user = {"UserPoolId": directory.pool, "Username": member.username}
    email = f"{member.username}@acme.example"
    if known := directory.find(email):
        return known
    given = {"name": member.name, "email": email, "email_verified": "true"}
    attributes = [{"Name": name, "Value": value} for name, value in given.items()]
    directory.client.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=attributes)  # type: ignore[arg-type]  # literal dicts
    directory.client.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
    return next(filter(None, [directory.find(email)]))
