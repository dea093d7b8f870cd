from __future__ import annotations

import pytest

from lakeindex.integrate.align.name_comparison import NameComparison


def _of(one: str, other: str) -> tuple[NameComparison, int, int]:
    names = NameComparison.of([one, other])
    return names, int(names.places[0]), int(names.places[1])


def test_names_of_the_same_words_are_one_name() -> None:
    names, one, other = _of("countryCode", "COUNTRY-CODE")
    assert one == other
    assert names.spelled.tolist() == [[100]]


def test_a_name_without_vowels_has_the_same_skeleton() -> None:
    names, one, other = _of("cntry_nm", "country_name")
    assert names.skeletons[one, other] >= 90
    assert names.spelled[one, other] < 90


def test_first_letters_are_initials_in_either_order() -> None:
    for pair in (("dob", "date_of_birth"), ("date_of_birth", "dob")):
        names, one, other = _of(*pair)
        assert names.is_initials[one, other]
    names, one, other = _of("d", "date")
    assert not names.is_initials[one, other]


def test_words_that_only_one_name_has_are_left_out() -> None:
    names, one, other = _of("age", "age at diagnosis")
    assert names.by_words[one, other] == 100


@pytest.mark.parametrize("name", ["column_3", "Unnamed: 12", "c1", "7", "x", ""])
def test_names_that_tell_a_place_are_positional(name: str) -> None:
    assert NameComparison.of([name]).is_positional.tolist() == [True]


@pytest.mark.parametrize("name", ["year", "col_name", "v2 price", "country"])
def test_names_that_tell_more_are_not_positional(name: str) -> None:
    assert NameComparison.of([name]).is_positional.tolist() == [False]


def test_no_names_are_compared_with_none() -> None:
    assert NameComparison.of([]).spelled.shape == (0, 0)
