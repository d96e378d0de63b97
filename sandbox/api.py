"""The agents' API, from an agent's side: signs in as the console does, and keeps signed in."""

import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.emulator import Emulator
from sandbox.errors import SandboxError

_SECONDS = 30


class ProblemError(SandboxError):
    """The API refused; the message is its own detail, which names the remedy."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class AgentApi:
    """One agent's session. Answers are the API's JSON (`functions/agent_api/views.py`)."""

    def __init__(self, emulator: Emulator, outputs: Mapping[str, str], username: str, password: str) -> None:
        self.username = username
        self._cognito = emulator.client("cognito-idp")
        self._client_id = outputs["UserPoolClientId"]
        self._password = password
        self._http = httpx.Client(base_url=f"{outputs['ApiUrl']}/agent/", trust_env=False, timeout=_SECONDS)

    def sign_in(self) -> str:
        """Get an access token; raises `SandboxError`."""
        try:
            answer = self._cognito.initiate_auth(
                AuthFlow="USER_PASSWORD_AUTH",
                ClientId=self._client_id,
                AuthParameters={"USERNAME": self.username, "PASSWORD": self._password},
            )
        except ClientError as error:
            raise SandboxError(f"{self.username} can't sign in: {error.response['Error']['Message']}") from error
        except BotoCoreError as error:
            raise SandboxError("the sandbox is not running: start it with make up") from error
        token = str(answer["AuthenticationResult"]["AccessToken"])
        self._http.headers["authorization"] = f"Bearer {token}"
        return token

    def close(self) -> None:
        self._http.close()

    def ticket(self) -> dict[str, Any]:
        """Get a ticket for one connection, and where it is good."""
        return self._call("POST", "push/ticket")

    def feed(self, cursor: str, queues: Sequence[str] = ()) -> dict[str, Any]:
        """What happened to my conversations, and in these queues, since a cursor (`sandbox/push.py`)."""
        return self._call("GET", f"feed?{urlencode({'cursor': cursor, 'queues': ','.join(queues)})}")

    def me(self) -> dict[str, Any]:
        return self._call("GET", "me")

    def set_presence(self, presence: str) -> dict[str, Any]:
        """Say online, away or offline; online again is the heartbeat."""
        return self._call("PUT", "me/presence", {"presence": presence})

    def conversations(self) -> list[dict[str, Any]]:
        """Mine, the longest waiting first."""
        return list(self._call("GET", "me/conversations")["items"])

    def conversation(self, conversation_id: str) -> dict[str, Any]:
        """One, with its messages."""
        return self._call("GET", f"conversations/{conversation_id}")

    def reply(self, conversation_id: str, text: str, key: str | None = None) -> dict[str, Any]:
        """Answer the customer; the same key again answers once."""
        return self._call("POST", f"conversations/{conversation_id}/replies", {"text": text}, _once(key))

    def read(self, conversation_id: str, until: str | None = None) -> bool:
        """Say that I have read it, as it is or until a message's time; returns whether it is unread all the same."""
        return bool(self._call("PUT", f"conversations/{conversation_id}/read", {"until": until})["unread"])

    def keep_draft(self, conversation_id: str, seen: str | None = None, **draft: Any) -> dict[str, Any]:  # noqa: ANN401  # as the API takes it
        """Keep what I have begun to write, if the draft is still the one that I have seen."""
        headers = {"if-match": seen} if seen else {}
        return self._call("PUT", f"conversations/{conversation_id}/draft", draft, headers)

    def drop_draft(self, conversation_id: str) -> dict[str, Any]:
        """Give it up."""
        return self._call("DELETE", f"conversations/{conversation_id}/draft")

    def drafts(self) -> list[dict[str, Any]]:
        """Where I have begun to write something."""
        return list(self._call("GET", "me/drafts")["items"])

    def resolve(self, conversation_id: str, *, leave_unanswered: bool = False) -> dict[str, Any]:
        """End a conversation."""
        return self._call("POST", f"conversations/{conversation_id}/resolve", {"leave_unanswered": leave_unanswered})

    def set_shift(self, until: str | None) -> dict[str, Any]:
        """Say when the shift ends (ISO 8601), or that it has no end."""
        return self._call("PUT", "me/shift", {"until": until})

    def begin(self, account: str, address: str, text: str, key: str | None = None) -> dict[str, Any]:
        """Write to a customer first."""
        opening = {"account": account, "address": address, "text": text}
        return self._call("POST", "conversations", opening, _once(key))

    def assign(self, conversation_id: str, agent_id: str) -> dict[str, Any]:
        """Give a conversation to an agent; for leads."""
        return self._call("POST", f"conversations/{conversation_id}/assign", {"agent_id": agent_id})

    def take(self, conversation_id: str) -> dict[str, Any]:
        """Take over a conversation of my queues."""
        return self._call("POST", f"conversations/{conversation_id}/take")

    def transfer(
        self,
        conversation_id: str,
        note: str,
        *,
        agent_id: str | None = None,
        queue: str | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """Pass a conversation on to an agent or a queue."""
        body = {"note": note, **({"agent_id": agent_id} if agent_id else {}), **({"queue": queue} if queue else {})}
        return self._call("POST", f"conversations/{conversation_id}/transfer", body, _once(key))

    def snooze(self, conversation_id: str, until: str) -> dict[str, Any]:
        """Put a conversation aside until then (ISO 8601)."""
        return self._call("POST", f"conversations/{conversation_id}/snooze", {"until": until})

    def reopen(self, conversation_id: str) -> dict[str, Any]:
        """Take up again what I resolved."""
        return self._call("POST", f"conversations/{conversation_id}/reopen")

    def note(
        self, conversation_id: str, text: str, mentions: Sequence[str] = (), key: str | None = None
    ) -> dict[str, Any]:
        """Write an internal note."""
        body = {"text": text, "mentions": list(mentions)}
        return self._call("POST", f"conversations/{conversation_id}/notes", body, _once(key))

    def tag(self, conversation_id: str, tags: Sequence[str]) -> dict[str, Any]:
        """Replace the tags."""
        return self._call("PUT", f"conversations/{conversation_id}/tags", {"tags": list(tags)})

    def place(self, conversation_id: str, **where: str) -> dict[str, Any]:
        """Change `queue` or `priority`."""
        return self._call("PUT", f"conversations/{conversation_id}/place", where)

    def hold(self, conversation_id: str, mark: str) -> dict[str, Any]:
        """Hold a customer for `spam`, or `block` them."""
        return self._call("PUT", f"conversations/{conversation_id}/{mark}")

    def lift(self, conversation_id: str, mark: str) -> dict[str, Any]:
        """Hold them for it no more."""
        return self._call("DELETE", f"conversations/{conversation_id}/{mark}")

    def quarantine(self, account: str) -> list[dict[str, Any]]:
        """What an account received and nobody could understand; for leads."""
        return list(self._call("GET", f"quarantine/{account}")["items"])

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        if "authorization" not in self._http.headers:
            self.sign_in()
        answer = self._send(method, path, body, headers)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:  # the token's hour is over
            self.sign_in()
            answer = self._send(method, path, body, headers)
        if answer.is_error:
            raise _problem(answer)
        return dict(answer.json())

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise SandboxError("the sandbox does not answer: is make up running?") from error


def _once(key: str | None) -> dict[str, str]:
    """What tells a repetition from another request."""
    return {"idempotency-key": key or secrets.token_hex(8)}


def _problem(answer: httpx.Response) -> ProblemError:
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError):
        detail = f"the API answered {answer.status_code}: see .local/logs/aws.log"
    return ProblemError(answer.status_code, detail)
