"""A stage as a person reads it: with their own rights, its tables found by the names that it was deployed with."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from switchboard.aws.agents import DynamoAgents
from switchboard.aws.conversations import DynamoConversations
from switchboard.aws.decisions import DynamoDecisions
from switchboard.aws.estimates import DynamoEstimates
from switchboard.errors import NotFoundError
from switchboard.instant import system_clock

_SANDBOX = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
"""The embedded AWS knows one root user."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What was decided, the messages it was about, who answers, and what promises are made from."""

    decisions: DynamoDecisions
    conversations: DynamoConversations
    agents: DynamoAgents
    estimates: DynamoEstimates


def open_stage(
    name: str | None, *, endpoint: str | None = None, directory: Path | None = None, table: str | None = None
) -> Stage:
    """Open a deployed stage; with `directory`, the sandbox that keeps its outputs there.

    `endpoint` is another DynamoDB than the region's, `table` another table of decisions, such as a restored one.
    Raises `NotFoundError`.
    """
    outputs = _sandbox_outputs(directory) if directory else _outputs(f"Switchboard-{name}")
    if directory:
        endpoint = endpoint or f"http://127.0.0.1:{_read(directory / 'ports.json')['aws']}"
    client = boto3.client("dynamodb", endpoint_url=endpoint, **(_SANDBOX if directory else {}))  # type: ignore[call-overload]  # optional arguments as a mapping
    kinds = ("Conversations", "Agents", "Decisions", "Queues")
    conversations, agents, decisions, queues = (outputs[f"{kind}Table"] for kind in kinds)
    return Stage(
        DynamoDecisions(client, table or decisions),
        DynamoConversations(client, conversations, agents, decisions, system_clock, _never),
        DynamoAgents(client, agents, _never),
        DynamoEstimates(client, queues, system_clock, _never),
    )


def _sandbox_outputs(directory: Path) -> dict[str, str]:
    (outputs,) = _read(directory / "outputs.json").values()
    return dict(outputs)


def _read(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise NotFoundError(f"{file} is not there: run make up, or name a deployed stage with --stage") from error


def _outputs(stack: str) -> dict[str, str]:
    try:
        (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise NotFoundError(
            f"the stack {stack} can't be read: check --stage, AWS_PROFILE, AWS_REGION, and that you may see stacks"
        ) from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def _never(_count: int) -> None:
    """Reading loses no race."""
