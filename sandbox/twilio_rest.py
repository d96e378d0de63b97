"""The part of Twilio's REST API that sends and lists messages, and how to make it fail.

https://www.twilio.com/docs/messaging/api/message-resource. `POST /faults {"fault": "throttled", "times": 2}` is ours:
it makes the next sends fail; `double.Fault` names the ways, and `lost_webhook` loses the next webhooks.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.double import Fault
from sandbox.fetched import is_url
from sandbox.files import content_of

if TYPE_CHECKING:
    from sandbox.twilio import Account, Text, Twilio

BODY_LIMIT = 1600
LONGEST_CALLBACK = 4000
LONGEST_VALIDITY = 36_000
LARGEST_PAGE = 1000
MOST_MEDIA = 10

CDN = "https://mms.twiliocdn.com"
E164 = re.compile(r"\+[1-9]\d{1,14}")
NETWORK = re.compile(r"(whatsapp|rcs):")
LOST_WEBHOOK = "lost_webhook"


def network_of(address: str) -> str | None:
    """Return the network that an address says it is on; None for a telephone number."""
    match = NETWORK.match(address)
    return match[1] if match else None


def is_address(address: str) -> bool:
    """Tell whether it is a telephone number, perhaps on a network."""
    return E164.fullmatch(NETWORK.sub("", address, count=1)) is not None


class ApiError(Exception):
    """An error as Twilio answers it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def answer_error(_request: Request, error: Exception) -> Response:
    """Answer with Twilio's error document."""
    assert isinstance(error, ApiError)  # noqa: S101  # registered for no other
    return JSONResponse(
        {
            "code": error.code,
            "message": error.message,
            "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            "status": error.status,
        },
        error.status,
    )


def rest_routes(twilio: "Twilio") -> list[Route]:
    """Make the API's routes."""
    api = _Api(twilio)
    messages = "/2010-04-01/Accounts/{account}/Messages"
    return [
        Route(f"{messages}.json", api.create, methods=["POST"]),
        Route(f"{messages}.json", api.list, methods=["GET"]),
        Route(f"{messages}/{{sid}}.json", api.fetch, methods=["GET"]),
        Route(f"{messages}/{{sid}}.json", api.delete, methods=["DELETE"]),
        Route(f"{messages}/{{sid}}/Media.json", api.list_media, methods=["GET"]),
        Route(f"{messages}/{{sid}}/Media/{{media}}.json", api.delete_media, methods=["DELETE"]),
        Route(f"{messages}/{{sid}}/Media/{{media}}", api.fetch_media, methods=["GET"]),
        Route("/{account}/{media}", api.serve_media, methods=["GET"]),
        Route("/faults", api.add_fault, methods=["POST"]),
    ]


def authenticate(twilio: "Twilio", request: Request) -> "Account":
    """Check Basic authentication by API key, or by account SID and auth token; returns whose they are."""
    user, password = _basic(request.headers.get("authorization", ""))
    theirs = next((a for a in twilio.accounts.values() if user == a.sid or user in a.api_keys), None)
    if theirs is None or not password or {theirs.sid: theirs.auth_token, **theirs.api_keys}[user] != password:
        raise ApiError(HTTPStatus.UNAUTHORIZED, 20003, "Authenticate")
    wanted = request.path_params.get("account", theirs.sid)
    if wanted not in twilio.accounts:
        raise ApiError(HTTPStatus.NOT_FOUND, 20404, f"The requested resource {request.url.path} was not found")
    if wanted != theirs.sid:
        raise ApiError(HTTPStatus.UNAUTHORIZED, 20003, "Authenticate")
    return theirs


