"""What a list says: columns in four languages and as member programs write them, and what happens to each row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.accounts.rules import clean_email
from lms.foundation.sheets import read_text
from lms.spaces.roster.rules import REASONS, Entry, Known, address, columns_of, entries_of, plan, tidy

ANA = ("Ana Ruiz", "ana@example.org")


def entries(text: str) -> list[tuple[str, str]]:
    return [(one.name, one.email) for one in entries_of(read_text(text).lines)]


@pytest.mark.parametrize(
    "header",
    [
        "Name,E-mail", "name,EMAIL ADDRESS", "Full name,Mail", "Member name,Membership type\tx", "Nom,Courriel",
        "Nom complet,Adresse e-mail", "NOM,adresse électronique", "Nombre,Correo electrónico", "Nombre y apellidos,Correo",
        "Nom i cognoms,Correu electrònic", "Nom,Adreça electrònica", "Personne,e mail", "FullName,Email",
        "\ufeffName,Email", "Something,else", "Nombre completo,Dirección de correo",
    ],
)  # fmt: skip
def test_headers_of_four_languages(header: str) -> None:
    text = f"{header.split(chr(9))[0]}\nAna Ruiz,ana@example.org\n"
    assert entries(text) == [ANA]
    flipped = "\n".join(",".join(reversed(line.split(","))) for line in text.splitlines())
    assert entries(flipped) == [ANA], "in any order"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("First name,Last name,Email", "Ana,Ruiz,ana@example.org"),
        ("Last name,First name,Email", "Ruiz,Ana,ana@example.org"),
        ("Nom;Prénom;Courriel", "Ruiz;Ana;ana@example.org"),
        ("Prénom;Nom;Courriel", "Ana;Ruiz;ana@example.org"),
        ("Prénom;Nom de famille;E-mail", "Ana;Ruiz;ana@example.org"),
        ("Apellidos;Nombre;Correo", "Ruiz;Ana;ana@example.org"),
        ("Nom;Cognoms;Correu", "Ana;Ruiz;ana@example.org"),
        ("Name;First name;Mail", "Ruiz;Ana;ana@example.org"),
        ("Nom d’usage;Prénom;Courriel", "Ruiz;Ana;ana@example.org"),
        ("Llinatges;Nom;Correu", "Ruiz;Ana;ana@example.org"),
        ("Nombre;Apellido 1;Apellido 2;Correo", "Ana;Ruiz;;ana@example.org"),
        ("Full name;First name;Last name;Email", "Ana Ruiz;x;y;ana@example.org"),
        ("Full name;First name;Last name;Email", ";Ana;Ruiz;ana@example.org"),
    ],
)
def test_first_and_last_names_are_joined(header: str, row: str) -> None:
    assert entries(f"{header}\n{row}\n") == [ANA]


def test_two_last_names() -> None:
    text = "Nombre;Primer apellido;Segundo apellido;Correo\nAna;Ruiz;Pons;ana@example.org\n"
    assert entries(text) == [("Ana Ruiz Pons", "ana@example.org")]


@pytest.mark.parametrize(
    "text",
    [
        # Cobot: members as CSV, and its import template
        'Name,Company,Address,Email,Plan Name,Start Date\nAna Ruiz,Bar SL,"Rue 1\n66500 Prades",ana@example.org,Flex,\n',
        "id,Membership #,Name,Email,Company,Plan,Phone\n9,12,Ana Ruiz,ana@example.org,,Flex,+33 6 12 34 56 78\n",
        # Nexudus: customers
        "Location,FullName,Email,Active,SendWelcomeEmail,Plan,RegistrationDate\n"
        "1,Ana Ruiz,ana@example.org,YES,NO,Flex,2026-01-01 10:00\n",
        "Id,Full Name,Email,Coworker Type,Company Name,Billing Email\n"
        "4,Ana Ruiz,ana@example.org,Member,Bar,bill@example.org\n",
        "Coworker_BillingEmail,Coworker_FullName,Coworker_Email\nbill@example.org,Ana Ruiz,ana@example.org\n",
    ],
)
def test_as_cobot_and_nexudus_export_them(text: str) -> None:
    assert entries(text) == [ANA]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Ruiz;ana@example.org", "ana@example.org;Ana Ruiz", "Ana;Ruiz;ana@example.org", "12;Ana Ruiz;ana@example.org;2026",
        "Ana Ruiz;ana@example.org;Prades",
        '"Ana Ruiz" <ana@example.org>', "Ana Ruiz <mailto:ana@example.org>", "Contact;Adr\nAna Ruiz;ana@example.org",
        "Liste du personnel\n\nNom;E-mail\nAna Ruiz;ana@example.org", "\u200bAna\u00a0Ruiz;\u202aana@example.org\u202c",
    ],
)  # fmt: skip
def test_without_headers_the_addresses_are_found(text: str) -> None:
    assert entries(text) == [ANA]


def test_a_line_from_a_mail_program() -> None:
    text = "Ana Ruiz <ana@example.org>, Bo B <bo@example.org>, cy@example.org"
    assert entries(text) == [ANA, ("Bo B", "bo@example.org"), ("", "cy@example.org")]


def test_no_column_of_addresses() -> None:
    lines = read_text("Nom;Ville\nAna;Prades\n").lines
    assert columns_of(lines).email == ()
    assert [one.email for one in entries_of(lines)] == [""]


def test_a_file_with_two_columns_of_addresses() -> None:
    assert entries("Name;Email;E-mail\nAna Ruiz;;ana@example.org\n") == [ANA]


# --- what happens ------------------------------------------------------------------------------------------------

HERE = Known("p1", active=True, here=True, elsewhere=False)
OTHER = Known("p2", active=True, here=False, elsewhere=True)
FREE = Known("p3", active=True, here=False, elsewhere=False)
GONE = Known("p4", active=False, here=False, elsewhere=False)
BOTH = Known("p5", active=True, here=True, elsewhere=True)


@pytest.mark.parametrize(
    ("name", "email", "outcome", "reason"),
    [
        ("Ana", "ana@example.org", "new", ""),
        ("Ana", "HERE@Example.ORG", "present", ""),
        ("", "here@example.org", "present", ""),
        ("Ana", "both@example.org", "present", ""),
        ("Ana", "other@example.org", "elsewhere", ""),
        ("Ana", "free@example.org", "new", ""),
        ("Ana", "gone@example.org", "elsewhere", ""),
        ("", "ana@example.org", "invalid", "name_missing"),
        ("\ufffd", "ana@example.org", "invalid", "name_missing"),
        ("Ana", "", "invalid", "email_missing"),
        ("Ana", "ana", "invalid", "email_bad"),
        ("Ana", "a b@example.org", "invalid", "email_bad"),
        ("A" * 201, "ana@example.org", "invalid", "too_long"),
        ("Ana", "a" * 250 + "@example.org", "invalid", "too_long"),
    ],
)
def test_what_happens_to_a_row(name: str, email: str, outcome: str, reason: str) -> None:
    people = {f"{who}@example.org": known for who, known in
              (("here", HERE), ("other", OTHER), ("free", FREE), ("gone", GONE), ("both", BOTH))}  # fmt: skip
    (one,) = plan([Entry(2, name, email)], people)
    assert (one.outcome, one.reason) == (outcome, reason)
    assert one.line == 2
    assert len(one.name) <= 300
    assert len(one.email) <= 300


def test_the_first_of_two_rows_stands_unless_it_cannot_be_used() -> None:
    listed = [Entry(2, "Ana", "ana@example.org"), Entry(3, "Anna", "ANA@example.org"), Entry(4, "", "bo@example.org"),
              Entry(5, "Bo", "bo@example.org")]  # fmt: skip
    assert [(one.outcome, one.reason) for one in plan(listed, {})] == [
        ("new", ""), ("invalid", "duplicate_in_file"), ("invalid", "name_missing"), ("new", ""),
    ]  # fmt: skip


ODD = st.one_of(
    st.emails(),
    st.text(max_size=20),
    st.builds(
        "{}@{}".format,
        st.text("aZé.+-_'\u00a0 0", max_size=70),
        st.sampled_from(["ex.org", "É.fr", "x", "a..b", "EX.Org"]),
    ),
)


@given(ODD)
@settings(deadline=None)
def test_the_quick_way_to_an_address_is_the_same_as_the_long_one(text: str) -> None:
    assert address(text) == clean_email(text)


@given(st.lists(st.tuples(st.text(max_size=8), st.text("a@.b ", max_size=8)), max_size=8))
@settings(deadline=None)
def test_every_row_ends_somehow_and_nobody_twice(rows: list[tuple[str, str]]) -> None:
    planned = plan([Entry(n, tidy(name), tidy(email)) for n, (name, email) in enumerate(rows, start=2)], {})
    assert [one.line for one in planned] == list(range(2, len(rows) + 2))
    used = [one.email for one in planned if one.outcome != "invalid"]
    assert len(used) == len(set(used))
    assert all((one.reason in REASONS) == (one.outcome == "invalid") for one in planned)
