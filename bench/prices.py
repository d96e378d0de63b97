"""What AWS asks for: list prices of us-east-1 without the free tier, read in November 2026."""

from dataclasses import astuple, dataclass, fields

MILLION = 1_000_000
FULL_CPU = 1769
"""MiB of memory at which a function has one whole CPU; below, its share is in proportion."""

LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_GB_SECOND = 0.0000133334  # arm64
WRITE_UNIT = 0.625 / MILLION
READ_UNIT = 0.125 / MILLION
SQS_REQUEST = 0.40 / MILLION
BUS_EVENT = 1.00 / MILLION
HTTP_REQUEST = 1.00 / MILLION
LOG_BYTE = 0.50 / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What something consumed, in the units that AWS bills."""

    invocations: float = 0
    gb_seconds: float = 0
    write_units: float = 0
    read_units: float = 0
    sqs_requests: float = 0
    bus_events: float = 0
    http_requests: float = 0
    log_bytes: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    def times(self, factor: float) -> "Usage":
        """So many times that."""
        return Usage(**{f.name: getattr(self, f.name) * factor for f in fields(self)})

    def dollars(self) -> "Dollars":
        """Its price."""
        return Dollars(
            functions=self.invocations * LAMBDA_REQUEST + self.gb_seconds * LAMBDA_GB_SECOND,
            tables=self.write_units * WRITE_UNIT + self.read_units * READ_UNIT,
            queues=self.sqs_requests * SQS_REQUEST,
            bus=self.bus_events * BUS_EVENT,
            logs=self.log_bytes * LOG_BYTE,
            http=self.http_requests * HTTP_REQUEST,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dollars:
    """A price by service."""

    functions: float
    tables: float
    queues: float
    bus: float
    logs: float
    http: float
    """The HTTP API, which a function URL would do without."""

    @property
    def without_http(self) -> float:
        """What the goal is about."""
        return float(sum(astuple(self))) - self.http


def duration(cpu: float, waits: float, memory: int) -> float:
    """Seconds that a function runs: its computing on the share of a CPU that `memory` MiB buys, and its waiting."""
    return cpu * max(1.0, FULL_CPU / memory) + waits


def gigabyte_seconds(seconds: float, memory: int) -> float:
    """What is billed for it; Lambda rounds up to a millisecond."""
    return -(-seconds * 1000 // 1) / 1000 * memory / 1024
