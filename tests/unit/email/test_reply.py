"""Quotes and signatures, by client and language: 25 ways to quote in more than 30 languages, and what only looks so."""

# ruff: noqa: RUF001  # the world writes in more scripts than one
import unicodedata
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from switchboard.channels.email import wordings
from switchboard.channels.email.reply import Reply, split
from tests.growth import grows_no_faster

NEW = "Bonjour,\n\nPlease move my appointment to Friday. Any time after noon is fine."
OLD = "Dear customer,\n\nyour appointment is on Thursday.\n\nBest regards,\nThe clinic"
MARKED = "\n".join(f"> {line}".rstrip() for line in OLD.splitlines())

# How programs date an attribution: the words around the date are each language's own.
ATTRIBUTIONS = {
    "ar": "في الخميس، 3 مايو 2024 في 10:30 ص Ann Lee <ann@example.com> كتب:",
    "bg": "На чт, 3.05.2024 г. в 10:30 Ann Lee <ann@example.com> написа:",
    "ca": "Missatge de Ann Lee <ann@example.com> del dia dv., 3 de maig 2024 a les 10:30 va escriure:",
    "cs": "pá 3. 5. 2024 v 10:30 odesílatel Ann Lee <ann@example.com> napsal:",
    "da": "Den fre. 3. maj 2024 kl. 10.30 skrev Ann Lee <ann@example.com>:",
    "de": "Am Fr., 3. Mai 2024 um 10:30 Uhr schrieb Ann Lee <ann@example.com>:",
    "el": "Στις Παρ 3 Μαΐ 2024 στις 10:30 π.μ., ο χρήστης Ann Lee <ann@example.com> έγραψε:",
    "en": "On Fri, May 3, 2024 at 10:30 AM Ann Lee <ann@example.com> wrote:",
    "es": "El vie, 3 may 2024 a las 10:30, Ann Lee (<ann@example.com>) escribió:",
    "et": "Kuupäev R, 3. mai 2024 kell 10:30 kirjutas Ann Lee <ann@example.com>:",
    "fi": "pe 3. toukok. 2024 klo 10.30 Ann Lee (ann@example.com) kirjoitti:",
    "fr": "Le ven. 3 mai 2024 à 10:30, Ann Lee <ann@example.com> a écrit :",
    "he": "בתאריך יום ו׳, 3 במאי 2024 ב-10:30 מאת Ann Lee <ann@example.com>:",
    "hr": "pet, 3. svi 2024. u 10:30 Ann Lee <ann@example.com> napisao je:",
    "hu": "Ann Lee <ann@example.com> ezt írta (időpont: 2024. máj. 3., P, 10:30):",
    "id": "Pada tanggal Jum, 3 Mei 2024 pukul 10.30 Ann Lee <ann@example.com> menulis:",
    "it": "Il giorno ven 3 mag 2024 alle ore 10:30 Ann Lee <ann@example.com> ha scritto:",
    "ja": "2024年5月3日(金) 10:30 Ann Lee <ann@example.com>:",
    "ko": "2024년 5월 3일 (금) 오전 10:30, Ann Lee <ann@example.com>님이 작성:",
    "nl": "Op vr 3 mei 2024 om 10:30 schreef Ann Lee <ann@example.com>:",
    "no": "fre. 3. mai 2024 kl. 10:30 skrev Ann Lee <ann@example.com>:",
    "pl": "pt., 3 maj 2024 o 10:30 Ann Lee <ann@example.com> napisał(a):",
    "pt": "Em sex., 3 de mai. de 2024 às 10:30, Ann Lee <ann@example.com> escreveu:",
    "ro": "În vin., 3 mai 2024 la 10:30, Ann Lee <ann@example.com> a scris:",
    "ru": "пт, 3 мая 2024 г. в 10:30, Ann Lee <ann@example.com>:",
    "sk": "pi 3. 5. 2024 o 10:30 Ann Lee <ann@example.com> napísal(a):",
    "sl": "V V pet., 3. maj 2024 ob 10:30 je oseba Ann Lee <ann@example.com> napisala:",
    "sv": "Den fre 3 maj 2024 kl 10:30 skrev Ann Lee <ann@example.com>:",
    "th": "เมื่อ ศ. 3 พ.ค. 2024 เวลา 10:30 Ann Lee <ann@example.com> เขียนว่า:",
    "tr": "Ann Lee <ann@example.com>, 3 May 2024 Cum, 10:30 tarihinde şunu yazdı:",
    "uk": "пт, 3 трав. 2024 р. о 10:30 Ann Lee <ann@example.com> пише:",
    "vi": "Vào Th 6, 3 thg 5, 2024 vào lúc 10:30 Ann Lee <ann@example.com> đã viết:",
    "zh": "Ann Lee <ann@example.com> 于2024年5月3日周五 10:30写道：",
}
HEADERS = {
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "en": ("From", "Sent", "To", "Subject"),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "no": ("Fra", "Sendt", "Til", "Emne"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
}
ORIGINALS = {
    "cs": "Původní zpráva",
    "da": "Oprindelig meddelelse",
    "de": "Ursprüngliche Nachricht",
    "en": "Original Message",
    "es": "Mensaje original",
    "fi": "Alkuperäinen viesti",
    "fr": "Message d'origine",
    "hu": "Eredeti üzenet",
    "it": "Messaggio originale",
    "ko": "원본 메시지",
    "nl": "Oorspronkelijk bericht",
    "no": "Opprinnelig melding",
    "pl": "Wiadomość oryginalna",
    "pt": "Mensagem original",
    "ru": "Исходное сообщение",
    "sv": "Ursprungligt meddelande",
    "tr": "Orijinal Mesaj",
    "zh": "原始邮件",
}


def values(language: str) -> list[str]:
    names = HEADERS[language]
    return [
        f"{name}: {value}"
        for name, value in zip(
            names, ("Ann Lee <ann@example.com>", "3.5.2024 10:30", "bob@example.org", "Your visit"), strict=True
        )
    ]


def wrapped(line: str) -> str:
    """Break a line before its address or its last word, as programs that fold at 72 columns do."""
    head, separator, tail = line.rpartition("<") if "<" in line and not line.startswith("Ann") else line.rpartition(" ")
    return f"{head.rstrip()}\n{separator.strip()}{tail}"


# Each client's way to put the quote below the new text: of an attribution, or of a block of headers.
ATTRIBUTING: dict[str, Callable[[str], str]] = {
    "gmail": lambda line: f"{line}\n\n{MARKED}",
    "gmail_wrapped": lambda line: f"{wrapped(line)}\n\n{MARKED}",
    "gmail_unmarked": lambda line: f"{line}\n{OLD}",
    "apple_mail": lambda line: f"> {line}\n> \n{MARKED}",
    "thunderbird": lambda line: f"{line}\n{MARKED}",
    "iphone": lambda line: f"\n{line}\n\n\ufeff\n{MARKED}",
    "evolution_nbsp": lambda line: line.replace(" ", "\u00a0") + f"\n{MARKED}",
    "bold": lambda line: f"*{line}*\n\n{MARKED}",
    "airmail_dashes": lambda line: f"{line}\n\n{MARKED}\n\n",
    "zimbra": lambda line: f"\n\n\n{line}\n\n{MARKED.replace('> ', '>')}",
    "protonmail": lambda line: f"\u200b\n{line}\n\n{MARKED}",
    "nested": lambda line: f"{line}\n\n{MARKED}\n> {line}\n>\n>> older\n>> still",
    "crlf": lambda line: f"{line}\n\n{MARKED}".replace("\n", "\r\n"),
}
HEADING: dict[str, Callable[[str], str]] = {
    "outlook": lambda language: "\n".join([*values(language), "", OLD]),
    "outlook_ruled": lambda language: "\n".join(["_" * 32, *values(language), "", OLD]),
    "outlook_bold": lambda language: "\n".join([*(f"*{v.replace(':', ':*', 1)}" for v in values(language)), "", OLD]),
    "outlook_express": lambda language: "\n".join(
        [f"----- {ORIGINALS.get(language, 'Original Message')} -----", *values(language), "", OLD]
    ),
    "outlook_ios": lambda language: "\n".join(["", "_" * 32, *values(language), "", OLD]),
    "lotus_notes": lambda language: "\n".join([v.replace(": ", ":\t") for v in values(language)] + ["", OLD]),
    "windows_mail": lambda language: "\n".join([*values(language)[:3], "", OLD]),
    "groupwise": lambda language: "\n".join([*values(language), *(f"> {line}" for line in OLD.splitlines())]),
    "mailbird": lambda language: "\n".join(["-" * 30, "", *values(language), "", OLD]),
    "yahoo": lambda language: "\n".join(["", "  " + values(language)[0], *values(language)[1:], OLD]),
    "wrapped_value": lambda language: "\n".join(
        [values(language)[0].replace("<", "\n<"), *values(language)[1:], "", OLD]
    ),
    "double_spaced": lambda language: "\n\n".join([*values(language), OLD]),
}


@pytest.mark.parametrize(("client", "language"), list(product(ATTRIBUTING, ATTRIBUTIONS)))
def test_EM_19_a_quote_below_an_attribution_is_no_new_text(client: str, language: str) -> None:
    quote = ATTRIBUTING[client](ATTRIBUTIONS[language])
    reply = split(f"{NEW}\n\n{quote}")
    assert reply.text == NEW
    assert "your appointment" in reply.quoted


@pytest.mark.parametrize(("client", "language"), list(product(HEADING, HEADERS)))
def test_EM_19_a_quote_below_a_block_of_headers_is_no_new_text(client: str, language: str) -> None:
    reply = split(f"{NEW}\n\n{HEADING[client](language)}")
    assert reply.text == NEW
    assert "your appointment" in reply.quoted


@pytest.mark.parametrize("language", ORIGINALS)
def test_EM_19_a_rule_with_words_alone_begins_a_quote(language: str) -> None:
    for dashes in ("-----", "----- ", "________", "===="):
        rule = f"{dashes}{ORIGINALS[language]}{dashes[::-1]}"
        assert split(f"{NEW}\n\n{rule}\n\n{OLD}").text == NEW


@pytest.mark.parametrize("words", sorted(wordings.words("above")))
def test_EM_19_all_below_a_helpdesks_mark_is_quoted(words: str) -> None:
    assert split(f"{NEW}\n\n##- {words} -##\n\n{OLD}").text == NEW


@pytest.mark.parametrize(
    "line",
    [
        "2024-05-03 10:30 GMT+02:00 Ann Lee <ann@example.com>:",
        '03.05.2024, 10:30, "Ann Lee" <ann@example.com>:',
        "Fri, 3 May 2024 10:30:51 +0400 ann@example.com:",
        "Ann Lee <ann@example.com> wrote on 3 May 2024 at 10:30:",
        "Ann Lee <ann@example.com>, 3/5/2024 tarihinde saat 10:30 shkroi:",
        "Em 03/05/2024 10:30, Ann Lee escreveu:",
        "Ann Lee a écrit le 03/05/2024 à 10:30 :",
        "\u2010\u2010\u2010\u2010\u2010 Original Message \u2010\u2010\u2010\u2010\u2010",
        "Ann Lee wrote on 05/03/2024 10:30:00 AM:",
        "---- Ann Lee wrote ----",
        "------On 5/3/2024 10:30 AM, Ann Lee wrote-----",
        "Am 03.05.24 um 10:30 schrieb Ann Lee:",
        "On 3 May 2024, at 10:30, Ann Lee via Example <reply+a1b2@example.com> wrote:",
        "W dniu 3.05.2024 o 10:30, Ann Lee pisze:",
        "On Fri, May 3, 2024 at 10:30 AM Ann Lee\n\n<\nmailto:Ann <ann@example.com>\n> wrote:",
        "On Fri, May 3, 2024 at 10:30 AM Ann Lee from the Clinic\non Main Street\n<ann@example.com>\nwrote:",
    ],
)
def test_EM_19_an_attribution_is_known_by_its_date_time_and_address(line: str) -> None:
    assert split(f"{NEW}\n\n{line}\n\n{OLD}").text == NEW


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote: please cancel my order.\nYou have not answered yet.",
        "On 3 May 2024 at 10:30 I wrote to you:\n\nPlease cancel my order.\n\nWhy did you not?",
        "Thanks for the call. Please cancel my order.",
        "From: means the origin\nTo: means the destination\nand I need both.",
        "From: Berlin\nTo: Paris\nDate: 3 May 2024 10:30\n\nPlease book this trip for two.",
        "Name: Ann Lee\nEmail: ann@example.com\nDate: 3.5.2024 10:30\n\nThis is what I filled in.",
        "I have three questions:\n- why\n- when\n- how",
        "He said:\n\nyou will get your money back.",
        "I sent the form on 3 May 2024 at 10:30 to bob@example.org, as your site told me to do:\n\nNothing came of it.",
        "My order\n--------\nTwo chairs, one table\n\nMy address\n----------\nMain street 1",
        "Sent from my desk, this is much easier than from my phone.\nPlease call me.",
        "I got the parcel that was sent from my home.\nIt is broken.",
        "Best of all is the chair.\nRegards to the team.",
        "This is the original message that I meant.\nPlease read it.",
        "Please answer these:\n\n-- why is it late?\n-- when will it come?",
        "The mail said -- and I quote -- that it is free.",
        "Hello\n\nOn your remote host you can run:\n\n    telnet 127.0.0.1\n\nand it works at 10:30.",
        "P.S. only",
        "Cheers to your team: that was quick.\n\nOne more thing, my invoice is wrong.",
        "Kind regards,\nAnn\n\nP.S. Please cancel my order as well, it is number 1234567.",
        "Please delete my e-mail address from your list, it is confidential.",
        "Ann wrote to me and said that it is done:\nit is not.",
        "The 2024 price list has 10:30 as the closing time:\nis that right?",
        "- milk\n- eggs\n- bread",
    ],
)
def test_EM_18_what_only_looks_like_a_quote_or_a_signature_is_kept(text: str) -> None:
    assert split(text) == Reply(text, "", "")


