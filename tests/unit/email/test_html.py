"""HTML mail as text, as something safe to show, and without its quotes."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from switchboard.channels.email import reply
from switchboard.channels.email.html import sanitise, to_text
from tests.growth import grows_no_faster


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div><br></div><div>Two<br>Three</div>", "One\n\nTwo\nThree"),
        ("<p class=MsoNormal>One</p><p class=MsoNormal>Two</p>", "One\nTwo"),
        ("<ul><li>One<li>Two<ul><li>Deep</ul></ul>", "- One\n- Two\n  - Deep"),
        ("<ol><li>One</li><li>Two</li></ol>", "1. One\n2. Two"),
        ("<table><tr><th>Item<th>Price</tr><tr><td>Chair</td><td>9 €</table>", "Item | Price\nChair | 9 €"),
        ("See <a href='https://example.com/a?b=1'>this</a>.", "See this <https://example.com/a?b=1>."),
        ("<a href='https://example.com/'>https://example.com</a>", "https://example.com"),
        ("<a href='mailto:ann@example.com?subject=x'>Ann</a>", "Ann <ann@example.com>"),
        ("<a href='javascript:alert(1)'>Click</a>", "Click"),
        ("a&nbsp;&amp;&nbsp;b &lt;c&gt; &#8364; &copy", "a & b <c> € ©"),
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("one\n   two", "one two"),
        ("<b>bo</b>ld <i>text</i>", "bold text"),
        ("Fine <img alt='😀' src=x> <img alt='logo.png' src=y>", "Fine 😀"),
        ("a < b and c > d", "a < b and c > d"),
        ("<blockquote type=cite><p>Old</p><p>Older</p></blockquote><p>New</p>", "> Old\n>\n> Older\n\nNew"),
        ("<blockquote style='margin-left:40px'>Indented</blockquote>", "Indented"),
        ("New<div class=gmail_signature>Ann</div>", "New\n-- \nAnn"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_reads_as_plain_text(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>x</title></head><body>Seen</body>",
        "<style>p{x:y}</style>Seen<script>x()</script>",
        "Seen<!-- x -->",
        "<span style='display: none'>x</span>Seen",
        "<p hidden>x</p>Seen",
        "<div style='mso-hide:all'>x</div>Seen",
        "<!--[if mso]>x<![endif]-->Seen",
    ],
)
def test_what_a_reader_would_not_see_is_not_in_the_text(html: str) -> None:
    assert to_text(html) == "Seen"


@pytest.mark.parametrize(
    ("html", "part"),
    [
        ("<!-- never closed, but text", "never closed"),
        ("<style>never closed", "never closed"),
        ("<p never closed", "never closed"),
        ("<p " + " ".join(f"a{i}" for i in range(300)) + ">kept</p>", "kept"),
        ("<div>" * 20_000 + "deep", "deep"),
        ("<frameset><frame>kept", "kept"),
        ("&#" + "1" * 5_000 + ";kept", "kept"),
        ("<span style='display:none'>all of it is hidden</span>", "hidden"),
    ],
)
def test_EM_17_a_document_with_text_never_comes_out_empty(html: str, part: str) -> None:
    assert part in to_text(html)
    assert part in sanitise(html)


def test_EM_17_only_the_first_256_thousand_letters_are_read() -> None:
    assert len(to_text("x" * 1_000_000)) == 256 * 1024


def test_EM_17_a_tag_with_more_than_200_attributes_is_dropped_before_parsing() -> None:
    many = " ".join(f"a{i}=1" for i in range(201))
    assert sanitise(f"<b {many}>x</b>") == "x"
    assert sanitise("<b title='" + "word " * 300 + "'>x</b>") == "<b>x</b>"


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p onclick=x()>a</p>", "<p>a</p>"),
        ("<script>x()</script>a", "a"),
        ("<img src='https://track.example/p.gif' alt=x>", '<img src="remote:https://track.example/p.gif" alt="x">'),
        ("<img src='http://track.example/p.gif'>", "<img>"),
        ("<img src='remote:javascript:x()'>", "<img>"),
        ("<a href='remote:https://e.com'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<img src='cid:logo@mail'>", '<img src="cid:logo@mail">'),
        ("<img src='data:image/png;base64,AAAA'>", '<img src="data:image/png;base64,AAAA">'),
        ("<img src='data:image/svg+xml;base64,AAAA'>", "<img>"),
        ("<img src='data:text/html;base64,AAAA'>", "<img>"),
        ("<a href='javascript:x()'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<a href='data:text/html,x'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<a href='/login'>a</a>", '<a rel="noopener noreferrer nofollow">a</a>'),
        ("<a href='https://e.com'>a</a>", '<a href="https://e.com" rel="noopener noreferrer nofollow">a</a>'),
        ("<form action=x><input name=p>a</form>", "a"),
        ("<p style='position:fixed;color:red'>a</p>", '<p style="color:red">a</p>'),
        ("<p style='background-color:url(https://e.com)'>a</p>", "<p>a</p>"),
        ("<iframe src=x></iframe><base href=x><meta http-equiv=refresh><link href=x>a", "a"),
        ("<svg><script>x()</script></svg>a", "a"),
        ("<table background='https://e.com/x.gif'><tr><td>a", "<table><tbody><tr><td>a</td></tr></tbody></table>"),
    ],
)
def test_sanitised_html_can_neither_act_nor_fetch(html: str, safe: str) -> None:
    assert sanitise(html) == safe


@given(st.text())
@example("<img src='https://track.example/p.gif?a=1&b=2'>")
def test_sanitising_twice_changes_nothing(text: str) -> None:
    once = sanitise(text)
    assert sanitise(once) == once


MARKUP = [
    "<p>", "</p>", "<b ", "<!--", "-->", "<script>", "</script>", "<img src=x onerror=y>", "<a href=", "'", '"', ">",
    "<svg>", "<style>", "</style>", "<table>", "<td>", "&#x3c;script&#x3e;", "<math>", "<title>",
]  # fmt: skip
PIECES = st.lists(st.one_of(st.sampled_from(MARKUP), st.text(max_size=8)), max_size=20).map("".join)


@given(PIECES)
def test_no_html_raises_or_comes_out_with_a_script(html: str) -> None:
    to_text(html)
    assert not re.search(r"<script|<[^>]*\bonerror|<img[^>]*\bsrc=", sanitise(html), re.IGNORECASE)


QUOTE = "<p>On Friday we said so</p>"


@pytest.mark.parametrize(
    "quote",
    [
        f"<div class=gmail_attr>Ann wrote:</div><blockquote class=gmail_quote>{QUOTE}</blockquote>",
        f"<div id=divRplyFwdMsg>From: Ann</div><div>{QUOTE}</div>",
        f"<div id=appendonsend></div><hr><div>{QUOTE}</div>",
        f"<div class=moz-cite-prefix>Ann wrote:</div><blockquote type=cite>{QUOTE}</blockquote>",
        f"<div name=messageReplySection>{QUOTE}</div>",
        f"<div class=yahoo_quoted>{QUOTE}</div>",
        f"<div class=protonmail_quote>{QUOTE}</div>",
        f"<div data-marker=__QUOTED_TEXT__>{QUOTE}</div>",
        f"<blockquote class=front-blockquote>{QUOTE}</blockquote>",
        f"<blockquote class=cm_quote>{QUOTE}</blockquote>",
        f"<blockquote class=iosymail>{QUOTE}</blockquote>",
        f"<blockquote style='border-left:1px solid #ccc'>{QUOTE}</blockquote>",
        f"<span id=OLK_SRC_BODY_SECTION>{QUOTE}</span>",
        f"<div id=mail-editor-reference-message-container>{QUOTE}</div>",
    ],
)
def test_EM_19_the_structure_of_html_tells_the_quote(quote: str) -> None:
    found = reply.split("", f"<html><body><div>Please <b>cancel</b>.</div>{quote}</body></html>")
    assert found.text.strip() == "Please cancel."
    assert "Friday" in found.quoted


@pytest.mark.parametrize(
    "html", ["<p>Hi</p>", f"<blockquote type=cite>{QUOTE}</blockquote>", "<blockquote>Hi</blockquote>"]
)
def test_EM_18_html_without_a_quote_or_without_new_text_is_kept_whole(html: str) -> None:
    assert reply.split("", html) == reply.Reply(to_text(html), "", "")


def test_EM_19_an_answer_between_the_quotes_of_html_is_new() -> None:
    found = reply.split(
        "", "<blockquote type=cite>A?</blockquote><p>Yes</p><blockquote type=cite>B?</blockquote><p>No</p>"
    )
    assert found.text.split() == ["Yes", "No"]
    assert found.quoted.split() == [">", "A?", ">", "B?"]


@pytest.mark.parametrize("read", [to_text, sanitise])
@pytest.mark.parametrize(
    "unit",
    [
        "<div>", "<b>", "<p>", "<p><b>", "<!--", "<", "<a", "<a title='", "<table>x", "<table><tr><td>", "<ul><li>x",
        "<style>", "<svg><td>", "<script>x</scrip", "<br>", "<select><option>", "<button><p>", "&amp;", "&#", "x ",
        "<hr>", "<blockquote type=cite>x", "<a href=https://e.com/x>t", "<div class=gmail_signature>",
        "<i class=gmail_attr>x</i>",
    ],
)  # fmt: skip
def test_SEC_5_the_time_to_read_html_grows_with_it_and_no_faster(read: Callable[[str], object], unit: str) -> None:
    assert grows_no_faster(lambda size: unit * (size // len(unit)), read)
