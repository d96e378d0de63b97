"""The API's OpenAPI 3.1 document, made from its operations when the documentation is (`docs/generate.py`).

The function itself serves the file: it never imports this.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

from pydantic.json_schema import models_json_schema

from functions.agent_api import topics, views
from functions.agent_api.edge import JSON, KEY_LENGTH, PROBLEM, Key, Tag
from functions.agent_api.operations import LONGEST_PART, OPERATIONS, Operation

Schema: TypeAlias = dict[str, Any]
Mode: TypeAlias = Literal["validation", "serialization"]
Model: TypeAlias = type[views.View | views.Body | views.Query]
Refs: TypeAlias = Mapping[Any, Schema]

ABOUT = """The console's whole API: what it does, it does by this. Every request needs a token of the user pool; leads \
do more than agents. An agent sees their own conversations and those of their queues; anything else is 404."""

_ALWAYS = (401, 403, 404, 405, 429, 500, 503)
_OF_INPUT = (413, 415, 422)
_MEANS: Mapping[int, str] = {
    200: "Done, or as it was done before",
    201: "Made",
    202: "Asked for",
    400: "A header is missing or wrong",
    401: "No token, or not a valid one",
    403: "Somebody else's to do, or a lead's",
    404: "There is no such thing, or not for this agent",
    405: "Not with this method",
    409: "It contradicts the state of things",
    412: "It changed since it was read",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A field is wrong, which is named",
    429: "Too many requests: wait a second",
    500: "Something is wrong on our side",
    503: "Too many wrote at once: try again",
}
_BY_GATEWAY = {401, 429}
"""API Gateway answers these itself, in its own words: an HTTP API's answers can't be changed."""

_PROBLEM: Schema = {
    "title": "Problem",
    "description": "What went wrong, and what to do about it (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "names the remedy"},
        "conversation": {"description": "of a 412: what the conversation has become"},
        "answer": {"description": "of a reply's 412: the colleague's message that came first, with who wrote it"},
    },
}
_KEY: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "of one's own making; the same again does nothing twice",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH,
        "pattern": "^[A-Za-z0-9-]*[A-Za-z0-9][A-Za-z0-9-]*$",
    },
}
_IF_MATCH: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "the conversation's ETag as it was read: 412 if it is another by now, and nothing is done. For a "
    "reply: 412 if a colleague has answered since",
    "schema": {"type": "string", "pattern": r'^("[0-9]{1,9}\.[0-9]{1,9}"|\*)$'},
}
_TAG: Schema = {
    "name": "If-Match",
    "in": "header",
    "description": "the setting's or draft's ETag as it was read: 412 if it is another by now, and nothing is done",
    "schema": {"type": "string", "pattern": r'^("[0-9a-f]{16}"|\*)$'},
}
_ETAG: Schema = {"description": "goes into If-Match", "schema": {"type": "string"}}


def document() -> Schema:
    """The whole of it."""
    topics.add_all()
    kinds: dict[tuple[Model, Mode], None] = {}
    for known in OPERATIONS:
        kinds[known.gives, "serialization"] = None
        kinds |= {(kind, "validation"): None for kind in _models(known)}
    refs, defined = models_json_schema(sorted(kinds, key=str), ref_template="#/components/schemas/{model}")
    queries = {kind.__name__ for kind, _ in kinds if issubclass(kind, views.Query)}
    schemas = {name: schema for name, schema in defined["$defs"].items() if name not in queries}
    paths: dict[str, Schema] = {}
    for known in sorted(OPERATIONS, key=lambda one: (one.path, one.method)):
        paths.setdefault(known.path, {})[known.method.lower()] = _described(known, refs, defined["$defs"])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Switchboard: the agents' API", "version": "1", "description": ABOUT},
        "servers": [{"url": "/agent"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _models(known: Operation) -> list[type[views.Body | views.Query]]:
    kinds = (kind for kind in known.takes.values() if kind not in {Key, Tag})
    return [kind for kind in kinds if issubclass(kind, views.Body | views.Query)]


def _described(known: Operation, refs: Refs, schemas: Schema) -> Schema:
    body = next((kind for kind in _models(known) if issubclass(kind, views.Body)), None)
    queries = [kind for kind in _models(known) if issubclass(kind, views.Query)]
    parameters = [*_of_path(known), *(one for kind in queries for one in _of_query(schemas[kind.__name__]))]
    parameters += [_KEY] if Key in known.takes.values() else []
    parameters += [_IF_MATCH] if known.is_conditional else []
    parameters += [_TAG] if Tag in known.takes.values() else []
    told = (known.act.__doc__ or "").strip()
    return {
        "operationId": known.act.__name__,
        "summary": told.splitlines()[0],
        "description": f"{'For leads. ' if known.for_leads else ''}{told}",
        "x-roles": ["leads"] if known.for_leads else ["agents", "leads"],
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": _taken(refs[body, "validation"], schemas[body.__name__])} if body else {}),
        "responses": {**_answers(known, refs[known.gives, "serialization"]), **_problems(known)},
    }


def _taken(ref: Schema, schema: Schema) -> Schema:
    return {"required": bool(schema.get("required")), "content": {JSON: {"schema": ref}}}


def _of_path(known: Operation) -> list[Schema]:
    named = re.findall(r"{(\w+)}", known.path)
    kinds: Mapping[type, Schema] = {
        int: {"type": "integer", "minimum": 0, "maximum": 999},
        str: {"type": "string", "minLength": 1, "maxLength": LONGEST_PART},
    }
    return [{"name": name, "in": "path", "required": True, "schema": kinds[known.takes[name]]} for name in named]


def _of_query(schema: Schema) -> list[Schema]:
    needed = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            **({"description": field["description"]} if "description" in field else {}),
            "schema": _without_null(
                {key: value for key, value in field.items() if key not in {"description", "title"}}
            ),
        }
        for name, field in schema["properties"].items()
    ]


def _without_null(field: Schema) -> Schema:
    """A query has no null: what is not given is not there."""
    options = [option for option in field.get("anyOf", ()) if option.get("type") != "null"]
    return (
        options[0] if len(options) == 1 else {key: value for key, value in field.items() if key != "default" or value}
    )


def _answers(known: Operation, ref: Schema) -> Schema:
    statuses = (HTTPStatus.CREATED, HTTPStatus.OK) if known.makes else (known.status,)
    tag = {"headers": {"ETag": _ETAG}} if "etag" in known.gives.model_fields else {}
    content = {"content": {JSON: {"schema": ref}}}
    return {str(int(status)): {"description": _MEANS[status], **tag, **content} for status in statuses}


def _problems(known: Operation) -> Schema:
    statuses = [*_ALWAYS]
    statuses += _OF_INPUT if _models(known) else ()
    tagged = known.is_conditional or Tag in known.takes.values()
    statuses += [400] if Key in known.takes.values() or tagged else ()
    statuses += [409] if known.method != "GET" or int in known.takes.values() else ()
    statuses += [412] if tagged else ()
    content = {"content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        str(status): {"description": _MEANS[status], **({} if status in _BY_GATEWAY else content)}
        for status in sorted(statuses)
    }
