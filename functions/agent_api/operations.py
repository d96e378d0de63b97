"""What the API offers. Each operation is declared once: by its route, and by the signature of the function behind it.

A parameter's type says where its value comes from, and the returned type what is answered; requests are read by this
and so is the document (`document.py`), so the two can't disagree. `Caller` is the verified sign-in, a `views.Body` the
body, a `views.Query` the query, `Key` the header `Idempotency-Key`, `Tag` a setting's or draft's `If-Match`; anything
else is a part of the path.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar, get_args
from urllib.parse import unquote

from functions.agent_api import views
from functions.agent_api.edge import Answer, Key, Tag, api, body, key, problem, query, show, tag, vouched
from switchboard.errors import NotFoundError
from switchboard.flows.desk import Caller

Shown = TypeVar("Shown", bound=views.View)
Act = TypeVar("Act", bound=Callable[..., object])

LONGEST_PART = 1000
"""Bytes of a part of a path: nothing of ours has a longer name, and no table a longer key."""


@dataclass(frozen=True, slots=True)
class Made(Generic[Shown]):
    """What a request made, or what the same key had made before."""

    view: Shown
    is_new: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that one can ask for. `path` has its parts as `{name}`; `act` answers with a view, or one `Made`."""

    method: str
    path: str
    act: Callable[..., object]
    for_leads: bool
    is_conditional: bool
    """Takes `If-Match`: it is refused with 412 once the conversation is not as the caller has seen it any more."""
    status: HTTPStatus

    @property
    def takes(self) -> Mapping[str, type]:
        """Its parameters' types."""
        return {name: kind for name, kind in self.act.__annotations__.items() if name != "return"}

    @property
    def gives(self) -> type[views.View]:
        """The type of its answer."""
        returned = self.act.__annotations__["return"]
        return next(iter(get_args(returned)), returned)  # type: ignore[no-any-return]  # annotations are untyped

    @property
    def makes(self) -> bool:
        """Whether it answers 201 the first time."""
        return bool(get_args(self.act.__annotations__["return"]))

    def run(self, parts: Mapping[str, str]) -> Answer:
        """Answer the present request; raises what the domain refuses it with."""
        who = vouched(conditional=self.is_conditional, as_lead=self.for_leads)
        answer = self.act(**{name: self._read(name, kind, parts, who) for name, kind in self.takes.items()})
        if isinstance(answer, Made):
            return show(answer.view, HTTPStatus.CREATED if answer.is_new else HTTPStatus.OK)
        return show(answer, self.status)  # type: ignore[arg-type]  # its declared type, which the document tells

    def _read(self, name: str, kind: type, parts: Mapping[str, str], who: Caller) -> object:
        if kind is Caller:
            return who
        if kind is Key:
            return key()
        if kind is Tag:
            return tag()
        if name in parts:
            return _part(parts[name], kind)
        if issubclass(kind, views.Body):
            return body(kind)
        if issubclass(kind, views.Query):
            return query(kind)
        raise TypeError(f"nothing of a request is a {kind}: see functions/agent_api/operations.py")


OPERATIONS: list[Operation] = []
"""All there are so far; importing the modules with routes adds theirs: see topics.py."""


def operation(
    method: str, path: str, *, leads: bool = False, conditional: bool = False, status: HTTPStatus = HTTPStatus.OK
) -> Callable[[Act], Act]:
    """Declare an operation: for leads only, taking `If-Match`, and its status, where that is another than 200."""

    def declare(act: Act) -> Act:
        declared = Operation(method, path, act, leads, conditional, status)
        OPERATIONS.append(declared)

        def run(**parts: str) -> Answer:
            return declared.run(parts)

        api.route(path.replace("{", "<").replace("}", ">"), method=method)(run)
        return act

    return declare


def _part(written: str, kind: type) -> object:
    """A part of the path, which names nothing if it is too long, or is no number where one is expected."""
    part = unquote(written)
    is_fit = len(part.encode(errors="replace")) <= LONGEST_PART
    if not is_fit or (kind is int and not re.fullmatch(r"[0-9]{1,3}", part)):
        raise NotFoundError("there is nothing of this name")
    return kind(part)


@api.not_found
def no_route(_: Exception) -> Answer:
    """A path that is none of ours, or not with this method."""
    path = api.current_event.path.removeprefix("/agent")
    methods = [known.method for known in OPERATIONS if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known.path), path)]
    if not methods:
        return problem(HTTPStatus.NOT_FOUND, "there is no such route: see GET /openapi.json, or docs/api.md")
    allowed = ", ".join(sorted(methods))
    told = problem(HTTPStatus.METHOD_NOT_ALLOWED, f"this route takes {allowed}: see GET /openapi.json, or docs/api.md")
    told.headers["Allow"] = allowed
    return told
