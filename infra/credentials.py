"""A secret per account, made with a placeholder that verifies nothing; people put the provider's credentials in."""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, ArnFormat, Stack, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.settings import StageSettings
from switchboard.channels import channel
from switchboard.policy import AccountPolicy


class AccountSecrets(Construct):
    """`switchboard/{stage}/{account}`: what verifies an account's webhooks and sends in its name."""

    def __init__(
        self, scope: Construct, id: str, *, settings: StageSettings, accounts: Mapping[str, AccountPolicy]
    ) -> None:
        super().__init__(scope, id)
        self.prefix = f"switchboard/{settings.stage}"
        self._accounts = accounts
        for account in accounts:
            secret = secretsmanager.Secret(
                self,
                account,
                secret_name=f"{self.prefix}/{account}",
                description=f"The provider's credentials for {account}",
                generate_secret_string=secretsmanager.SecretStringGenerator(
                    secret_string_template="{}",  # noqa: S106  # JSON to add the random placeholder to
                    generate_string_key="placeholder",
                ),
                removal_policy=settings.removal_policy,
            )
            Validations.of(secret).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-SMG4",
                    reason="the provider issues them, so a person rotates them; the previous still verifies",
                )
            )

    def arns(self, transport: str | None = None) -> list[str]:
        """ARNs of the accounts reached by this transport, or of all; Secrets Manager adds six characters to a name."""
        stack = Stack.of(self)
        return [
            stack.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{self.prefix}/{account}-??????",
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            for account, policy in self._accounts.items()
            if transport in {None, channel(policy.channel).transport}
        ]