class _Api:
    def __init__(self, twilio: "Twilio") -> None:
        self._twilio = twilio

    async def create(self, request: Request) -> Response:
        account = authenticate(self._twilio, request)
        fault = self._twilio.faults.pop(0) if self._twilio.faults else None
        if fault == "throttled":
            raise ApiError(HTTPStatus.TOO_MANY_REQUESTS, 20429, "Too Many Requests")
        if fault == "error":
            raise _INTERNAL
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        media = parse_qs((await request.body()).decode()).get("MediaUrl", [])
        text = self._accept(account, form, media)
        answer = JSONResponse(_resource(text), HTTPStatus.CREATED)
        if fault == "error_after_accept":
            raise _INTERNAL
        if fault == "timeout_after_accept":
            await request.receive()  # answers only when the client has hung up
        return answer

    async def list(self, request: Request) -> Response:
        account = authenticate(self._twilio, request)
        query = dict(request.query_params)
        page, size = int(query.get("Page", 0)), min(int(query.get("PageSize", 50)), LARGEST_PAGE)
        found = [text for text in reversed(self._twilio.state.texts) if _matches(text, account, query)]
        shown = found[page * size : (page + 1) * size]
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))  # as Twilio says it, wherever this is

        def uri(number: int) -> str:
            return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

        return JSONResponse(
            {
                "messages": [_resource(text) for text in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "previous_page_uri": uri(page - 1) if page else None,
                "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
            }
        )

    async def fetch(self, request: Request) -> Response:
        return JSONResponse(_resource(self._find(request)))

    async def delete(self, request: Request) -> Response:
        text = self._find(request)
        if text.status in {"queued", "sending"}:
            raise ApiError(HTTPStatus.CONFLICT, 20009, "Cannot delete message because delivery has not been completed.")
        self._twilio.state.texts.remove(text)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def list_media(self, request: Request) -> Response:
        text = self._find(request)
        found = [_media_resource(text, sid, kind) for sid, kind in text.media_sids.items()]
        return JSONResponse({"media_list": found, "next_page_uri": None, "page": 0, "page_size": 50})

    async def fetch_media(self, request: Request) -> Response:
        """Where the file is: at the CDN, for whoever knows this URL."""
        text, sid = self._find(request), request.path_params["media"]
        if sid not in text.media_sids:
            raise ApiError(HTTPStatus.NOT_FOUND, 20404, f"The requested resource {request.url.path} was not found")
        url = f"{CDN}/{text.account_sid}/{sid}"
        return Response(status_code=HTTPStatus.TEMPORARY_REDIRECT, headers={"location": url})

    async def serve_media(self, request: Request) -> Response:
        """The CDN's side; it knows of no credentials, and refuses a request that brings some."""
        if "authorization" in request.headers:
            return Response("only one auth mechanism allowed", HTTPStatus.BAD_REQUEST)
        account, sid = request.path_params["account"], request.path_params["media"]
        for text in self._twilio.state.texts:
            if text.account_sid == account and sid in text.media_sids:
                content_type = text.media_sids[sid]
                return Response(content_of(content_type), media_type=content_type)
        return Response(status_code=HTTPStatus.NOT_FOUND)

    async def delete_media(self, request: Request) -> Response:
        text, sid = self._find(request), request.path_params["media"]
        if sid not in text.media_sids:
            raise ApiError(HTTPStatus.NOT_FOUND, 20404, f"The requested resource {request.url.path} was not found")
        text.deleted_media.add(sid)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def add_fault(self, request: Request) -> Response:
        wanted = await request.json()
        if wanted.get("fault") == LOST_WEBHOOK:
            self._twilio.lose_webhooks(int(wanted.get("times", 1)))
            return Response(status_code=HTTPStatus.NO_CONTENT)
        if wanted.get("fault") not in get_args(Fault):
            return JSONResponse({"error": f"one of {', '.join(get_args(Fault))}"}, HTTPStatus.BAD_REQUEST)
        self._twilio.fail_next(wanted["fault"], int(wanted.get("times", 1)))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _find(self, request: Request) -> "Text":
        account, sid = authenticate(self._twilio, request), request.path_params["sid"]
        for text in self._twilio.state.texts:
            if (text.account_sid, text.sid) == (account.sid, sid):
                return text
        raise ApiError(HTTPStatus.NOT_FOUND, 20404, f"The requested resource {request.url.path} was not found")

    def _accept(self, account: "Account", form: dict[str, str], media: Sequence[str]) -> "Text":
        """Check a send as Twilio does, in its order, and take it."""
        service = form.get("MessagingServiceSid")
        chosen = account.services.get(service) if service else None
        sender = chosen.number if chosen else "" if service else form.get("From", "")
        recipient, body, callback = form.get("To", ""), form.get("Body", ""), form.get("StatusCallback")
        for refused, code, message in (
            (not recipient, 21604, "A 'To' phone number is required."),
            (not sender, 21603, "A 'From' phone number is required."),
            (not body and not media, 21602, "Message body is required."),
            (len(media) > MOST_MEDIA, 21623, "Number of media files exceeds allowed limit."),
            (not all(map(is_url, media)), 21620, "Invalid media URL"),
            (not is_address(recipient), 21211, f"Invalid 'To' Phone Number: {recipient}"),
            (not _is_line(account, sender), *_not_ours(sender)),
            (len(body) > BODY_LIMIT, 21617, "The concatenated message body exceeds the 1600 character limit."),
            (callback is not None and not _is_url(callback), 21609, "The 'StatusCallback' URL is not a valid URL."),
            (not _is_validity(form.get("ValidityPeriod")), 21624, "Invalid validity period value"),
            ((sender, recipient) in self._twilio.state.stopped, 21610, "Attempt to send to unsubscribed recipient"),
        ):
            if refused:
                raise ApiError(HTTPStatus.BAD_REQUEST, code, message)
        if media and E164.fullmatch(recipient) and not recipient.startswith("+1"):
            raise ApiError(HTTPStatus.BAD_REQUEST, 21612, "The message cannot be sent with the 'To' and 'From' given")
        return self._twilio.accept(account, sender, recipient, body, service, callback, media)


_INTERNAL = ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, 20500, "An internal server error has occurred")


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _is_line(account: "Account", number: str) -> bool:
    return any(line.number == number for line in account.lines)


