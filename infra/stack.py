"""The system: which parts there are and how they are joined. What a part is stands in its own module."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Acknowledgment, CfnOutput, Stack, Validations
from constructs import Construct

from infra.api import Api
from infra.credentials import AccountSecrets
from infra.function import ChangeStream, Function, Source, title
from infra.messaging import Messaging
from infra.monitoring import Monitoring
from infra.permissions import GRANTS, Resource, environment_of, statements_of
from infra.settings import StageSettings
from infra.storage import QUARANTINE_PREFIX, Storage
from switchboard.policy import Policy


class SwitchboardStack(Stack):
    """Everything that AWS and the embedded AWS both have. `code` is each function's bundle."""

    def __init__(
        self, scope: Construct, id: str, *, settings: StageSettings, policy: Policy, code: Mapping[str, Path]
    ) -> None:
        super().__init__(
            scope,
            id,
            description="Switchboard: routes customers' messages to the right agent",
            synthesizer=settings.synthesizer(),
            termination_protection=settings.keep_data,
        )
        self._settings = settings
        self._code = code
        self.storage = Storage(self, "Storage", settings=settings)
        self.messaging = Messaging(self, "Messaging", settings=settings)
        self.secrets = AccountSecrets(self, "Secrets", settings=settings, accounts=policy.accounts)
        self.api = Api(self, "Api", settings=settings)
        self.changes = ChangeStream(self, "Changes", table=self.storage.conversations, settings=settings)
        self.functions = self._functions()
        self.api.receive("/sms/{account}", "ReceiveSms", self.functions["ingest_sms"].function)
        self.api.receive("/social/{channel}/{account}", "ReceiveSocial", self.functions["ingest_social"].function)
        self.api.serve_agents(self.functions["agent_api"].function)
        self._acknowledge_prefix()
        self._watch()
        self._say_where()

    def _functions(self) -> dict[str, Function]:
        arns, values = self._arns(), self._values()
        sources: dict[str, Source] = {**self.messaging.queues, "outbox": self.changes}
        return {
            name: Function(
                self,
                title(name),
                name=name,
                settings=self._settings,
                code=code,
                environment=environment_of(name, values),
                statements=statements_of(name, arns),
                source=sources.get(name),
            )
            for name, code in self._code.items()
        }

    def _arns(self) -> dict[Resource, list[str]]:
        storage = self.storage
        conversations, agents = storage.conversations.table_arn, storage.agents.table_arn
        return {
            Resource.BUS: [self.messaging.bus.event_bus_arn],
            Resource.SMS_SECRETS: self.secrets.arns("sms"),
            Resource.SOCIAL_SECRETS: self.secrets.arns("social"),
            Resource.ALL_SECRETS: self.secrets.arns(),
            Resource.QUARANTINED_BYTES: [storage.raw.arn_for_objects(f"{QUARANTINE_PREFIX}*")],
            Resource.ROUTER_QUEUE: [self.messaging.queues["router"].queue.queue_arn],
            Resource.CONVERSATIONS: [conversations],
            Resource.CONVERSATIONS_LANES: [f"{conversations}/index/lanes"],
            Resource.CONVERSATIONS_DUE: [f"{conversations}/index/due"],
            Resource.CONVERSATIONS_OWNERS: [f"{conversations}/index/owners"],
            Resource.AGENTS: [agents],
            Resource.AGENTS_CANDIDATES: [f"{agents}/index/candidates"],
            Resource.AGENTS_DUE: [f"{agents}/index/due"],
            Resource.CUSTOMERS: [storage.customers.table_arn],
            Resource.QUEUES: [storage.queues.table_arn],
            Resource.QUARANTINE: [storage.quarantine.table_arn],
        }

    def _values(self) -> dict[str, str]:
        """Every variable that a function may be told."""
        storage = self.storage
        return {
            "BUS_NAME": self.messaging.bus.event_bus_name,
            "RAW_BUCKET": storage.raw.bucket_name,
            "ROUTER_QUEUE_URL": self.messaging.queues["router"].queue.queue_url,
            "SECRET_PREFIX": self.secrets.prefix,
            "PUBLIC_BASE_URL": self.api.public_base_url,
            "PROVIDER_BASE_URL": self._settings.provider_base_url,
            "CONVERSATIONS_TABLE": storage.conversations.table_name,
            "AGENTS_TABLE": storage.agents.table_name,
            "CUSTOMERS_TABLE": storage.customers.table_name,
            "QUEUES_TABLE": storage.queues.table_name,
            "QUARANTINE_TABLE": storage.quarantine.table_name,
        }

    def _acknowledge_prefix(self) -> None:
        """The roles' only wildcard: who keeps and who shows raw bytes reaches one prefix of the bucket."""
        bucket = self.resolve(self.storage.raw.bucket_arn)["Fn::GetAtt"][0]
        for name, grants in GRANTS.items():
            if any(Resource.QUARANTINED_BYTES in grant.resources for grant in grants):
                Validations.of(self.functions[name]).acknowledge(
                    Acknowledgment(
                        id=f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{QUARANTINE_PREFIX}*]",
                        reason="an object's key is made from the delivery it keeps",
                    )
                )

    def _watch(self) -> None:
        monitoring = Monitoring(self, "Monitoring", settings=self._settings)
        monitoring.watch_functions({name: function.function for name, function in self.functions.items()})
        monitoring.watch_work(self.messaging.queues)
        monitoring.watch_parked("undelivered", self.messaging.undelivered)
        monitoring.watch_parked("outbox", self.changes.failures)
        monitoring.watch_stream(self.functions["outbox"].function)
        monitoring.watch_rules(self.messaging.bus, self.messaging.rules)
        for ingest in ("ingest_sms", "ingest_social"):
            monitoring.watch_signatures(ingest)
        monitoring.watch_api(self.api.http)

    def _say_where(self) -> None:
        storage, messaging, sign_in = self.storage, self.messaging, self.api.sign_in
        outputs = {
            "ApiUrl": self.api.url,
            "PublicBaseUrl": self.api.public_base_url,
            "UserPoolId": sign_in.pool.user_pool_id,
            "UserPoolClientId": sign_in.client.user_pool_client_id,
            "UserPoolDomain": sign_in.domain.domain_name,
            "Issuer": sign_in.issuer,
            "BusName": messaging.bus.event_bus_name,
            "RawBucket": storage.raw.bucket_name,
            "ConversationsTable": storage.conversations.table_name,
            "AgentsTable": storage.agents.table_name,
            "CustomersTable": storage.customers.table_name,
            "QueuesTable": storage.queues.table_name,
            "QuarantineTable": storage.quarantine.table_name,
            "UndeliveredUrl": messaging.undelivered.queue_url,
            "OutboxFailuresUrl": self.changes.failures.queue_url,
        }
        for name, work in messaging.queues.items():
            outputs[f"{title(name)}QueueUrl"] = work.queue.queue_url
            outputs[f"{title(name)}DeadLettersUrl"] = work.dead_letters.queue_url
        for output, value in outputs.items():
            CfnOutput(self, output, value=value)
