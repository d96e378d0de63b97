"""What all routes share: who calls, what they send, and answers; errors as problem details (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import Logger
from pydantic import BaseModel, TypeAdapter, ValidationError

from switchboard.aws.failures import describe
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, SwitchboardError, UnfitError
from switchboard.flows import desk

api, logger = APIGatewayHttpResolver(strip_prefixes=["/agent"]), Logger()

LEADS = "leads"
KEY_LENGTH = 64
PROBLEM = "application/problem+json"


class WrongBodyError(SwitchboardError):
    """A body that is not what the route takes: each field with what is wrong, never its content."""


class NoKeyError(SwitchboardError):
    """A request that a weak network may repeat, without the key that tells a repetition."""


_STATUS: dict[type[SwitchboardError], HTTPStatus] = {
    NoKeyError: HTTPStatus.BAD_REQUEST,
    WrongBodyError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    RefusedError: HTTPStatus.CONFLICT,
    UnfitError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConflictError: HTTPStatus.SERVICE_UNAVAILABLE,
}
Body = TypeVar("Body", bound=BaseModel)
Answer = Response[str]


def caller() -> desk.Caller:
    """Who asks: the authorizer has verified the token, its claims say who it is for."""
    claims: dict[str, Any] = api.current_event.request_context.authorizer.jwt_claim
    groups = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    return desk.Caller(agent_id=claims["sub"], is_lead=LEADS in groups)


def lead() -> desk.Caller:
    """The same, if they lead; raises `ForbiddenError`."""
    who = caller()
    if not who.is_lead:
        raise ForbiddenError("only a lead may see this: ask one to add you to the group leads")
    return who


def body(kind: type[Body]) -> Body:
    """The request's body; raises `WrongBodyError`."""
    try:
        return kind.model_validate_json(api.current_event.decoded_body or "{}")
    except UnicodeDecodeError:
        raise WrongBodyError("body: not UTF-8") from None
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors(include_input=False)]
        raise WrongBodyError("; ".join(wrong)) from None


def key() -> str:
    """The request's `Idempotency-Key`, without which nothing is written twice by mistake; raises `NoKeyError`."""
    given = api.current_event.headers.get("idempotency-key", "")
    if not 0 < len(given) <= KEY_LENGTH or not given.replace("-", "").isalnum() or not given.isascii():
        raise NoKeyError("send an Idempotency-Key header: 1 to 64 letters, digits and hyphens")
    return given


def show(view: BaseModel, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """One thing as JSON."""
    return Response(status, "application/json", view.model_dump_json())


def show_all(items: list[Any], view: Callable[[Any], BaseModel]) -> Answer:
    """Several things as JSON."""
    shown = TypeAdapter(dict[str, list[Any]]).dump_json({"items": [view(item) for item in items]})
    return Response(HTTPStatus.OK, "application/json", shown.decode())


def problem(status: HTTPStatus, detail: str) -> Answer:
    """An error as problem details; the detail names the remedy."""
    described = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return Response(status, PROBLEM, TypeAdapter(dict[str, Any]).dump_json(described).decode())


@api.exception_handler(list(_STATUS))  # type: ignore[untyped-decorator]  # Powertools leaves it untyped
def refuse(error: SwitchboardError) -> Answer:
    """The domain's refusals."""
    status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
    return problem(status, str(error))


@api.exception_handler(Exception)  # type: ignore[untyped-decorator]  # Powertools leaves it untyped
def fail(error: Exception) -> Answer:
    """Our own fault. Let out, Lambda would log its message, which may quote what customers wrote (promise 10)."""
    logger.error("failed", extra=describe(error))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something is wrong on our side: try again, it has been logged")


@api.not_found
def no_route(_: Exception) -> Answer:
    """A path that is none of ours."""
    return problem(HTTPStatus.NOT_FOUND, "there is no such route: see docs/api.md")
