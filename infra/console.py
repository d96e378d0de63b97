"""What the console's function is told: where agents sign in, and what else its page may reach."""

from aws_cdk import Aws
from aws_cdk import aws_s3 as s3

from infra.api import SignIn
from infra.push import Push
from infra.settings import StageSettings


def environment(settings: StageSettings, sign_in: SignIn, push: Push, raw: s3.IBucket) -> dict[str, str]:
    """Its environment; docs/architecture.md has the meanings."""
    return {
        "ISSUER": sign_in.issuer,
        "CLIENT_ID": sign_in.client.user_pool_client_id,
        "SIGN_IN_URL": settings.sign_in_url.format(
            endpoint=settings.endpoint, domain=sign_in.domain.domain_name, region=Aws.REGION
        ),
        "PUSH_URL": push.url,
        "FILE_ORIGINS": settings.endpoint or _origins(raw),
        "FRAMED_BY": settings.console_framed_by,
    }


def _origins(raw: s3.IBucket) -> str:
    """Links to files name the bucket without its region, and S3 may redirect to the name with it."""
    return f"https://{raw.bucket_domain_name} https://{raw.bucket_regional_domain_name}"
