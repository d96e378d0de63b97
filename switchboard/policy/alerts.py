"""Alerts outside of the console: whether agents are told by mail or a webhook of what waits while they don't look."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from switchboard.policy.values import Duration, Part, Pause, Where, refuse

Way: TypeAlias = Literal["mail", "webhook"]

MOST_AFTER = timedelta(minutes=15)
"""As long as a queue can hold a message back."""
_MAIL_FORM = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}$"
_DOMAIN_FORM = r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$"
_URL_FORM = r"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[!-~]{0,900})?$"


class Alerts(Part):
    """How agents hear of what waits for them when no console of theirs is open; each also has to ask for it."""

    via: tuple[Way, ...] = Field(default=(), max_length=2, description="what agents may choose; none is off")
    after: Annotated[Pause, Field(le=MOST_AFTER)] = Field(
        default=timedelta(minutes=2), description="how long nobody looks until they are told, 15m at most"
    )
    every: Duration = Field(default=timedelta(minutes=15), description="one alert in that time per agent at most")
    sender: str | None = Field(
        default=None,
        pattern=_MAIL_FORM,
        description="from which mail comes: in the domain of one of our mail accounts, but none of them",
    )
    domains: tuple[Annotated[str, Field(pattern=_DOMAIN_FORM)], ...] = Field(
        default=(), description="where agents' own addresses may be"
    )
    webhook: str | None = Field(default=None, pattern=_URL_FORM, description="what is called, for all agents")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        refuse(self._missing())
        return self

    def _missing(self) -> Iterator[tuple[Where, str]]:
        if "mail" in self.via and self.sender is None:
            yield ("sender",), "is missing: name the address from which alerts are mailed"
        if "mail" in self.via and not self.domains:
            yield ("domains",), "is missing: name the domains of agents' own addresses"
        if "webhook" in self.via and self.webhook is None:
            yield ("webhook",), "is missing: name the https URL that is called"

    def conflicts(self, mail_accounts: Mapping[str, str]) -> Iterator[tuple[Where, str]]:
        """What is wrong with it beside our mail accounts' addresses: an answer to an alert must reach no customer."""
        if self.sender is None:
            return
        name, _, domain = self.sender.lower().rpartition("@")
        ours = {key: address.lower().rpartition("@") for key, address in mail_accounts.items()}
        for key, (local, _, its_domain) in ours.items():
            if (local, its_domain) == (name.partition("+")[0], domain):
                yield ("alerts", "sender"), f"is the address of the account {key!r}: name one that customers don't use"
        if "mail" in self.via and domain not in {its_domain for _, _, its_domain in ours.values()}:
            yield ("alerts", "sender"), "is in no domain of our mail accounts, as which SES sends: use one of those"
