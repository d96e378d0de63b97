"""What the API takes and shows of agents' files, and of mail that is passed on."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from functions.agent_api.views import LONGEST_NOTE, Body, MailAddress, View
from switchboard.flows.copies import MOST_COPIES
from switchboard.flows.forward import MOST_FORWARDED
from switchboard.flows.uploads import LONGEST_NAME, Upload

MessageId: TypeAlias = Annotated[str, Field(min_length=1, max_length=400)]


class UploadBody(Body):
    """`POST /agent/conversations/{id}/uploads`: a file that is to go with an answer; `size` in bytes."""

    filename: str = Field(min_length=1, max_length=LONGEST_NAME)
    content_type: str = Field(min_length=1, max_length=100)
    size: int = Field(ge=1, le=10**9)


class UploadView(View):
    """Where to put the file: `method` to `url` with exactly these `headers` and the bytes, until `expires_at`.

    Then `upload_id` goes into an answer's `attachments`.
    """

    upload_id: str
    url: str
    method: Literal["PUT"]
    headers: dict[str, str]
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadView":
        """As an agent's console needs it."""
        return cls(
            upload_id=upload.upload_id,
            url=upload.url,
            method="PUT",
            headers=dict(upload.headers),
            expires_at=upload.expires_at,
        )


class ForwardBody(Body):
    """`POST /agent/conversations/{id}/forward`; without `message_ids` it is the customer's newest message."""

    to: tuple[MailAddress, ...] = Field(min_length=1, max_length=MOST_COPIES)
    note: str = Field(default="", max_length=LONGEST_NOTE)
    message_ids: tuple[MessageId, ...] | None = Field(default=None, min_length=1, max_length=MOST_FORWARDED)
