"""The system: which parts there are and how they are joined. What a part is stands in its own module."""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Acknowledgment, CfnOutput, Stack, Validations
from constructs import Construct

from infra import console
from infra.alerting import Alerting
from infra.api import Api
from infra.clock import Clock
from infra.credentials import AccountSecrets
from infra.erasing import Erasing
from infra.function import ChangeStream, Function, Source, WorkQueue, title
from infra.mail import Mail
from infra.messaging import Messaging
from infra.monitoring import Monitoring
from infra.permissions import GRANTS, Resource, environment_of, statements_of
from infra.push import STAGE, Push
from infra.rescue import Rescue
from infra.ses import domains_of, mail_addresses
from infra.settings import StageSettings
from infra.storage import (
    CONTENT_PREFIX,
    MAIL_PREFIX,
    MEDIA_PREFIX,
    OUTGOING_PREFIX,
    QUARANTINE_PREFIX,
    TOLD_ITEMS,
    UPLOADS_PREFIX,
    Storage,
)
from switchboard.policy import Policy

_PREFIXES: Mapping[Resource, str] = {
    Resource.QUARANTINED_BYTES: QUARANTINE_PREFIX,
    Resource.MAIL_BYTES: MAIL_PREFIX,
    Resource.CONTENT_BYTES: CONTENT_PREFIX,
    Resource.MEDIA_FILES: MEDIA_PREFIX,
    Resource.RELEASED_FILES: MEDIA_PREFIX,
    Resource.UPLOADED_FILES: UPLOADS_PREFIX,
    Resource.OUTGOING_FILES: OUTGOING_PREFIX,
}
"""The parts of the raw bucket."""


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
        self._policy = policy
        self._code = code
        self.storage = Storage(self, "Storage", settings=settings)
        self.messaging = Messaging(self, "Messaging", settings=settings)
        self.mail = Mail(self, "Mail", settings=settings, bucket=self.storage.raw)
        self.erasing = Erasing(self, "Erasing", settings=settings)
        self.rescue = Rescue(self, "Rescue", settings=settings)
        self.alerting = Alerting(self, "Alerting", settings=settings, has_webhook=policy.alerts.webhook is not None)
        self.inboxes: dict[str, WorkQueue] = {
            **self.messaging.queues,
            "ingest_email": self.mail.inbox,
            "erase": self.erasing.inbox,
            "ingest_sms": self.rescue.caught,
            "retry_quarantined": self.rescue.retries,
        }
        self.secrets = AccountSecrets(self, "Secrets", settings=settings, accounts=policy.accounts)
        self.api = Api(self, "Api", settings=settings)
        self.push = Push(self, "PushApi", settings=settings)
        self.changes = ChangeStream(
            self, "Changes", table=self.storage.conversations, items=TOLD_ITEMS, settings=settings
        )
        self.functions = self._functions()
        self.api.receive("/sms/{account}", "ReceiveSms", self.functions["ingest_sms"].function)
        self.api.receive("/caught/sms/{account}", "CatchSms", self.functions["catch_sms"].function)
        self.rescue.reconcile_with(self.functions["reconcile_sms"].function)
        self.api.receive("/social/{channel}/{account}", "ReceiveSocial", self.functions["ingest_social"].function)
        self.api.hand_out_files(self.functions["hand_out"].function)
        self.storage.take_uploads_from(self.api.console_origin)
        self.api.take_erasures(self.functions["erasure_api"].function)
        self.api.serve_agents(self.functions["agent_api"].function)
        self.api.serve_console(self.functions["console"].function)
        self.push.serve(self.functions["push"].function)
        Clock(
            self,
            "Watchdog",
            rate="rate(1 day)",
            description="Whether providers still call us",
            sid="CallWatchdog",
            action="lambda:InvokeFunction",
            target=self.functions["watch_channels"].function.function_arn,
            patience=3600,
        )
        self._acknowledge_prefixes()
        self._acknowledge_connections()
        self._watch()
        self._say_where()

    def _functions(self) -> dict[str, Function]:
        arns, values = self._arns(), self._values()
        told = {"console": console.environment(self._settings, self.api.sign_in, self.push, self.storage.raw)}
        sources: dict[str, Source] = {**self.inboxes, "outbox": self.changes}
        return {
            name: Function(
                self,
                title(name),
                name=name,
                settings=self._settings,
                code=code,
                environment=environment_of(name, values) | told.get(name, {}),
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
            Resource.LISTING_SECRETS: self.secrets.arns_where(lambda known: known.history is not None),
            Resource.CAUGHT_QUEUE: [self.rescue.caught.queue.queue_arn],
            Resource.SOCIAL_SECRETS: self.secrets.arns("social"),
            Resource.EMAIL_SECRETS: self.secrets.arns("email"),
            Resource.ALL_SECRETS: self.secrets.arns(),
            Resource.CALLBACK_SECRETS: self.secrets.arns_where(lambda known: known.whom_to_erase is not None),
            Resource.ERASING_SECRETS: self.secrets.arns_where(lambda known: known.forget is not None),
            Resource.WATCHED_SECRETS: self.secrets.arns_where(lambda known: known.watch is not None),
            Resource.PEPPER: [self.erasing.pepper_arn],
            Resource.MAIL_IDENTITIES: self._mail_identities(),
            **{resource: [storage.raw.arn_for_objects(f"{prefix}*")] for resource, prefix in _PREFIXES.items()},
            Resource.AGENTS_FILES: [storage.raw.bucket_arn],
            Resource.ROUTER_QUEUE: [self.messaging.queues["router"].queue.queue_arn],
            Resource.ERASE_QUEUE: [self.erasing.inbox.queue.queue_arn],
            Resource.RETRY_QUEUE: [self.rescue.retries.queue.queue_arn],
            Resource.ALERT_QUEUE: [self.messaging.queues["alert"].queue.queue_arn],
            Resource.WEBHOOK_KEY: self.alerting.key_arns,
            Resource.NOTIFY_QUEUE: [self.messaging.queues["notify"].queue.queue_arn],
            Resource.CONVERSATIONS: [conversations],
            Resource.CONVERSATIONS_LANES: [f"{conversations}/index/lanes"],
            Resource.CONVERSATIONS_DUE: [f"{conversations}/index/due"],
            Resource.CONVERSATIONS_OWNERS: [f"{conversations}/index/owners"],
            Resource.CONVERSATIONS_PLACED: [f"{conversations}/index/placed"],
            Resource.CONVERSATIONS_CUSTOMERS: [f"{conversations}/index/customers"],
            Resource.CONVERSATIONS_TIMELINE: [f"{conversations}/index/timeline"],
            Resource.CONVERSATIONS_HELD: [f"{conversations}/index/held"],
            Resource.CONVERSATIONS_DRAFTS: [f"{conversations}/index/drafts"],
            Resource.AGENTS: [agents],
            Resource.AGENTS_CANDIDATES: [f"{agents}/index/candidates"],
            Resource.AGENTS_MEMBERS: [f"{agents}/index/members"],
            Resource.AGENTS_DUE: [f"{agents}/index/due"],
            Resource.CUSTOMERS: [storage.customers.table_arn],
            Resource.CUSTOMERS_IDENTITIES: [f"{storage.customers.table_arn}/index/identities"],
            Resource.QUEUES: [storage.queues.table_arn],
            Resource.CUSTOMERS_REFUSALS: [f"{storage.customers.table_arn}/index/refusals"],
            Resource.QUARANTINE: [storage.quarantine.table_arn],
            Resource.QUARANTINE_RECEIVED: [f"{storage.quarantine.table_arn}/index/received"],
            Resource.ERASURES: [storage.erasures.table_arn],
            Resource.DECISIONS: [storage.decisions.table_arn],
            Resource.CONSOLES: [storage.consoles.table_arn],
            Resource.PUSH_TICKETS: [storage.consoles.table_arn],
            Resource.SETTINGS: [storage.settings.table_arn],
            Resource.USER_POOL: [self.api.sign_in.pool.user_pool_arn],
            Resource.SOCKETS: [self.push.connections_arn],
            Resource.SOCKETS_TO_CLOSE: [self.push.closing_arn],
        }

    def _mail_identities(self) -> list[str]:
        """What mail is sent with: the domains of our addresses, and the configuration set (rule EM-24)."""
        domains = domains_of(mail_addresses(self._policy.accounts).values())
        named = [("identity", domain) for domain in domains]
        if domains:
            named.append(("configuration-set", self._settings.ses_name))
        return [self.format_arn(service="ses", resource=kind, resource_name=name) for kind, name in named]

    def _values(self) -> dict[str, str]:
        """Every variable that a function may be told."""
        storage = self.storage
        return {
            "BUS_NAME": self.messaging.bus.event_bus_name,
            "RAW_BUCKET": storage.raw.bucket_name,
            "ROUTER_QUEUE_URL": self.messaging.queues["router"].queue.queue_url,
            "CAUGHT_QUEUE_URL": self.rescue.caught.queue.queue_url,
            "ERASE_QUEUE_URL": self.erasing.inbox.queue.queue_url,
            "RETRY_QUEUE_URL": self.rescue.retries.queue.queue_url,
            "ALERT_QUEUE_URL": self.messaging.queues["alert"].queue.queue_url,
            "WEBHOOK_SECRET": self.alerting.key_name,
            "CONSOLE_URL": self.api.console_url,
            "NOTIFY_QUEUE_URL": self.messaging.queues["notify"].queue.queue_url,
            "PUSH_URL": self.push.url,
            "PUSH_ENDPOINT": self.push.endpoint,
            "PEPPER_SECRET": self.erasing.pepper_name,
            "SECRET_PREFIX": self.secrets.prefix,
            "PUBLIC_BASE_URL": self.api.public_base_url,
            "PROVIDER_BASE_URL": self._settings.provider_base_url,
            "CONFIGURATION_SET": self._settings.configuration_set,
            "SCAN_MEDIA": "true" if self._settings.scan_media else "",
            "CONVERSATIONS_TABLE": storage.conversations.table_name,
            "AGENTS_TABLE": storage.agents.table_name,
            "CUSTOMERS_TABLE": storage.customers.table_name,
            "QUEUES_TABLE": storage.queues.table_name,
            "QUARANTINE_TABLE": storage.quarantine.table_name,
            "ERASURES_TABLE": storage.erasures.table_name,
            "DECISIONS_TABLE": storage.decisions.table_name,
            "CONSOLES_TABLE": storage.consoles.table_name,
            "SETTINGS_TABLE": storage.settings.table_name,
            "USER_POOL_ID": self.api.sign_in.pool.user_pool_id,
        }

    def _acknowledge_prefixes(self) -> None:
        """The roles' only wildcards: who keeps and who reads bytes reaches some prefixes of the bucket."""
        bucket = self.resolve(self.storage.raw.bucket_arn)["Fn::GetAtt"][0]
        for name, grants in GRANTS.items():
            reached = {resource for grant in grants for resource in grant.resources}
            for prefix in (prefix for resource, prefix in _PREFIXES.items() if resource in reached):
                Validations.of(self.functions[name]).acknowledge(
                    Acknowledgment(
                        id=f"AwsSolutions-IAM5[Resource::<{bucket}.Arn>/{prefix}*]",
                        reason="an object's key is made from the delivery it keeps",
                    )
                )

    def _acknowledge_connections(self) -> None:
        api = self.resolve(self.push.api.api_id)["Ref"]
        within = f"arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<{api}>/{STAGE}"
        for name, method in (("push", "POST"), ("notify", "POST"), ("agent_api", "POST"), ("agent_api", "DELETE")):
            Validations.of(self.functions[name]).acknowledge(
                Acknowledgment(
                    id=f"AwsSolutions-IAM5[Resource::{within}/{method}/@connections/*]",
                    reason="a connection's id is made when it opens",
                )
            )

    def _watch(self) -> None:
        monitoring = Monitoring(self, "Monitoring", settings=self._settings)
        monitoring.watch_functions({name: function.function for name, function in self.functions.items()})
        monitoring.watch_work(self.inboxes)
        monitoring.watch_parked("undelivered", self.messaging.undelivered)
        monitoring.watch_parked("outbox", self.changes.failures)
        monitoring.watch_stream(self.functions["outbox"].function)
        monitoring.watch_rules(self.messaging.bus, self.messaging.rules)
        for ingest in ("ingest_sms", "ingest_social", "erasure_api"):
            monitoring.watch_signatures(ingest)
        monitoring.watch_subscriptions()
        monitoring.watch_promises()
        monitoring.watch_reconciler("reconcile_sms")
        monitoring.watch_api(self.api.http)
        monitoring.watch_push(self.push)

    def _say_where(self) -> None:
        storage, messaging, sign_in = self.storage, self.messaging, self.api.sign_in
        outputs = {
            "ApiUrl": self.api.url,
            "PublicBaseUrl": self.api.public_base_url,
            "ConsoleUrl": self.api.console_url,
            "UserPoolId": sign_in.pool.user_pool_id,
            "UserPoolClientId": sign_in.client.user_pool_client_id,
            "UserPoolDomain": sign_in.domain.domain_name,
            "Issuer": sign_in.issuer,
            "BusName": messaging.bus.event_bus_name,
            "RawBucket": storage.raw.bucket_name,
            "MailEventsTopic": self.mail.events.topic_arn,
            "ConversationsTable": storage.conversations.table_name,
            "AgentsTable": storage.agents.table_name,
            "CustomersTable": storage.customers.table_name,
            "QueuesTable": storage.queues.table_name,
            "QuarantineTable": storage.quarantine.table_name,
            "ErasuresTable": storage.erasures.table_name,
            "DecisionsTable": storage.decisions.table_name,
            "ConsolesTable": storage.consoles.table_name,
            "SettingsTable": storage.settings.table_name,
            "PushUrl": self.push.url,
            "PushEndpoint": self.push.endpoint,
            "UndeliveredUrl": messaging.undelivered.queue_url,
            "OutboxFailuresUrl": self.changes.failures.queue_url,
        }
        for name, work in self.inboxes.items():
            outputs[f"{title(name)}QueueUrl"] = work.queue.queue_url
            outputs[f"{title(name)}DeadLettersUrl"] = work.dead_letters.queue_url
        for output, value in outputs.items():
            CfnOutput(self, output, value=value)
