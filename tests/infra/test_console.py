"""The agents' console as the template makes it, and as the bundle carries it."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli
import pytest

from infra.bundle import ConsoleMissingError, _add_console
from tests.infra.conftest import Synthesis, Synthesise, Template

pytestmark = pytest.mark.infra

CLIENT = "AWS::Cognito::UserPoolClient"


def function_of(template: Template) -> tuple[str, Mapping[str, Any]]:
    """The console's function, with its logical id."""
    (found,) = (
        (id_, function)
        for id_, function in template.of_type("AWS::Lambda::Function").items()
        if function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == "console"
    )
    return found


def told(template: Template, name: str) -> str:
    """A variable of the console's function, with whatever it refers to."""
    return json.dumps(function_of(template)[1]["Environment"]["Variables"][name])


def test_SEC_17_the_console_may_write_its_own_log_and_nothing_else(template: Template) -> None:
    _, function = function_of(template)
    role = template.of_type("AWS::IAM::Role")[function["Role"]["Fn::GetAtt"][0]]
    (policy,) = role["Policies"]
    assert [statement["Sid"] for statement in policy["PolicyDocument"]["Statement"]] == ["WriteOwnLog"]
    assert "ManagedPolicyArns" not in role


def test_whatever_no_other_route_takes_is_the_console_s(template: Template) -> None:
    http = {id_ for id_, api in template.of_type("AWS::ApiGatewayV2::Api").items() if api["ProtocolType"] == "HTTP"}
    (route,) = (
        found
        for found in template.of_type("AWS::ApiGatewayV2::Route").values()
        if found["RouteKey"] == "$default" and found["ApiId"]["Ref"] in http
    )
    integration = template.of_type("AWS::ApiGatewayV2::Integration")[route["Target"]["Fn::Join"][1][1]["Ref"]]
    assert integration["IntegrationUri"]["Fn::GetAtt"][0] == function_of(template)[0]


def test_agents_come_back_from_signing_in_and_out_to_the_console(synthesise: Synthesise) -> None:
    client = synthesise("dev", console_url="https://desk.acme.example").main.only(CLIENT)
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://desk.acme.example/console/"]


def test_without_a_domain_of_its_own_the_console_is_at_the_api_s(prod: Synthesis) -> None:
    client = prod.main.only(CLIENT)
    (callback,) = client["CallbackURLs"]
    parts = callback["Fn::Join"][1]
    assert (parts[0], parts[-1].rpartition("/console")[2]) == ("https://", "/")
    assert prod.main.outputs["ConsoleUrl"]["Value"] == callback


def test_the_console_signs_in_by_code_and_gives_its_tokens_back(template: Template) -> None:
    client = template.only(CLIENT)
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid", "profile"]
    assert client["EnableTokenRevocation"]


def test_in_the_cloud_the_page_reaches_its_sign_in_and_the_bucket_under_both_names(prod: Synthesis) -> None:
    assert "auth." in told(prod.main, "SIGN_IN_URL")
    assert "amazoncognito.com" in told(prod.main, "SIGN_IN_URL")
    origins = told(prod.main, "FILE_ORIGINS")
    assert ("DomainName" in origins, "RegionalDomainName" in origins) == (True, True)
    assert "wss://" in told(prod.main, "PUSH_URL")


def test_on_a_laptop_all_of_it_is_the_embedded_aws(synthesise: Synthesise) -> None:
    template = synthesise("local", endpoint="http://127.0.0.1:4999").main
    assert told(template, "SIGN_IN_URL") == told(template, "FILE_ORIGINS") == '"http://127.0.0.1:4999"'


def test_nobody_may_frame_the_console_but_the_laptop_s_phones(synthesise: Synthesise, prod: Synthesis) -> None:
    phones = "http://127.0.0.1:4580"
    assert told(prod.main, "FRAMED_BY") == '""'
    assert told(synthesise("local", console_framed_by=phones).main, "FRAMED_BY") == f'"{phones}"'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>" + "text " * 100)
    (built / "assets/dot-1a2b.svg").write_text("<svg/>")
    return built


def carried(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_has_the_page_and_its_compressed_forms_where_they_are_smaller(built: Path, tmp_path: Path) -> None:
    _add_console(built, tmp_path / "bundle")
    found = carried(tmp_path / "bundle")
    assert set(found) == {"index.html", "index.html.br", "index.html.gz", "assets/dot-1a2b.svg"}
    assert brotli.decompress(found["index.html.br"]) == gzip.decompress(found["index.html.gz"]) == found["index.html"]


def test_the_same_page_is_the_same_bytes_whenever_it_is_bundled(built: Path, tmp_path: Path) -> None:
    def digest(name: str) -> str:
        _add_console(built, tmp_path / name)
        (built / "index.html").touch()
        return hashlib.sha256(repr(sorted(carried(tmp_path / name).items())).encode()).hexdigest()

    assert digest("once") == digest("again")


def test_a_console_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ConsoleMissingError, match=r"run make console/dist/index\.html"):
        _add_console(tmp_path / "dist", tmp_path / "bundle")


def test_a_file_that_lambda_could_not_answer_with_is_refused(built: Path, tmp_path: Path) -> None:
    (built / "assets/film.webm").write_bytes(bytes(4_000_001))
    with pytest.raises(ValueError, match="larger than Lambda can answer"):
        _add_console(built, tmp_path / "bundle")
