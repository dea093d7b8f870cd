"""Sets obey people: what was accepted is one entity, what was rejected never."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.link.link_records import LINKS_SCHEMA
from lakeindex.integrate.link.verdicts import ACCEPTED, NONE, REJECTED, RowVerdicts, judged, row_hashes, under_key
from lakeindex.integrate.sets.communities import components, integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph
from tests.integrate.link.records_of import records

SIZE = 8
PAIRS = [(one, other) for one in range(SIZE) for other in range(one + 1, SIZE)]


def sets_of(said: dict[tuple[int, int], int], likely: dict[tuple[int, int], float], tables: list[int]) -> np.ndarray:  # type: ignore[type-arg]
    edges = sorted({*said, *likely})
    left, right = (np.array([edge[side] for edge in edges], np.int64) for side in (0, 1))
    verdicts = np.array([said.get(edge, -1) for edge in edges], np.int8)
    probabilities = np.array([float(said[edge]) if edge in said else likely[edge] for edge in edges])
    return integrable_sets(TupleGraph(SIZE, left, right, probabilities, np.array(tables), verdicts))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(PAIRS), st.integers(0, 1), max_size=10),
    st.dictionaries(st.sampled_from(PAIRS), st.floats(0, 1), max_size=20),
    st.lists(st.integers(0, 2), min_size=SIZE, max_size=SIZE),
)
def test_rejected_pairs_are_apart_and_accepted_ones_together_where_they_can(
    said: dict[tuple[int, int], int], likely: dict[tuple[int, int], float], tables: list[int]
) -> None:
    sets = sets_of(said, likely, sorted(tables))
    for (left, right), verdict in said.items():
        if verdict == 0:
            assert sets[left] != sets[right]
    accepted = np.array([pair for pair, verdict in said.items() if verdict == 1], np.int64).reshape(-1, 2)
    together = components(SIZE, accepted[:, 0], accepted[:, 1])
    contradicted = {
        together[left] for (left, right), one in said.items() if one == 0 and together[left] == together[right]
    }
    for (left, right), verdict in said.items():
        if verdict == 1 and together[left] not in contradicted:
            assert sets[left] == sets[right]


def test_of_acceptances_that_contradict_a_rejection_one_is_kept() -> None:
    sets = sets_of({(0, 1): 1, (1, 2): 1, (0, 2): 0}, {}, [0] * SIZE)
    assert sets[0] != sets[2]
    assert len({sets[0] == sets[1], sets[1] == sets[2]}) == 2


LEFT, RIGHT = records("a", x=["one", "two", "three"]), records("b", x=["1", "2", "one"])


def test_links_are_overruled_and_pairs_that_nobody_made_are_added() -> None:
    links = pa.table([[0, 1], [5, 4], [0.9, 0.3]], schema=LINKS_SCHEMA)
    hashes = np.concatenate([row_hashes(LEFT), row_hashes(RIGHT)]).tolist()
    verdicts = RowVerdicts.of(
        [(hashes[2], hashes[3], True), (hashes[4], hashes[1], True), (hashes[0], hashes[1], False)]
    )
    found = judged(links, [LEFT, RIGHT], verdicts)
    assert found.links.schema == LINKS_SCHEMA
    assert [tuple(one.values()) for one in found.links.to_pylist()] == [
        (0, 1, 0.0), (0, 5, 0.9), (1, 4, 1.0), (1, 5, 0.0), (2, 3, 1.0),
    ]  # fmt: skip
    assert found.verdicts.tolist() == [REJECTED, NONE, ACCEPTED, REJECTED, ACCEPTED]
    assert judged(links, [LEFT, RIGHT], RowVerdicts.none()).links is links


def test_verdicts_under_a_key_are_found_with_that_key_alone() -> None:
    hashes, key = np.concatenate([row_hashes(LEFT), row_hashes(RIGHT)]), bytes(range(16))
    hidden = under_key(hashes, key).tolist()
    links = pa.table([[2], [3], [0.9]], schema=LINKS_SCHEMA)
    for tried, expected in ((key, [0.0]), (bytes(16), [0.9]), (b"", [0.9])):
        verdicts = RowVerdicts.of([(hidden[2], hidden[3], False)], tried)
        assert judged(links, [LEFT, RIGHT], verdicts).links["probability"].to_pylist() == expected
