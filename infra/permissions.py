"""Who may do what, and what each function is told: the whole of it, in one table.

Beside these every function may write its own log and take from what wakes it (`infra.function`). A transaction needs
the permissions of its parts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from aws_cdk import aws_iam as iam


class Resource(StrEnum):
    """What a function can be allowed to touch."""

    BUS = auto()
    SMS_SECRETS = auto()
    LISTING_SECRETS = auto()
    CAUGHT_QUEUE = auto()
    SOCIAL_SECRETS = auto()
    EMAIL_SECRETS = auto()
    ALL_SECRETS = auto()
    CALLBACK_SECRETS = auto()
    ERASING_SECRETS = auto()
    WATCHED_SECRETS = auto()
    PEPPER = auto()
    QUARANTINED_BYTES = auto()
    MAIL_BYTES = auto()
    CONTENT_BYTES = auto()
    MEDIA_FILES = auto()
    RELEASED_FILES = auto()
    UPLOADED_FILES = auto()
    OUTGOING_FILES = auto()
    AGENTS_FILES = auto()
    MAIL_IDENTITIES = auto()
    ROUTER_QUEUE = auto()
    ERASE_QUEUE = auto()
    NOTIFY_QUEUE = auto()
    RETRY_QUEUE = auto()
    ALERT_QUEUE = auto()
    WEBHOOK_KEY = auto()
    CUSTOMERS_REFUSALS = auto()
    QUARANTINE_RECEIVED = auto()
    CONVERSATIONS = auto()
    CONVERSATIONS_LANES = auto()
    CONVERSATIONS_DUE = auto()
    CONVERSATIONS_OWNERS = auto()
    CONVERSATIONS_PLACED = auto()
    CONVERSATIONS_CUSTOMERS = auto()
    CONVERSATIONS_TIMELINE = auto()
    CONVERSATIONS_HELD = auto()
    CONVERSATIONS_DRAFTS = auto()
    AGENTS = auto()
    AGENTS_CANDIDATES = auto()
    AGENTS_MEMBERS = auto()
    AGENTS_DUE = auto()
    CUSTOMERS = auto()
    CUSTOMERS_IDENTITIES = auto()
    QUEUES = auto()
    QUARANTINE = auto()
    ERASURES = auto()
    DECISIONS = auto()
    CONSOLES = auto()
    SETTINGS = auto()
    USER_POOL = auto()
    SOCKETS = auto()
    SOCKETS_TO_CLOSE = auto()
    PUSH_TICKETS = auto()


@dataclass(frozen=True, slots=True)
class Grant:
    """One need of a function: `sid` says what for, and is the statement's id in IAM."""

    sid: str
    service: str
    actions: tuple[str, ...]
    resources: tuple[Resource, ...]
    within: tuple[str, ...] = ()
    """Of a bucket, the beginnings of keys that may be listed."""

    def statement(self, arns: Mapping[Resource, Sequence[str]]) -> iam.PolicyStatement:
        """The grant in IAM's words."""
        return iam.PolicyStatement(
            sid=self.sid,
            actions=[f"{self.service}:{action}" for action in self.actions],
            resources=[arn for resource in self.resources for arn in arns[resource]],
            conditions={"StringLike": {"s3:prefix": list(self.within)}} if self.within else None,
        )


def _table(sid: str, actions: str, *resources: Resource) -> Grant:
    return Grant(sid, "dynamodb", tuple(actions.split()), resources)


_CLAIM = "GetItem BatchGetItem Query UpdateItem ConditionCheckItem"
_PUT_ON_BUS = Grant("PutOnBus", "events", ("PutEvents",), (Resource.BUS,))
_READ_PEPPER = Grant("ReadPepper", "secretsmanager", ("GetSecretValue",), (Resource.PEPPER,))
_RECORD_DECISIONS = _table("RecordDecisions", "Query PutItem", Resource.DECISIONS)
_RECORD_ERASURE = _table("RecordErasure", "GetItem PutItem", Resource.ERASURES)
_ASK_TO_ERASE = Grant("AskToErase", "sqs", ("SendMessage",), (Resource.ERASE_QUEUE,))
_CALL_CONSOLES = Grant("CallConsoles", "execute-api", ("ManageConnections",), (Resource.SOCKETS,))
_LOOK_AGAIN = Grant("LookAgain", "sqs", ("SendMessage",), (Resource.ROUTER_QUEUE,))

