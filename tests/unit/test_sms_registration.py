"""Whether a number may text people in the United States, as the policy says and a deployment to the cloud asks."""

import re

import pytest

from infra.policy import policy_of, require_registration
from infra.settings import STAGES
from switchboard.channels.sms.registration import objection, required_registration
from switchboard.errors import PolicyError
from switchboard.policy import Registration


@pytest.mark.parametrize(
    ("address", "required"),
    [
        ("+14155552671", "10dlc"),
        ("+15555550100", "10dlc"),
        ("+12125550123", "10dlc"),
        *((f"+1{prefix}5550100", "toll-free") for prefix in (800, 888, 877, 866, 855, 844, 833)),
        ("+18225550100", "10dlc"),
        ("24680", "short-code"),
        ("246813", "short-code"),
        ("+447400123456", None),
        ("whatsapp:+14155552671", None),
        ("rcs:acme_agent", None),
    ],
)
def test_TW_12_each_kind_of_american_sender_has_its_registration(address: str, required: Registration | None) -> None:
    assert required_registration(address) == required
    assert objection(address, required) is None


@pytest.mark.parametrize(
    ("address", "registration", "remedy"),
    [
        ("+14155552671", None, "register a 10DLC campaign for it at Twilio, then say 10dlc"),
        ("+14155552671", "toll-free", "then say 10dlc"),
        ("+18005550100", "10dlc", "have it verified at Twilio, then say toll-free"),
        ("24680", None, "have the short code approved, then say short-code"),
    ],
)
def test_TW_12_what_is_missing_or_wrong_names_the_remedy(
    address: str, registration: Registration | None, remedy: str
) -> None:
    problem = objection(address, registration)
    assert problem
    assert remedy in problem


def test_TW_12_a_deployment_to_the_cloud_is_refused_with_the_fields_name() -> None:
    policy = policy_of("dev")
    accounts = {key: account.model_copy(update={"registration": None}) for key, account in policy.accounts.items()}
    with pytest.raises(PolicyError, match=re.escape("accounts.acme-sms.registration: carriers drop texts")):
        require_registration(policy.model_copy(update={"accounts": accounts}))


@pytest.mark.parametrize("stage", STAGES)
def test_TW_12_every_stages_policy_is_registered(stage: str) -> None:
    require_registration(policy_of(stage))
