"""The agents' API: routes, and errors as problem details (RFC 9457)."""

import base64
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import Logger
from pydantic import BaseModel, TypeAdapter, ValidationError

from functions.agent_api import views
from switchboard import wiring
from switchboard.aws.failures import describe
from switchboard.channels import channel
from switchboard.erasure import is_code
from switchboard.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError, SwitchboardError, UnfitError
from switchboard.flows import desk, erasures, files

api, logger = APIGatewayHttpResolver(strip_prefixes=["/agent"]), Logger()

LEADS = "leads"
KEY_LENGTH = 64
LONGEST_NUMBER = 3
QUARANTINE_LIMIT = 100
QUARANTINE_PREFIX = "quarantine/"
"""Where bytes lie that may be looked at. Mail stays among mail: it may hold a virus (rule EM-3)."""
PROBLEM = "application/problem+json"


class WrongBodyError(SwitchboardError):
    """A body that is not what the route takes: each field with what is wrong, never its content."""


_STATUS: dict[type[SwitchboardError], HTTPStatus] = {
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


@api.get("/me")
def get_me() -> Answer:
    """The caller."""
    return show(views.AgentView.of(desk.me(caller(), wiring.board())))


@api.put("/me/presence")
def put_presence() -> Answer:
    """Say online, away or offline; online again is the heartbeat."""
    said = body(views.PresenceBody).presence
    return show(views.AgentView.of(desk.set_presence(caller(), said, wiring.board())))


@api.get("/me/conversations")
def get_conversations() -> Answer:
    """The caller's conversations, the longest waiting first."""
    return show_all(desk.my_conversations(caller(), wiring.board()), views.ConversationView.of)


@api.get("/conversations/<conversation_id>")
def get_conversation(conversation_id: str) -> Answer:
    """A conversation with its messages."""
    return show(views.TimelineView.made(*desk.read(caller(), conversation_id, wiring.board())))


@api.get("/conversations/<conversation_id>/messages/<message_id>")
def get_message(conversation_id: str, message_id: str) -> Answer:
    """One message with the whole of its content."""
    entry = desk.read_message(caller(), conversation_id, unquote(message_id), wiring.board())
    return show(views.WholeMessageView.made(entry, files.whole_of(entry, wiring.raw())))


@api.get("/conversations/<conversation_id>/messages/<message_id>/attachments/<n>")
def get_attachment(conversation_id: str, message_id: str, n: str) -> Answer:
    """Where a file can be downloaded for a while, once it may be."""
    number = int(n) if n.isascii() and n.isdigit() and len(n) <= LONGEST_NUMBER else -1
    entry = desk.read_message(caller(), conversation_id, unquote(message_id), wiring.board())
    is_scanned = bool(wiring.setting("SCAN_MEDIA"))
    return show(views.ReleasedView.of(files.release(entry, number, wiring.media(), scanned=is_scanned)))


@api.post("/conversations/<conversation_id>/replies")
def post_reply(conversation_id: str) -> Answer:
    """Answer the customer. `Idempotency-Key` is required: the same key again returns the first answer."""
    key = api.current_event.headers.get("idempotency-key", "")
    if not 0 < len(key) <= KEY_LENGTH or not key.replace("-", "").isalnum() or not key.isascii():
        return problem(HTTPStatus.BAD_REQUEST, "send an Idempotency-Key header: 1 to 64 letters, digits and hyphens")
    text = body(views.ReplyBody).text
    entry, is_new = desk.reply(caller(), conversation_id, text, key, wiring.board())
    return show(views.MessageView.of(entry), HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.post("/conversations/<conversation_id>/resolve")
def post_resolve(conversation_id: str) -> Answer:
    """End a conversation."""
    leave = body(views.ResolveBody).leave_unanswered
    return show(
        views.ConversationView.of(desk.resolve(caller(), conversation_id, wiring.board(), leave_unanswered=leave))
    )


@api.get("/quarantine/<account>")
def get_quarantine(account: str) -> Answer:
    """What an account received and nobody could understand, the newest first; for leads."""
    lead()
    return show_all(wiring.quarantine().list(account, QUARANTINE_LIMIT), views.QuarantinedView.of)


@api.get("/quarantine/<account>/<quarantine_id>")
def get_quarantined(account: str, quarantine_id: str) -> Answer:
    """One of them with its raw bytes; for leads."""
    lead()
    item = wiring.quarantine().get(account, quarantine_id)
    if item is None:
        raise NotFoundError("nothing of this id is in quarantine")
    is_shown = item.key.startswith(QUARANTINE_PREFIX)
    raw = base64.b64encode(wiring.raw().fetch(item.key)).decode() if is_shown else None
    return show(views.QuarantinedBytesView(**views.QuarantinedView.of(item).model_dump(), raw_base64=raw))


@api.post("/erasures")
def post_erasure() -> Answer:
    """Have a customer erased everywhere; for leads. Asking again is asking once."""
    who, asked = lead(), body(views.ErasureBody)
    if asked.channel not in {account.channel for account in wiring.policy().accounts.values()}:
        raise WrongBodyError("channel: none of our accounts has it")
    address = channel(asked.channel).contact(asked.address)
    taken = erasures.ask_for(address, f"agent:{who.agent_id}", wiring.office())
    return show(views.ErasureView.of(taken), HTTPStatus.ACCEPTED)


@api.get("/erasures/<code>")
def get_erasure(code: str) -> Answer:
    """How far a request got; for leads."""
    lead()
    known = wiring.erasures().get(code) if is_code(code) else None
    if known is None:
        raise NotFoundError("there is no such request")
    return show(views.ErasureView.of(known))
