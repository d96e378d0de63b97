"""The part of Twilio's REST API that says where webhooks go: of a number, and of a Messaging Service.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource and
https://www.twilio.com/docs/messaging/api/service-resource
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.twilio_rest import ApiError, authenticate

if TYPE_CHECKING:
    from sandbox.twilio import Account, Line, Service, Twilio


def number_routes(twilio: "Twilio") -> list[Route]:
    """Make the API's routes."""
    api = _Numbers(twilio)
    numbers = "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers"
    return [
        Route(f"{numbers}.json", api.list, methods=["GET"]),
        Route(f"{numbers}/{{sid}}.json", api.update, methods=["POST"]),
        Route("/v1/Services/{sid}", api.service, methods=["GET", "POST"]),
    ]


class _Numbers:
    def __init__(self, twilio: "Twilio") -> None:
        self._twilio = twilio

    async def list(self, request: Request) -> Response:
        account, wanted = authenticate(self._twilio, request), request.query_params.get("PhoneNumber")
        found = [_number(account, line) for line in account.lines if wanted in {None, line.number}]
        return JSONResponse({"incoming_phone_numbers": found, "next_page_uri": None, "page": 0, "page_size": 50})

    async def update(self, request: Request) -> Response:
        account = authenticate(self._twilio, request)
        line = next((line for line in account.lines if _sid(line) == request.path_params["sid"]), None)
        if line is None:
            raise _not_found(request)
        form = await _form(request)
        line.webhook = form.get("SmsUrl", line.webhook)
        line.fallback = form.get("SmsFallbackUrl", line.fallback)
        return JSONResponse(_number(account, line))

    async def service(self, request: Request) -> Response:
        account, sid = authenticate(self._twilio, request), request.path_params["sid"]
        if sid not in account.services:
            raise _not_found(request)
        service, form = account.services[sid], await _form(request)
        service.webhook = form.get("InboundRequestUrl", service.webhook)
        service.fallback = form.get("FallbackUrl", service.fallback)
        service.status_callback = form.get("StatusCallback", service.status_callback)
        return JSONResponse(_service(account, sid, service))


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _not_found(request: Request) -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, 20404, f"The requested resource {request.url.path} was not found")


def _sid(line: "Line") -> str:
    return f"PN{line.number.removeprefix('+'):0>32}"


def _number(account: "Account", line: "Line") -> dict[str, Any]:
    return {
        "account_sid": account.sid,
        "friendly_name": line.name,
        "phone_number": line.number,
        "sid": _sid(line),
        "sms_fallback_method": "POST",
        "sms_fallback_url": line.fallback,
        "sms_method": "POST",
        "sms_url": line.webhook,
    }


def _service(account: "Account", sid: str, service: "Service") -> dict[str, Any]:
    return {
        "account_sid": account.sid,
        "fallback_method": "POST",
        "fallback_url": service.fallback,
        "inbound_method": "POST",
        "inbound_request_url": service.webhook,
        "sid": sid,
        "status_callback": service.status_callback,
        "use_inbound_webhook_on_number": False,
    }
