"""Alerts outside of the console: what happens is put on agents' slates, and told if they haven't looked in time."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from switchboard import alerts
from switchboard.alerts import Alert, Occasion, Preference, Reason, Slate
from switchboard.conversation import Conversation, split_id
from switchboard.errors import ConflictError, SendError, SendThrottledError, UnfitError
from switchboard.events import (
    ConversationAssigned,
    ConversationNoted,
    ConversationPromiseBroken,
    ConversationPromiseRenewed,
)
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, me
from switchboard.message import Model
from switchboard.policy import Policy
from switchboard.policy.alerts import Alerts, Way
from switchboard.ports import Agents, AlertQueue, Clock, Conversations, Preferences, Slates
from switchboard.push import MOST_CONNECTIONS, topic_of

_LONGEST_DELAY = timedelta(minutes=15)
"""As long as a queue can hold a message back; what is due later is looked at again then."""
_ATTEMPTS = 8


class Happened(Model):
    """What matters here of an event, whichever it is."""

    conversation_id: str
    at: datetime
    agent_id: str | None = None
    by: str | None = None
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What alerting takes. `mail` and `call` send one alert; both raise a `SendError`."""

    policy: Policy
    clock: Clock
    new_id: Callable[[], str]
    conversations: Conversations
    agents: Agents
    preferences: Preferences
    slates: Slates
    queue: AlertQueue
    mail: "Callable[[str, Alert], None]"
    call: "Callable[[Alert], None]"

    @property
    def terms(self) -> Alerts:
        """What the policy says."""
        return self.policy.alerts


# -- what an agent asks for ------------------------------------------------------------------------


def preference_of(caller: Caller, board: Board, preferences: Preferences) -> Preference:
    """What the caller asked for; raises `NotFoundError` for a stranger."""
    return preferences.get(me(caller, board).agent_id)


def prefer(caller: Caller, wanted: Preference, board: Board, preferences: Preferences) -> Preference:
    """Ask to be told, or not any more; raises `UnfitError` for what the policy doesn't offer."""
    agent_id, terms = me(caller, board).agent_id, board.policy.alerts
    for way in ways_of(wanted):
        if way not in terms.via:
            raise UnfitError(f"{way}: the policy doesn't offer it: have alerts.via name it")
    if wanted.mail is not None and not _is_own(wanted.mail, board.policy):
        raise UnfitError("mail: give your own address, in one of the domains that the answer to GET /me/alerts names")
    preferences.put(agent_id, wanted)
    return wanted


def ways_of(preference: Preference) -> Sequence[Way]:
    """By which ways somebody is to be told."""
    wanted: Mapping[Way, bool] = {"mail": preference.mail is not None, "webhook": preference.webhook}
    return [way for way, is_wanted in wanted.items() if is_wanted]


def _is_own(address: str, policy: Policy) -> bool:
    """Whether mail to an address may be an agent's: never one that comes back to us as a customer's."""
    local, _, domain = address.lower().rpartition("@")
    ours = {account.address.lower() for account in policy.accounts.values()} | {(policy.alerts.sender or "").lower()}
    is_plain = bool(local) and address.isascii() and address.isprintable() and not set(' <>,;"()[]\\') & set(address)
    return is_plain and domain in policy.alerts.domains and f"{local.partition('+')[0]}@{domain}" not in ours


# -- what happens ----------------------------------------------------------------------------------


def note(kind: str, happened: Happened, means: Means) -> int:
    """Put an event on the slates of those whom it concerns and who asked for it; returns how many there are."""
    if not means.terms.via:
        return 0
    concerned = [
        (agent_id, reason)
        for agent_id, reason in _concerned(kind, happened, means)
        if reason in (wanted := means.preferences.get(agent_id)).reasons and wanted.wants_any
    ]
    for agent_id, reason in concerned:
        _put(agent_id, Occasion(conversation_id=happened.conversation_id, reason=reason, at=happened.at), means)
    return len(concerned)


def _concerned(kind: str, happened: Happened, means: Means) -> list[tuple[str, Reason]]:
    if kind == ConversationAssigned.DETAIL_TYPE:
        is_own_doing = happened.by is not None and happened.by == happened.agent_id
        return [(happened.agent_id, "assigned")] if happened.agent_id and not is_own_doing else []
    if kind == ConversationNoted.DETAIL_TYPE:
        return [(agent_id, "mentioned") for agent_id in happened.mentions if agent_id != happened.agent_id]
    if kind in {ConversationPromiseRenewed.DETAIL_TYPE, ConversationPromiseBroken.DETAIL_TYPE}:
        known = means.conversations.get(*split_id(happened.conversation_id))
        return [(known.owner, "promise")] if known and known.owner else []
    raise ValueError(f"unknown event {kind!r} in the queue of alerts")


