"""The AWS account that the double of SES belongs to: its mail bucket, its topic for events, and who may send."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any, Protocol
from xml.etree import ElementTree as ET

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.emulator import ACCOUNT, REGION, Emulator
from sandbox.errors import SandboxError

_SECONDS = 30
_NAMES = {
    "AccessDenied": "AccessDeniedException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
}
"""What the second version of SES's API calls the refusals of the first."""
_ASSUMED_ROLE = re.compile(r"arn:aws:sts::\d+:assumed-role/([\w+=,.@-]+)/")
_OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "accept-encoding"}


@dataclass(frozen=True, slots=True)
class Call:
    """A signed call of SES's API: the path as it was signed, header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    action: str = "SendEmail"
    """What the caller must have the right to: raw mail is a right of its own."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call may not be made, in the API's words."""

    code: str
    message: str


class Aws(Protocol):
    """What SES needs of the account. Each may block, and raises `SandboxError` if the account is out of reach."""

    def store(self, key: str, mail: bytes) -> None:
        """Put a mail into the bucket."""

    def publish(self, event: Mapping[str, Any]) -> None:
        """Tell the topic of an event."""

    def refusal(self, call: Call, sender: str, configuration_set: str | None) -> Refusal | None:
        """Why the caller may not send as this sender; None if they may."""


class EmbeddedAws:
    """Implements `Aws` with the embedded one and the stack deployed to it."""

    def __init__(self, emulator: Emulator, outputs: Mapping[str, str]) -> None:
        self._url, self._outputs = emulator.url, outputs
        self._s3, self._sns, self._iam = (emulator.client(service) for service in ("s3", "sns", "iam"))

    def store(self, key: str, mail: bytes) -> None:
        try:
            self._s3.put_object(Bucket=self._outputs["RawBucket"], Key=key, Body=mail)
        except (BotoCoreError, ClientError) as error:
            raise SandboxError("the mail bucket is out of reach: see .local/logs/aws.log") from error

    def publish(self, event: Mapping[str, Any]) -> None:
        topic, subject = self._outputs["MailEventsTopic"], "Amazon SES Email Event Notification"
        try:
            self._sns.publish(TopicArn=topic, Subject=subject, Message=json.dumps(event))
        except (BotoCoreError, ClientError) as error:
            raise SandboxError("the topic of mail's events is out of reach: see .local/logs/aws.log") from error

    def refusal(self, call: Call, sender: str, configuration_set: str | None) -> Refusal | None:
        """Ask the embedded AWS, which checks the signature and the caller's right to send as anybody.

        It never checks the right to send as one identity, so a caller refused there is looked at again with the
        identity that SES would check, and with the configuration set.
        """
        found = self._ask(call)
        role = _ASSUMED_ROLE.search(found.message) if found and found.code == "AccessDeniedException" else None
        if role is None:
            return found
        address = parseaddr(sender)[1]
        identities = [f"identity/{address}", f"identity/{address.rpartition('@')[2]}"]
        sets = [f"configuration-set/{configuration_set}"] if configuration_set else []
        may_send = any(self._allows(role[1], call.action, identity) for identity in identities)
        return None if may_send and all(self._allows(role[1], call.action, name) for name in sets) else found

    def _ask(self, call: Call) -> Refusal | None:
        """Send the call on as it was signed: the added header, which is not signed, names the action to check."""
        headers = {name: value for name, value in call.headers.items() if name not in _OF_THE_CONNECTION}
        headers["x-amz-target"] = f"SimpleEmailService.{call.action}"
        try:
            answer = httpx.post(
                self._url + call.path, content=call.body, headers=headers, trust_env=False, timeout=_SECONDS
            )
        except httpx.TransportError as error:
            raise SandboxError("the embedded AWS does not answer: see .local/logs/aws.log") from error
        return _read_refusal(answer.text) if answer.status_code == HTTPStatus.FORBIDDEN else None

    def _allows(self, role: str, action: str, resource: str) -> bool:
        try:
            answer = self._iam.simulate_principal_policy(
                PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
                ActionNames=[f"ses:{action}"],
                ResourceArns=[f"arn:aws:ses:{REGION}:{ACCOUNT}:{resource}"],
            )
        except (BotoCoreError, ClientError) as error:
            raise SandboxError("IAM does not answer: see .local/logs/aws.log") from error
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def _read_refusal(document: str) -> Refusal:
    error = ET.fromstring(document).find("{*}Error")  # noqa: S314  # the embedded AWS's own answer
    code = (error.findtext("{*}Code") if error is not None else None) or "AccessDenied"
    message = (error.findtext("{*}Message") if error is not None else None) or ""
    return Refusal(_NAMES.get(code, code), message)
