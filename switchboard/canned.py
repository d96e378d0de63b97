"""Canned responses: what agents say often, in one text per language, with variables that a conversation fills in. Pure.

A variable is written `{{brand}}`. One that a conversation can't fill in stays visible as it is, so that nobody sends a
sentence with a hole in it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

VARIABLES: Mapping[str, str] = {
    "agent_name": "who answers",
    "brand": "what the customer knows us as",
    "customer_first_name": "the customer's first name, once an agent has confirmed it",
    "our_address": "our number or address that the customer wrote to",
    "promised_time": "when an answer was promised, by the customer's clock where it is known",
    "queue": "the queue's name",
    "reference": "the number that the customer may quote",
}
"""All there are, and what each stands for."""

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """A canned response. `shortcut` names it; `queues` are whose agents are offered it, without any everybody's."""

    shortcut: str
    title: str
    texts: Mapping[str, str]
    """By language, such as `en` or `en-US`."""
    queues: tuple[str, ...] = ()
    revision: int = 1

    def is_for(self, queues: Iterable[str]) -> bool:
        """Whether it is offered to the agents of one of these queues."""
        return not self.queues or not set(self.queues).isdisjoint(queues)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in; `missing` are those that were not."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill in what there is. What a value says is never read as a variable."""
    named = [name for name in _VARIABLE.findall(text) if name not in values]
    filled = _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
    return Filled(filled, tuple(dict.fromkeys(named)))


def problems(text: str) -> Iterator[str]:
    """What is wrong with a text, each with the remedy."""
    known = ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if name not in VARIABLES:
            yield f"{{{{{name}}}}} is no variable: use one of {known}"
    if _BRACES.search(_VARIABLE.sub("", text)):
        yield f"a variable is not closed, or not opened: write one of {known}"


def text_in(texts: Mapping[str, str], languages: Iterable[str]) -> tuple[str, str]:
    """The text in the first of these languages in which there is one, with its language; else the first there is."""
    offered = (tag for language in languages for tag in (language, language.partition("-")[0]))
    found = next((tag for tag in offered if tag in texts), min(texts))
    return found, texts[found]
