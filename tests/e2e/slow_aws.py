"""The embedded AWS on a slow day: what queues, streams and buckets hand to functions comes late, each time differently.

python -m pytest tests/e2e --lag 2.5

A test that passes only while functions are quick looks once where it has to wait for a condition, or the console says
something before it is so. Both are bugs that a busy machine shows once in twenty runs.
"""

import random
import sys
import time
from typing import Any

from ministack.app import main
from ministack.services import lambda_svc

LAG = float(sys.argv.pop(1))
"""Seconds that a function starts late at most; every second is in time, so that some overtake others."""
_DRAW = random.Random()
_execute = lambda_svc._execute_function


def _execute_late(func: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """Start a function late, unless somebody waits for its answer."""
    if "Records" in event:
        time.sleep(_DRAW.choice((0.0, _DRAW.uniform(0, LAG))))
    return _execute(func, event)  # type: ignore[no-any-return]  # ministack has no types


lambda_svc._execute_function = _execute_late

if __name__ == "__main__":
    main()
