from __future__ import annotations

from collections import Counter
from math import log, log1p, sqrt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.integrate.link.blocking import nearest_pairs
from lakeindex.integrate.link.terms import TermRows

TEXTS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=5).map(" ".join), min_size=1, max_size=12)


def vectors(texts: list[str]) -> list[dict[str, float]]:
    """The oracle: TF-IDF vectors of unit length, word by word."""
    counts = [Counter(text.split()) for text in texts]
    rarity = {word: log1p(len(texts) / sum(word in one for one in counts)) for one in counts for word in one}
    weighed = [{word: (1 + log(count)) * rarity[word] for word, count in one.items()} for one in counts]
    return [{word: weight / sqrt(sum(w * w for w in one.values())) for word, weight in one.items()} for one in weighed]


@given(TEXTS)
def test_cosines_are_those_of_tf_idf(texts: list[str]) -> None:
    rows, expected = TermRows.of_words(pa.array(texts, pa.large_string())), vectors(texts)
    left, right = (one.ravel() for one in np.indices((len(texts), len(texts))))
    cosines = [
        sum(expected[a][word] * expected[b].get(word, 0) for word in expected[a])
        for a, b in zip(left, right, strict=True)
    ]
    assert rows.cosines(left, right) == pytest.approx(cosines)


@given(TEXTS)
def test_nearest_pairs_are_all_that_share_a_term_where_there_is_room(texts: list[str]) -> None:
    rows = TermRows.of_words(pa.array(texts, pa.large_string()))
    tables = np.arange(len(texts)) % 2
    pairs = nearest_pairs([rows], tables, len(texts), is_within=False)
    assert set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == {
        (a, b)
        for a in range(len(texts))
        for b in range(a + 1, len(texts))
        if tables[a] != tables[b] and set(texts[a].split()) & set(texts[b].split())
    }


def test_a_rare_word_counts_for_more_than_a_frequent_one() -> None:
    rows = TermRows.of_words(
        pa.array(["rare common", "rare other", "common third", "common fourth"], pa.large_string())
    )
    cosines = rows.cosines(np.array([0, 0]), np.array([1, 2]))
    assert cosines[0] > cosines[1] > 0
