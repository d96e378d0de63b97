"""A mail to one of our own agents, as SES takes it: nobody's answer to anything, and nothing to be answered (RFC 3834).

It is no letter to a customer: it has no thread, no tag by which an answer would come back, and nobody reads answers.
"""

from typing import Any

from switchboard.channels.email.outbound import checked_address

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}
"""What keeps robots from answering, and has us know it if it comes back."""


def alert_arguments(sender: str, recipient: str, subject: str, text: str) -> dict[str, Any]:
    """Return SendEmail's arguments. Raises `ValueError` if an address is none, without quoting it."""
    return {
        "FromEmailAddress": checked_address(sender),
        "Destination": {"ToAddresses": [checked_address(recipient)]},
        "Content": {
            "Simple": {
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                "Headers": [{"Name": name, "Value": value} for name, value in HEADERS.items()],
            }
        },
    }