def test_EM_19_answers_between_quotes_are_kept_in_order() -> None:
    reply = split(
        f"Hi,\n{ATTRIBUTIONS['en']}\n> Is it broken?\nYes, it is.\n"
        "> Since when?\n>\n\nSince Monday.\n\n> Bye\n\nRegards, Bob"
    )
    assert reply.text == "Hi,\nYes, it is.\nSince Monday.\n\nRegards, Bob"
    assert reply.quoted.splitlines()[1:] == ["> Is it broken?", "> Since when?", ">", "", "> Bye"]


def test_EM_19_an_answer_below_the_quote_is_the_new_text() -> None:
    assert split(f"{ATTRIBUTIONS['de']}\n{MARKED}\n\n{NEW}").text == NEW


@pytest.mark.parametrize("between", [" ", "--- ", "\n"])
def test_EM_19_new_text_right_before_an_attribution_is_kept(between: str) -> None:
    reply = split(f"{NEW}\nI moved here in 2019, not before{between}{ATTRIBUTIONS['en']}\n\n{MARKED}")
    assert reply.text == f"{NEW}\nI moved here in 2019, not before"


def test_EM_19_an_attribution_without_a_colon_needs_marks_below() -> None:
    line = "2024/5/3 Ann Lee <ann@example.com>"
    assert split(f"{NEW}\n{line}\n\n{MARKED}").text == NEW
    assert split(f"{NEW}\n{line}\n\n{OLD}").text.startswith(f"{NEW}\n{line}")


