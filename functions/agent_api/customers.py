"""The agents' API: one customer over many addresses, their timeline, merges, invitations and tier."""

from functions.agent_api import customer_views as views
from functions.agent_api.edge import Key
from functions.agent_api.operations import Made, operation
from functions.agent_api.views import MessageView
from switchboard import wiring
from switchboard.flows import identity, timeline
from switchboard.flows.desk import Caller


@operation("GET", "/customers/{customer_id}")
def get_customer(who: Caller, customer_id: str) -> views.CustomerView:
    """Who a customer is: addresses, tier, merges, newest conversations."""
    return views.CustomerView.made(timeline.profile(who, customer_id, wiring.board()))


@operation("GET", "/customers/{customer_id}/timeline")
def get_timeline(who: Caller, customer_id: str, asked: views.TimelineQuery) -> views.TimelinePageView:
    """What was said on all channels, the newest first."""
    return views.TimelinePageView.of(timeline.timeline(who, customer_id, asked.cursor, asked.limit, wiring.board()))


@operation("POST", "/customers/{customer_id}/joins")
def post_join(who: Caller, customer_id: str, said: views.JoinBody) -> views.PersonView:
    """Merge two customers into one person."""
    person = identity.merge(who, customer_id, said.customer_id, wiring.board())
    return views.PersonView.of(customer_id, person)


@operation("DELETE", "/customers/{customer_id}/joins/{join_id}")
def delete_join(who: Caller, customer_id: str, join_id: str) -> views.PersonView:
    """Undo a merge, whoever or whatever made it."""
    return views.PersonView.of(customer_id, identity.undo(who, customer_id, join_id, wiring.board()))


@operation("PUT", "/customers/{customer_id}/tier", leads=True)
def put_tier(who: Caller, customer_id: str, said: views.TierBody) -> views.PersonView:
    """Give a customer one of the policy's tiers, or none."""
    return views.PersonView.of(customer_id, identity.rank(who, customer_id, said.tier, wiring.board()))


@operation("PUT", "/customers/{customer_id}/particulars")
def put_particulars(who: Caller, customer_id: str, said: views.ParticularsBody) -> views.PersonView:
    """Confirm a customer's first name and time zone, at all of their addresses."""
    person = identity.describe(who, customer_id, said.first_name, said.zone, wiring.board())
    return views.PersonView.of(customer_id, person)


@operation("POST", "/conversations/{conversation_id}/invitations")
def post_invitation(who: Caller, conversation_id: str, once: Key, said: views.InvitationBody) -> Made[MessageView]:
    """Answer with a code by which the customer can prove another address of theirs."""
    entry, is_new = identity.invite(who, conversation_id, said.account, once, wiring.board())
    return Made(MessageView.of(entry), is_new)
