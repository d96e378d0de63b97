"""Who a customer on WhatsApp is."""

import pytest

from switchboard.channels import channel


@pytest.mark.parametrize("written", ["4915755512399", "+4915755512399"])
def test_a_number_is_the_same_customer_with_and_without_its_plus(written: str) -> None:
    assert channel("whatsapp").contact(written) == "whatsapp:4915755512399"


def test_a_user_id_stays_as_it_is() -> None:
    assert channel("whatsapp").contact("US.13491208655302741918") == "whatsapp:US.13491208655302741918"
