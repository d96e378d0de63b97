"""The agents' API: what only leads see and do."""

import base64
from collections.abc import Sequence
from http import HTTPStatus

from functions.agent_api import lead_views as views
from functions.agent_api.edge import WrongBodyError
from functions.agent_api.operations import operation
from switchboard import wiring
from switchboard.channels import channel
from switchboard.erasure import is_code
from switchboard.errors import NotFoundError
from switchboard.flows import erasures, held, optouts, quarantine
from switchboard.flows.desk import Caller

QUARANTINE_PREFIX = "quarantine/"
"""Where bytes lie that may be looked at. Mail stays among mail: it may hold a virus (rule EM-3)."""


@operation("GET", "/quarantine", leads=True)
def get_quarantines(asked: views.QuarantineQuery) -> views.QuarantineView:
    """What nobody could understand, over all accounts, the newest first, and how much is open in each."""
    return _quarantined(quarantine.accounts_of(wiring.board()), asked)


@operation("GET", "/quarantine/{account}", leads=True)
def get_quarantine(account: str, asked: views.QuarantineQuery) -> views.QuarantineView:
    """What an account received and nobody could understand, the newest first."""
    return _quarantined([account], asked)


def _quarantined(accounts: Sequence[str], asked: views.QuarantineQuery) -> views.QuarantineView:
    depot = wiring.quarantine()
    page = quarantine.browse(accounts, asked.state, asked.cursor, asked.limit, depot)
    return views.QuarantineView.of(page, None if asked.cursor else quarantine.count(accounts, depot))


@operation("GET", "/quarantine/{account}/{quarantine_id}", leads=True)
def get_quarantined(account: str, quarantine_id: str) -> views.QuarantinedBytesView:
    """One of them with its raw bytes."""
    item = quarantine.find(account, quarantine_id, wiring.quarantine())
    is_shown = item.key.startswith(QUARANTINE_PREFIX)
    raw = base64.b64encode(wiring.raw().fetch(item.key)).decode() if is_shown else None
    return views.QuarantinedBytesView(**views.QuarantinedView.of(item).model_dump(), raw_base64=raw)


@operation("POST", "/quarantine/{account}/{quarantine_id}/retry", leads=True, status=HTTPStatus.ACCEPTED)
def post_retry(who: Caller, account: str, quarantine_id: str) -> views.QuarantinedView:
    """Have one read again, as it would be read today. Asking again is asking once."""
    return views.QuarantinedView.of(quarantine.ask(who, account, quarantine_id, wiring.board(), wiring.depot()))


@operation("DELETE", "/quarantine/{account}/{quarantine_id}", leads=True)
def delete_quarantined(who: Caller, account: str, quarantine_id: str) -> views.QuarantinedView:
    """Dismiss one: nothing is to be done about it."""
    board, depot = wiring.board(), wiring.quarantine()
    return views.QuarantinedView.of(quarantine.dismiss(who, account, quarantine_id, board, depot))


@operation("GET", "/optouts", leads=True)
def get_optouts(asked: views.OptOutsQuery) -> views.OptOutPageView:
    """Who doesn't want to be written to, by which account, since when and how that came about."""
    return views.OptOutPageView.of(optouts.browse(asked.account, asked.cursor, asked.limit, wiring.board()))


@operation("POST", "/optouts/search", leads=True)
def post_optout_search(said: views.OptOutSearchBody) -> views.OptOutPageView:
    """The opt-outs of one address."""
    return views.OptOutPageView.of(optouts.search(said.address, wiring.board()))


@operation("POST", "/optouts", leads=True)
def post_optout(who: Caller, said: views.OptOutBody) -> views.OptOutView:
    """Write down that a customer wants to be left alone, or confirm what only sounded like it."""
    return views.OptOutView.of(optouts.confirm(who, said.account, said.address, said.reason, wiring.board()))


@operation("POST", "/optouts/lift", leads=True)
def post_optout_lift(who: Caller, said: views.LiftBody) -> views.OptOutView:
    """Lift what a person wrote down or words only sounded like; a customer's own STOP only they can lift."""
    return views.OptOutView.of(optouts.lift(who, said.account, said.address, said.reason, wiring.board()))


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
