"""Telling Twilio where to call for a number, or for the Messaging Service that it is in (rule X-3).

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource and
https://www.twilio.com/docs/messaging/api/service-resource. A number has no status callback for texts, so only a service
gets one; each of our sends names its own anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twilio.rest import Client

from switchboard.channels.sms import rest
from switchboard.channels.sms.networks import network_of
from switchboard.channels.sms.webhooks import Webhooks
from switchboard.errors import RefusedError, SendError


@dataclass(frozen=True, slots=True)
class Change:
    """A setting at Twilio that is not as it should be."""

    setting: str
    before: str | None
    after: str


def register(client: Client, address: str, webhooks: Webhooks, service: str | None, *, apply: bool) -> list[Change]:
    """Set what differs, or only tell it; returns the differences.

    Raises `RefusedError` for what can't be set here, and a `SendError` if Twilio can't be asked.
    """
    if network := network_of(address):
        raise RefusedError(f"a sender of {network} is set up in Twilio's console: see channels/sms/README.md")
    try:
        place = client.messaging.v1.services(service).fetch() if service else _number(client, address)
        wanted = _of_service(webhooks) if service else _of_number(webhooks)
        changes = list(_differences(place, wanted))
        if changes and apply:
            place.update(**{change.setting: change.after for change in changes})
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001  # the SDK's own errors quote numbers
        failed: SendError = rest.failure(error)
    else:
        return changes
    raise failed


def _number(client: Client, address: str) -> Any:  # noqa: ANN401  # the SDK ships no types
    found = client.incoming_phone_numbers.list(phone_number=address)
    if not found:
        raise RefusedError("this Twilio account has no such number: compare the policy's address with the secret")
    return found[0]


def _of_number(webhooks: Webhooks) -> dict[str, str]:
    return {
        "sms_url": webhooks.messages,
        "sms_method": "POST",
        "sms_fallback_url": webhooks.fallback,
        "sms_fallback_method": "POST",
    }


def _of_service(webhooks: Webhooks) -> dict[str, str]:
    return {
        "inbound_request_url": webhooks.messages,
        "inbound_method": "POST",
        "fallback_url": webhooks.fallback,
        "fallback_method": "POST",
        "status_callback": webhooks.statuses,
    }


def _differences(place: Any, wanted: Mapping[str, str]) -> list[Change]:  # noqa: ANN401  # the SDK ships no types
    known = {setting: getattr(place, setting) for setting in wanted}
    return [Change(setting, known[setting], value) for setting, value in wanted.items() if known[setting] != value]
