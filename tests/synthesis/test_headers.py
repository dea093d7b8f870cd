from __future__ import annotations

import numpy as np
import pytest

from lakeindex.synthesis.headers import HEADER_CHANGES, HUBS, HeaderPlace, unnamed


def every(change: str, header: str, table: str = "orders of students", position: int = 3) -> set[str]:
    place = HeaderPlace(header, table, position)
    return {HEADER_CHANGES[change](place, np.random.default_rng(seed)) for seed in range(200)}


@pytest.mark.parametrize(
    ("change", "header", "expected"),
    [
        ("without vowels", "countryName", {"cntry_nm"}),
        ("without vowels", "id", {"id"}),
        ("first letters", "date_of_birth", {"dob"}),
        ("first letters", "Country", {"cou"}),
        ("truncated", "department number", {"dep_num", "depa_numb"}),
        ("renamed", "customer sex", {"client_gender", "buyer_gender"}),
        ("renamed", "zebra", {"zebra"}),
        ("with table", "id", {"students_id"}),
        ("with table", "students id", {"students_id"}),
        ("snake case", "countryCode", {"country_code"}),
        ("camel case", "COUNTRY_CODE", {"countryCode"}),
        ("upper case", "countryCode", {"COUNTRY_CODE"}),
        ("spaced", "countryCode", {"Country code"}),
        ("empty", "countryCode", {"column_3"}),
        ("hub", "customer_id", {"id"}),
        ("hub", "zebra", set(HUBS)),
        (
            "opaque",
            "anything",
            {"c3", "col3", "column_3", "field3", "F03", "V3", "x3", "attr_3", "Unnamed: 3"},
        ),
        (
            "prefixed",
            "customer",
            {one + "customer" for one in ("fk_", "N", "str_", "tbl_", "src_", "x_", "dim_", "the_")},
        ),
    ],
)
def test_a_header_is_changed_as_described(change: str, header: str, expected: set[str]) -> None:
    assert every(change, header) == expected


def test_a_code_stands_before_the_header() -> None:
    found = every("code prefixed", "income")
    assert all(one.endswith("income") and any(sign.isdigit() for sign in one) for one in found)
    assert len(found) > 100


@pytest.mark.parametrize("header", ["", " ", "???", "Größe (m²)", "名前", "a" * 300])
def test_no_header_becomes_empty(header: str) -> None:
    assert all(one.strip() for change in HEADER_CHANGES for one in every(change, header, table="  "))


def test_a_column_without_a_header_is_named_as_connectors_name_it() -> None:
    from lakeindex_connectors.column_names import unique_names

    assert unique_names(["a", None, ""]) == ("a", unnamed(2), unnamed(3))