GRANTS: Mapping[str, tuple[Grant, ...]] = {
    "ingest_sms": (
        _PUT_ON_BUS,
        Grant("ReadOwnSecrets", "secretsmanager", ("GetSecretValue",), (Resource.SMS_SECRETS,)),
        Grant("KeepRawBytes", "s3", ("PutObject",), (Resource.QUARANTINED_BYTES,)),
    ),
    "catch_sms": (Grant("KeepCaught", "sqs", ("SendMessage",), (Resource.CAUGHT_QUEUE,)),),
    "reconcile_sms": (
        _PUT_ON_BUS,
        Grant("ReadOwnSecrets", "secretsmanager", ("GetSecretValue",), (Resource.LISTING_SECRETS,)),
        _table("FindKnown", "GetItem", Resource.CONVERSATIONS, Resource.CUSTOMERS),
        _table("KeepCursor", "GetItem PutItem", Resource.QUEUES),
    ),
    "ingest_social": (
        _PUT_ON_BUS,
        Grant("ReadOwnSecrets", "secretsmanager", ("GetSecretValue",), (Resource.SOCIAL_SECRETS,)),
        Grant("KeepRawBytes", "s3", ("PutObject",), (Resource.QUARANTINED_BYTES,)),
    ),
    "ingest_email": (
        _PUT_ON_BUS,
        Grant("ReadOwnSecrets", "secretsmanager", ("GetSecretValue",), (Resource.EMAIL_SECRETS,)),
        Grant("ReadMail", "s3", ("GetObject",), (Resource.MAIL_BYTES,)),
        Grant("KeepContent", "s3", ("PutObject",), (Resource.CONTENT_BYTES,)),
        Grant("KeepRawBytes", "s3", ("PutObject",), (Resource.QUARANTINED_BYTES,)),
    ),
    "router": (
        _table("RouteConversations", "GetItem Query PutItem UpdateItem", Resource.CONVERSATIONS),
        _table(
            "FindWaitingAndDue",
            "Query",
            Resource.CONVERSATIONS_LANES,
            Resource.CONVERSATIONS_DUE,
            Resource.CONVERSATIONS_OWNERS,
        ),
        _table("FindHeld", "Query", Resource.CONVERSATIONS_HELD),
        _table("ClaimAgents", _CLAIM, Resource.AGENTS),
        _table("FindCandidates", "Query", Resource.AGENTS_CANDIDATES, Resource.AGENTS_DUE),
        _table("MeetCustomers", "GetItem PutItem UpdateItem", Resource.CUSTOMERS),
        _table("KnowPeople", "Query", Resource.CUSTOMERS_IDENTITIES, Resource.CONVERSATIONS_CUSTOMERS),
        _table("RememberLanesAndSums", "GetItem BatchGetItem Query UpdateItem", Resource.QUEUES),
        _table("ListQuarantined", "PutItem", Resource.QUARANTINE),
        _table("KnowErased", "GetItem", Resource.ERASURES),
        _RECORD_DECISIONS,
        _READ_PEPPER,
        _LOOK_AGAIN,
    ),
    "auto_ack": (
        _table("WriteAcknowledgement", "GetItem PutItem", Resource.CONVERSATIONS),
        _table("FindDue", "Query", Resource.CONVERSATIONS_DUE),
        _table("CountAcknowledgement", "GetItem PutItem UpdateItem", Resource.CUSTOMERS),
        _table("FindAddresses", "Query", Resource.CUSTOMERS_IDENTITIES),
        _table("ReadEstimates", "BatchGetItem", Resource.QUEUES),
    ),
    "outbound": (
        _table("SendInOrder", "GetItem Query PutItem", Resource.CONVERSATIONS),
        _table("RecordOptOut", "GetItem PutItem UpdateItem", Resource.CUSTOMERS),
        Grant("ReadSecrets", "secretsmanager", ("GetSecretValue",), (Resource.ALL_SECRETS,)),
        Grant("SendMail", "ses", ("SendEmail",), (Resource.MAIL_IDENTITIES,)),
        Grant("SendFilesByMail", "ses", ("SendRawEmail",), (Resource.MAIL_IDENTITIES,)),
        Grant("ReadOutgoing", "s3", ("GetObject",), (Resource.OUTGOING_FILES,)),
        Grant("PassFilesOn", "s3", ("GetObject",), (Resource.MEDIA_FILES,)),
    ),
    "fetch_media": (
        _table("RecordFiles", "GetItem UpdateItem", Resource.CONVERSATIONS),
        Grant("ReadSecrets", "secretsmanager", ("GetSecretValue",), (Resource.ALL_SECRETS,)),
        Grant("ReadMail", "s3", ("GetObject",), (Resource.MAIL_BYTES,)),
        Grant("KeepFiles", "s3", ("PutObject", "DeleteObject"), (Resource.MEDIA_FILES,)),
    ),
    "outbox": (
        _PUT_ON_BUS,
        _table("CountForPromises", "BatchGetItem UpdateItem", Resource.QUEUES),
        _table("RecordWhatCameOfIt", "PutItem", Resource.DECISIONS),
    ),
    "agent_api": (
        _table("WorkOnConversations", "GetItem BatchGetItem Query PutItem", Resource.CONVERSATIONS),
        _table("FindOwnAndWaiting", "Query", Resource.CONVERSATIONS_OWNERS, Resource.CONVERSATIONS_LANES),
        _table("ListQueues", "Query", Resource.CONVERSATIONS_PLACED),
        _table("ListAgents", "Query", Resource.AGENTS_MEMBERS),
        _table("ShowHeld", "Query", Resource.CONVERSATIONS_HELD),
        _table("KeepBookmarks", "UpdateItem", Resource.CONVERSATIONS),
        _table("ListDrafts", "Query", Resource.CONVERSATIONS_DRAFTS),
        _table("ClaimAgents", _CLAIM, Resource.AGENTS),
        _table("FindCandidates", "Query", Resource.AGENTS_CANDIDATES),
        _table("CheckConsent", "GetItem", Resource.CUSTOMERS),
        _table("MeetAndMarkCustomers", "PutItem UpdateItem", Resource.CUSTOMERS),
        _table("FindAddresses", "Query", Resource.CUSTOMERS_IDENTITIES),
        _table("ShowTimeline", "Query", Resource.CONVERSATIONS_CUSTOMERS, Resource.CONVERSATIONS_TIMELINE),
        _table("ReadLanes", "GetItem", Resource.QUEUES),
        _table("AddLanes", "UpdateItem", Resource.QUEUES),
        _table("ShowCoverage", "Query", Resource.QUEUES),
        _RECORD_DECISIONS,
        _table("ShowQuarantined", "GetItem", Resource.QUARANTINE),
        _table("ListQuarantined", "Query", Resource.QUARANTINE_RECEIVED),
        _table("SettleQuarantined", "PutItem", Resource.QUARANTINE),
        _table("ListOptOuts", "Query", Resource.CUSTOMERS_REFUSALS),
        Grant("AskToRetry", "sqs", ("SendMessage",), (Resource.RETRY_QUEUE,)),
        Grant("ShowRawBytes", "s3", ("GetObject",), (Resource.QUARANTINED_BYTES,)),
        Grant("ShowContent", "s3", ("GetObject",), (Resource.CONTENT_BYTES,)),
        Grant("ReleaseFiles", "s3", ("GetObject", "GetObjectTagging"), (Resource.RELEASED_FILES,)),
        Grant("OfferUploads", "s3", ("PutObject",), (Resource.UPLOADED_FILES,)),
        Grant("CheckUploads", "s3", ("GetObject", "GetObjectTagging"), (Resource.UPLOADED_FILES,)),
        Grant("KeepOutgoing", "s3", ("PutObject",), (Resource.OUTGOING_FILES,)),
        Grant("ReleaseOutgoing", "s3", ("GetObject",), (Resource.OUTGOING_FILES,)),
        _RECORD_ERASURE,
        _READ_PEPPER,
        _ASK_TO_ERASE,
        _LOOK_AGAIN,
        _table("HandOutTickets", "PutItem", Resource.PUSH_TICKETS),
        _table("ReadFeeds", "Query", Resource.CONSOLES),
        _table("EndConsoles", "DeleteItem BatchWriteItem", Resource.CONSOLES),
        _CALL_CONSOLES,
        Grant("CloseConsoles", "execute-api", ("ManageConnections",), (Resource.SOCKETS_TO_CLOSE,)),
        _table("ReadSettings", "GetItem Query", Resource.SETTINGS),
        _table("ChangeSettings", "PutItem DeleteItem", Resource.SETTINGS),
        _table("ChangeTeam", "PutItem DeleteItem", Resource.AGENTS),
        Grant("FindPeople", "cognito-idp", ("ListUsers", "ListUsersInGroup"), (Resource.USER_POOL,)),
        Grant("InvitePeople", "cognito-idp", ("AdminCreateUser",), (Resource.USER_POOL,)),
        Grant(
            "AdmitPeople",
            "cognito-idp",
            ("AdminEnableUser", "AdminAddUserToGroup", "AdminRemoveUserFromGroup"),
            (Resource.USER_POOL,),
        ),
        Grant("ShutOutPeople", "cognito-idp", ("AdminDisableUser", "AdminUserGlobalSignOut"), (Resource.USER_POOL,)),
    ),
    "console": (),
    "push": (
        _table("KnowConsoles", "GetItem PutItem UpdateItem DeleteItem", Resource.CONSOLES),
        _table("FindLookers", "Query", Resource.CONSOLES),
        _table("SeeWhatIsLookedAt", "GetItem", Resource.CONVERSATIONS),
        _CALL_CONSOLES,
    ),
    "notify": (
        _table("SeeWhoHasIt", "GetItem", Resource.CONVERSATIONS),
        _table("WriteFeeds", "PutItem UpdateItem", Resource.CONSOLES),
        _table("FindConsoles", "Query", Resource.CONSOLES),
        _table("ForgetConsoles", "DeleteItem", Resource.CONSOLES),
        _CALL_CONSOLES,
        Grant("HintLater", "sqs", ("SendMessage",), (Resource.NOTIFY_QUEUE,)),
    ),
    "hand_out": (Grant("ReadOutgoing", "s3", ("GetObject",), (Resource.OUTGOING_FILES,)),),
    "alert": (
        _table("SeeWhoHasIt", "GetItem", Resource.CONVERSATIONS),
        _table("KnowAgents", "GetItem", Resource.AGENTS),
        _table("KeepSlates", "GetItem PutItem", Resource.CONSOLES),
        _table("FindConsoles", "Query", Resource.CONSOLES),
        _table("ReleaseClaims", "DeleteItem", Resource.CONSOLES),
        Grant("LookLater", "sqs", ("SendMessage",), (Resource.ALERT_QUEUE,)),
        Grant("ReadWebhookKey", "secretsmanager", ("GetSecretValue",), (Resource.WEBHOOK_KEY,)),
        Grant("SendMail", "ses", ("SendEmail",), (Resource.MAIL_IDENTITIES,)),
    ),
    "retry_quarantined": (
        _PUT_ON_BUS,
        Grant("ReadOwnSecrets", "secretsmanager", ("GetSecretValue",), (Resource.EMAIL_SECRETS,)),
        Grant("ReadRawBytes", "s3", ("GetObject",), (Resource.QUARANTINED_BYTES,)),
        Grant("ReadMail", "s3", ("GetObject",), (Resource.MAIL_BYTES, Resource.CONTENT_BYTES)),
        Grant("KeepContent", "s3", ("PutObject",), (Resource.CONTENT_BYTES,)),
        _table("SettleQuarantined", "GetItem PutItem", Resource.QUARANTINE),
    ),
    "erasure_api": (
        Grant("ReadSecrets", "secretsmanager", ("GetSecretValue",), (Resource.CALLBACK_SECRETS,)),
        _RECORD_ERASURE,
        _READ_PEPPER,
        _ASK_TO_ERASE,
    ),
    "erase": (
        _RECORD_ERASURE,
        _READ_PEPPER,
        _ASK_TO_ERASE,
        _table("EraseConversations", "Query DeleteItem", Resource.CONVERSATIONS),
        _table("EraseDecisions", "Query DeleteItem", Resource.DECISIONS),
        _table("FindEverything", "Query", Resource.CONVERSATIONS_CUSTOMERS, Resource.CUSTOMERS_IDENTITIES),
        _table("EraseContact", "GetItem Query PutItem DeleteItem", Resource.CUSTOMERS),
        _table("GiveSlotBack", "Query UpdateItem", Resource.AGENTS),
        Grant(
            "EraseFiles", "s3", ("DeleteObject",), (Resource.MAIL_BYTES, Resource.CONTENT_BYTES, Resource.MEDIA_FILES)
        ),
        Grant("EraseAgentsFiles", "s3", ("DeleteObject",), (Resource.UPLOADED_FILES, Resource.OUTGOING_FILES)),
        Grant("FindAgentsFiles", "s3", ("ListBucket",), (Resource.AGENTS_FILES,), within=("uploads/*", "outgoing/*")),
        Grant("ReadSecrets", "secretsmanager", ("GetSecretValue",), (Resource.ERASING_SECRETS,)),
        _LOOK_AGAIN,
    ),
    "watch_channels": (Grant("ReadSecrets", "secretsmanager", ("GetSecretValue",), (Resource.WATCHED_SECRETS,)),),
}

