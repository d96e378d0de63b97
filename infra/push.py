"""How consoles are called: a WebSocket API behind one-time tickets. docs/push.md is its protocol."""

from aws_cdk import Acknowledgment, Aws, Stack, Validations
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_apigatewayv2_authorizers import WebSocketLambdaAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from constructs import Construct

from infra.settings import StageSettings

STAGE = "push"
"""The stage's name, which is part of the URL: a WebSocket API has no nameless one."""


class Push(Construct):
    """The WebSocket API. Its function is joined once it exists: it is told the URL."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.api = apigatewayv2.WebSocketApi(self, "WebSocket", description=f"Switchboard's push, {settings.stage}")
        self._open(settings)
        self.endpoint = settings.push_url.format(
            endpoint=settings.endpoint, api=self.api.api_id, region=Aws.REGION, suffix=Aws.URL_SUFFIX, stage=STAGE
        )
        self.url = f"ws{self.endpoint.removeprefix('http')}"
        self.connections_arn, self.closing_arn = (
            Stack.of(self).format_arn(
                service="execute-api", resource=self.api.api_id, resource_name=f"{STAGE}/{method}/@connections/*"
            )
            for method in ("POST", "DELETE")
        )

    def _open(self, settings: StageSettings) -> None:
        stage = apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name=STAGE,
            auto_deploy=True,
            default_route_settings=apigatewayv2.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.throttle_rate, throttling_burst_limit=settings.throttle_burst
            ),
        )
        Validations.of(stage).acknowledge(
            Acknowledgment(
                id="AwsSolutions-APIG1",
                reason="its log needs a role of the whole account's; the function logs each call, without the ticket",
            )
        )

    def serve(self, function: lambda_.Function) -> None:
        """Let the function decide who connects, and hear what they say; only the handshake can be authorized."""
        authorizer = WebSocketLambdaAuthorizer(
            "Tickets", function, identity_source=["route.request.querystring.ticket"]
        )
        self.api.add_route(
            "$connect", integration=WebSocketLambdaIntegration("Connect", function), authorizer=authorizer
        )
        for key, name in {"$disconnect": "Disconnect", "$default": "Say"}.items():
            route = self.api.add_route(key, integration=WebSocketLambdaIntegration(name, function))
            Validations.of(route).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-APIG4", reason="the handshake that opened the connection was authorized"
                )
            )

    def metric(self, name: str) -> cloudwatch.Metric:
        """One of the gateway's own metrics."""
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=name,
            dimensions_map={"ApiId": self.api.api_id},
            statistic="Sum",
        )
