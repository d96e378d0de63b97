"""The six real handlers in this process over the embedded AWS, with what a deployment does between them done by hand.

So each call to AWS, each byte of log and each millisecond of computing can be told apart by function and by cause,
which a deployed system does not tell. Webhooks come, signed, from the Twilio double.
"""

import json
import os
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from io import StringIO
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, TypeAlias

import httpx

from bench.meter import Meter
from bench.prices import Usage, duration, gigabyte_seconds
from infra.settings import STAGES
from sandbox.emulator import CREDENTIALS, Emulator
from sandbox.lines import make_twilio, put_secrets
from sandbox.ports import HOST, draw_ports
from sandbox.providers import Providers
from sandbox.twilio import Twilio
from switchboard.aws.agents import DynamoAgents
from switchboard.aws.conversations import record_of
from switchboard.conversation import Conversation
from switchboard.policy import load_policy
from switchboard.routing import Agent
from tests import tables
from tests.aws_events import CONTEXT, api_call, batch, stream, webhook

ROOT = Path(__file__).parent.parent
FUNCTIONS = STAGES["prod"].functions
INBOUND, ACKNOWLEDGEMENT, ANSWERS = "inbound", "acknowledgement", "answers"
PRESENCE, SWEEP, SETUP = "presence", "sweep", "setup"
"""On whose account something happens."""

SEND_WAIT = 0.150
"""Seconds that Twilio takes to accept a message: assumed."""
PLATFORM_LOG = 0
"""Bytes that Lambda itself logs per invocation: the functions' system log level leaves out start and report."""
ACCESS_LOG = 300
"""Bytes that the HTTP API logs per request."""

Handler: TypeAlias = Callable[[dict[str, Any], Any], dict[str, Any]]
Cause: TypeAlias = str


