"""A deployed Switchboard under test: what people and providers do to it, and what one sees of it."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import boto3
import httpx
from twilio.request_validator import RequestValidator

from sandbox.api import AgentApi
from sandbox.double import Double
from sandbox.emulator import CREDENTIALS, REGION
from sandbox.lines import credentials, credentials_of, make_network
from sandbox.mail_program import Draft, File, answer, write
from sandbox.mailbox import Mail
from sandbox.running import Running
from sandbox.smtp import post
from sandbox.team import TEAM
from switchboard.aws.agents import DynamoAgents
from switchboard.aws.bookmarks import DynamoBookmarks
from switchboard.aws.consoles import DynamoConsoles
from switchboard.aws.conversations import DynamoConversations, record_of
from switchboard.aws.cursors import DynamoCursors
from switchboard.aws.customers import DynamoCustomers
from switchboard.aws.decisions import DynamoDecisions
from switchboard.aws.erasures import DynamoErasures
from switchboard.aws.estimates import DynamoEstimates
from switchboard.aws.places import DynamoPlaces
from switchboard.aws.queues import DynamoQueues
from switchboard.aws.secrets import read_key
from switchboard.conversation import Conversation, Entry
from switchboard.erasure import SETTLING
from switchboard.flows.board import Board
from switchboard.instant import to_text
from switchboard.policy import Policy
from switchboard.ports import Cursor
from switchboard.routing import Agent, Presence
from switchboard.wiring import new_id, pause

Found = TypeVar("Found")

PATIENCE = 60.0
"""Seconds that a condition may take on a busy machine; a test never waits longer than the condition does."""
LOOK_EVERY = 0.1
STILL = 0.4
"""Seconds after which nothing more is coming, unless functions start late."""
PROVIDER_TRIES = 4
CUSTOMER, OURS = "+15551230001", "+15550100100"
MAIL_CUSTOMER, OUR_MAIL = "mia@customers.example", "support@acme.example"
LONG_AGO, FAR_AHEAD = "2026-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
TABLES = {
    "ConversationsTable": "thread",
    "AgentsTable": "agent_id",
    "CustomersTable": "address",
    "QueuesTable": "queue",
    "QuarantineTable": "account",
    "ErasuresTable": "code",
    "ConsolesTable": "topic",
    "SettingsTable": "setting",
}
"""Each table's partition key, by the stack's output that names it."""


@dataclass
class Lab:
    """The running system with handles on all its sides. `close` it in the end."""

    running: Running
    policy: Policy
    lag: float = 0.0
    """Seconds that functions start late at most."""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))
    sessions: dict[str, AgentApi] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outputs = self.running.outputs
        self.outputs = outputs
        self.dynamodb = self.running.client("dynamodb")
        self.sqs = self.running.client("sqs")
        self.lambda_ = self.running.client("lambda")
        self.iam = self.running.client("iam")
        self.s3 = self.running.client("s3")
        self.logs = self.running.client("logs")
        described = self.lambda_.list_functions()["Functions"]
        self.functions = {one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: one for one in described}
        clock = self.running.clock
        kinds = ("Conversations", "Agents", "Decisions")
        conversations, agents, decisions = (outputs[f"{kind}Table"] for kind in kinds)
        self.conversations = DynamoConversations(
            self.dynamodb, conversations, agents, decisions, self.running.clock, pause
        )
        self.agents = DynamoAgents(self.dynamodb, outputs["AgentsTable"], pause)
        self.customers = DynamoCustomers(self.dynamodb, outputs["CustomersTable"], pause)
        self.consoles = DynamoConsoles(self.dynamodb, outputs["ConsolesTable"])
        self.board = Board(
            policy=self.policy,
            clock=clock,
            new_id=new_id,
            pause=pause,
            conversations=self.conversations,
            bookmarks=DynamoBookmarks(self.dynamodb, conversations),
            agents=self.agents,
            customers=self.customers,
            queues=DynamoQueues(self.dynamodb, outputs["QueuesTable"]),
            estimates=DynamoEstimates(self.dynamodb, outputs["QueuesTable"], clock, pause),
            erasures=DynamoErasures(self.dynamodb, outputs["ErasuresTable"], self._pepper),
            decisions=DynamoDecisions(self.dynamodb, outputs["DecisionsTable"]),
            places=DynamoPlaces(self.dynamodb, outputs["CustomersTable"]),
            router_queue=self,
        )

    def _pepper(self) -> bytes:
        return read_key(self.running.client("secretsmanager"), "switchboard/local/erasure.pepper")

    def close(self) -> None:
        """Give back its connections."""
        self.http.close()
        for session in self.sessions.values():
            session.close()

    # -- between tests ----------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget all conversations, customers, extra agents, quarantined items and raw bytes; the team goes home."""
        self.await_quiet()
        self.running.clock.come_back()
        self.running.twilio.state.texts.clear()
        self.running.twilio.state.stopped.clear()
        self.running.twilio.faults.clear()
        self.running.twilio.lose_webhooks(0)
        for double in self.running.providers.networks.values():
            double.notes.clear()
            double.answers.clear()
        self.running.ses.mailbox.mails.clear()
        self.running.ses.faults.clear()
        for table, partition in TABLES.items():
            self._empty(self.outputs[table], partition)
        self._empty_bucket()
        names = {username: agent_id for agent_id, username in self.running.team.items()}
        for member in TEAM:
            self.add_agent(
                names[member.username],
                queues=member.queues,
                skills=member.skills,
                units=member.units,
                online=False,
                name=member.name,
            )

    def _empty(self, table: str, partition: str) -> None:
        for item in self._scan(table):
            if item["item"]["S"] == "lanes":
                continue  # lanes are only ever added: the functions remember that
            self.dynamodb.delete_item(TableName=table, Key={partition: item[partition], "item": item["item"]})

    def _empty_bucket(self) -> None:
        bucket = self.outputs["RawBucket"]
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                self.s3.delete_object(Bucket=bucket, Key=found["Key"])

    def _scan(self, table: str) -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    # -- customers and their provider -------------------------------------------------------------

    def text(self, body: str, sender: str = CUSTOMER, to: str = OURS) -> None:
        """A customer texts us from their phone."""
        url = f"{self.running.phones_url}/phones/{sender.replace('+', '%2B')}/messages"
        self.http.post(url, json={"to": to, "body": body}).raise_for_status()

    def lose(self, body: str, sender: str = CUSTOMER, to: str = OURS, minutes_ago: float = 10) -> str:
        """A customer texted us some minutes ago, and no webhook told us; returns the text's id."""
        twilio = self.running.twilio
        twilio.lose_webhooks(1)
        self.text(body, sender, to)
        text = [text for text in twilio.state.texts if text.direction == "inbound"][-1]  # Twilio answers STOP itself
        self.wait_for(lambda: text.webhook, "the webhook to get lost")
        text.created = text.sent = text.created - timedelta(minutes=minutes_ago)
        return text.sid

    def compared_an_hour_ago(self, account: str = "acme-sms") -> None:
        """An account has been ours for a day, and its messages were compared with Twilio's an hour ago."""
        now = self.running.clock()
        cursor = Cursor(begun=now - timedelta(days=1), until=now - timedelta(hours=1))
        DynamoCursors(self.dynamodb, self.outputs["QueuesTable"]).put(account, cursor)

    def phone(self, number: str = CUSTOMER) -> list[str]:
        """What a customer's phone has received."""
        return [text.body for text in self.running.twilio.state.texts if text.recipient == number]

    def write(self, network: str, body: str) -> None:
        """The customer writes to us on a social network."""
        double = self.running.providers.networks[network]
        (ours,) = double.ends
        url = f"{self.running.phones_url}/phones/{double.customer(CUSTOMER)}/messages"
        self.http.post(url, json={"channel": network, "to": ours, "body": body}).raise_for_status()

    def arrived(self, network: str) -> list[str]:
        """What the customer has received on a social network."""
        double = self.running.providers.networks[network]
        return [note.body for note in double.on_phone(double.customer(CUSTOMER)) if not note.inbound]

    def mail(
        self,
        text: str,
        sender: str = MAIL_CUSTOMER,
        to: str = OUR_MAIL,
        *,
        name: str = "",
        subject: str = "Where is my order?",
        answers: Mail | None = None,
        headers: dict[str, str] | None = None,
        files: Sequence[File] = (),
        envelope_sender: str | None = None,
    ) -> bytes:
        """A customer mails us with their mail program; returns the mail as it was sent. `headers` come on top."""
        draft = Draft(
            sender=sender,
            sender_name=name,
            recipient=to,
            subject=subject,
            text=text,
            at=self.running.clock(),
            message_id=f"{secrets.token_hex(8)}@customers.example",
            files=files,
        )
        draft = answer(draft, answers.opened()) if answers else draft
        head = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        raw = head.encode() + write(draft)
        post(self.running.smtp_port, sender if envelope_sender is None else envelope_sender, draft.recipient, raw)
        return raw

    def mailbox(self, customer: str = MAIL_CUSTOMER) -> list[Mail]:
        """The mails that a customer has got from us, the oldest first."""
        return [mail for mail in self.running.ses.mailbox.of(customer) if mail.from_us]

    def ask_meta_to_erase(self, network: str, person: str, *, secret: str | None = None) -> httpx.Response:
        """Somebody asks Meta that we forget them: Meta calls, signing with our app's secret unless told otherwise."""
        account = f"acme-{network}"
        app_secret = secret or credentials_of(account, self.policy)["app_secret"]
        wanted = json.dumps({"user_id": person, "algorithm": "HMAC-SHA256"}).encode()
        payload = base64.urlsafe_b64encode(wanted).rstrip(b"=")
        signature = base64.urlsafe_b64encode(hmac.digest(app_secret.encode(), payload, "sha256")).rstrip(b"=")
        url = f"{self.outputs['PublicBaseUrl']}/erasure/{network}/{account}"
        return self.http.post(url, data={"signed_request": (signature + b"." + payload).decode()})

    def stranger(self, network: str) -> Double:
        """Make a network's double with the right addresses and somebody else's credentials."""

        def forged(account: str, policy: Policy) -> dict[str, str]:
            known = credentials_of(account, policy)
            return {name: value if name == "token" else value[::-1] for name, value in known.items()}

        return make_network(network, self.policy, self.outputs["PublicBaseUrl"], known=forged)

    def fields(
        self, body: str = "hello", sender: str = CUSTOMER, account: str = "acme-sms", **more: str
    ) -> dict[str, str]:
        """An inbound webhook's form."""
        sid = more.pop("MessageSid", f"SM{secrets.token_hex(16)}")
        ours = self.policy.accounts[account].address
        known = {"AccountSid": credentials(account)["account_sid"], "From": sender, "To": ours, "Body": body}
        return {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            **known,
            **more,
        }

    def webhook(
        self,
        form: dict[str, str] | bytes,
        account: str = "acme-sms",
        *,
        signature: str | None = None,
        method: str = "POST",
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """A provider calls, signing as Twilio does unless told otherwise."""
        url = f"{self.outputs['PublicBaseUrl']}/sms/{account}{query}"
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        if signature is None:
            signature = self.signature({} if isinstance(form, bytes) else form, account, query=query)
        sent = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature, **(headers or {})}
        return self.http.request(method, url, content=body, headers=sent)

    def signature(
        self,
        form: dict[str, str],
        account: str = "acme-sms",
        *,
        token: str | None = None,
        base_url: str | None = None,
        query: str = "",
    ) -> str:
        """Twilio's signature of a form sent to an account's URL, with the account's own token unless told otherwise."""
        url = f"{base_url or self.outputs['PublicBaseUrl']}/sms/{account}{query}"
        return str(RequestValidator(token or credentials(account)["auth_token"]).compute_signature(url, form))

    def deliver(self, form: dict[str, str], account: str = "acme-sms", *, signature: str | None = None) -> int:
        """A provider calls until it is heard, as it is registered to (rule X-3); returns with what status it was."""
        for _ in range(PROVIDER_TRIES):
            answer = self.webhook(form, account, signature=signature)
            if not answer.is_server_error:
                return answer.status_code
        raise AssertionError(f"not taken in {PROVIDER_TRIES} tries\n{self.complaints()}")

    def at_once(self, calls: Iterable[Callable[[], Found]], threads: int = 25) -> list[Found]:
        """Make calls side by side."""
        with ThreadPoolExecutor(threads) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]

    # -- agents -----------------------------------------------------------------------------------

    def agent(self, username: str, *, online: bool = True) -> AgentApi:
        """A team member's session with the API."""
        if username not in self.sessions:
            self.sessions[username] = self.running.agent(username)
        session = self.sessions[username]
        if online:
            session.set_presence("online")
            self._expect_heartbeat(self.agent_id(username), FAR_AHEAD)
        return session

    def agent_id(self, username: str) -> str:
        """Who a team member is in the tables."""
        return next(agent_id for agent_id, name in self.running.team.items() if name == username)

    def cut(self, username: str) -> None:
        """The gateway closes an agent's consoles' connections, as it does after two hours."""
        gateway = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=self.outputs["PushEndpoint"],
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        for connection in self.consoles.connections(f"agent#{self.agent_id(username)}", 10):
            gateway.delete_connection(ConnectionId=connection.connection_id)
        gateway.close()

    def call(
        self, username: str | None, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """The agents' API as it answers, whatever it answers; without a name, without a token."""
        sent = dict(headers or {})
        if username:
            sent = {"authorization": f"Bearer {self.agent(username, online=False).sign_in()}", **sent}
        content = body if isinstance(body, bytes) else None
        document = None if isinstance(body, bytes) else body
        url = f"{self.outputs['ApiUrl']}/agent/{path}"
        return self.http.request(method, url, content=content, json=document, headers=sent)

    def add_agent(
        self,
        agent_id: str,
        *,
        queues: tuple[str, ...] = ("support",),
        skills: tuple[str, ...] = (),
        units: int = 5,
        online: bool = True,
        name: str = "",
    ) -> None:
        """Somebody joins the team."""
        self.agents.put(
            Agent(agent_id=agent_id, name=name or agent_id, queues=queues, skills=skills, units=units, free=units)
        )
        if online:
            from switchboard.flows import desk  # noqa: PLC0415  # only here

            desk.set_presence(desk.Caller(agent_id), Presence.ONLINE, self.board)
            self._expect_heartbeat(agent_id, FAR_AHEAD)

    def look_again(self, detail: dict[str, str], delay: Any) -> None:
        """What an agent's action in this process asks of the router's queue."""
        self.router({"detail-type": "dispatch.again", "detail": detail})

    # -- time and plumbing ------------------------------------------------------------------------

    def router(self, task: dict[str, Any]) -> None:
        """Put a task into the router's queue."""
        self.sqs.send_message(QueueUrl=self.outputs["RouterQueueUrl"], MessageBody=json.dumps(task))

    def sweep(self) -> None:
        """The minute is over, however short it was: a sweep for the minute rests until half of it has passed."""
        self.router({"detail-type": "dispatch.again", "detail": {"due": "more"}})

    def look_at_promises(self) -> None:
        """The minute is over for promises."""
        self.sqs.send_message(
            QueueUrl=self.outputs["AutoAckQueueUrl"],
            MessageBody=json.dumps({"detail-type": "promises.due", "detail": {}}),
        )

    def let_time_pass(self, known: Conversation) -> None:
        """Whatever this conversation waits for is due now; whoever is just writing it has to read that first."""
        self.dynamodb.update_item(
            TableName=self.outputs["ConversationsTable"],
            Key={"thread": {"S": known.thread}, "item": {"S": f"conversation#{known.number:06d}"}},
            UpdateExpression="SET due_at = :past, check_at = :past, revision = revision + :one",
            ExpressionAttributeValues={":past": {"S": LONG_AGO}, ":one": {"N": "1"}},
        )

    def let_heartbeat_lapse(self, agent_id: str) -> None:
        """The agent has not been heard of for longer than the grace."""
        self._expect_heartbeat(agent_id, LONG_AGO)

    def _expect_heartbeat(self, agent_id: str, due_at: str) -> None:
        """Say when an agent counts as gone: by default never, since on a busy machine a test outlasts the grace."""
        self.dynamodb.update_item(
            TableName=self.outputs["AgentsTable"],
            Key={"agent_id": {"S": agent_id}, "item": {"S": "agent"}},
            UpdateExpression="SET due_at = :due",
            ExpressionAttributeValues={":due": {"S": due_at}},
        )

    def let_erasure_settle(self, code: str) -> None:
        """The erasure began so long ago that nobody can be writing any more."""
        self.dynamodb.update_item(
            TableName=self.outputs["ErasuresTable"],
            Key={"code": {"S": code}, "item": {"S": "erasure"}},
            UpdateExpression="SET #until = :past",
            ConditionExpression="attribute_exists(#until)",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":past": {"S": to_text(self.running.clock() - SETTLING)}},
        )

    def let_attempt_age(self, entry: Entry) -> None:
        """The process that was sending this message died long ago."""
        self.dynamodb.update_item(
            TableName=self.outputs["ConversationsTable"],
            Key={"thread": {"S": entry.thread}, "item": {"S": f"message#{entry.id}"}},
            UpdateExpression="SET attempt_at = :past",
            ConditionExpression="attribute_exists(attempt_at)",
            ExpressionAttributeValues={":past": {"S": LONG_AGO}},
        )

    # -- the deployment ---------------------------------------------------------------------------

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function by itself; returns its answer, or Lambda's description of the error that it raised."""
        answer = self.lambda_.invoke(FunctionName=self.functions[function]["FunctionName"], Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    def start_afresh(self, function: str) -> None:
        """The next call of a function is a cold start: what its processes have cached is gone."""
        known = self.functions[function]
        self.lambda_.update_function_configuration(FunctionName=known["FunctionName"], MemorySize=known["MemorySize"])

    def role(self, function: str) -> str:
        """The name of the role that a function runs with."""
        return str(self.functions[function]["Role"]).rpartition("/")[2]

    def statements(self, function: str) -> list[dict[str, Any]]:
        """What a function's role allows."""
        policy = self.iam.get_role_policy(RoleName=self.role(function), PolicyName="Own")
        return list(policy["PolicyDocument"]["Statement"])

    @contextmanager
    def without(self, function: str, sid: str) -> Iterator[None]:
        """Take one statement from a function's role, for as long as the block lasts."""
        before = self.statements(function)
        self._allow(function, [statement for statement in before if statement["Sid"] != sid])
        try:
            yield
        finally:
            self._allow(function, before)

    def _allow(self, function: str, statements: list[dict[str, Any]]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.iam.put_role_policy(RoleName=self.role(function), PolicyName="Own", PolicyDocument=document)

    @contextmanager
    def unattended_queues(self) -> Iterator[None]:
        """Nobody takes from the queues for as long as the block lasts; what came meanwhile is thrown away."""
        sources = self.lambda_.list_event_source_mappings()["EventSourceMappings"]
        queues = [source["UUID"] for source in sources if ":sqs:" in source["EventSourceArn"]]
        self.await_quiet()
        for source in queues:
            self.lambda_.update_event_source_mapping(UUID=source, Enabled=False)
        try:
            yield
        finally:
            for output in [name for name in self.outputs if name.endswith("QueueUrl")]:
                self.sqs.purge_queue(QueueUrl=self.outputs[output])
            for source in queues:
                self.lambda_.update_event_source_mapping(UUID=source, Enabled=True)

    @contextmanager
    def quick_retries(self, output: str) -> Iterator[None]:
        """What a function leaves in its queue comes again at once, for as long as the block lasts."""
        queue = {"QueueUrl": self.outputs[output]}
        before = self.sqs.get_queue_attributes(**queue, AttributeNames=["VisibilityTimeout"])["Attributes"]
        self.hand_out_again_after(output, seconds=1)
        try:
            yield
        finally:
            self.sqs.set_queue_attributes(**queue, Attributes=before)

    def hand_out_again_after(self, output: str, seconds: int) -> None:
        """How soon a queue hands out again what nobody has deleted."""
        self.sqs.set_queue_attributes(QueueUrl=self.outputs[output], Attributes={"VisibilityTimeout": str(seconds)})

    def take_all(self, output: str) -> list[str]:
        """Empty a queue that no function takes from; returns the bodies."""
        queue, bodies = {"QueueUrl": self.outputs[output]}, []
        while messages := self.sqs.receive_message(**queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(str(message["Body"]))
                self.sqs.delete_message(**queue, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def depth(self, output: str) -> int:
        """Messages in a queue, waiting and in flight."""
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=names)
        return sum(int(count) for count in answer["Attributes"].values())

    def await_quiet(self) -> None:
        """Until no queue holds anything, twice in a row."""
        queues = [name for name in self.outputs if name.endswith("QueueUrl")]
        calm = 0

        def quiet() -> bool:
            nonlocal calm
            calm = 0 if any(self.depth(queue) for queue in queues) else calm + 1
            return calm > 3

        self.wait_for(quiet, "the queues to run empty", patience=3 * PATIENCE)

    def wait_for(self, look: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
        """Look until there is something to see, and return it."""
        deadline = time.monotonic() + patience
        while not (found := look()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {patience:.0f} s in vain for {what}\n{self.complaints()}")
            time.sleep(LOOK_EVERY)
        return found

    # -- what one sees ----------------------------------------------------------------------------

    def all_conversations(self) -> list[Conversation]:
        """Every conversation there is."""
        records = [record_of(item) for item in self._scan(self.outputs["ConversationsTable"])]
        return [record for record in records if isinstance(record, Conversation)]

    def all_entries(self) -> list[Entry]:
        """Every message there is."""
        records = [record_of(item) for item in self._scan(self.outputs["ConversationsTable"])]
        return [record for record in records if isinstance(record, Entry)]

    def conversation_of(self, customer: str = CUSTOMER) -> Conversation | None:
        """A customer's newest conversation."""
        theirs = [known for known in self.all_conversations() if known.address == customer]
        return max(theirs, key=lambda known: known.number, default=None)

    def kept(self) -> dict[str, list[Any]]:
        """Everything that is stored: each table's items, the raw bytes' keys, and which queues have parked messages."""
        tables = {table: sorted(self._scan_kept(table), key=json.dumps) for table in TABLES}
        objects = self.s3.list_objects_v2(Bucket=self.outputs["RawBucket"]).get("Contents", [])
        parked = [output for output in self.outputs if output.endswith("LettersUrl") and self.depth(output)]
        return {**tables, "raw": [found["Key"] for found in objects], "parked": parked}

    def settled(self) -> dict[str, list[Any]]:
        """Everything that is stored once nothing more comes: what reads tables' streams takes from no queue."""
        self.await_quiet()
        stored, since = self.kept(), time.monotonic()

        def still() -> bool:
            nonlocal stored, since
            if (now := self.kept()) != stored:
                stored, since = now, time.monotonic()
            return time.monotonic() - since > STILL + self.lag

        self.wait_for(still, "what is stored to stay as it is")
        return stored

    def _scan_kept(self, table: str) -> list[dict[str, Any]]:
        """A table's items but for the reconciler's cursors and when the last sweep began, which go by the clock."""
        return [item for item in self._scan(self.outputs[table]) if item["item"]["S"] not in {"cursor", "sweep"}]

    def metric(self, function: str, name: str) -> float:
        """How much a function has counted of a metric, from the start (EMF lines in its log)."""
        lines = [line for line in self._log_of(self.functions[function]["LoggingConfig"]["LogGroup"]) if "_aws" in line]
        counts = [json.loads(line).get(name, 0) for line in lines]
        return float(sum(sum(count) if isinstance(count, list) else count for count in counts))

    def log_text(self) -> str:
        """Everything that any function or the API has logged."""
        groups = self.logs.describe_log_groups()["logGroups"]
        return "\n".join(line for group in groups for line in self._log_of(group["logGroupName"]))

    def _log_of(self, group: str) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        return [event["message"] for page in pages for event in page["events"]]

    def complaints(self) -> str:
        """The last errors in the logs, for a failure's message."""
        lines = [line for line in self.log_text().splitlines() if '"ERROR"' in line or "Traceback" in line]
        return "\n".join(lines[-5:])
