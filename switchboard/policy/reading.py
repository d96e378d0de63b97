"""Read a policy; what is wrong is said with its line, its field and the remedy."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from switchboard.errors import PolicyError
from switchboard.policy.policy import Policy
from switchboard.policy.values import CONTACT_FORM, KEY_FORM, LANGUAGE_FORM, NOT_BLANK, TAG_FORM, Where

HOLIDAYS_AHEAD = 2
"""Years after this one whose holidays a file's `holidays` stands for: it is read anew with each deployment."""

_SAID: Mapping[str, str] = {
    "missing": "is missing: add it",
    "string_type": "is no text: write it in quotes",
    "tuple_type": "is no list: write it in [ ]",
    "dict_type": "has no fields: write them below it, as name: value",
    "mapping_type": "has no fields: write them below it, as name: value",
    "model_type": "has no fields: write them below it, as name: value",
    "date_from_datetime_parsing": "is no date: write it as 2026-12-25",
    "date_parsing": "is no date: write it as 2026-12-25",
    "too_short": "is empty: name at least one, or leave it out",
    "string_pattern_mismatch": "has the wrong form",
}
"""What pydantic says of people's usual mistakes, in their words. Others keep its text, which names what is allowed."""

_FORMS: Mapping[str, str] = {
    KEY_FORM: "use a-z, 0-9 and -, at most 40 of them",
    LANGUAGE_FORM: "use a language's code, such as en",
    TAG_FORM: "use a language's code, such as en or en-US",
    CONTACT_FORM: "use a phone number such as +1 555 010 0199 (20 characters), or a link with https:// (40)",
    NOT_BLANK: "write a word, or leave it out",
}


def read_policy(document: object) -> Policy:
    """Validate a parsed policy; raises `PolicyError` naming each field and what to do."""
    try:
        return Policy.model_validate(document)
    except ValidationError as error:
        raise _refusal(error, document) from error


def load_policy(path: Path, *, year: int | None = None) -> Policy:
    """Read `policy.yaml`, or the JSON that the functions carry; raises `PolicyError`.

    What the file says of public holidays is computed from that year on, without one from the current.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path.name} can't be read: put a policy there or set POLICY_PATH") from error
    if path.suffix != ".json":
        return _read_yaml(text, path.name, year or datetime.now(UTC).year)
    try:
        return Policy.model_validate_json(text)
    except ValidationError as error:
        raise _refusal(error, None) from error


def _read_yaml(text: str, name: str, year: int) -> Policy:
    import yaml  # noqa: PLC0415  # only where people's files are read; the functions don't carry it

    from switchboard.policy.calendars import with_holidays  # noqa: PLC0415  # the same
    from switchboard.policy.lines import Lines  # noqa: PLC0415  # the same

    try:
        lines = Lines(text)
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyError(f"{name} is no YAML: {error}") from error
    try:
        return with_holidays(Policy.model_validate(lines.document), range(year, year + HOLIDAYS_AHEAD + 1))
    except ValidationError as error:
        raise _refusal(error, lines.document, lambda where: f"{name}:{lines.line(where)}: ") from error


def _refusal(error: ValidationError, document: object, told_line: Callable[[Where], str] = lambda _: "") -> PolicyError:
    problems = _telling(error.errors(include_url=False, include_input=False))
    return PolicyError(
        "\n".join(
            f"{told_line(problem['loc'])}{_field(problem['loc'], document)}: {_said(problem)}" for problem in problems
        )
    )


def _telling(problems: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is empty whose only items are wrong."""
    wrong = {problem["loc"][:-1] for problem in problems}
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in wrong]


def _field(where: Where, document: object) -> str:
    """A field's path; what stands in a list goes by its name if it has one, such as `rules.returns.queue`."""
    path = []
    for key in where:
        document = _below(document, key)
        named = isinstance(key, int) and isinstance(document, Mapping) and document.get("name")
        path.append(str(named or key))
    return ".".join(path).removesuffix(".[key]") or "policy"


def _below(document: object, key: str | int) -> object:
    if isinstance(document, Mapping):
        return document.get(key)
    if isinstance(document, list) and isinstance(key, int) and key < len(document):
        return document[key]
    return None


def _said(problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown(problem["loc"])
    told = _SAID.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    pattern = problem.get("ctx", {}).get("pattern")
    return f"{told}: {_FORMS.get(pattern, pattern)}" if pattern else str(told)


def _unknown(where: Where) -> str:
    """An unknown field: the one that may have been meant, and all that there are."""
    from difflib import get_close_matches  # noqa: PLC0415  # no function meets such a mistake

    known = _fields(where[:-1])
    meant = get_close_matches(str(where[-1]), known, 1)
    return f"is no field: {f'did you mean {meant[0]}? T' if meant else 't'}here are {', '.join(known)}"


def _fields(where: Where) -> list[str]:
    """The fields of a part of the policy, from its JSON Schema."""
    schema = Policy.model_json_schema()
    part: dict[str, Any] = schema
    for key in where:
        of_any_key = next(iter(part.get("patternProperties", {}).values()), None)
        part = part.get("properties", {}).get(key) or of_any_key or part.get("items") or {}
        part = next((option for option in part.get("anyOf", ()) if "$ref" in option), part)
        part = schema["$defs"][part["$ref"].rsplit("/", 1)[-1]] if "$ref" in part else part
    return list(part.get("properties", {}))