def _not_ours(sender: str) -> tuple[int, str]:
    if E164.fullmatch(sender):
        return 21659, f"'From' {sender} is not a Twilio phone number or Short Code country mismatch"
    return 21606, f"The 'From' phone number {sender} is not a valid, message-capable Twilio phone number"


def _is_url(callback: str) -> bool:
    try:
        parts = urlsplit(callback)
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme in {"http", "https"} and bool(host) and "_" not in host and len(callback) <= LONGEST_CALLBACK


def _is_validity(seconds: str | None) -> bool:
    return seconds is None or (seconds.isdecimal() and 1 <= int(seconds) <= LONGEST_VALIDITY)


def _matches(text: "Text", account: "Account", query: dict[str, str]) -> bool:
    """Apply the list's filters. In a raw query `DateSent>=…` is a parameter named `DateSent>`; both ends count."""
    at = (text.sent or text.created).replace(microsecond=0)
    return (
        text.account_sid == account.sid
        and query.get("To", text.recipient) == text.recipient
        and query.get("From", text.sender) == text.sender
        and ("DateSent" not in query or at.date() == _time(query["DateSent"]).date())
        and ("DateSent>" not in query or at >= _time(query["DateSent>"]))
        and ("DateSent<" not in query or at <= _time(query["DateSent<"]))
    )


def _time(value: str) -> datetime:
    """Read a date (its midnight) or a time, in UTC."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise ApiError(HTTPStatus.BAD_REQUEST, 20001, "Invalid date") from None
    return at if at.tzinfo else datetime.combine(at.date(), time(), UTC)


def _resource(text: "Text") -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}"
    updated = text.delivered or text.sent or text.created
    return {
        "account_sid": text.account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": format_datetime(text.created.astimezone(UTC)),
        "date_sent": format_datetime(text.sent.astimezone(UTC)) if text.sent else None,
        "date_updated": format_datetime(updated.astimezone(UTC)),
        "direction": text.direction,
        "error_code": text.error,
        "error_message": "Unreachable destination handset" if text.error else None,
        "from": text.sender,
        "messaging_service_sid": text.service,
        "num_media": str(len(text.media)),
        "num_segments": "0" if text.status == "accepted" else str(text.segments),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def _media_resource(text: "Text", sid: str, content_type: str) -> dict[str, Any]:
    created = format_datetime(text.created.astimezone(UTC))
    return {
        "account_sid": text.account_sid,
        "content_type": content_type,
        "date_created": created,
        "date_updated": created,
        "parent_sid": text.sid,
        "sid": sid,
        "uri": f"/2010-04-01/Accounts/{text.account_sid}/Messages/{text.sid}/Media/{sid}.json",
    }
