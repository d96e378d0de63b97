"""A secret per account, made with a placeholder that verifies nothing; people put the provider's credentials in.

A mail account's is whole from the beginning: nobody but us has to know the key that signs marks on our replies.
"""

from collections.abc import Callable, Mapping

from aws_cdk import Acknowledgment, ArnFormat, Stack, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.settings import StageSettings
from switchboard.channels import Channel, channel
from switchboard.policy import AccountPolicy


class AccountSecrets(Construct):
    """`switchboard/{stage}/{account}`: what verifies an account's webhooks and sends in its name."""

    def __init__(
        self, scope: Construct, id: str, *, settings: StageSettings, accounts: Mapping[str, AccountPolicy]
    ) -> None:
        super().__init__(scope, id)
        self.prefix = f"switchboard/{settings.stage}"
        self._accounts = accounts
        for account, policy in accounts.items():
            is_mail = channel(policy.channel).transport == "email"
            secret = secretsmanager.Secret(
                self,
                account,
                secret_name=f"{self.prefix}/{account}",
                description=f"{'Signs marks on mail' if is_mail else 'Credentials at the provider'}: {account}",
                generate_secret_string=secretsmanager.SecretStringGenerator(
                    secret_string_template="{}",  # noqa: S106  # JSON to add the random placeholder to
                    generate_string_key="mail_key" if is_mail else "placeholder",
                    exclude_punctuation=is_mail or None,
                    password_length=64 if is_mail else None,
                ),
                removal_policy=settings.removal_policy,
            )
            Validations.of(secret).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-SMG4",
                    reason="a person rotates them, with whoever else must know them; the previous still verifies",
                )
            )

    def arns(self, transport: str | None = None) -> list[str]:
        """ARNs of the accounts reached by this transport, or of all."""
        return self.arns_where(lambda known: transport in {None, known.transport})

    def arns_where(self, fits: Callable[[Channel], bool]) -> list[str]:
        """ARNs of the accounts of such channels."""
        return [
            secret_arn(self, f"{self.prefix}/{account}")
            for account, policy in self._accounts.items()
            if fits(channel(policy.channel))
        ]


def secret_arn(scope: Construct, name: str) -> str:
    """A secret's ARN by its name, to which Secrets Manager adds six characters."""
    return Stack.of(scope).format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=f"{name}-??????",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
