from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.match.signals import REPEATS, RIVAL, SIGNALS, SignalScores, measure, sum_signals, sum_sources
from lakeindex.types.columns import Family, Kind
from lakeindex.types.pairs import Pairs
from tests.match.made_pairs import Candidate, Overlap, Side, counting, pairs_of

SHARES = st.floats(0, 1)
SIDES = st.builds(Side, st.sampled_from(list(Kind)), st.integers(0, 99), st.booleans())


@st.composite
def overlaps(draw: st.DrawFn) -> Overlap:
    query, candidate = draw(st.integers(0, 100)), draw(st.integers(0, 100))
    shared = draw(st.integers(0, min(query, candidate)))
    return Overlap(shared, query, candidate, draw(SHARES), draw(st.floats(0.01, 12)))


CANDIDATES = st.lists(
    st.builds(Candidate, SIDES, st.dictionaries(st.sampled_from(list(Family)), overlaps()), st.floats(-1, 1), SHARES),
    max_size=5,
)


def scores(query: Side, *candidates: Candidate) -> list[float]:
    fused: list[float] = fuse_pairs(pairs_of(query, candidates)).scores.tolist()
    return fused


def fuse_pairs(pairs: Pairs) -> SignalScores:
    return sum_signals(measure(pairs), pairs.tables)


NOTHING = {name: np.zeros(1) for name in [*(signal.name for signal in SIGNALS), REPEATS.name]}
ALONE = np.zeros(1, np.int64)


