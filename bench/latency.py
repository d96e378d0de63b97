"""How long each step takes on the deployed embedded AWS, and how many messages a second it takes in a burst.

Absolute times are this machine's and its emulator's; the ratio is to the round trip of an empty function, invoked
between the messages of the same run.
"""

import json
import math
import re
import statistics
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.report import save, save_bars, show_table
from sandbox.errors import SandboxError
from sandbox.ports import draw_ports
from sandbox.progress import step
from sandbox.running import run
from switchboard.aws.conversations import record_of
from switchboard.conversation import Conversation, Entry
from switchboard.policy import load_policy
from switchboard.routing import Agent, Presence
from tests.e2e.lab import Lab

ROOT = Path(__file__).parent.parent
CALM, INTERVAL = 60, 1.0
"""Messages of the calm stream, each from a customer of their own, and seconds between them."""
ANSWERED, WARMING = 30, 32
CUSTOMERS, EACH, THREADS = 100, 3, 16
"""The burst: customers, texts of each, and calls at once."""
PATIENCE = 60.0
EMPTY = "bench-empty"
STEPS = (
    "webhook answered",
    "routed",
    "assigned",
    "acknowledged",
    "ack delivered",
    "reply answered",
    "reply at provider",
)
Times = dict[str, list[float]]


def main() -> None:
    """Deploy, measure, show, save."""
    with tempfile.TemporaryDirectory(prefix="switchboard-") as directory, run(Path(directory), draw_ports()) as running:
        lab = Lab(running, load_policy(ROOT / "policy.yaml"))
        invoke = _make_empty_function(lab)
        with step("Warming up"):
            agent = _staff(lab)
            _warm_up(lab, invoke)
            agent.me()  # signs in
        times = _stream(lab, invoke)
        with step(f"{ANSWERED} answers"):
            times |= _answer(lab, agent)
        burst = _burst(lab)
        lab.close()
    _report(times, burst)


def _report(times: Times, burst: dict[str, Any]) -> None:
    base = statistics.median(times["empty function"])
    rows = []
    for name in ("empty function", *STEPS):
        p50, p95, p99 = (percentile(times[name], share) for share in (0.50, 0.95, 0.99))
        rows.append((name, len(times[name]), p50, p95, p99, p50 / base))
    headers = (
        "step, since the message or the reply was sent",
        "n",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "p50 / empty function",
    )
    show_table("Latency, one message a second", headers, rows)
    print(f"\nA burst of {CUSTOMERS * EACH} texts from {CUSTOMERS} customers, {THREADS} at a time\n")
    print(f"  all answered in {burst['answered']:.1f} s, all in conversations in {burst['done']:.1f} s")
    print(f"  sustained: {burst['per second']:.1f} messages a second")
    print(f"  invocations of the router by messages: {burst['batches']}")
    save("latency", {"ms": {row[0]: row[1:] for row in rows}, "burst": burst})
    bars = {name: [p50, p95 - p50, p99 - p95] for name, _, p50, p95, p99, _ in rows}
    save_bars("latency", "Milliseconds since the message or the reply was sent", bars, ["p50", "p95", "p99"], 0)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


# Preparing


def _make_empty_function(lab: Lab) -> Callable[[], float]:
    """Put a function that does nothing behind the same API; returns what calls it and takes the milliseconds."""
    client, api = lab.running.client, lab.outputs["ApiUrl"].split("/")[-2]
    role = client("iam").create_role(RoleName=EMPTY, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    code = BytesIO()
    with zipfile.ZipFile(code, "w") as archive:  # it logs, as ours do: else ministack 1.5.33 waits 50 ms for a line
        archive.writestr("empty.py", "def handler(event, context):\n    print('called')\n    return {}\n")
    arn = client("lambda").create_function(
        FunctionName=EMPTY, Runtime="python3.13", Role=role, Handler="empty.handler", Code={"ZipFile": code.getvalue()}
    )["FunctionArn"]
    gateway = client("apigatewayv2")
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey=f"POST /{EMPTY}", Target=f"integrations/{integration}")
    client("lambda").add_permission(
        FunctionName=EMPTY, StatementId="api", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com"
    )

    def invoke() -> float:
        started = time.perf_counter()
        lab.http.post(f"{lab.outputs['ApiUrl']}/{EMPTY}", content=b"{}").raise_for_status()
        return (time.perf_counter() - started) * 1000

    return invoke


def _staff(lab: Lab) -> Any:  # noqa: ANN401  # AgentApi, which its module names
    """One agent who can take everything, and whom nothing times out."""
    (agent_id,) = (agent_id for agent_id, username in lab.running.team.items() if username == "ann")
    lab.agents.put(Agent(agent_id=agent_id, name="Ann", queues=("support",), skills=(), units=10_000, free=10_000))
    now = datetime.now(UTC)
    lab.agents.set_presence(agent_id, Presence.ONLINE, now + timedelta(hours=1), now)
    lab.agents.ensure_listed(agent_id, "a")
    return lab.agent("ann", online=False)


