"""What SES needs to receive and to send a team's mail. Only AWS has receipt rules, so this stands in the cloud's stack.

What CloudFormation can't do (DNS, making the rule set the active one) says docs/operations.md.
"""

from collections.abc import Iterable, Mapping

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.settings import StageSettings
from infra.storage import MAIL_PREFIX
from switchboard.channels.email.addresses import domain_of
from switchboard.policy import AccountPolicy

MAIL_FROM = "bounce"
"""The subdomain of envelope senders: with it SPF passes in the brand's own name."""

_TOLD = ("REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "DELIVERY_DELAY", "RENDERING_FAILURE")
"""What becomes of a mail; that it was sent or opened changes nothing for us."""


def mail_addresses(accounts: Mapping[str, AccountPolicy]) -> dict[str, str]:
    """Return the mail accounts' addresses, by the accounts' keys."""
    return {key: account.address for key, account in accounts.items() if account.channel == "email"}


def domains_of(addresses: Iterable[str]) -> list[str]:
    """Return the domains to verify, each once."""
    return sorted({domain_of(address) for address in addresses})


class Ses(Construct):
    """Receipt rules, domains and the configuration set of the mail accounts, of which there is at least one."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        settings: StageSettings,
        addresses: Mapping[str, str],
        bucket: s3.IBucket,
        events: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._receive(settings.ses_name, addresses, bucket)
        sending = self._sending(settings.ses_name, events)
        for domain in domains_of(addresses.values()):
            self._verify(domain, sending)

    def _receive(self, name: str, addresses: Mapping[str, str], bucket: s3.IBucket) -> None:
        """One rule per account; an address stands for all its plus tags, with which our replies are signed.

        https://docs.aws.amazon.com/ses/latest/dg/receiving-email-receipt-rules-console-walkthrough.html
        """
        rules = ses.CfnReceiptRuleSet(self, "Rules", rule_set_name=name)
        before: ses.CfnReceiptRule | None = None
        for account, address in addresses.items():
            before = ses.CfnReceiptRule(
                self,
                f"Rule-{account}",
                rule_set_name=rules.ref,
                after=before.ref if before else None,
                rule=ses.CfnReceiptRule.RuleProperty(
                    enabled=True,
                    scan_enabled=True,
                    tls_policy="Require",
                    recipients=[address],
                    actions=[
                        ses.CfnReceiptRule.ActionProperty(
                            s3_action=ses.CfnReceiptRule.S3ActionProperty(
                                bucket_name=bucket.bucket_name, object_key_prefix=f"{MAIL_PREFIX}{account}/"
                            )
                        )
                    ],
                ),
            )

    def _sending(self, name: str, events: sns.ITopic) -> ses.ConfigurationSet:
        """What is sent with it is watched: its reputation, and what becomes of each mail (rule EM-24)."""
        sending = ses.ConfigurationSet(
            self,
            "Sending",
            configuration_set_name=name,
            reputation_metrics=True,
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        ses.CfnConfigurationSetEventDestination(  # CDK's own would change the topic's policy, which is another stack's
            self,
            "Events",
            configuration_set_name=sending.configuration_set_name,
            event_destination=ses.CfnConfigurationSetEventDestination.EventDestinationProperty(
                enabled=True,
                matching_event_types=list(_TOLD),
                sns_destination=ses.CfnConfigurationSetEventDestination.SnsDestinationProperty(
                    topic_arn=events.topic_arn
                ),
            ),
        )
        return sending

    def _verify(self, domain: str, sending: ses.ConfigurationSet) -> None:
        """Verify a domain by its DKIM records, and tell which records to publish."""
        identity = ses.EmailIdentity(
            self,
            f"Domain-{domain}",
            identity=ses.Identity.domain(domain),
            configuration_set=sending,
            mail_from_domain=f"{MAIL_FROM}.{domain}",
        )
        records = [
            f"{domain} MX 10 inbound-smtp.{Aws.REGION}.amazonaws.com",
            f"{MAIL_FROM}.{domain} MX 10 feedback-smtp.{Aws.REGION}.amazonses.com",
            f'{MAIL_FROM}.{domain} TXT "v=spf1 include:amazonses.com ~all"',
            *(f"{record.name} CNAME {record.value}" for record in identity.dkim_records),
        ]
        for number, record in enumerate(records, start=1):
            name = "".join(part.capitalize() for part in domain.replace("-", ".").split("."))
            CfnOutput(Stack.of(self), f"Dns{name}{number}", value=record)
