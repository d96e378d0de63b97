"""Somebody leads, always: whatever leads decide of each other in the same second, and wherever one of them is cut off.

Every order is tried of the steps of two decisions: each read and each write of the tables and of the user pool is one.
The pool's list of who leads may be older than its last changes; the tables are read as they are.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from switchboard.audit import Change
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from switchboard.flows import team
from switchboard.flows.desk import Caller
from switchboard.flows.looking import Exchange
from switchboard.flows.team import Personnel
from switchboard.routing import Agent
from switchboard.team import Access, Duties, FormerLeads, Role, SignIn
from tests.faults.test_handovers import POLICY, Undisturbed
from tests.history import History
from tests.interleaving import Turn, explore
from tests.world import MONDAY

DUTIES = Duties(name="Lea", role=Role.AGENT, queues=(), skills=(), units=1, caps={})
ALL = 100
"""As many writes as nobody makes: the list is as it was in the beginning."""


class DiedError(Exception):
    """The function was stopped in the middle."""


@dataclass(frozen=True)
class Content:
    """What the tables and the pool hold at one moment."""

    leading: frozenset[str]
    """The pool's group."""
    disabled: frozenset[str] = frozenset()
    former: FormerLeads = field(default_factory=FormerLeads)
    agents: tuple[Agent, ...] = ()

    @property
    def leads(self) -> set[str]:
        """Who leads: whoever can sign in, is in the group, and was not decided to be out of it."""
        return set(self.leading - self.disabled) - set(self.former.agent_ids)


@dataclass
class Memory(History[Content]):
    """What the tables and the pool held; the pool's list is a late reader."""

    is_checked: bool = True
    """Whether a decision is refused that was made on what is not true any more."""

    def key(self) -> Hashable:
        assert self.now.leads, "nobody leads any more"
        return tuple(map(repr, self.recent))


@dataclass
class Office:
    """One lead's way to the tables and to the pool: implements what `flows.team` uses of them, request by request."""

    memory: Memory
    turn: Turn
    dies_after: int = ALL

    def _step(self) -> Content:
        if self.turn.moves > self.dies_after:
            raise DiedError
        self.turn.step()
        return self.memory.now

    def _told(self, answer: Any) -> Any:
        self.turn.hear(answer)
        return answer

    # -- agents -----------------------------------------------------------------------------------

    def get(self, agent_id: str) -> Agent | None:
        agents = {agent.agent_id: agent for agent in self._step().agents}
        return self._told(agents.get(agent_id))  # type: ignore[no-any-return]  # as given

    # -- settings ---------------------------------------------------------------------------------

    def former_leads(self) -> FormerLeads:
        return self._told(self._step().former)  # type: ignore[no-any-return]  # as given

    def employ(self, _before: Agent | None, after: Agent, former: FormerLeads, _change: Change) -> None:
        others = tuple(agent for agent in self._step().agents if agent.agent_id != after.agent_id)
        self._decide(former, agents=tuple(sorted((*others, after), key=lambda agent: agent.agent_id)))

    def demote(self, former: FormerLeads, _change: Change) -> None:
        self._step()
        self._decide(former)

    def _decide(self, former: FormerLeads, **changes: Any) -> None:
        is_as_read = former.revision == self.memory.now.former.revision
        if self._told(self.memory.is_checked and not is_as_read):
            raise ConflictError("as the adapter would")
        self.memory.write(former=replace(former, revision=former.revision + 1), **changes)

    def dismiss(self, agent: Agent, _change: Change) -> None:
        self.memory.write(agents=tuple(one for one in self._step().agents if one.agent_id != agent.agent_id))

    # -- the pool ---------------------------------------------------------------------------------

    def leads(self) -> frozenset[str]:
        self._step()
        return self._told(self.memory.shown.leading - self.memory.shown.disabled)  # type: ignore[no-any-return]  # as given

    def sign_in(self, agent_id: str) -> SignIn:
        is_disabled = self._told(agent_id in self._step().disabled)
        access = Access.DISABLED if is_disabled else Access.ACTIVE
        return SignIn(agent_id=agent_id, username=agent_id, name=agent_id, email=None, access=access)

    def admit(self, sign_in: SignIn, role: Role) -> None:
        others = self._step().leading - {sign_in.agent_id}
        self.memory.write(leading=others | ({sign_in.agent_id} if role is Role.LEAD else set()))
        if sign_in.access is Access.DISABLED:
            self.memory.write(disabled=self._step().disabled - {sign_in.agent_id})

    def shut_out(self, sign_in: SignIn) -> None:
        self.memory.write(disabled=self._step().disabled | {sign_in.agent_id})

    # -- what is no matter here -------------------------------------------------------------------

    def nothing(self, *_: object) -> list[Any]:
        return []

    void = consoles_of = forget = walk = nothing


class Pool:
    """The user pool as the flows know it: beside the agents' `get`, it has its own."""

    def __init__(self, office: Office) -> None:
        self.get, self.leads = office.sign_in, office.leads
        self.admit, self.shut_out = office.admit, office.shut_out


