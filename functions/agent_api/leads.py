"""The agents' API: what only leads see and do."""

import base64
from http import HTTPStatus

from functions.agent_api import views
from functions.agent_api.edge import WrongBodyError
from functions.agent_api.operations import operation
from switchboard import wiring
from switchboard.channels import channel
from switchboard.erasure import is_code
from switchboard.errors import NotFoundError
from switchboard.flows import erasures, held
from switchboard.flows.desk import Caller

QUARANTINE_LIMIT = 100
QUARANTINE_PREFIX = "quarantine/"
"""Where bytes lie that may be looked at. Mail stays among mail: it may hold a virus (rule EM-3)."""


@operation("GET", "/quarantine/{account}", leads=True)
def get_quarantine(account: str) -> views.QuarantineView:
    """What an account received and nobody could understand, the newest first."""
    found = wiring.quarantine().list(account, QUARANTINE_LIMIT)
    return views.QuarantineView(items=tuple(map(views.QuarantinedView.of, found)))


@operation("GET", "/quarantine/{account}/{quarantine_id}", leads=True)
def get_quarantined(account: str, quarantine_id: str) -> views.QuarantinedBytesView:
    """One of them with its raw bytes."""
    item = wiring.quarantine().get(account, quarantine_id)
    if item is None:
        raise NotFoundError("nothing of this id is in quarantine")
    is_shown = item.key.startswith(QUARANTINE_PREFIX)
    raw = base64.b64encode(wiring.raw().fetch(item.key)).decode() if is_shown else None
    return views.QuarantinedBytesView(**views.QuarantinedView.of(item).model_dump(), raw_base64=raw)


@operation("GET", "/held", leads=True)
def get_held(who: Caller) -> views.FloodsView:
    """Who floods: what waits beyond its counterparty's budget, the most first, twenty per queue at most."""
    return views.FloodsView(items=tuple(map(views.HeldView.of, held.overview(who, wiring.board()))))


@operation("POST", "/held/release", leads=True, status=HTTPStatus.ACCEPTED)
def post_release(who: Caller, said: views.ReleaseBody) -> views.HeldView:
    """Lift a counterparty's budget for a day: all that is held takes its place. Asking again is asking once."""
    return views.HeldView.of(held.lift(who, said.source, wiring.board()))


@operation("POST", "/erasures", leads=True, status=HTTPStatus.ACCEPTED)
def post_erasure(who: Caller, asked: views.ErasureBody) -> views.ErasureView:
    """Have a customer erased everywhere. Asking again is asking once."""
    if asked.channel not in {account.channel for account in wiring.policy().accounts.values()}:
        raise WrongBodyError("channel: none of our accounts has it")
    address = channel(asked.channel).contact(asked.address)
    return views.ErasureView.of(erasures.ask_for(address, f"agent:{who.agent_id}", wiring.office()))


@operation("GET", "/erasures/{code}", leads=True)
def get_erasure(code: str) -> views.ErasureView:
    """How far a request got."""
    known = wiring.erasures().get(code) if is_code(code) else None
    if known is None:
        raise NotFoundError("there is no such request")
    return views.ErasureView.of(known)