def _put(agent_id: str, occasion: Occasion, means: Means) -> None:
    """Write it down, then see to it that somebody looks: a copy of the event asks again, and finds nothing to tell."""

    def attempt(slate: Slate) -> Slate:
        return alerts.put(slate, occasion, means.clock())

    slate = _change(agent_id, attempt, means)
    _look_later(slate, means)


def _look_later(slate: Slate, means: Means) -> None:
    due = alerts.next_look(slate, means.terms.after, means.terms.every, means.clock())
    if due is not None:
        means.queue.look(slate.agent_id, min(due - means.clock(), _LONGEST_DELAY))


def _change(agent_id: str, attempt: Callable[[Slate], Slate], means: Means) -> Slate:
    """Change a slate, again after each lost race; raises the last conflict."""
    for _ in range(_ATTEMPTS):
        before = means.slates.slate(agent_id)
        after = attempt(before)
        if after is before:
            return before
        with suppress(ConflictError):
            return means.slates.save_slate(before, after)
    raise ConflictError("a slate changes all the time: try again")


# -- whether somebody looks ------------------------------------------------------------------------


def look(agent_id: str, means: Means) -> Alert | None:
    """Tell an agent what is on their slate and has waited, all at once, unless they look by now or it is settled."""
    slate, now = means.slates.slate(agent_id), means.clock()
    if not slate.occasions:
        return None
    told = _still_matter(slate, agent_id, now, means)
    gone = [occasion for occasion in slate.occasions if occasion not in told]
    due = alerts.next_look(replace(slate, occasions=tuple(told)), means.terms.after, means.terms.every, now)
    if due is None or due > now:
        _look_later(_save(slate, alerts.wipe(slate, gone, now), means), means)
        return None
    alert = alerts.compose(means.new_id(), agent_id, told, now)
    wiped = replace(alerts.wipe(slate, slate.occasions, now), alerted_at=now)
    means.slates.save_slate(slate, wiped)
    for way in ways_of(means.preferences.get(agent_id)):
        if way in means.terms.via:
            means.queue.tell(alert, way)
    return alert


def _save(before: Slate, after: Slate, means: Means) -> Slate:
    return before if after == before else means.slates.save_slate(before, after)


def _still_matter(slate: Slate, agent_id: str, now: datetime, means: Means) -> Mapping[Occasion, Conversation]:
    """What of a slate is worth telling: nothing while they look, or when it isn't their time."""
    if not alerts.may_be_alerted(means.agents.get(agent_id), now) or _looks(agent_id, now, means):
        return {}
    found = {}
    for occasion in slate.occasions:
        known = means.conversations.get(*split_id(occasion.conversation_id))
        if known and alerts.concerns(occasion, agent_id, known) and now - occasion.at <= alerts.STALE:
            found[occasion] = known
    return found


def _looks(agent_id: str, now: datetime, means: Means) -> bool:
    listed = means.slates.connections(topic_of(agent_id=agent_id), MOST_CONNECTIONS)
    heard = [means.slates.connection(connection.connection_id) for connection in listed]
    return alerts.is_looking([connection for connection in heard if connection], now)


# -- telling ---------------------------------------------------------------------------------------


def tell(alert: Alert, way: str, means: Means) -> str:
    """Send an alert one way, once, if it is still wanted; returns what became of it, as a code.

    Raises a `SendError` for what may be tried again: a mail only if it certainly was not sent.
    """
    if means.clock() - alert.at > alerts.STALE:
        return "stale"
    wanted = means.preferences.get(alert.agent_id)
    if way == "mail":
        return _mail(alert, wanted.mail, means)
    if not wanted.webhook:
        return "not_wanted"
    means.call(alert)
    return "called"


def _mail(alert: Alert, address: str | None, means: Means) -> str:
    if address is None or not _is_own(address, means.policy):
        return "no_address"
    if not means.slates.claim_alert(alert.alert_id, "mail", means.clock()):
        return "sent_before"
    try:
        means.mail(address, alert)
    except SendThrottledError:
        means.slates.unclaim_alert(alert.alert_id, "mail")
        raise
    except SendError as error:
        return f"lost:{error.code}"
    return "mailed"


def as_plain(alert: Alert, console_url: str) -> dict[str, Any]:
    """What a webhook is told: ids, queues, priorities and times."""
    return {
        "type": "alert",
        "alert_id": alert.alert_id,
        "agent_id": alert.agent_id,
        "at": alert.at.isoformat(),
        "count": alert.count,
        "conversations": [
            {
                "conversation_id": line.conversation_id,
                "reason": line.reason,
                "queue": line.queue,
                "priority": line.priority,
                "promised_at": line.promised_at.isoformat() if line.promised_at else None,
            }
            for line in alert.lines
        ],
        "console": console_url,
    }
