"""What a policy may say of alerts."""

from typing import Any

import pytest
from pydantic import ValidationError

from switchboard.policy import Policy, load_policy
from tests.world import ROOT

MAIL = {"via": ["mail"], "sender": "alerts@acme.example", "domains": ["acme.example"]}
POLICY = load_policy(ROOT / "policy.yaml")


def with_alerts(alerts: dict[str, Any]) -> Policy:
    return Policy.model_validate({**POLICY.model_dump(mode="json"), "alerts": alerts})


def test_alerts_are_off_unless_the_policy_offers_a_way() -> None:
    assert with_alerts({}).alerts.via == ()


def test_mail_needs_an_address_of_ours_that_customers_do_not_use() -> None:
    assert with_alerts(MAIL).alerts.sender == "alerts@acme.example"


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ({"via": ["mail"], "domains": ["acme.example"]}, "name the address"),
        ({"via": ["mail"], "sender": "alerts@acme.example"}, "name the domains"),
        ({"via": ["webhook"]}, "name the https URL"),
        ({**MAIL, "sender": "support@acme.example"}, "name one that customers don't use"),
        ({**MAIL, "sender": "Support+alerts@ACME.example"}, "name one that customers don't use"),
        ({**MAIL, "sender": "alerts@elsewhere.example"}, "use one of those"),
        ({"via": ["webhook"], "webhook": "http://hooks.example/x"}, "alerts.webhook"),
        ({"after": "16m"}, "alerts.after"),
        ({"every": "0s"}, "alerts.every"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(alerts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        with_alerts(alerts)
    assert said in str(caught.value)
