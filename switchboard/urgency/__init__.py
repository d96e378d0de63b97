"""How pressing a customer's own words are, as points that explain themselves.

`read` finds what a text says of danger, fraud, outages, feeling and hurry, in the languages of `lexicons/`; `weigh`
adds it up. Pure: the same text gives the same points. What signals mean and weigh stands in `meanings.toml`, the
wordings in `lexicons/<language>.toml`: anybody may edit them, and `python -m bench.urgency` says whether it helped.
"""

from switchboard.urgency.lexicon import write_compiled
from switchboard.urgency.meanings import LOWERING, Kind, Signal
from switchboard.urgency.reading import read
from switchboard.urgency.weighing import Score, weigh
from switchboard.urgency.words import fold

__all__ = ("LOWERING", "Kind", "Score", "Signal", "fold", "read", "weigh", "write_compiled")