@dataclass
class Rehearsal:
    """A system that stands still until told to go on. `batch` is how many messages a queue hands over at once."""

    client: Any
    meter: Meter
    handlers: Mapping[str, Handler]
    twilio: Twilio
    phones_url: str
    webhooks: "Queue[tuple[str, dict[str, str], bytes]]"
    log: StringIO
    batch: int = 1
    usage: dict[tuple[Cause, str], Usage] = field(default_factory=lambda: defaultdict(Usage))
    """By cause and function; a queue's requests count with the function that it feeds."""
    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """CPU seconds per record, of each invocation, by function."""
    calls: dict[tuple[Cause, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    events: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    written: dict[Cause, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Write units by what was written."""
    _waiting: dict[tuple[Cause, str], list[Any]] = field(default_factory=lambda: defaultdict(list))
    _called_back: int = 0

    def forget(self, batch: int) -> None:
        """Start counting anew, with another size of batches."""
        self.batch = batch
        for counted in (self.usage, self.cpu, self.calls, self.events, self.written):
            counted.clear()

    # -- what people do ---------------------------------------------------------------------------

    def text(self, sender: str, body: str) -> None:
        """A customer texts the support number; the webhook is answered, nothing else happens yet."""
        to = "+15550100100"
        httpx.post(f"{self.phones_url}/phones/{sender}/messages", json={"to": to, "body": body}).raise_for_status()
        self._ingest(INBOUND)

    def ask(self, who: str, method: str, path: str, body: object = None, cause: Cause = ANSWERS) -> dict[str, Any]:
        """An agent's console calls the API; raises `RuntimeError` if it refuses."""
        headers = {"idempotency-key": secrets.token_hex(8)}
        event = api_call(method, path, body, sub=who, headers=headers)
        answer = self._invoke("agent_api", event, cause, 1)
        self._bill(cause, "agent_api", Usage(http_requests=1, log_bytes=ACCESS_LOG))
        if answer["statusCode"] >= 400:  # noqa: PLR2004  # HTTP's errors
            raise RuntimeError(f"{method} {path}: {answer['body']}")
        return dict(json.loads(answer["body"]))

    def tick(self) -> None:
        """The scheduler's minute is over."""
        self._waiting[SWEEP, "router"].append({"detail-type": "sweep.due", "detail": {}})
        self.settle()

    def conversations(self) -> list[Conversation]:
        """All of them, unmetered."""
        items = self.client.scan(TableName="conversations", ConsistentRead=True)["Items"]
        return [record for item in items if isinstance(record := record_of(item), Conversation)]

    # -- what a deployment does -------------------------------------------------------------------

    def settle(self) -> None:
        """Deliver everything to everybody, until nothing is left to do."""
        while ready := next((place for place, waiting in self._waiting.items() if waiting), None):
            cause, function = ready
            taken, self._waiting[ready] = self._waiting[ready][: self.batch], self._waiting[ready][self.batch :]
            if function == "outbox":
                self._invoke(function, stream(*taken), cause, len(taken))
                continue
            requests = len(taken) + 2  # each is sent by itself, all are received and deleted at once
            self._bill(cause, function, Usage(sqs_requests=requests))
            self._invoke(function, batch(*taken), cause, len(taken))
            if function == "outbound":
                self._await_callbacks()

    def _await_callbacks(self) -> None:
        """Twilio tells of each message that it took that it was sent, and that it was delivered."""
        while self._called_back < 2 * self._sent:
            self._ingest(None)
            self._called_back += 1

    @property
    def _sent(self) -> int:
        """Messages that Twilio has taken."""
        return sum(text.direction == "outbound-api" for text in self.twilio.state.texts)

    def _ingest(self, cause: Cause | None) -> None:
        """Take one webhook call; one without a cause is a delivery report, and its URL tells of which message."""
        url, headers, body = self.webhooks.get(timeout=10)
        path, _, query = url.partition("?")
        cause = cause or (ACKNOWLEDGEMENT if "message=ack." in query else ANSWERS)
        event = webhook(path.rpartition("/")[2], body, headers=headers, query=query)
        answer = self._invoke("ingest_sms", event, cause, 1)
        if answer["statusCode"] != 200:  # noqa: PLR2004  # HTTP's own name for success
            raise RuntimeError(f"the webhook was answered {answer['statusCode']}")
        self._bill(cause, "ingest_sms", Usage(http_requests=1, log_bytes=ACCESS_LOG))

    def _invoke(self, function: str, event: dict[str, Any], cause: Cause, records: int) -> dict[str, Any]:
        meter, memory = self.meter, FUNCTIONS[function].memory
        meter.reset()
        sent, logged, started = self._sent, self.log.tell(), time.thread_time()
        with redirect_stdout(self.log):
            answer = self.handlers[function](event, CONTEXT)
        cpu = time.thread_time() - started - meter.overhead
        if answer.get("batchItemFailures"):
            raise RuntimeError(f"{function} failed: {self.log.getvalue()[logged:]}")
        self.cpu[function].append(cpu / records)
        self.calls[cause, function] += meter.calls.elements()
        self.written[cause] += meter.written
        seconds = duration(cpu, meter.waits + SEND_WAIT * (self._sent - sent), memory)
        told = Usage(
            invocations=1,
            gb_seconds=gigabyte_seconds(seconds, memory),
            log_bytes=self.log.tell() - logged + PLATFORM_LOG,
        )
        self._bill(cause, function, told + meter.usage)
        self._hand_on(cause)
        return answer

    def _hand_on(self, cause: Cause) -> None:
        """Let the bus's rules, the table's stream and the router's own queue have what was said."""
        for entry in self.meter.published:
            self.events[entry["DetailType"]] += cause != SETUP
            body = {"detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
            for consumer, whose in _consumers(body, cause):
                self._waiting[whose, consumer].append(body)
        self._waiting[cause, "outbox"] += self.meter.changes
        self._waiting[cause, "router"] += map(json.loads, self.meter.sent)

    def _bill(self, cause: Cause, function: str, used: Usage) -> None:
        self.usage[cause, function] += used


def _consumers(body: Mapping[str, Any], cause: Cause) -> Iterator[tuple[str, Cause]]:
    """Who is told of an event (`infra.messaging.SUBSCRIPTIONS`), and on whose account."""
    detail = body["detail"]
    match body["detail-type"]:
        case "message.received" if detail["message"]["kind"] == "delivery_status":
            yield "outbound", cause
        case "message.received" | "message.quarantined" | "conversation.queued":
            yield "router", cause
        case "conversation.opened":
            yield "auto_ack", ACKNOWLEDGEMENT
        case "conversation.message_added" if detail["direction"] == "outbound":
            yield "outbound", cause


@contextmanager
def rehearse(directory: Path, agents: int) -> Iterator[Rehearsal]:
    """Start an embedded AWS with empty tables, a Twilio, and a team of that size, online."""
    policy = load_policy(ROOT / "policy.yaml")
    ports = draw_ports()
    emulator = Emulator(directory, ports.aws)
    with ExitStack() as stack:
        stack.callback(emulator.stop)
        emulator.start()
        calls: Queue[tuple[str, dict[str, str], bytes]] = Queue()
        base_url = stack.enter_context(_listening(calls))
        twilio = make_twilio(policy, base_url, directory / "twilio.json")
        phones_url = stack.enter_context(Providers(twilio).serve(HOST, ports.phones))
        client = emulator.client("dynamodb")
        tables.create(client)
        names = ["switchboard/local/" + account for account in policy.accounts]
        emulator.client("secretsmanager").create_secret(Name="bench/pepper", SecretString="pepper")
        for name in names:
            emulator.client("secretsmanager").create_secret(Name=name, SecretString="{}")
        put_secrets(emulator, policy)
        _set_environment(emulator, base_url, phones_url, directory, policy.model_dump_json())
        meter = Meter(client)
        meter.watch()
        log = StringIO()
        with redirect_stdout(log):
            handlers = {name: import_module(f"functions.{name}.handler").lambda_handler for name in FUNCTIONS}
        rehearsal = Rehearsal(client, meter, handlers, twilio, phones_url, calls, log)
        _employ(rehearsal, agents)
        yield rehearsal


def _employ(rehearsal: Rehearsal, agents: int) -> None:
    store = DynamoAgents(rehearsal.client, "agents", lambda _: None)
    for number in range(agents):
        agent_id = secrets.token_hex(16)
        store.put(Agent(agent_id=agent_id, name=f"Agent {number}", queues=("support",), skills=(), units=3, free=3))
        rehearsal.ask(agent_id, "PUT", "/me/presence", {"presence": "online"}, SETUP)
    rehearsal.settle()


def _set_environment(emulator: Emulator, base_url: str, phones_url: str, directory: Path, policy: str) -> None:
    path = directory / "policy.json"
    path.write_text(policy, encoding="utf-8")
    bus = emulator.client("events").create_event_bus(Name="bench")
    queue = emulator.client("sqs").create_queue(QueueName="bench-router")
    os.environ |= CREDENTIALS | {
        "AWS_ENDPOINT_URL": emulator.url,
        "STAGE": "local",
        "POLICY_PATH": str(path),
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Switchboard",
        "BUS_NAME": bus["EventBusArn"].rpartition("/")[2],
        "ROUTER_QUEUE_URL": queue["QueueUrl"],
        "PEPPER_SECRET": "bench/pepper",
        "SECRET_PREFIX": "switchboard/local",
        "PUBLIC_BASE_URL": base_url,
        "PROVIDER_BASE_URL": phones_url,
        "RAW_BUCKET": "bench",
        **{f"{name.upper()}_TABLE": name for name in tables.TABLES},
    }


@contextmanager
def _listening(calls: "Queue[tuple[str, dict[str, str], bytes]]") -> Iterator[str]:
    """Take webhook calls in the HTTP API's place: answer at once, and keep them for the function."""

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            calls.put((self.path, dict(self.headers.items()), body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:  # type: ignore[explicit-override]  # the decorator is 3.12's
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
