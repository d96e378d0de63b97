"""A user pool in memory: who can sign in, and who leads. What it would mail is kept."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from switchboard.errors import ConflictError, UnfitError
from switchboard.team import Access, Role, SignIn


@dataclass
class MemoryDirectory:
    """Implements `ports.Directory`."""

    users: dict[str, SignIn] = field(default_factory=dict)
    leading: set[str] = field(default_factory=set)
    mailed: list[str] = field(default_factory=list)
    signed_out: list[str] = field(default_factory=list)

    def add(self, agent_id: str, *, lead: bool = False, access: Access = Access.ACTIVE) -> SignIn:
        """Somebody whom nobody invited through us."""
        name, email = agent_id.title(), f"{agent_id}@acme.example"
        made = SignIn(agent_id=agent_id, username=agent_id, name=name, email=email, access=access)
        self.users[agent_id] = made
        self.leading |= {agent_id} if lead else set()
        return made

    def page(self, cursor: str | None, limit: int) -> tuple[list[SignIn], str | None]:
        if cursor and not cursor.isdigit():
            raise UnfitError("cursor: it is none of this list's")
        start = int(cursor or 0)
        found = list(self.users.values())
        following = start + limit
        return found[start:following], str(following) if following < len(found) else None

    def get(self, agent_id: str) -> SignIn | None:
        return self.users.get(agent_id)

    def find(self, email: str) -> SignIn | None:
        return next((user for user in self.users.values() if user.email == email), None)

    def leads(self) -> Collection[str]:
        return {one for one in self.leading if self.users[one].access is not Access.DISABLED}

    def invite(self, email: str, name: str) -> SignIn:
        if self.find(email):
            raise ConflictError("somebody with this address was invited meanwhile")
        self.mailed.append(email)
        agent_id = f"sub-of-{email.partition('@')[0]}"
        made = SignIn(agent_id=agent_id, username=email, name=name, email=email, access=Access.INVITED)
        self.users[agent_id] = made
        return made

    def remind(self, sign_in: SignIn) -> None:
        self.mailed.append(str(sign_in.email))

    def admit(self, sign_in: SignIn, role: Role) -> None:
        self.leading = self.leading - {sign_in.agent_id} | ({sign_in.agent_id} if role is Role.LEAD else set())
        if sign_in.access is Access.DISABLED:
            self.users[sign_in.agent_id] = replace(sign_in, access=Access.ACTIVE)

    def shut_out(self, sign_in: SignIn) -> None:
        self.users[sign_in.agent_id] = replace(sign_in, access=Access.DISABLED)
        self.signed_out.append(sign_in.agent_id)
