"""The agents' API: whether and where one is told of what waits while no console of one's own is open."""

from typing import Literal

from pydantic import Field

from functions.agent_api.operations import operation
from functions.agent_api.views import Body, View
from switchboard import wiring
from switchboard.alerts import REASONS, Preference, Reason
from switchboard.flows import alert
from switchboard.flows.desk import Caller


class AlertsBody(Body):
    """`PUT /agent/me/alerts`: `mail` is one's own address, null for none; `reasons` are what to be told of."""

    mail: str | None = Field(default=None, min_length=3, max_length=254)
    webhook: bool = False
    reasons: tuple[Reason, ...] = Field(default=REASONS, max_length=len(REASONS))


class AlertsView(View):
    """What one has asked for, and what the policy offers: which ways, after how long, and how often at most.

    With an empty `offered`, alerts are off, whatever one asked for. `domains` are where `mail` may be.
    """

    mail: str | None
    webhook: bool
    reasons: tuple[Reason, ...]
    offered: tuple[Literal["mail", "webhook"], ...]
    domains: tuple[str, ...]
    after_seconds: int
    every_seconds: int

    @classmethod
    def of(cls, preference: Preference) -> "AlertsView":
        """As its agent sees it."""
        offer = wiring.policy().alerts
        return cls(
            mail=preference.mail,
            webhook=preference.webhook,
            reasons=preference.reasons,
            offered=offer.via,
            domains=offer.domains,
            after_seconds=int(offer.after.total_seconds()),
            every_seconds=int(offer.every.total_seconds()),
        )


@operation("GET", "/me/alerts")
def get_my_alerts(who: Caller) -> AlertsView:
    """Where the caller is told of what waits while they don't look."""
    return AlertsView.of(alert.preference_of(who, wiring.board(), wiring.preferences()))


@operation("PUT", "/me/alerts")
def put_my_alerts(who: Caller, said: AlertsBody) -> AlertsView:
    """Ask to be told, or not any more."""
    wanted = Preference(mail=said.mail, webhook=said.webhook, reasons=said.reasons)
    return AlertsView.of(alert.prefer(who, wanted, wiring.board(), wiring.preferences()))
