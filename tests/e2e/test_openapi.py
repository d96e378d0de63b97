"""The agents' API does what its document says: requests made from the document, right and wrong, in a fixed order."""

import json
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.lab import Lab
from tests.world import ROOT

TOLD: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
EXAMPLES = 6
"""Requests made for each operation and caller."""
KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SESSION_OF = {"agent": "ann", "lead": "dee"}

document = schemathesis.openapi.from_dict(TOLD)


@pytest.fixture(scope="module")
def tokens(deployed: Lab) -> dict[str, str]:
    """A token of somebody of each role."""
    return {role: deployed.agent(name, online=False).sign_in() for role, name in SESSION_OF.items()}


@pytest.mark.parametrize("role", SESSION_OF)
@document.parametrize()
@settings(
    derandomize=True,
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_whatever_it_is_asked_as_the_document_says(
    case: schemathesis.Case[Any], role: str, deployed: Lab, tokens: dict[str, str]
) -> None:
    assume("\n" not in unquote(case.formatted_path))  # the embedded API Gateway has no route for these
    headers = {"authorization": f"Bearer {tokens[role]}"}
    case.call_and_validate(base_url=f"{deployed.outputs['ApiUrl']}/agent", headers=headers, checks=KEPT)


def test_the_deployed_function_serves_the_document(deployed: Lab) -> None:
    assert deployed.call("ann", "GET", "openapi.json").json() == TOLD