_TOLD_WITH: Mapping[Resource, tuple[str, ...]] = {
    Resource.BUS: ("BUS_NAME",),
    Resource.SMS_SECRETS: ("SECRET_PREFIX", "PUBLIC_BASE_URL"),
    Resource.LISTING_SECRETS: ("SECRET_PREFIX", "PROVIDER_BASE_URL"),
    Resource.CAUGHT_QUEUE: ("CAUGHT_QUEUE_URL",),
    Resource.SOCIAL_SECRETS: ("SECRET_PREFIX", "PUBLIC_BASE_URL"),
    Resource.EMAIL_SECRETS: ("SECRET_PREFIX",),
    Resource.ALL_SECRETS: ("SECRET_PREFIX", "PUBLIC_BASE_URL", "PROVIDER_BASE_URL"),
    Resource.CALLBACK_SECRETS: ("SECRET_PREFIX", "PUBLIC_BASE_URL"),
    Resource.ERASING_SECRETS: ("SECRET_PREFIX", "PROVIDER_BASE_URL"),
    Resource.WATCHED_SECRETS: ("SECRET_PREFIX", "PUBLIC_BASE_URL", "PROVIDER_BASE_URL"),
    Resource.PEPPER: ("PEPPER_SECRET",),
    Resource.QUARANTINED_BYTES: ("RAW_BUCKET",),
    Resource.MAIL_BYTES: ("RAW_BUCKET",),
    Resource.CONTENT_BYTES: ("RAW_BUCKET",),
    Resource.MEDIA_FILES: ("RAW_BUCKET",),
    Resource.RELEASED_FILES: ("RAW_BUCKET", "SCAN_MEDIA"),
    Resource.UPLOADED_FILES: ("RAW_BUCKET",),
    Resource.OUTGOING_FILES: ("RAW_BUCKET",),
    Resource.AGENTS_FILES: ("RAW_BUCKET",),
    Resource.MAIL_IDENTITIES: ("CONFIGURATION_SET",),
    Resource.ROUTER_QUEUE: ("ROUTER_QUEUE_URL",),
    Resource.ERASE_QUEUE: ("ERASE_QUEUE_URL",),
    Resource.NOTIFY_QUEUE: ("NOTIFY_QUEUE_URL",),
    Resource.RETRY_QUEUE: ("RETRY_QUEUE_URL",),
    Resource.ALERT_QUEUE: ("ALERT_QUEUE_URL", "CONSOLE_URL", "PROVIDER_BASE_URL"),
    Resource.WEBHOOK_KEY: ("WEBHOOK_SECRET",),
    Resource.CONVERSATIONS: ("CONVERSATIONS_TABLE",),
    Resource.AGENTS: ("AGENTS_TABLE",),
    Resource.CUSTOMERS: ("CUSTOMERS_TABLE",),
    Resource.QUEUES: ("QUEUES_TABLE",),
    Resource.QUARANTINE: ("QUARANTINE_TABLE",),
    Resource.ERASURES: ("ERASURES_TABLE",),
    Resource.DECISIONS: ("DECISIONS_TABLE",),
    Resource.CONSOLES: ("CONSOLES_TABLE",),
    Resource.SETTINGS: ("SETTINGS_TABLE",),
    Resource.USER_POOL: ("USER_POOL_ID",),
    Resource.SOCKETS: ("PUSH_ENDPOINT",),
    Resource.SOCKETS_TO_CLOSE: ("PUSH_ENDPOINT",),
    Resource.PUSH_TICKETS: ("CONSOLES_TABLE", "PUSH_URL"),
}


def statements_of(function: str, arns: Mapping[Resource, Sequence[str]]) -> list[iam.PolicyStatement]:
    """What the function's role allows: a grant to what this team hasn't got, such as social accounts, is left out."""
    return [grant.statement(arns) for grant in GRANTS[function] if any(arns[resource] for resource in grant.resources)]


def environment_of(function: str, values: Mapping[str, str]) -> dict[str, str]:
    """Where to find what the function may touch, and nothing else."""
    touched = {resource for grant in GRANTS[function] for resource in grant.resources}
    names = {name for resource in touched for name in _TOLD_WITH.get(resource, ())}
    return {name: values[name] for name in sorted(names)}


_CLIENTS: Mapping[str, str] = {"ses": "sesv2", "execute-api": "apigatewaymanagementapi"}
"""Services that boto3 names otherwise than IAM."""


def services_used() -> list[str]:
    """AWS services that the functions call, as boto3 names them."""
    return sorted({_CLIENTS.get(grant.service, grant.service) for grants in GRANTS.values() for grant in grants})
