"""Canned responses: what leads write for everybody to say, and the same as it reads in one conversation."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from switchboard.audit import Values
from switchboard.canned import Canned, Filled, fill, problems, text_in
from switchboard.channels import channel
from switchboard.conversation import Conversation
from switchboard.errors import NotFoundError, RefusedError, UnfitError
from switchboard.first_name import first_name_in
from switchboard.flows.audit import change_by, must_be_as_read
from switchboard.flows.board import Board
from switchboard.flows.desk import Caller, find
from switchboard.flows.inbox import queues_of
from switchboard.hours import zone_info
from switchboard.ports import Contact, Settings


@dataclass(frozen=True, slots=True)
class Page:
    """Canned responses by shortcut. `cursor` asks for what follows; None where that is nothing."""

    items: list[Canned]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned response as it reads in one conversation, in one of its languages."""

    canned: Canned
    language: str
    filled: Filled


@dataclass(frozen=True, slots=True)
class Replies:
    """The same page by page."""

    items: list[Reply]
    cursor: str | None


def offered(caller: Caller, cursor: str | None, limit: int, board: Board, settings: Settings) -> Page:
    """What the caller may say: in one of their queues, or in all. A lead's are all there are."""
    queues = queues_of(caller, None, board)
    found, following = settings.canned(cursor, limit)
    return Page([one for one in found if caller.is_lead or one.is_for(queues)], following)


def filled_in(
    caller: Caller, conversation_id: str, cursor: str | None, limit: int, board: Board, settings: Settings
) -> Replies:
    """What may be said in a conversation that the caller may see, with its names and times filled in."""
    known = find(caller, conversation_id, board)
    found, following = settings.canned(cursor, limit)
    fitting = [one for one in found if one.is_for((known.queue,))]
    return Replies(list(_filled(fitting, caller, known, board)), following)


def _filled(fitting: list[Canned], caller: Caller, known: Conversation, board: Board) -> Iterator[Reply]:
    agent = board.agents.get(caller.agent_id)
    contact = board.customers.contact(channel(known.channel).contact(known.address))
    languages = (known.language, *board.policy.accounts[known.account].languages)
    values = values_in(known, agent.name if agent else None, contact, board)
    for one in fitting:
        language, text = text_in(one.texts, languages)
        promised = {"promised_time": _in_words(known.promised_at, known, contact, language, board)}
        yield Reply(one, language, fill(text, values | {name: value for name, value in promised.items() if value}))


def values_in(known: Conversation, agent: str | None, contact: Contact | None, board: Board) -> dict[str, str]:
    """What a conversation fills in, whatever the language; nothing for what is not known."""
    account = board.policy.accounts[known.account]
    values = {
        "agent_name": agent,
        "brand": board.policy.brands[account.brand].name,
        "customer_first_name": first_name_in(contact.first_name) if contact else None,
        "our_address": account.address,
        "queue": known.queue,
        "reference": known.reference,
    }
    return {name: value for name, value in values.items() if value}


def _in_words(
    at: datetime | None, known: Conversation, contact: Contact | None, language: str, board: Board
) -> str | None:
    """A time to come as people write it in a language; None where none was promised, or it is over."""
    from switchboard.acknowledgement.texts import texts_in  # noqa: PLC0415  # Babel costs 20 ms, and few texts need it

    now = board.clock()
    if at is None or at <= now:
        return None
    zone = zone_info((contact and contact.zone) or board.policy.hours_of(known.queue).zone)
    local, customs = at.astimezone(zone), texts_in(language, "formal").customs
    if local.date() == now.astimezone(zone).date():
        return customs.clock(local)
    return f"{customs.weekday(local.date())}, {customs.day(local.date())}, {customs.clock(local)}"


def write(caller: Caller, canned: Canned, board: Board, settings: Settings) -> tuple[Canned, bool]:
    """Add a canned response; returns it, and whether this call added it. The same again is there already.

    Raises `RefusedError` for a shortcut that another one has, `UnfitError`.
    """
    must_be_fit(canned, board)

    def attempt() -> tuple[Canned, bool]:
        known = settings.canned_response(canned.shortcut)
        if known is None:
            record = change_by(caller, "canned", canned.shortcut, {}, values_of(canned), board)
            settings.write_canned(None, canned, record)
            return canned, True
        if values_of(known) != values_of(canned):
            raise RefusedError("there is another one with this shortcut: change that one, or choose another shortcut")
        return known, False

    return board.settle(attempt)


def rewrite(caller: Caller, canned: Canned, tag: str | None, board: Board, settings: Settings) -> Canned:
    """Replace a canned response; raises `NotFoundError`, `OutdatedError`, `UnfitError`."""
    must_be_fit(canned, board)

    def attempt() -> Canned:
        known = one(canned.shortcut, settings)
        must_be_as_read(tag, values_of(known))
        if values_of(known) == values_of(canned):
            return known
        after = replace(canned, revision=known.revision + 1)
        record = change_by(caller, "canned", canned.shortcut, values_of(known), values_of(after), board)
        settings.write_canned(known, after, record)
        return after

    return board.settle(attempt)


def remove(caller: Caller, shortcut: str, tag: str | None, board: Board, settings: Settings) -> None:
    """Remove a canned response, if it is still there; raises `OutdatedError`."""

    def attempt() -> None:
        known = settings.canned_response(shortcut)
        if known is None:
            return
        must_be_as_read(tag, values_of(known))
        settings.remove_canned(known, change_by(caller, "canned", shortcut, values_of(known), {}, board))

    board.settle(attempt)


def one(shortcut: str, settings: Settings) -> Canned:
    """One by its shortcut; raises `NotFoundError`."""
    known = settings.canned_response(shortcut)
    if known is None:
        raise NotFoundError("there is no canned response with this shortcut")
    return known


def must_be_fit(canned: Canned, board: Board) -> None:
    """Raise `UnfitError` for a queue or a variable that there is not."""
    for queue in canned.queues:
        if queue not in board.policy.queues:
            raise UnfitError(f"queues: there is no {queue!r}: use {', '.join(board.policy.queues)}")
    for language, text in canned.texts.items():
        if found := list(problems(text)):
            raise UnfitError(f"texts.{language}: {'; '.join(found)}")


def values_of(canned: Canned) -> Values:
    """A canned response as people read it, each language by itself."""
    texts = {f"texts.{language}": text for language, text in sorted(canned.texts.items())}
    return {"title": canned.title, "queues": ", ".join(canned.queues), **texts}
