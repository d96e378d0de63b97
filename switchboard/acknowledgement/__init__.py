"""Tell a customer that their message arrived, and by when they are answered.

`decide` says whether, `compose` in which words: from facts alone, with the sentences of `templates/`, which people edit
who don't program. docs/acknowledgements.md explains them.
"""

from switchboard.acknowledgement.compose import compose
from switchboard.acknowledgement.decision import DAILY_LIMIT, REPEATING, REPEATS, Decision, Situation, decide
from switchboard.acknowledgement.telling import Composed, Telling, Voice, voice_of
from switchboard.acknowledgement.texts import TextError, languages

__all__ = (
    "DAILY_LIMIT",
    "REPEATING",
    "REPEATS",
    "Composed",
    "Decision",
    "Situation",
    "Telling",
    "TextError",
    "Voice",
    "compose",
    "decide",
    "languages",
    "voice_of",
)
