"""To whom else a mail of ours goes, as an agent says it: checked, since a loop or a bounce would be ours."""

from collections.abc import Sequence

from switchboard.channels import channel
from switchboard.conversation import Conversation
from switchboard.errors import UnfitError
from switchboard.flows.board import Board
from switchboard.flows.exchanges import is_ours
from switchboard.message import Party

MOST_COPIES = 20


def check_recipients(addresses: Sequence[str], field: str, known: Conversation, board: Board) -> tuple[Party, ...]:
    """Return them, each once; raise `UnfitError` that names the first that can't be, by its place from 0 in `field`.

    None is an account of ours, which would answer itself for ever (rule X-15), and none is one that mail doesn't reach
    or who wants none (rule EM-25).
    """
    mail = channel(known.channel)
    if mail.transport != "email":
        raise UnfitError(f"{field}: only mail goes to others as well: leave it out")
    found: dict[str, Party] = {}
    for n, written in enumerate(addresses):
        address = written.strip()
        if refusal := _refusal(address, known, board):
            raise UnfitError(f"{field}.{n}: {refusal}")
        found.setdefault(mail.identity(address), Party(address=address))
    return tuple(found.values())


def _refusal(address: str, known: Conversation, board: Board) -> str | None:
    from switchboard.channels.email.outbound import checked_address  # noqa: PLC0415  # mail's own code, for few requests

    mail = channel(known.channel)
    try:
        checked_address(address)
    except ValueError:
        return "no mail address: write it as name@domain"
    if is_ours(address, mail, board.policy):
        return "an address of ours, which would only come back here: leave it out"
    contact = board.customers.contact(mail.contact(address))
    if contact and contact.undeliverable:
        return "this address bounced or complained: leave it out"
    if contact and not contact.consent(known.account).allows_replies:
        return "whoever has this address wants no mail from us: leave it out"
    return None
