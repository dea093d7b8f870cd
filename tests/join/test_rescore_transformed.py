"""What a program makes meet is as probable as a join of values that are written alike."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv as pc
import pytest

from lakeindex.config.settings import Settings
from lakeindex.lake import Lake
from lakeindex.types.matches import JoinKind

ORDERS = [f"SO-{number:06d}/24" for number in range(1017, 9000, 53)]
CODES = {"orders.csv": ("order_ref", ORDERS), "shipments.csv": ("order_no", [order[5:9] for order in ORDERS])}
OTHERS = {"cities.csv": ("city", ["Berlin", "Bremen", "Hamburg", "Kiel", "Ulm"])}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("rewritten")
    (folder / "lake").mkdir()
    for table, (column, values) in (CODES | OTHERS).items():
        pc.write_csv(pa.table({column: values, "place": list(range(len(values)))}), folder / "lake" / table)
    return Lake.index(folder / "lake", folder / "index", Settings(model="hashing"))


@pytest.mark.parametrize(("asked", "found"), [("orders.csv", "shipments.csv"), ("shipments.csv", "orders.csv")])
def test_a_join_by_a_program_is_accepted_whichever_side_asks(lake: Lake, asked: str, found: str) -> None:
    best = lake.query(asked, CODES[asked][0]).matches[0]
    assert (best.column.table, best.column.name) == (found, CODES[found][0])
    assert best.kind is JoinKind.TRANSFORM and best.accepted
    assert sum(one.part for one in best.evidence) == pytest.approx(best.score)
    counted = lake.query(asked, CODES[asked][0], probe=0).matches
    uncounted = next((match for match in counted if match.column == best.column), None)
    assert uncounted is None or uncounted.score < 0.5 < best.score


def test_matches_are_ranked_by_the_scores_that_they_have_then(lake: Lake) -> None:
    matches = lake.query("orders.csv", "order_ref").matches
    assert [match.rank for match in matches] == list(range(1, len(matches) + 1))
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


def test_what_was_found_is_what_the_join_does(lake: Lake) -> None:
    program = lake.query("orders.csv", "order_ref").matches[0].program
    plan = lake.join("orders.csv", "order_ref", "shipments.csv", "order_no")
    assert plan.meeting.told == program
    assert plan.to_arrow().num_rows == len(ORDERS)
