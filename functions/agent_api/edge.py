"""What all routes share: who calls, what they send, and answers; errors as problem details (RFC 9457)."""

import re
from http import HTTPStatus
from typing import Any, NewType, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import Logger
from pydantic import BaseModel, TypeAdapter, ValidationError

from functions.agent_api.views import ConversationView, MessageView
from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    OutdatedError,
    RefusedError,
    SwitchboardError,
    UnavailableError,
    UnfitError,
)
from switchboard.flows import desk, team

api, logger = APIGatewayHttpResolver(strip_prefixes=["/agent"]), Logger()

LEADS = "leads"
KEY_LENGTH = 64
LARGEST_BODY = 1024 * 1024
"""Bytes: several times the longest text that any route takes."""
JSON, PROBLEM = "application/json", "application/problem+json"

Key = NewType("Key", str)
"""An `Idempotency-Key`."""
Tag = NewType("Tag", str)
"""The `If-Match` of a setting or draft as somebody read it, without its quotes; None is content with any."""


class WrongBodyError(SwitchboardError):
    """A body that is not what the route takes: each field with what is wrong, never its content."""


class WrongTypeError(SwitchboardError):
    """A body that says it is something else than JSON."""


class LargeBodyError(SwitchboardError):
    """A body that is longer than any route takes."""


class WrongTagError(SwitchboardError):
    """An `If-Match` that nothing ever had."""


class NoKeyError(SwitchboardError):
    """A request that a weak network may repeat, without the key that tells a repetition."""


_STATUS: dict[type[SwitchboardError], HTTPStatus] = {
    NoKeyError: HTTPStatus.BAD_REQUEST,
    WrongTagError: HTTPStatus.BAD_REQUEST,
    WrongBodyError: HTTPStatus.UNPROCESSABLE_ENTITY,
    WrongTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    LargeBodyError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    OutdatedError: HTTPStatus.PRECONDITION_FAILED,
    RefusedError: HTTPStatus.CONFLICT,
    UnfitError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConflictError: HTTPStatus.SERVICE_UNAVAILABLE,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
Body = TypeVar("Body", bound=BaseModel)
Answer = Response[str]


def caller(*, conditional: bool = False) -> desk.Caller:
    """Who asks: the authorizer has verified the token, its claims say who it is for.

    With `conditional`, also what they have seen, if the request says so; raises `WrongTagError`.
    """
    claims: dict[str, Any] = api.current_event.request_context.authorizer.jwt_claim
    groups = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    return desk.Caller(agent_id=claims["sub"], is_lead=LEADS in groups, seen=_seen() if conditional else None)


def _seen() -> desk.Seen | None:
    """What `If-Match` names; `*` and no header are content with anything."""
    given = api.current_event.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    read = re.fullmatch(r'"(\d{1,9})\.(\d{1,9})"', given, re.ASCII)
    if read is None:
        raise WrongTagError("If-Match: send the ETag of the conversation as you read it, with its quotes")
    return desk.Seen(revision=int(read[1]), outbound=int(read[2]))


def tag() -> str | None:
    """What `If-Match` names of a setting or draft; None for `*` and no header. Raises `WrongTagError`."""
    given = api.current_event.headers.get("if-match", "*").strip()
    if given == "*":
        return None
    read = re.fullmatch(r'"([0-9a-f]{16})"', given)
    if read is None:
        raise WrongTagError("If-Match: send the ETag of the setting, or draft, as you read it, with its quotes")
    return read[1]


def vouched(*, conditional: bool, as_lead: bool) -> desk.Caller:
    """The same, as they are by now; see `flows.team.vouch`."""
    return team.vouch(caller(conditional=conditional), wiring.board(), wiring.team_settings(), as_lead=as_lead)


def body(kind: type[Body]) -> Body:
    """The request's body; raises `WrongBodyError`, `WrongTypeError`, `LargeBodyError`."""
    declared = api.current_event.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if declared != JSON:
        raise WrongTypeError(f"send the body as JSON, with Content-Type: {JSON}")
    if len(api.current_event.body or "") > LARGEST_BODY:
        raise LargeBodyError(f"a body has {LARGEST_BODY // 1024} KB at most: send less at once")
    try:
        return kind.model_validate_json(api.current_event.decoded_body or "{}")
    except UnicodeDecodeError:
        raise WrongBodyError("body: not UTF-8") from None
    except ValidationError as error:
        raise _wrong(error, "body") from None


def query(kind: type[Body]) -> Body:
    """The request's query; raises `WrongBodyError`."""
    try:
        return kind.model_validate_strings(api.current_event.query_string_parameters or {})
    except ValidationError as error:
        raise _wrong(error, "query") from None


def _wrong(error: ValidationError, whole: str) -> WrongBodyError:
    """Each field with what is wrong, never its content."""
    found = error.errors(include_input=False)
    return WrongBodyError("; ".join(f"{'.'.join(map(str, e['loc'])) or whole}: {e['msg']}" for e in found))


def key() -> Key:
    """The request's `Idempotency-Key`, without which nothing is written twice by mistake; raises `NoKeyError`."""
    given = api.current_event.headers.get("idempotency-key", "")
    if not 0 < len(given) <= KEY_LENGTH or not given.replace("-", "").isalnum() or not given.isascii():
        raise NoKeyError("send an Idempotency-Key header: 1 to 64 letters, digits and hyphens")
    return Key(given)


def show(view: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """One thing as JSON, with its ETag if it has one."""
    tag = getattr(view, "etag", None)
    return Response(status, JSON, view.model_dump_json(), headers={"ETag": tag} if tag else None)


def problem(status: HTTPStatus, detail: str, **more: object) -> Answer:
    """An error as problem details; the detail names the remedy."""
    described = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, **more}
    return Response(status, PROBLEM, TypeAdapter(dict[str, Any]).dump_json(described).decode())


@api.exception_handler(list(_STATUS))  # type: ignore[untyped-decorator]  # Powertools leaves it untyped
def refuse(error: SwitchboardError) -> Answer:
    """The domain's refusals."""
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return problem(status, str(error))


@api.exception_handler(desk.ChangedError)  # type: ignore[untyped-decorator]  # the same
def refuse_changed(error: desk.ChangedError) -> Answer:
    """Another decision came first: what the conversation has become by it, and a colleague's answer as it was sent."""
    now = {"conversation": ConversationView.of(error.known).model_dump(mode="json")}
    answer = {"answer": MessageView.of(error.answer).model_dump(mode="json")} if error.answer else {}
    return problem(HTTPStatus.PRECONDITION_FAILED, str(error), **now, **answer)


@api.exception_handler(Exception)  # type: ignore[untyped-decorator]  # Powertools leaves it untyped
def fail(error: Exception) -> Answer:
    """Our own fault. Let out, Lambda would log its message, which may quote what customers wrote (promise 10)."""
    logger.error("failed", extra=describe(error))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something is wrong on our side: try again, it has been logged")