def _warm_up(lab: Lab, invoke: Callable[[], float]) -> None:
    """Start as many processes of each function as the burst will need."""
    invoke()
    forms = [lab.fields(sender=f"+1555000{number:04d}") for number in range(WARMING)]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lab.webhook, forms))
    _await_delivered(lab, WARMING)


# Measuring


def _stream(lab: Lab, invoke: Callable[[], float]) -> Times:
    """One message a second; the times of each step since it was sent."""
    times: Times = {name: [] for name in ("empty function", *STEPS)}
    sent: dict[str, datetime] = {}
    with step(f"{CALM} messages, one each {INTERVAL:g} s"):
        for number in range(CALM):
            due = time.monotonic() + INTERVAL
            form = lab.fields(sender=f"+1555111{number:04d}")
            sent[form["From"]] = datetime.now(UTC)
            lab.webhook(form).raise_for_status()
            times["webhook answered"].append(_since(sent[form["From"]], datetime.now(UTC)))
            times["empty function"].append(invoke())
            time.sleep(max(0.0, due - time.monotonic()))
        _await_delivered(lab, WARMING + CALM)
    records = _records(lab)
    for known in (record for record, _ in records if isinstance(record, Conversation)):
        if (start := sent.get(known.address)) and known.assigned_at:
            times["assigned"].append(_since(start, known.assigned_at))
    senders = {record.thread: record.address for record, _ in records if isinstance(record, Conversation)}
    for entry, changed in ((record, at) for record, at in records if isinstance(record, Entry)):
        if start := sent.get(senders[entry.thread]):
            times["routed" if entry.direction == "inbound" else "ack delivered"].append(_since(start, changed))
    for text in lab.running.twilio.state.texts:
        if text.direction == "outbound-api" and (start := sent.get(text.recipient)):
            times["acknowledged"].append(_since(start, text.created))
    return times


def _answer(lab: Lab, agent: Any) -> Times:  # noqa: ANN401  # see _staff
    """One answer after the other: the API's answer, and the text at the provider."""
    answered, sent = [], []
    for known in lab.all_conversations()[:ANSWERED]:
        start = datetime.now(UTC)
        agent.reply(known.id, f"Answer to {known.id}")
        answered.append(_since(start, datetime.now(UTC)))
        sent.append(_since(start, _created(lab, f"Answer to {known.id}")))
    return {"reply answered": answered, "reply at provider": sent}


def _created(lab: Lab, body: str) -> datetime:
    """When the provider took a text."""
    texts = lab.running.twilio.state.texts
    return _until(lambda: [text.created for text in texts if text.body == body])[0]  # type: ignore[no-any-return]  # see _until


def _burst(lab: Lab) -> dict[str, Any]:
    """Everybody at once; until every message has had its effect on a conversation."""
    forms = [lab.fields(sender=f"+1555222{n % CUSTOMERS:04d}", body=f"text {n}") for n in range(CUSTOMERS * EACH)]
    logged = lab.log_text().count("\n")
    with step(f"A burst of {len(forms)}"):
        before = _heard(lab)
        start = time.monotonic()
        with ThreadPoolExecutor(THREADS) as pool:
            statuses = Counter(pool.map(lambda form: lab.webhook(form).status_code, forms))
        answered = time.monotonic() - start
        if set(statuses) != {HTTPStatus.OK}:
            raise SandboxError(f"some of the burst were refused: {statuses}")
        _until(lambda: _heard(lab) - before >= len(forms), every=0.3)
        done = time.monotonic() - start
    text = "\n".join(lab.log_text().split("\n")[logged:])
    return {"answered": answered, "done": done, "per second": len(forms) / done, "batches": batches(text)}


def batches(log: str) -> dict[int, int]:
    """How many invocations of the router had how many messages, from its log."""
    routed = [json.loads(line) for line in re.findall(r"^\{.*\"task\":\"message\.received\".*\}$", log, re.MULTILINE)]
    sizes = Counter(Counter(line["function_request_id"] for line in routed).values())
    return dict(sorted(sizes.items()))


# Looking


def _records(lab: Lab) -> list[tuple[Conversation | Entry, datetime]]:
    """Conversations and messages, with when they were last written."""
    pages = lab.dynamodb.get_paginator("scan").paginate(TableName=lab.outputs["ConversationsTable"])
    items = [item for page in pages for item in page["Items"]]
    return [(record, datetime.fromisoformat(item["changed_at"]["S"])) for item in items if (record := record_of(item))]


def _heard(lab: Lab) -> int:
    return sum(len(known.heard) for known in lab.all_conversations())


def _await_delivered(lab: Lab, count: int) -> None:
    def is_done() -> bool:
        return (
            sum(entry.direction == "outbound" and entry.status == "delivered" for entry in lab.all_entries()) >= count
        )

    _until(is_done, every=0.3)


def _until(look: Any, every: float = 0.01) -> Any:  # noqa: ANN401  # whatever is looked for
    """Look each so many seconds until there is something to see, and return it; raises `SandboxError`."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        if time.monotonic() > deadline:
            raise SandboxError(f"nothing happened for {PATIENCE:.0f} s: is the machine too busy?")
        time.sleep(every)
    return found


def _since(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(milliseconds=1)


if __name__ == "__main__":
    main()