def test_EM_19_an_attribution_without_a_colon_does_not_take_the_line_above_along() -> None:
    found = split("That is fine\n2026/4/7 Nathan Nova <nathan@brand.example>\n\n>  Is it fine?")
    assert found.text == "That is fine"


def test_EM_19_decoration_is_no_quote() -> None:
    assert split("Look:\n>>> https://example.com <<<\nIt is broken.").quoted == ""


def test_EM_18_a_mail_that_is_all_quote_is_kept_whole() -> None:
    assert split(MARKED) == Reply(MARKED, "", "")


@pytest.mark.parametrize("words", ["Forwarded message", "Weitergeleitete Nachricht", "Messaggio inoltrato", "轉寄郵件"])
def test_EM_13_a_forwarded_message_stays_below_a_short_text(words: str) -> None:
    forwarded = f"---------- {words} ----------\n" + "\n".join([*values("en"), "", OLD])
    assert split(f"See below.\n\n{forwarded}") == Reply(f"See below.\n\n{forwarded}", "", "")


def test_EM_13_a_forwarded_message_below_a_long_text_is_quoted() -> None:
    forwarded = "\n".join(["Begin forwarded message:", "", *values("en"), "", OLD])
    long_text = "\n".join(["Please read what your colleague promised me on the phone."] * 4)
    assert split(f"{long_text}\n\n{forwarded}").text == long_text


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless 4G LTE smartphone",
        "(Sent from mobile)",
        "Sent from Yahoo Mail on Android",
        "Sent from Mail for Windows 10",
        "Sent with Proton Mail secure email.",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Envoyé de mon iPhone",
        "Von meinem iPhone gesendet",
        "Gesendet mit der GMX Mail App",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Отправлено с iPhone",
        "Надіслано з iPhone",
        "Odesláno z iPhonu",
        "iPhoneから送信",
        "发自我的 iPhone",
        "나의 iPhone에서 보냄",
        "iPhone'umdan gönderildi",
        "Στάλθηκε από το iPhone μου",
        "Trimis de pe iPhone-ul meu",
        "נשלח מה-iPhone שלי",
        "أرسلت من الـ iPhone",
        "Được gửi từ iPhone của tôi",
        "Obtenir Outlook pour Android",
    ],
)
def test_EM_18_the_line_of_a_phone_is_a_signature(line: str) -> None:
    assert split(f"{NEW}\n\n{line}") == Reply(NEW, "", line)
    assert split(f"{NEW}\n\n{line}\n\n{ATTRIBUTIONS['en']}\n\n{MARKED}").text == NEW


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Lee\nMain street 1",
        "--\nAnn Lee\nhttps://example.com",
        "Kind regards,\nAnn Lee",
        "Mit freundlichen Grüßen\n\nAnn Lee\nVertrieb\nTel. 030 123 45 67",
        "Cordialement,\nAnn",
        "Med vänlig hälsning / Best regards\nAnn Lee",
        "С уважением,\nАнна Ли",
        "Z poważaniem\nAnna Li",
        "-Ann",
        "/Ann",
        "_______________________________________________\nusers mailing list\nusers@lists.example.com",
        "Best regards,\nAnn Lee\n\nSent from my iPhone",
        "Best,\nAnn Lee\nSenior Manager | Example Inc.\n+1 (555) 123-4567",
        "This e-mail and its attachments are confidential, only for the intended recipient. If you are not, delete it.",
    ],
)
def test_EM_18_a_signature_is_no_new_text(signature: str) -> None:
    assert split(f"{NEW}\n\n{signature}") == Reply(NEW, "", "\n".join(map(str.rstrip, signature.splitlines())))