@given(SIDES, CANDIDATES, st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_every_signal_and_score_is_a_share(query: Side, candidates: list[Candidate], query_columns: int) -> None:
    values = measure(pairs_of(query, candidates, query_columns))
    assert set(values) == set(NOTHING)
    for value in [*values.values(), sum_signals(values, np.arange(len(candidates))).scores]:
        assert value.shape == (len(candidates),)
        assert ((value >= 0) & (value <= 1)).all()


@given(SIDES, CANDIDATES, st.data())
@settings(max_examples=60, deadline=None)
def test_the_parts_add_up_to_the_score(query: Side, candidates: list[Candidate], data: st.DataObject) -> None:
    tables = data.draw(st.lists(st.integers(0, 2), min_size=len(candidates), max_size=len(candidates)))
    scored = fuse_pairs(pairs_of(query, candidates, tables=tables))
    for place in range(len(candidates)):
        assert sum(float(added[place]) for _, _, added in scored.parts) == pytest.approx(
            scored.scores[place], abs=1e-12
        )


def test_the_weights_of_what_speaks_for_a_join_add_up_to_one() -> None:
    assert sum(signal.weight for signal in SIGNALS) == pytest.approx(1.0)
    assert sum_signals(NOTHING | {signal.name: np.ones(1) for signal in SIGNALS}, ALONE).scores == pytest.approx(1.0)


@given(st.lists(SHARES, min_size=len(NOTHING), max_size=len(NOTHING)), st.data())
@settings(max_examples=60, deadline=None)
def test_more_of_what_speaks_for_a_join_never_lowers_its_score(shares: list[float], data: st.DataObject) -> None:
    values = dict(zip(NOTHING, map(np.atleast_1d, shares), strict=True))
    raised = data.draw(st.sampled_from(SIGNALS)).name
    assert sum_signals(values | {raised: np.ones(1)}, ALONE).scores[0] >= sum_signals(values, ALONE).scores[0] - 1e-12


def test_a_part_is_the_weighted_value_of_its_signal() -> None:
    values = {name: np.zeros(2) for name in NOTHING} | {REPEATS.name: np.array([0.0, 0.5])}
    values["words"] = np.array([0.0, 0.5])
    words = next(signal for signal in SIGNALS if signal.name == "words")
    scored = sum_signals(values, np.arange(2))
    parts = {signal.name: (float(values[1]), float(added[1])) for signal, values, added in scored.parts}
    assert parts["words"] == (0.5, pytest.approx(words.weight / 2))
    assert parts[REPEATS.name] == (0.5, pytest.approx(-REPEATS.weight * 0.5 * words.weight / 2))
    assert scored.scores[0] == 0.0


def test_sources_that_are_asked_alone_count_in_equal_parts() -> None:
    scored = sum_sources({"containment": np.array([1.0, 0.0]), "names": np.array([0.5, 0.2])})
    assert scored.scores.tolist() == pytest.approx([0.75, 0.1])
    parts = {signal.name: float(added[1]) for signal, _, added in scored.parts}
    assert parts == {"names": pytest.approx(0.1), "containment": 0.0}


def test_counters_that_overlap_entirely_rank_below_a_column_of_the_same_meaning() -> None:
    everything = Overlap(shared=500, query=500, candidate=500)
    counter = Candidate(counting(500), {Family.VALUES: everything, Family.KEYS: everything}, cosine=0.2)
    meant = Candidate(counting(500), {}, cosine=0.6)
    by_counter, by_meaning = scores(counting(500), counter, meant)
    assert by_counter < by_meaning


def test_overlap_of_counters_says_less_than_that_of_other_numbers() -> None:
    overlap = {Family.KEYS: Overlap(shared=500, query=500, candidate=500)}
    sparse = Side(Kind.INTEGER, 500)
    among_counters = measure(pairs_of(counting(500), [Candidate(counting(500), overlap)]))
    for query, candidate in ((sparse, sparse), (sparse, counting(500)), (counting(500), sparse)):
        others = measure(pairs_of(query, [Candidate(candidate, overlap)]))
        for signal in ("values", "both_ways"):
            assert among_counters[signal][0] < 0.25 * others[signal][0]


def test_names_that_half_the_lake_bears_say_less_than_rare_ones() -> None:
    common = Candidate(overlaps={Family.NAMES: Overlap(shared=3, query=3, candidate=3, cosine=1.0, rarity=0.7)})
    rare = Candidate(overlaps={Family.NAMES: Overlap(shared=3, query=3, candidate=3, cosine=1.0, rarity=6.0)})
    by_common, by_rare = scores(Side(), common, rare)
    assert by_common < by_rare


def test_a_key_under_its_tables_name_beats_keys_under_the_same_poor_one() -> None:
    """`attend_id` is the id of attend, not of regions, which is called `id` as well."""
    values = Overlap(shared=9, query=9, candidate=9)
    called = Overlap(shared=1, query=2, candidate=3, rarity=6.0)
    known = Candidate(counting(9), {Family.KEYS: values, Family.REFERENCES: called})
    alike = Candidate(counting(9), {Family.KEYS: values, Family.NAMES: Overlap(2, 2, 2, cosine=1.0, rarity=1.0)})
    by_table, by_name = scores(counting(9), known, alike)
    assert by_table > by_name


def test_one_name_is_no_reference() -> None:
    called = Overlap(shared=1, query=2, candidate=2, rarity=6.0)
    same = {Family.REFERENCES: called, Family.NAMES: Overlap(3, 3, 3, cosine=1.0, rarity=6.0)}
    other = {Family.REFERENCES: called, Family.NAMES: Overlap(3, 3, 3, cosine=0.5, rarity=6.0)}
    measured = measure(pairs_of(Side(), [Candidate(overlaps=same), Candidate(overlaps=other)]))["reference"]
    assert measured[0] == 0
    rarest = np.log(pairs_of(Side(), []).lake_columns + 1)
    assert measured[1] == pytest.approx(min(6.0 / rarest / 0.7, 1.0))


def test_a_copy_of_the_querys_table_ranks_below_another_table_that_fits_as_well() -> None:
    copy, other = scores(Side(), Candidate(cosine=0.9, same_schema=1.0), Candidate(cosine=0.9, same_schema=0.3))
    assert copy == pytest.approx(other * (1 - REPEATS.weight))


def test_the_weaker_column_of_a_table_loses_a_share_of_its_rivals_lead() -> None:
    strong, weak = Candidate(cosine=0.9), Candidate(cosine=0.5)
    together = fuse_pairs(pairs_of(Side(), [strong, weak], tables=[7, 7])).scores
    apart = fuse_pairs(pairs_of(Side(), [strong, weak], tables=[7, 8])).scores
    assert together[0] == apart[0]
    assert together[1] == pytest.approx(apart[1] - RIVAL.weight * (apart[0] - apart[1]))


def test_numbers_are_compared_by_value_instead_of_by_word() -> None:
    overlaps = {
        Family.KEYS: Overlap(shared=5, query=10, candidate=10, cosine=0.6),
        Family.WORDS: Overlap(shared=9, query=10, candidate=10, cosine=0.9),
        Family.GRAMS: Overlap(shared=9, query=10, candidate=10, cosine=0.8),
    }
    number, text = Side(Kind.DECIMAL), Side(Kind.TEXT)
    of_numbers = measure(pairs_of(number, [Candidate(number, overlaps)]))
    of_texts = measure(pairs_of(text, [Candidate(text, overlaps)]))
    names = ("words", "word_containment", "grams")
    assert [of_numbers[name][0] for name in names] == pytest.approx([0.3, 0.25, 0.3])
    assert [of_texts[name][0] for name in names] == pytest.approx([0.9, 0.9, 0.8])
