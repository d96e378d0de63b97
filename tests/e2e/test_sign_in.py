"""Agents sign in to the console in a real browser, which holds the page to its content security policy."""

from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from sandbox.team import TEAM
from tests.e2e.browser import Windows, sign_in
from tests.e2e.lab import Lab

NAMES = {member.username: member.name for member in TEAM}
ME = """async token => {
  const answer = await fetch("/agent/me", { headers: { authorization: `Bearer ${token}` } });
  return [answer.status, await answer.json()];
}"""
RENEW = """async () => {
  const settings = await (await fetch("/console/config.json")).json();
  const { refresh } = JSON.parse(sessionStorage.getItem("switchboard.tokens"));
  const body = new URLSearchParams({
    grant_type: "refresh_token", refresh_token: refresh, client_id: settings.client_id,
  });
  return (await (await fetch(settings.token_url, { method: "POST", body })).json()).access_token;
}"""
CONNECT = """async token => {
  const headers = { authorization: `Bearer ${token}` };
  const { url, ticket } = await (await fetch("/agent/push/ticket", { method: "POST", headers })).json();
  const socket = new WebSocket(`${url}?ticket=${ticket}`);
  await new Promise((opened, failed) => { socket.onopen = opened; socket.onerror = failed; });
  socket.send('{"action": "ping"}');
  const said = await new Promise(heard => { socket.onmessage = heard; });
  socket.close();
  return JSON.parse(said.data);
}"""
REACH = """async url => fetch(url).then(() => "reached", () => "refused")"""
FRAME = """url => {
  const frame = document.createElement("iframe");
  frame.src = url;
  document.body.append(frame);
}"""
MAIL = """async html => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-same-origin";
  frame.srcdoc = trustedTypes.createPolicy("mail", { createHTML: text => text }).createHTML(html);
  document.body.append(frame);
  await new Promise(shown => frame.addEventListener("load", shown));
  const told = frame.contentDocument.querySelector("p");
  const loaded = [...frame.contentDocument.images].map(image => image.naturalWidth > 0);
  return { colour: getComputedStyle(told).color, loaded, ran: frame.contentWindow.ran ?? false };
}"""
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def token_of(page: Page) -> str:
    return str(page.evaluate("() => JSON.parse(sessionStorage.getItem('switchboard.tokens')).access"))


def settings_of(page: Page) -> dict[str, str]:
    found: dict[str, str] = page.evaluate("async () => (await fetch('/console/config.json')).json()")
    return found


@pytest.mark.parametrize("username", ["ann", "dee"])
def test_who_signs_in_at_the_user_pool_is_themselves_to_the_api(username: str, lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, username)

    status, me = page.evaluate(ME, token_of(page))

    assert (status, me["name"]) == (200, NAMES[username])


def test_a_token_that_was_renewed_is_as_good(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    renewed = page.evaluate(RENEW)

    assert renewed != token_of(page)
    assert page.evaluate(ME, renewed)[0] == 200


def test_the_page_connects_with_a_ticket_and_is_answered(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")

    assert page.evaluate(CONNECT, token_of(page))["type"] == "pong"


def test_whoever_signs_out_is_back_at_the_sign_in(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    settings = settings_of(page)

    page.evaluate("() => sessionStorage.clear()")
    page.goto(f"{settings['logout_url']}?client_id={settings['client_id']}&logout_uri={lab.running.console_url}")

    expect(page.get_by_label("Password")).to_be_visible()


def test_the_console_s_origin_leads_to_it(lab: Lab, windows: Windows) -> None:
    page = windows()
    page.goto(lab.running.console_url.removesuffix("console/"))

    expect(page.get_by_label("Password")).to_be_visible()


def test_the_page_can_tell_nobody_else(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    windows.forgive("Content Security Policy")
    windows.forgive("policy: connect-src")

    assert page.evaluate(REACH, f"{lab.running.phones_url}/phones") == "refused"


@pytest.mark.parametrize(
    "change", ["document.body.innerHTML = '<p>text</p>'", "document.body.setAttribute('onclick', 'alert(1)')"]
)
def test_no_text_becomes_a_part_of_the_page(change: str, lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    windows.forgive("requires 'Trusted")
    windows.forgive("policy: require-trusted-types-for")

    with pytest.raises(Error, match="requires 'Trusted"):
        page.evaluate(f"() => {{ {change}; }}")


def test_a_mail_in_its_frame_keeps_its_colours_and_runs_and_fetches_nothing(lab: Lab, windows: Windows) -> None:
    page = sign_in(windows(), lab, "ann")
    windows.forgive("Content Security Policy")
    windows.forgive("policy: ")
    windows.forgive("Blocked script execution")
    tracker = f"{lab.running.phones_url}/preview?opened"

    shown: dict[str, Any] = page.evaluate(
        MAIL,
        f'<p style="color: rgb(1, 2, 3)">Hi</p><img src="{DOT}"><img src="{tracker}"><style>p {{ color: red }}</style>'
        "<script>window.ran = true</script>",
    )

    assert shown == {"colour": "rgb(1, 2, 3)", "loaded": [True, False], "ran": False}


def test_the_phones_page_may_show_the_console_in_a_frame(lab: Lab, windows: Windows) -> None:
    windows.forgive("Blocked autofocusing")
    page = windows()
    page.goto(f"{lab.running.phones_url}/demo")

    expect(page.frame_locator("iframe.console").get_by_label("Password")).to_be_visible()


def test_no_other_page_may(lab: Lab, windows: Windows) -> None:
    windows.forgive("frame-ancestors")
    page = windows()
    page.goto(f"{lab.running.endpoint}/_ministack/health")

    with page.expect_console_message(lambda said: "frame-ancestors" in said.text):
        page.evaluate(FRAME, lab.running.console_url)
