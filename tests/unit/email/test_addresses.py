"""Address lists, well-formed and not, and the form that identity goes by."""

import pytest

from switchboard.channels.email.addresses import canonical, domain_of, mailboxes

JANE = ("jane@a.example", None)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("jane@a.example", [JANE]),
        ("<jane@a.example>", [JANE]),
        ("Jane Doe <jane@a.example>", [("jane@a.example", "Jane Doe")]),
        ('"Doe, Jane" <jane@a.example>', [("jane@a.example", "Doe, Jane")]),
        ("Doe, Jane <jane@a.example>", [("jane@a.example", "Doe, Jane")]),
        ('"Jane \\"J\\" Doe" <jane@a.example>', [("jane@a.example", 'Jane "J" Doe')]),
        ("jane@a.example (Jane Doe)", [("jane@a.example", "Jane Doe")]),
        ("jane@a.example (Jane (J) Doe)", [("jane@a.example", "Jane (J) Doe")]),
        ("jane@a.example, bob@b.example", [JANE, ("bob@b.example", None)]),
        ("jane@a.example; bob@b.example", [JANE, ("bob@b.example", None)]),
        ("jane@a.example bob@b.example", [JANE, ("bob@b.example", None)]),
        ("team: jane@a.example, Bob <bob@b.example>;", [JANE, ("bob@b.example", "Bob")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.example,@b.example:jane@a.example>", [JANE]),
        ("jane @ a . example", [JANE]),
        ("Jane <jane@a.example", [("jane@a.example", "Jane")]),
        ("Jane jane@a.example>", [("jane@a.example", "Jane")]),
        ("jane@a.example <jane@a.example>", [("jane@a.example", "jane@a.example")]),
        ("jane@a.example <>", [JANE]),
        ("<mailto:jane@a.example>", [JANE]),
        ('"jane doe"@a.example', [('"jane doe"@a.example', None)]),
        ("=?utf-8?q?J=C3=B6rg=2C_Berlin?= <j@a.example>", [("j@a.example", "Jörg, Berlin")]),
        ("=?utf-8?q?Jane_=3Cjane=40a.example=3E?=", [("jane@a.example", "Jane")]),
        ("'Jane' <jane@a.example>", [("jane@a.example", "Jane")]),
        ("jörg@bücher.example", [("jörg@bücher.example", None)]),
        (", ,,;", []),
        ("", []),
        ("<>", []),
        ("@", []),
        ("<" * 50, []),
        ('"' * 51, []),
        ("(" * 50, []),
    ],
)
def test_address_lists(written: str, found: list[tuple[str, str | None]]) -> None:
    assert [(party.address, party.name) for party in mailboxes(written)] == found


def test_an_address_of_absurd_length_is_none() -> None:
    assert mailboxes(f"{'a' * 400}@a.example") == ()


def test_a_name_has_no_line_breaks_and_no_direction_overrides() -> None:
    assert mailboxes("=?utf-8?q?a=0D=0Ab=E2=80=AEc?= <j@a.example>")[0].name == "a bc"


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("Jane.Doe@A.Example", "jane.doe@a.example"),
        (" <jane@a.example.> ", "jane@a.example"),
        ("jane@BÜCHER.example", "jane@xn--bcher-kva.example"),
        ("jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example"),
        ("jane+shop@a.example", "jane+shop@a.example"),
        ("root", "root"),
    ],
)
def test_identity_ignores_case_and_how_a_domain_is_written(address: str, form: str) -> None:
    assert canonical(address) == form


def test_the_domain_of_an_address() -> None:
    assert domain_of("jane@BÜCHER.example") == "xn--bcher-kva.example"
    assert domain_of("root") == ""
