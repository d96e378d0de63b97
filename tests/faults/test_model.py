"""Random histories of a whole deployment break no promise: some each time, thousands by `make model`."""

from tests.model import play

HISTORIES = 30
"""As many as a check has time for, always the same; `make model` plays others."""


def test_no_history_breaks_a_promise() -> None:
    play(HISTORIES)
