"""An adapter that behaves as the real one but for a few methods: to inject a lag, a lost race or a crash."""

from collections.abc import Callable
from typing import Any


class Overridden:
    """Answers with the given methods, and with the real adapter's for everything else."""

    def __init__(self, real: Any, **methods: Callable[..., Any]) -> None:
        self._real, self._methods = real, methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._real, name)


def raising(error: Exception) -> Callable[..., Any]:
    """A method that only raises this."""

    def fail(*_: object) -> None:
        raise error

    return fail
