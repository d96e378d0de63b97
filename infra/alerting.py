"""What calling an operator's webhook takes: the key with which it is signed."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.credentials import secret_arn
from infra.settings import StageSettings


class Alerting(Construct):
    """The key of `Switchboard-Signature`, which the receiver of the webhook is given, too; there only if there is one.

    `key_arns` are what may be read: nothing without a webhook.
    """

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, has_webhook: bool) -> None:
        super().__init__(scope, id)
        self.key_name = f"switchboard/{settings.stage}/alerts.webhook"  # no account can be called so
        self.key_arns = [secret_arn(self, self.key_name)] if has_webhook else []
        if has_webhook:
            self._make_key(settings)

    def _make_key(self, settings: StageSettings) -> None:
        key = secretsmanager.Secret(
            self,
            "WebhookKey",
            secret_name=self.key_name,
            description="The key with which alerts to the webhook are signed: give it to whoever receives them",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=settings.removal_policy,
        )
        Validations.of(key).acknowledge(
            Acknowledgment(id="AwsSolutions-SMG4", reason="the receiver has it as well: docs/operations.md replaces it")
        )
