"""Our lines at the Twilio double: an account for each of the policy's, and its credentials as the secret's value."""

import hashlib
import json
from pathlib import Path

from sandbox.emulator import Emulator
from sandbox.twilio import Account, Line, Twilio
from switchboard.policy import Policy

SMS = "sms"
_SECRET_PREFIX = "switchboard/local"  # noqa: S105  # a name


def credentials(account: str) -> dict[str, str]:
    """Make up an account's credentials, in Twilio's shapes and always the same."""

    def derive(what: str) -> str:
        return hashlib.sha256(f"{account} {what}".encode()).hexdigest()[:32]

    return {
        "account_sid": f"AC{derive('account')}",
        "auth_token": derive("token"),
        "api_key": f"SK{derive('key')}",
        "api_key_secret": derive("secret"),
    }


def make_twilio(policy: Policy, base_url: str, state_file: Path) -> Twilio:
    """Make the double with our numbers; their webhooks go to the API at `base_url`."""
    return Twilio([_account(name, policy, base_url) for name in sms_accounts(policy)], state_file=state_file)


def put_secrets(emulator: Emulator, policy: Policy) -> None:
    """Tell the functions the credentials. A value that is there already is left: a new one would age it."""
    client = emulator.client("secretsmanager")
    for account in sms_accounts(policy):
        secret, value = f"{_SECRET_PREFIX}/{account}", json.dumps(credentials(account))
        if client.get_secret_value(SecretId=secret)["SecretString"] != value:
            client.put_secret_value(SecretId=secret, SecretString=value)


def sms_accounts(policy: Policy) -> list[str]:
    """Return the accounts that Twilio serves."""
    return [name for name, account in policy.accounts.items() if account.channel == SMS]


def _account(name: str, policy: Policy, base_url: str) -> Account:
    known = credentials(name)
    ours = policy.accounts[name]
    line = Line(ours.address, f"{policy.brands[ours.brand].name} {ours.queue}", f"{base_url}/sms/{name}")
    return Account(
        known["account_sid"], known["auth_token"], lines=[line], api_keys={known["api_key"]: known["api_key_secret"]}
    )