@dataclass(frozen=True)
class Board:
    """What the flows use of theirs."""

    agents: Office
    conversations: Office
    policy: Any = POLICY

    clock = staticmethod(lambda: MONDAY)
    new_id = staticmethod(lambda: "1")

    def settle(self, attempt: Callable[[], Any]) -> Any:
        while True:
            try:
                return attempt()
            except ConflictError:
                continue


def personnel_of(office: Office) -> Personnel:
    stores: Any = office
    board: Any = Board(stores, stores)
    pool: Any = Pool(office)
    return Personnel(
        board, stores, pool, Exchange(conversations=stores, consoles=stores, sockets=stores, clock=lambda: MONDAY)
    )


@dataclass(frozen=True)
class Wish:
    """What one lead wants of another, or of themselves: a role, or None for their removal."""

    by: str
    of: str
    role: Role | None = Role.AGENT

    def __call__(self, office: Office) -> None:
        """Ask for it; whoever may not, or is cut off, leaves it at that."""
        personnel = personnel_of(office)
        try:
            if self.role:
                team.change(Caller(self.by), self.of, replace(DUTIES, role=self.role), None, personnel)
            else:
                team.remove(Caller(self.by), self.of, None, personnel)
        except (ForbiddenError, RefusedError, NotFoundError, DiedError):
            return


@dataclass
class Quarrel:
    """Some wishes at once; the first one's function may be stopped."""

    wishes: Sequence[Wish]
    lag: int = 0
    dies_after: int = ALL
    is_checked: bool = True

    def begin(self) -> tuple[Sequence[Turn], Callable[[], Hashable], Callable[[], None]]:
        start = Content(leading=frozenset({"lea", "dee", *(wish.by for wish in self.wishes)}))
        memory = Memory([start] * (1 + self.lag), self.lag, self.is_checked)
        turns = [self._turn(number, memory) for number in range(len(self.wishes))]
        return turns, memory.key, lambda: self._end(memory)

    def _turn(self, number: int, memory: Memory) -> Turn:
        dies_after = ALL if number else self.dies_after
        return Turn(lambda turn: self.wishes[number](Office(memory, turn, dies_after)))

    def _end(self, memory: Memory) -> None:
        """Whoever still leads repeats the wish that was cut off, as they are told to, and the pool has followed."""
        memory.lag = 0
        memory.key()
        if self.dies_after == ALL:
            return
        (by, *_), wish = sorted(memory.now.leads), self.wishes[0]
        if wish.of != by:
            replace(wish, by=by)(Office(memory, Undisturbed(lambda _: None)))
            assert wish.of not in memory.now.leading - memory.now.disabled
        memory.key()


@pytest.fixture(autouse=True)
def handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody holds is no matter here."""
    monkeypatch.setattr(team, "set_presence", lambda *_: None)


LEA, DEE, LEA_HERSELF = Wish("lea", "dee"), Wish("dee", "lea"), Wish("lea", "lea")
GONE = {wish: replace(wish, role=None) for wish in (LEA, DEE, LEA_HERSELF)}
QUARRELS = [
    pytest.param([LEA, DEE], id="both-demote"),
    pytest.param([GONE[LEA], GONE[DEE]], id="both-remove"),
    pytest.param([LEA, GONE[DEE]], id="demote-and-remove"),
    pytest.param([LEA_HERSELF, Wish("dee", "dee")], id="both-step-down"),
    pytest.param([DEE, replace(GONE[LEA_HERSELF], by="dee", of="dee")], id="demote-then-leave"),
    pytest.param([LEA, Wish("dee", "ann", Role.LEAD)], id="demoted-while-promoting"),
]


@pytest.mark.parametrize("lag", [0, 1, ALL])
@pytest.mark.parametrize("wishes", QUARRELS)
def test_in_every_order_of_two_decisions_somebody_leads(wishes: list[Wish], lag: int) -> None:
    assert explore(Quarrel(wishes, lag).begin) >= 2


@pytest.mark.parametrize("lag", [0, ALL])
@pytest.mark.parametrize("dies_after", range(1, 9))
@pytest.mark.parametrize("wishes", [[LEA, DEE], [GONE[LEA], GONE[DEE]]], ids=["demote", "remove"])
def test_a_decision_that_is_cut_off_anywhere_leaves_a_lead_and_goes_on_when_it_is_repeated(
    wishes: list[Wish], dies_after: int, lag: int
) -> None:
    explore(Quarrel(wishes, lag, dies_after).begin)


# -- what the argument rests on ---------------------------------------------------------------------


@pytest.mark.parametrize("wishes", QUARRELS[:4])
def test_decided_on_what_is_not_true_any_more_nobody_may_be_left(wishes: list[Wish]) -> None:
    with pytest.raises(AssertionError, match="nobody leads any more"):
        explore(Quarrel(wishes, is_checked=False).begin)
