"""Personal data is found by form and check digits, and what only looks a little like it is not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.personal_data.check_digits import passes_verhoeff
from lakeindex.profile.personal_data.find_personal import find_personal
from lakeindex.profile.personal_data.forms import conforms
from lakeindex.profile.scan import profile_columns
from lakeindex.types.personal import PersonalData, PersonalKind
from tests.profile.personal_data.personal_values import columns, iban, look_alikes, with_luhn


def found(named: dict[str, list[str]]) -> dict[str, PersonalData | None]:
    profiles = profile_columns([pa.array(values, pa.string()) for values in named.values()], ProfileLimits())
    return dict(zip(named, find_personal(list(named), profiles), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_each_kind_is_found_by_its_values_alone(seed: int) -> None:
    unnamed = {f"x{place}": values for place, values in enumerate(columns(seed).values())}
    kinds = [one and (str(one.kind), one.share) for one in found(unnamed).values()]
    assert kinds == [(name.split(" ")[0], 1.0) for name in columns(seed)]


@pytest.mark.parametrize("seed", range(5))
def test_what_only_looks_like_it_is_not_found(seed: int) -> None:
    assert {name: one for name, one in found(look_alikes(seed)).items() if one is not None} == {}


def test_the_name_of_a_column_makes_digits_a_phone_number_and_a_date_one_of_birth() -> None:
    digits = [f"0{7_946_000_000 + 13 * place}" for place in range(20)]
    days = [f"19{40 + place}-03-1{place % 9}" for place in range(20)]
    named = {"customer_phone": digits, "stock": digits, "date_of_birth": days, "Geburtsdatum": days, "delivered": days}
    kinds = {name: one and one.kind for name, one in found(named).items()}
    assert kinds == {
        "customer_phone": PersonalKind.PHONE, "stock": None, "date_of_birth": PersonalKind.BIRTH_DATE,
        "Geburtsdatum": PersonalKind.BIRTH_DATE, "delivered": None,
    }  # fmt: skip


def test_a_few_other_values_are_in_the_share_and_many_are_none() -> None:
    mails = columns()["email 1"]
    some = found({"a": [*mails[:17], "none given", "?x", "by post"], "b": [*mails[:9], *look_alikes()["part"][:11]]})
    assert (some["a"], some["b"]) == (PersonalData(PersonalKind.EMAIL, 0.85), None)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (PersonalKind.IBAN, [iban("DE", "370400440532013000"), "GB82 WEST 1234 5698 7654 32"], ["DE89 3704"]),
        (PersonalKind.IBAN, ["DE89 3704 0044 0532 0130 00"], ["DE89 3704 0044 0532 0130 01"]),
        (PersonalKind.PAYMENT_CARD, [with_luhn("411111111111111"), "3782-822463-10005"], ["4111111111111112"]),
        (PersonalKind.EMAIL, ["a@b.org", "ü@bücher.example"], ["a@b", "@b.org", "a b@c.org", "<id.1@host.org>"]),
        (PersonalKind.IP_ADDRESS, ["10.0.0.1", "::1", "fe80::1"], ["256.1.1.1", "1.2.3", "12:30:45"]),
        (PersonalKind.PHONE, ["+1 212 555 0100", "212-555-0100"], ["112-555-0100", "12345678", "+12"]),
    ],
)
def test_single_values(kind: PersonalKind, right: list[str], wrong: list[str]) -> None:
    flags = conforms(pa.array([*right, *wrong], pa.large_string()), kind)
    assert flags.tolist() == [True] * len(right) + [False] * len(wrong)


def test_nothing_is_found_in_nothing() -> None:
    assert find_personal([], []) == []
    assert found({"email": [], "phone": ["", "n/a"]}) == {"email": None, "phone": None}


NAMED = {
    "Nachname": ["Müller", "Weiß", "Becker"], "customer_name": ["Ann Lee", "Bob Ray", "D'Arcy, Jo"],
    "endereço": ["Rua Nova, 12", "Rua Verde, 7", "Av. Sul, 300"],
    "street_address": ["12 High St", "7 Main St Apt 3", "1 A Road"],
    "passport_no": ["C01X93KL1", "492506774", "G1234567"],
    "téléphone": ["01 06 53 00 60", "0122334455", "+33 6 38 37 32 45"],
    "steuernummer": ["02/018/51942", "11/815/08150", "93/815/08152"], "pan": ["ABCPK1234F", "XYZPM9876Q", "QWEPT5555R"],
    "license_plate": ["B-AB 1234", "RP92 SHE", "7ABC123"], "birthday": ["20 Mar 1952", "3 May 1961", "7 Oct 1970"],
}  # fmt: skip
OTHERWISE = {
    "customer_name_length": ["Ann", "Bob", "Cy"], "ip_address_type": ["12 High St", "7 Main St", "1 A Road"],
    "surname": ["A1", "B2", "C3"], "address": ["A-12-03", "B-11-01", "C-10-02"], "passport": ["yes", "no", "lost"],
    "vat_tax_id": ["DE284719848", "DE184719848", "DE084719848"], "tin": ["cans", "boxes", "foil"],
    "birth_place": ["Ulm 1952", "Bonn 1961", "Kiel 1970"], "name": ["Ann Lee", "Bob Ray", "Cy Poe"],
}  # fmt: skip


def test_a_name_with_values_that_do_not_contradict_is_personal_data() -> None:
    kinds = [one and str(one.kind) for one in found(NAMED).values()]
    assert kinds == [
        "person_name", "person_name", "postal_address", "postal_address", "national_id", "phone", "national_id",
        "national_id", "licence_plate", "birth_date",
    ]  # fmt: skip


@pytest.mark.parametrize("name", OTHERWISE)
def test_neither_a_name_alone_nor_values_alone_are(name: str) -> None:
    assert found({name: OTHERWISE[name]}) == {name: None}


def test_a_name_in_a_table_of_people_is_a_person_s() -> None:
    table = {"name": OTHERWISE["name"], "date_of_birth": ["1952-03-04", "1961-05-06", "1970-07-08"]}
    assert [one and str(one.kind) for one in found(table).values()] == ["person_name", "birth_date"]


@pytest.mark.parametrize(
    ("values", "is_found"),
    [
        (["01 06 53 00 60", "06.38.37.32.45"], True), (["(11) 96956-9262", "(21) 3722-8641"], True),
        (["020 7280 2358",
        "07318 748354"], True), (["98592 92818", "78592 92818"], True), (["0171/0188462", "030/123456"], True),
        (["12345-67890", "22345-67890"], False), (["0123-456789", "0999-123456"], False),
        (["665 738 898", "12 738 898"], False),
    ],
)  # fmt: skip
def test_phone_numbers_as_a_country_writes_them(values: list[str], is_found: bool) -> None:
    assert (found({"x": values})["x"] == PersonalData(PersonalKind.PHONE, 1.0)) is is_found


def test_numbers_of_taxpayers_and_residents_are_found_by_their_digits() -> None:
    named = {
        "a": ["970-74-7905", "975-73-3428", "912-88-1111"], "b": ["046-454-286"] * 1 + ["130-692-544", "193-456-787"],
        "c": ["756.9217.0769.85", "756.1234.5678.97", "7569217076985"],
    }  # fmt: skip
    kinds = [one and str(one.kind) for one in found(named).values()]
    assert kinds == ["national_id"] * 3


def test_a_verhoeff_digit_is_checked() -> None:
    right = pa.array(["2363", "123451", "84736430954837284567892"], pa.large_string())
    for place, text in enumerate(right.to_pylist()):
        one = right.slice(place, 1)
        assert passes_verhoeff(one).tolist() == [True], text
        others = pa.array([text[:-1] + str(digit) for digit in range(10) if str(digit) != text[-1]], pa.large_string())
        assert not passes_verhoeff(others).any()
