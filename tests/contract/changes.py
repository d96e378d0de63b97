"""Deliveries changed in general ways: no change here knows a network."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from switchboard.channels import Request, Secret
from tests.contract.samples import Sample

PHOTOS = 10


def other(secret: Secret) -> Secret:
    """Another secret of the same shape."""
    return {name: value[:-1] + ("1" if value.endswith("0") else "0") for name, value in secret.items()}


def flipped(raw: bytes, at: int) -> bytes:
    """The same but for one bit."""
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def damaged(raw: bytes) -> Iterable[bytes]:
    """Cut off at many places, turned round, and no text any more."""
    cuts = range(0, len(raw), max(len(raw) // 40, 1))
    return (*(raw[:end] for end in cuts), raw[::-1], b"\xff" + raw)


def with_unknown_fields(sample: Sample) -> bytes:
    """More in every object than we know of."""
    body = sample.request.body
    if sample.is_json:
        return _dumped(_extended(json.loads(body)))
    return b"X-Brand-New: 1\r\n" + body if sample.is_mail else body + b"&BrandNew=1"


def with_unknown_kinds(body: bytes) -> bytes:
    """Everything of a kind that the network has just invented."""
    return _dumped(_renamed(json.loads(body)))


def poisoned(body: bytes, poison: object) -> bytes:
    """Put a poison element into every list of objects, before the others."""
    return _dumped(_spoiled(json.loads(body), poison))


def album(photo: Sample) -> list[Request]:
    """Ten deliveries like this one that differ in their message's id alone."""
    own = photo.expected[0]["provider_id"].rpartition(":")[2]
    place = re.compile(rf"(?<!\w){re.escape(own)}(?!\w)")
    body = photo.request.body.decode()
    ids = (f"{own[:-2]}{number}" for number in range(10, 10 + PHOTOS))
    return [replace(photo.request, body=place.sub(new, body).encode()) for new in ids]


def at_once(requests: list[Request]) -> list[Request]:
    """The same as one delivery, of a network that puts several messages into one; else as they are."""
    try:
        documents = [json.loads(request.body) for request in requests]
    except ValueError:
        return requests
    batches = {
        name: [each for document in documents for each in document[name]]
        for name, found in documents[0].items()
        if isinstance(found, list)
    }
    return [replace(requests[0], body=_dumped(documents[0] | batches))] if batches else requests


def _extended(value: Any) -> Any:
    if isinstance(value, list):
        return [_extended(each) for each in value]
    if isinstance(value, dict):
        return {name: _extended(each) for name, each in value.items()} | {"brand_new": {"deep": [1]}}
    return value


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if isinstance(value, dict):
        named = {"type": "brand_new", "field": "brand_new"}
        return {
            name: named[name] if name in named and isinstance(each, str) else _renamed(each)
            for name, each in value.items()
        }
    return value


def _spoiled(value: Any, poison: object) -> Any:
    if isinstance(value, list):
        siblings = [_spoiled(each, poison) for each in value]
        return [poison, *siblings] if siblings and isinstance(siblings[0], dict) else siblings
    if isinstance(value, dict):
        return {name: _spoiled(each, poison) for name, each in value.items()}
    return value


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
