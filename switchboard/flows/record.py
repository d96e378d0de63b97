"""Keep what a committed change says that decisions need beside them: docs/decisions.md."""

from switchboard.conversation import Conversation
from switchboard.decisions import steps_of
from switchboard.flows.publish import Change, Removal
from switchboard.ports import Decisions


def record(change: Change | Removal, decisions: Decisions) -> None:
    """Write where a conversation was placed, answered or let go; the same change again writes the same."""
    if isinstance(change, Removal) or not isinstance(change.after, Conversation):
        return
    before = change.before if isinstance(change.before, Conversation) else None
    if steps := list(steps_of(before, change.after, change.at)):
        decisions.record(steps)
