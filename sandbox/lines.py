"""Our lines at the doubles: an account for each of the policy's, and its credentials as the secret's value."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeAlias, get_args

from sandbox.double import Double
from sandbox.emulator import Emulator
from sandbox.line import Channel, Line
from sandbox.meta import App, Meta, Product
from sandbox.meta import Line as MetaLine
from sandbox.providers import Providers
from sandbox.ses import Ses
from sandbox.ses_aws import Aws
from sandbox.telegram import Bot, Telegram
from sandbox.twilio import Account, Twilio
from sandbox.twilio import Line as Number
from switchboard.channels import channel
from switchboard.instant import system_clock
from switchboard.policy import Policy

SMS, EMAIL = "sms", "email"
_SECRET_PREFIX = "switchboard/local"  # noqa: S105  # a name

Now: TypeAlias = Callable[[], datetime]
"""A clock, UTC."""
Credentials: TypeAlias = Callable[[str, Policy], dict[str, str]]
"""Tells an account's credentials."""


def credentials(account: str) -> dict[str, str]:
    """Make up an SMS account's credentials, in Twilio's shapes and always the same."""
    return {
        "account_sid": f"AC{_derive(account, 'account')}",
        "auth_token": _derive(account, "token"),
        "api_key": f"SK{_derive(account, 'key')}",
        "api_key_secret": _derive(account, "secret"),
    }


def credentials_of(account: str, policy: Policy) -> dict[str, str]:
    """Make up any account's credentials, in its provider's shapes. Accounts of one Meta product share their app."""
    ours = policy.accounts[account]
    if ours.channel == SMS:
        return credentials(account)
    if ours.channel == "telegram":
        return {"token": f"{ours.address}:{_derive(account, 'token')}", "secret_token": _derive(account, "secret")}
    if ours.channel == "line":
        token = _derive(account, "token") + _derive(account, "more")
        return {"channel_secret": _derive(account, "secret"), "channel_access_token": token}
    return {
        "app_secret": _derive(ours.channel, "secret"),
        "verify_token": _derive(ours.channel, "verify"),
        "access_token": _derive(ours.channel, "token"),
        **({"waba_id": str(int(_derive(account, "business"), 16))[:15]} if ours.channel == "whatsapp" else {}),
    }


def make_providers(
    policy: Policy,
    base_url: str,
    directory: Path,
    ses: Ses | None = None,
    now: Now = system_clock,
    console_url: str = "",
) -> Providers:
    """Make the doubles with our accounts, whose webhooks go to the API at `base_url`; state is kept in `directory`."""
    networks = {
        name: make_network(name, policy, base_url, directory / f"{name}.json", now=now) for name in networks_of(policy)
    }
    return Providers(make_twilio(policy, base_url, directory / "twilio.json", now), networks, ses, console_url)


def make_twilio(policy: Policy, base_url: str, state_file: Path, now: Now = system_clock) -> Twilio:
    """Make the double with our numbers; their webhooks go to the API at `base_url`."""
    return Twilio([_account(name, policy, base_url) for name in sms_accounts(policy)], state_file=state_file, now=now)


def make_ses(
    policy: Policy, aws: Aws, state_file: Path | None = None, smtp_port: int = 0, now: Now = system_clock
) -> Ses:
    """Make the double of SES with our mail accounts; port 0 takes a free one."""
    ours = {policy.accounts[name].address: name for name in _accounts(EMAIL, policy)}
    names = {address: _title(name, policy) for address, name in ours.items()}
    senders = [policy.alerts.sender] if policy.alerts.sender else []
    return Ses(ours, aws, names=names, senders=senders, smtp_port=smtp_port, state_file=state_file, now=now)


def make_network(
    name: str,
    policy: Policy,
    base_url: str,
    state_file: Path | None = None,
    known: Credentials = credentials_of,
    now: Now = system_clock,
) -> Double:
    """Make a social network's double with our accounts there."""
    return _DOUBLES[name](name, policy, base_url, state_file, known, now)