@pytest.mark.parametrize("closing", sorted(wordings.words("closings")))
def test_EM_18_every_closing_with_a_name_is_a_signature(closing: str) -> None:
    assert split(f"{NEW}\n\n{closing.capitalize()},\nAnn Lee").text == NEW


def test_EM_18_thanks_with_a_name_are_content() -> None:
    assert split(f"{NEW}\n\nThanks,\nAnn").text == f"{NEW}\n\nThanks,\nAnn"


def test_EM_18_a_gateways_warning_above_the_text_is_not_the_authors() -> None:
    warning = "CAUTION: This email originated from outside of the organization. Do not click links."
    assert split(f"{warning}\n\n{NEW}") == Reply(NEW, "", warning)


def test_EM_19_the_structure_of_html_tells_quotes_that_plain_text_does_not() -> None:
    html = "<p>Please cancel.</p><blockquote type=cite><p>Ann said so</p></blockquote><p>Soon.</p>"
    assert split("Please cancel.\n\nAnn said so\n\nSoon.", html) == Reply(
        "Please cancel.\n\nSoon.", "> Ann said so", ""
    )


def test_EM_8_html_alone_is_read_as_text() -> None:
    assert split("", "<div>Please <b>cancel</b>.</div>").text == "Please cancel."


PROGRAMS_LINES = [
    "", ">", "> ", "--", "-- ", "<", "_" * 32, "Kind regards,", "Ann", "-Ann", "Sent from my iPhone",
    "-----Original Message-----", "Begin forwarded message:", NEW, OLD, MARKED,
    *ATTRIBUTIONS.values(), *values("en"), *values("ja"),
]  # fmt: skip
LINES = st.one_of(st.sampled_from(PROGRAMS_LINES), st.text(max_size=60))
TEXTS = st.lists(LINES, max_size=25).map("\n".join)


