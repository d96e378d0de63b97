"""The agents' API: files for an answer, and passing mail on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TypeAlias

from functions.agent_api import upload_views as views
from functions.agent_api.edge import Key
from functions.agent_api.operations import Made, operation
from functions.agent_api.views import MessageView
from switchboard import wiring
from switchboard.conversation import Conversation, Entry
from switchboard.flows import forward, uploads
from switchboard.flows.copies import check_recipients
from switchboard.flows.desk import Caller

Complete: TypeAlias = Callable[[Conversation, Entry], Entry]


@operation("POST", "/conversations/{conversation_id}/uploads", status=HTTPStatus.CREATED)
def post_upload(who: Caller, conversation_id: str, said: views.UploadBody) -> views.UploadView:
    """Ask where to put a file that is to go with an answer."""
    file = uploads.Declared(said.filename, said.content_type, said.size)
    asked = uploads.ask(who, conversation_id, file, wiring.new_ticket(), wiring.board(), wiring.shelf())
    return views.UploadView.of(asked)


@operation("POST", "/conversations/{conversation_id}/forward")
def post_forward(who: Caller, conversation_id: str, once: Key, said: views.ForwardBody) -> Made[MessageView]:
    """Pass messages of a mail exchange on to others. The same key again returns the first one."""
    passed_on = forward.PassedOn(said.to, said.note, said.message_ids)
    archive = forward.Archive(wiring.raw(), wiring.media(), bool(wiring.setting("SCAN_MEDIA")))
    entry, is_new = forward.forward(who, conversation_id, passed_on, once, wiring.board(), archive)
    return Made(MessageView.of(entry), is_new)


def completed_by(who: Caller, upload_ids: Sequence[str], cc: Sequence[str] | None) -> Complete:
    """What adds an answer's files and copies to it; nothing is asked for where there are neither."""

    def complete(known: Conversation, entry: Entry) -> Entry:
        board = wiring.board()
        if cc is not None:
            entry = replace(entry, cc=check_recipients(cc, "cc", known, board), has_own_copies=True)
        if not upload_ids:
            return entry
        is_scanned = bool(wiring.setting("SCAN_MEDIA"))
        found = uploads.enclose(who, known, upload_ids, board, wiring.shelf(), scanned=is_scanned)
        return replace(entry, attachments=found)

    return complete