def put_secrets(emulator: Emulator, policy: Policy) -> None:
    """Tell the functions the credentials. A value that is there already is left: a new one would age it."""
    client = emulator.client("secretsmanager")
    for account, ours in policy.accounts.items():
        if ours.channel != SMS and ours.channel not in _DOUBLES:
            continue  # a channel without a double: its secret stays a placeholder
        secret, value = f"{_SECRET_PREFIX}/{account}", json.dumps(credentials_of(account, policy))
        if client.get_secret_value(SecretId=secret)["SecretString"] != value:
            client.put_secret_value(SecretId=secret, SecretString=value)


def sms_accounts(policy: Policy) -> list[str]:
    """Return the accounts that Twilio serves."""
    return _accounts(SMS, policy)


def networks_of(policy: Policy) -> list[str]:
    """Return the social networks that we have accounts at, of those with a double."""
    return [name for name in _DOUBLES if _accounts(name, policy)]


def _make_meta(
    name: str, policy: Policy, base_url: str, state_file: Path | None, known: Credentials, now: Now
) -> Double:
    (product,) = [product for product in _PRODUCTS if product == name]
    accounts, lines = _accounts(name, policy), []
    for account in accounts:
        webhook, title = _webhook(account, policy, base_url), _title(account, policy)
        business = known(account, policy).get("waba_id", "")
        lines.append(MetaLine(product, policy.accounts[account].address, webhook, title, business))
    app = known(accounts[0], policy)
    return Meta(App(app["app_secret"], app["access_token"], lines), state_file=state_file, now=now)


def _make_telegram(
    name: str, policy: Policy, base_url: str, state_file: Path | None, known: Credentials, now: Now
) -> Double:
    bots = []
    for account in _accounts(name, policy):
        secret, webhook = known(account, policy), _webhook(account, policy, base_url)
        bots.append(Bot(secret["token"], secret["secret_token"], webhook, _title(account, policy)))
    return Telegram(bots, state_file=state_file, now=now)


def _make_line(
    name: str, policy: Policy, base_url: str, state_file: Path | None, known: Credentials, now: Now
) -> Double:
    channels = []
    for account in _accounts(name, policy):
        address, secret = policy.accounts[account].address, known(account, policy)
        webhook, title = _webhook(account, policy, base_url), _title(account, policy)
        channels.append(Channel(address, secret["channel_secret"], secret["channel_access_token"], webhook, title))
    return Line(channels, state_file=state_file, now=now)


_PRODUCTS: tuple[Product, ...] = get_args(Product)
_DOUBLES: Mapping[str, Callable[[str, Policy, str, Path | None, Credentials, Now], Double]] = {
    **dict.fromkeys(_PRODUCTS, _make_meta),
    "telegram": _make_telegram,
    "line": _make_line,
}


def _account(name: str, policy: Policy, base_url: str) -> Account:
    known = credentials(name)
    webhook, fallback = _webhook(name, policy, base_url), base_url + channel(SMS).caught_path(name)
    line = Number(policy.accounts[name].address, _title(name, policy), webhook, fallback)
    return Account(
        known["account_sid"], known["auth_token"], lines=[line], api_keys={known["api_key"]: known["api_key_secret"]}
    )


def _accounts(channel_name: str, policy: Policy) -> list[str]:
    return [name for name, account in policy.accounts.items() if account.channel == channel_name]


def _title(account: str, policy: Policy) -> str:
    ours = policy.accounts[account]
    return f"{policy.brands[ours.brand].name} {ours.queue}"


def _webhook(account: str, policy: Policy, base_url: str) -> str:
    return base_url + channel(policy.accounts[account].channel).path(account)


def _derive(of: str, what: str) -> str:
    return hashlib.sha256(f"{of} {what}".encode()).hexdigest()[:32]
