"""The CDK app: `cdk deploy -c stage=NAME`. Run by the CDK's command line, as `python -m infra.app`."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import Node

from infra.bundle import bundle
from infra.cloud import CloudOnlyStack
from infra.policy import policy_of, require_registration
from infra.ses import mail_addresses
from infra.settings import StageSettings, settings_of
from infra.stack import SwitchboardStack
from switchboard.policy import Policy

_KNOBS = (
    *("endpoint", "public_base_url", "provider_base_url", "clock_file"),
    *("console_url", "console_framed_by", "identity_provider", "alarm_email"),
)
"""Settings that belong to one deployment rather than to its stage: `-c NAME=VALUE` overrides them."""


def read_settings(node: Node) -> StageSettings:
    """Of the stage that the context names, `local` if none; raises `UnknownStageError`."""
    knobs = {name: value for name in _KNOBS if (value := node.try_get_context(name)) is not None}
    return dataclasses.replace(settings_of(node.try_get_context("stage") or "local"), **knobs)


def add_stacks(app: App, settings: StageSettings, policy: Policy, code: Mapping[str, Path]) -> SwitchboardStack:
    """Add a stage's stacks to the app, and in the cloud the checks that they have to pass."""
    name = f"Switchboard-{settings.stage}"
    stack = SwitchboardStack(app, name, settings=settings, policy=policy, code=code)
    if settings.in_cloud:
        require_registration(policy)
        CloudOnlyStack(
            app,
            f"{name}-cloud",
            settings=settings,
            bus=stack.messaging.bus,
            mail_addresses=mail_addresses(policy.accounts),
            bucket=stack.storage.raw,
            sending_events=stack.mail.events,
        )
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return stack


def main() -> None:
    """Bundle, compose, synthesise. The bundles are this process's own: another may deploy at the same time."""
    app = App()
    settings = read_settings(app.node)
    policy = policy_of(settings.stage)
    with TemporaryDirectory(prefix="switchboard-") as build:
        add_stacks(app, settings, policy, bundle(policy, with_libraries=settings.in_cloud, build=Path(build)))
        app.synth()


if __name__ == "__main__":
    main()
