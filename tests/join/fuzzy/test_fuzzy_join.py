"""Values that are written differently are paired up with what they stand for, and left alone where that isn't clear."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.join.condition import ByMapping
from lakeindex.join.fuzzy.candidates import near_in_meaning, near_in_spelling
from lakeindex.join.fuzzy.certainty import BY_MEANING, BY_SPELLING, THRESHOLDS, BestPairs, Certainty
from lakeindex.join.fuzzy.fuzzy_join import fuzzy_condition, semantic_condition
from lakeindex.join.fuzzy.normal_text import plain, without_brackets
from lakeindex.join.fuzzy.tfidf import TermSpace


def texts(*values: str) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def paired(left: list[str], right: list[str], precision: float = 0.9) -> dict[str, str]:
    condition = fuzzy_condition(texts(*left), texts(*right), precision, None)
    if condition is None:
        return {}
    assert isinstance(condition.rule, ByMapping)
    rows = condition.rule.pairs.to_pylist()
    return {row["left_value"]: row["right_value"] for row in rows}


def test_plain_text_has_no_case_accents_and_punctuation() -> None:
    assert plain(texts("São-Paulo!", " A  b ", "1,5", "東京 (市)", "")).to_pylist() == [
        "sao paulo", "a b", "1 5", "東京 市", "",
    ]  # fmt: skip


def test_brackets_go_unless_nothing_else_is_there() -> None:
    assert plain(without_brackets(texts("Now (magazine)", "(x)", "a [b] c"))).to_pylist() == ["now", "x", "a c"]


def cosines(queries: list[str], references: list[str], terms: str) -> np.ndarray:
    """The same by the definition, in plain Python."""

    def counted(text: str) -> Counter[str]:
        if terms == "words":
            return Counter(text.split())
        padded = f" {text} ".encode()
        return Counter(padded[place : place + 3].decode("latin-1") for place in range(max(len(padded) - 2, 1)))

    bags = [counted(text) for text in (*queries, *references)]
    holders = Counter(term for bag in bags for term in bag)
    vectors = [
        {term: (1 + np.log(count)) * np.log1p(len(bags) / holders[term]) for term, count in bag.items()} for bag in bags
    ]
    lengths = [np.sqrt(sum(weight**2 for weight in vector.values())) or 1.0 for vector in vectors]
    found = np.zeros((len(queries), len(references)))
    for i in range(len(queries)):
        for j in range(len(references)):
            one, other = vectors[i], vectors[len(queries) + j]
            dot = sum(weight * other.get(term, 0.0) for term, weight in one.items())
            found[i, j] = dot / (lengths[i] * lengths[len(queries) + j])
    return found


words = st.lists(st.sampled_from(["new", "york", "city", "of", "a", "xylophone"]), min_size=1, max_size=4).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, min_size=1, max_size=6), st.lists(words, min_size=1, max_size=6))
def test_similarities_are_cosines_of_rare_terms(queries: list[str], references: list[str]) -> None:
    for make, terms in ((TermSpace.of_words, "words"), (TermSpace.of_grams, "grams")):
        space = make(texts(*queries), texts(*references))
        np.testing.assert_allclose(space.similarities(0, len(queries)), cosines(queries, references, terms), atol=1e-5)


def test_parts_of_the_work_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{one} {other}" for one in ("red", "green", "blue") for other in ("house", "door", "roof")]
    space = TermSpace.of_grams(texts(*names), texts(*names[::-1]))
    whole = space.similarities(2, 7)
    monkeypatch.setattr("lakeindex.join.fuzzy.tfidf._PRODUCTS_AT_ONCE", 5)
    np.testing.assert_allclose(space.similarities(2, 7), whole, atol=1e-6)


def test_spellings_of_names_are_paired_up() -> None:
    right = ["Madison Square Garden", "Wembley Stadium", "Fenway Park", "Camp Nou", "Maracana Stadium", "Old Trafford"]
    left = ["Madison Sq. Garden (New York)", "WEMBLEY stadium", "Fenway Prk", "Estadio do Maracanã", "Allianz Arena"]
    assert paired(left, right) == {
        "Madison Sq. Garden (New York)": "Madison Square Garden",
        "WEMBLEY stadium": "Wembley Stadium",
        "Fenway Prk": "Fenway Park",
        "Estadio do Maracanã": "Maracana Stadium",
    }


def test_the_side_with_more_values_is_the_reference() -> None:
    names = ["Apple (dried)", "Apple (fresh)", "Banana (ripe)", "Cherry (sour)"]
    assert paired(names, ["Banana", "Cherry"]) == {"Banana (ripe)": "Banana", "Cherry (sour)": "Cherry"}


def test_what_could_be_two_things_is_left_alone() -> None:
    assert paired(["Springfield"], ["Springfield Illinois", "Springfield Missouri", "Shelbyville"]) == {}


def test_of_two_claims_the_better_one_counts() -> None:
    found = paired(["John Adams", "John Quincy Adams"], ["John Adams", "Thomas Jefferson", "James Madison"])
    assert found == {"John Adams": "John Adams"}


def test_numbers_are_no_spellings_of_one_another() -> None:
    assert fuzzy_condition(texts("1001", "1002", "1003"), texts("1001", "1012", "1003"), 0.9, None) is None


def test_what_is_hardly_alike_is_no_spelling_even_where_nothing_else_is_near() -> None:
    assert paired(["Aruban Florin"], ["AFL", "Euro", "US Dollar"]) == {}


def test_nothing_gives_nothing() -> None:
    assert fuzzy_condition(texts(), texts("a"), 0.9, None) is None
    assert fuzzy_condition(texts("xyz"), texts("abc"), 0.9, None) is None


def test_more_precision_is_never_more_pairs() -> None:
    right = [f"{name} {kind}" for name in ("Alpha", "Beta", "Gamma", "Delta") for kind in ("Hotel", "Museum", "Park")]
    left = ["Alfa Hotel", "Beta Hotell", "Gamma Museum of Art", "Delta", "Beta Prk", "Park Alpha"]
    sizes = [len(paired(left, right, precision)) for precision in (0.5, 0.8, 0.9, 0.95, 0.99)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


@pytest.mark.parametrize("certainty", [BY_SPELLING, BY_MEANING])
def test_a_threshold_promises_the_precision_that_it_was_chosen_for(certainty: Certainty) -> None:
    assert list(certainty.right) == sorted(certainty.right)
    assert len(certainty.right) == len(THRESHOLDS)
    for precision in (0.8, 0.9, 0.93):
        assert certainty.precision_from(certainty.threshold_for(precision)) == pytest.approx(precision)
    assert certainty.threshold_for(0.9999) == 1.0


def test_leads_and_claims_are_those_of_the_best_reference() -> None:
    candidates = near_in_meaning(
        texts("a", "b"), texts("p", "q"),
        lambda several: np.array([{"a": [1, 0], "b": [0.8, 0.6], "p": [1, 0], "q": [0, 1]}[one] for one in several]),
    )  # fmt: skip
    best = BestPairs.of(candidates)
    assert best.references.tolist() == [0, 0]
    assert best.similarities.tolist() == pytest.approx([1.0, 0.8])
    assert best.leads.tolist() == pytest.approx([1.0, 0.2])
    assert best.claims.tolist() == pytest.approx([0.0, 0.2])


def test_meaning_pairs_up_what_is_written_otherwise() -> None:
    axes = {"car": 0, "automobile": 0, "dog": 1, "hound": 1, "sea": 2, "ocean": 2}
    condition = semantic_condition(
        texts("car", "dog", "sea"), texts("automobile", "hound", "ocean"), 0.9,
        lambda several: np.eye(3, dtype=np.float32)[[axes[one] for one in several]],
    )  # fmt: skip
    assert condition is not None
    assert isinstance(condition.rule, ByMapping)
    assert condition.rule.pairs["right_value"].to_pylist() == ["automobile", "hound", "ocean"]
    assert condition.matched == 1.0


def test_meaning_adds_to_spelling() -> None:
    vectors = {"big apple": [1.0, 0.0], "new york": [0.9, 0.1], "appleton": [0.0, 1.0]}

    def embed(several: object) -> np.ndarray:
        assert isinstance(several, list)
        return np.array([vectors[one] for one in several], np.float32)

    without = near_in_spelling(texts("big apple"), texts("new york", "appleton"), None)
    with_meaning = near_in_spelling(texts("big apple"), texts("new york", "appleton"), embed)
    assert without.references[0].tolist() == [1, 0]
    # What shares no term at all is no candidate: meaning only orders those that do.
    assert with_meaning.similarities[0].tolist() == pytest.approx([without.similarities[0, 0], -1.0])
