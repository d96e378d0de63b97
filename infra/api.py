"""The front door: providers' webhooks, verified by the function, and the agents' API behind their sign-in."""

import json
from collections.abc import Sequence

from aws_cdk import Acknowledgment, Aws, Duration, RemovalPolicy, Validations
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpJwtAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.settings import StageSettings

GROUPS = {"agents": "Answer customers", "leads": "Answer customers, manage agents and see what was quarantined"}

LOGGED = (
    "requestId",
    "requestTime",
    "routeKey",
    "protocol",
    "status",
    "responseLength",
    "responseLatency",
    "integrationLatency",
    "integrationStatus",
)
"""Of each request: neither path and query (they name accounts and conversations) nor the caller's address."""


class SignIn(Construct):
    """The agents' user pool and the console's client: authorization code with PKCE, hence no secret."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings, console_url: str) -> None:
        super().__init__(scope, id)
        self.pool = self._pool(settings)
        for group, description in GROUPS.items():
            cognito.CfnUserPoolGroup(
                self,
                group.capitalize(),
                user_pool_id=self.pool.user_pool_id,
                group_name=group,
                description=description,
            )
        self.domain = self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=f"switchboard-{settings.stage}-{Aws.ACCOUNT_ID}"),
        )
        self.client = self._client(settings, console_url)

    def _pool(self, settings: StageSettings) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True, email=True),
            sign_in_case_sensitive=False,
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=settings.mfa,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            deletion_protection=settings.keep_data,
            removal_policy=settings.removal_policy,
        )
        Validations.of(pool).acknowledge(
            Acknowledgment(
                id="AwsSolutions-COG8",
                reason="the plus tier sells threat protection per user; leads make the accounts, with two factors",
            )
        )
        return pool

    def _client(self, settings: StageSettings, console_url: str) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "Console",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=settings.password_auth),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.PROFILE],
                callback_urls=[console_url],
                logout_urls=[console_url],
            ),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *map(cognito.UserPoolClientIdentityProvider.custom, filter(None, [settings.identity_provider])),
            ],
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.hours(12),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    @property
    def issuer(self) -> str:
        """As tokens carry it. By hand: the embedded AWS doesn't know the pool's attribute `ProviderURL`."""
        return f"https://cognito-idp.{Aws.REGION}.{Aws.URL_SUFFIX}/{self.pool.user_pool_id}"


class Api(Construct):
    """The HTTP API. Functions are routed to it once they exist: they are told its URL."""

    def __init__(self, scope: Construct, id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, id)
        self.http = apigatewayv2.HttpApi(
            self, "Http", description=f"Switchboard, {settings.stage}", create_default_stage=False
        )
        self._open(settings)
        self.url = settings.api_url.format(
            endpoint=settings.endpoint, api=self.http.api_id, region=Aws.REGION, suffix=Aws.URL_SUFFIX
        )
        self.public_base_url = settings.public_base_url or self.url
        self.console_origin = settings.console_url or settings.endpoint or self.url
        self.console_url = f"{settings.console_url or self.url}/console/"
        self.sign_in = SignIn(self, "SignIn", settings=settings, console_url=self.console_url)

    def _open(self, settings: StageSettings) -> None:
        log = logs.LogGroup(self, "AccessLog", retention=settings.log_retention, removal_policy=RemovalPolicy.DESTROY)
        apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=self.http.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=apigatewayv2.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=settings.throttle_rate, throttling_burst_limit=settings.throttle_burst
            ),
            access_log_settings=apigatewayv2.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn,
                format=json.dumps({name: f"$context.{name}" for name in LOGGED}),
            ),
        )

    def receive(self, path: str, id: str, function: lambda_.Function) -> None:
        """Any method: the function itself answers 405 to what a provider doesn't use."""
        for route in self._route(path, id, function):
            Validations.of(route).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-APIG4",
                    reason="providers sign each request and the function verifies it before it reads anything (X-1)",
                )
            )

    def take_erasures(self, function: lambda_.Function) -> None:
        """Networks' deletion callbacks, and the page that a person is given for theirs."""
        for path, name in {"/erasure/{channel}/{account}": "AskToErase", "/erasure/{code}": "ShowErasure"}.items():
            for route in self._route(path, name, function):
                Validations.of(route).acknowledge(
                    Acknowledgment(
                        id="AwsSolutions-APIG4",
                        reason="the network signs its callback; the page is found by a long code and names nobody",
                    )
                )

    def hand_out_files(self, function: lambda_.Function) -> None:
        """Files that went to customers as links."""
        for route in self._route("/files/{conversation}/{file}", "HandOutFiles", function):
            Validations.of(route).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-APIG4", reason="customers have no sign-in; a file is named by 256 random bits"
                )
            )

    def serve_agents(self, function: lambda_.Function) -> None:
        """Only with a token that the user pool gave to the console's client."""
        authorizer = HttpJwtAuthorizer(
            "Agents", self.sign_in.issuer, jwt_audience=[self.sign_in.client.user_pool_client_id]
        )
        self._route("/agent/{proxy+}", "ServeAgents", function, authorizer)

    def serve_console(self, function: lambda_.Function) -> None:
        """Whatever no other route takes: none may end in a slash, as the page's own address does."""
        route = apigatewayv2.HttpRoute(
            self,
            "ShowConsole",
            http_api=self.http,
            route_key=apigatewayv2.HttpRouteKey.DEFAULT,
            integration=HttpLambdaIntegration("ServeConsole", function),
        )
        Validations.of(route).acknowledge(
            Acknowledgment(
                id="AwsSolutions-APIG4", reason="the page is the same for everybody, and what it shows needs a token"
            )
        )

    def _route(
        self, path: str, id: str, function: lambda_.Function, authorizer: HttpJwtAuthorizer | None = None
    ) -> Sequence[apigatewayv2.HttpRoute]:
        return self.http.add_routes(
            path=path,
            methods=[apigatewayv2.HttpMethod.ANY],
            integration=HttpLambdaIntegration(id, function),
            authorizer=authorizer,
        )
