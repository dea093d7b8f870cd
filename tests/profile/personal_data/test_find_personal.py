"""Personal data is found by form and check digits, and what only looks a little like it is not."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
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
