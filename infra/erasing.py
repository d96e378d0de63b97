"""What erasing customers takes: its queue, and the key of the hashes that stay of them."""

from aws_cdk import Acknowledgment, Validations
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.credentials import secret_arn
from infra.function import WorkQueue
from infra.settings import StageSettings


class Erasing(Construct):
    """The queue of requests, and the pepper: lost, nobody who was erased would be known again."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.inbox = WorkQueue(self, "Inbox", name="erase", settings=settings)
        self.pepper_name = f"switchboard/{settings.stage}/erasure.pepper"  # no account can be called so
        self.pepper_arn = secret_arn(self, self.pepper_name)
        pepper = secretsmanager.Secret(
            self,
            "Pepper",
            secret_name=self.pepper_name,
            description="The key of the hashes by which erased customers are known",
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=64, exclude_punctuation=True),
            removal_policy=settings.removal_policy,
        )
        Validations.of(pepper).acknowledge(
            Acknowledgment(id="AwsSolutions-SMG4", reason="with another key nobody who was erased would be known again")
        )