def texts_of(text: str) -> list[str]:
    """The lines on which there is something to see."""
    return sorted(line.strip() for line in text.splitlines() if any(is_seen(letter) for letter in line))


def is_seen(letter: str) -> bool:
    return not letter.isspace() and unicodedata.category(letter) != "Cf"


@given(TEXTS)
def test_EM_18_no_line_is_lost(text: str) -> None:
    reply = split(text)
    assert texts_of(f"{reply.text}\n{reply.quoted}\n{reply.signature}") == texts_of(text)


@given(TEXTS)
def test_EM_18_a_mail_with_text_has_new_text(text: str) -> None:
    assert bool(texts_of(split(text).text)) == bool(texts_of(text))


@given(TEXTS)
def test_new_text_from_which_all_was_cut_off_below_has_nothing_more_to_cut_off(text: str) -> None:
    once = split(text).text
    assume(text.strip("\n").startswith(once))  # else lines met that a quote had kept apart
    assert split(once).text == once


def test_EM_18_a_last_line_with_a_name_is_a_signature_only_below_a_text() -> None:
    assert split("\n-Ann\n>").text == "-Ann"
    assert split("Done.\n\n-Ann\n>").text == "Done."


@given(st.text(), st.text())
def test_no_input_raises(text: str, html: str) -> None:
    split(text, html)


@pytest.mark.parametrize(
    "unit",
    [
        "a\n", "a:\n", "x@", "> ", "> a\nb\n", "-", "-----\n", "<\n", '[(<"', "wrote ", "书写", "sent from ",
        "On 3 May 2024 10:30 ", "On 3 May 2024 10:30\n", "From: a\n", "From: a@b.cd\nTo: b\nX\n",
        "best regards,\nAnn\n",
        "confidential intended recipient ", "--\n", "> a\nKind regards,\nAnn\n", "2024-05-03 10:30 a@b.cd ", "\u200b",
    ],
)  # fmt: skip
def test_SEC_5_the_time_to_split_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert grows_no_faster(lambda size: unit * (size // len(unit)), split)
