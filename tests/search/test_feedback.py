"""People's verdicts on pairs count at once, in both directions, and outlive every build."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged, InvalidSetting, NotFound
from lakeindex.search.feedback import FEEDBACK_SCHEMA
from lakeindex.store.feedback_log import FeedbackFile
from lakeindex.store.publishing import writing
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match
from tests.small_lake import write_lake

COUNTRY = ColumnId(TableId("sales/orders.csv"), "country")
CODE = ColumnId(TableId("geo/countries.csv"), "code")
PHONE = ColumnId(TableId("sales/customers.parquet"), "phone")
"""A column without values, which joins with nothing."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> tuple[Path, Path]:
    root, index = write_lake(tmp_path_factory.mktemp("lake") / "lake"), tmp_path_factory.mktemp("index") / "index"
    Lake.index(root, index, settings)
    return root, index


@pytest.fixture
def lake(built: tuple[Path, Path], settings: Settings) -> Iterator[Lake]:
    yield Lake.open(built[1], settings)
    FeedbackFile(built[1]).path.unlink(missing_ok=True)


def match_of(lake: Lake, query: ColumnId, column: ColumnId) -> Match | None:
    found = lake.query(query.table, query.name, k=100, probe=0).matches
    return next((match for match in found if match.column == column), None)


def answers(lake: Lake, query: ColumnId) -> list[tuple[ColumnId, float, bool | None]]:
    return [(one.column, one.score, one.accepted) for one in lake.query(query.table, query.name, probe=0).matches]


def feedback_of(match: Match) -> list[str]:
    return [one.meaning for one in match.evidence if one.name == "feedback"]


@pytest.mark.parametrize("turned", [False, True])
def test_an_accepted_pair_is_the_best_answer_of_both_columns_though_nothing_proposed_it(
    lake: Lake, turned: bool
) -> None:
    before = match_of(lake, COUNTRY, PHONE)
    assert before is None or before.accepted is False
    lake.accept(*((PHONE, COUNTRY) if turned else (COUNTRY, PHONE)))
    for query, column in ((COUNTRY, PHONE), (PHONE, COUNTRY)):
        found = match_of(lake, query, column)
        assert found is not None and found.score >= 0.99 and found.accepted
        assert sum(one.part for one in found.evidence) == pytest.approx(found.score)
        assert feedback_of(found) == ["you accepted this pair"]
        assert found.column in [one.column for one in lake.query(query.table, query.name, k=1, probe=0).matches]


def test_a_rejected_pair_is_not_accepted_and_the_last_of_all(lake: Lake) -> None:
    before = match_of(lake, COUNTRY, CODE)
    assert before is not None and before.accepted
    lake.reject(COUNTRY, CODE)
    for query, column in ((COUNTRY, CODE), (CODE, COUNTRY)):
        found = match_of(lake, query, column)
        assert found is not None and found.score <= 0.01 and found.accepted is False
        assert sum(one.part for one in found.evidence) == pytest.approx(found.score)
        assert feedback_of(found) == ["you rejected this pair"]


def test_explain_says_what_query_says(lake: Lake) -> None:
    lake.accept(COUNTRY, PHONE)
    lake.reject(COUNTRY, CODE)
    for column, meaning in ((PHONE, "you accepted this pair"), (CODE, "you rejected this pair")):
        explained, found = lake.explain(COUNTRY, column), match_of(lake, COUNTRY, column)
        assert found is not None
        assert explained.score == pytest.approx(found.score)
        assert feedback_of(explained) == [meaning]


def test_one_verdict_a_pair_and_taken_back_all_is_as_it_was(lake: Lake) -> None:
    before = answers(lake, COUNTRY)
    lake.accept(COUNTRY, CODE, note="by hand")
    lake.reject(CODE, COUNTRY)
    (row,) = lake.feedback().to_pylist()
    assert (row["verdict"], row["left_table"], row["note"]) == ("rejected", CODE.table, "")
    lake.withdraw(COUNTRY, CODE)
    assert answers(lake, COUNTRY) == before
    assert lake.feedback().num_rows == 0


def test_a_verdict_of_another_process_counts_in_a_lake_that_is_open(lake: Lake, settings: Settings) -> None:
    assert answers(lake, COUNTRY)[0][0] == CODE
    Lake.open(settings=replace(settings, index=lake.settings.index)).reject(COUNTRY, CODE)
    assert CODE not in [column for column, _, accepted in answers(lake, COUNTRY) if accepted]


def test_sources_alone_are_not_corrected(lake: Lake) -> None:
    arguments = (COUNTRY.table, COUNTRY.name, 10, 0, ["containment"])
    before = lake.query(*arguments).to_arrow()
    lake.reject(COUNTRY, CODE)
    assert lake.query(*arguments).to_arrow().equals(before)


def test_pairs_like_a_labelled_one_move_and_say_so(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    rows = "".join(f"{letter * 3},{number}\n" for number, letter in enumerate("abcdefghijklmnopqrst"))
    for shop in ("north", "south", "west"):
        (root / f"orders_{shop}.csv").write_text(f"product,amount\n{rows}")
    lake = Lake.index(root, tmp_path / "index", settings)
    product = [ColumnId(TableId(f"orders_{shop}.csv"), "product") for shop in ("north", "south", "west")]
    before, unlike = match_of(lake, product[0], product[2]), ColumnId(product[2].table, "amount")
    lake.reject(product[0], product[1])
    moved = match_of(lake, product[0], product[2])
    assert before is not None and moved is not None
    (evidence,) = [one for one in moved.evidence if one.name == "feedback"]
    assert evidence.meaning == "1 pair that you judged is like this one"
    assert evidence.part < 0 and 0 < evidence.value < 1
    assert sum(one.part for one in moved.evidence) == pytest.approx(moved.score)
    assert feedback_of(lake.explain(product[0], unlike)) == []
    outside = lake.query(pa.table({"product": [letter * 3 for letter in "abcdefghijklmnopqrst"]}), "product", k=10)
    assert {one.column for one in outside.matches if feedback_of(one)} >= {product[1]}
    assert not any("you rejected" in meaning for one in outside.matches for meaning in feedback_of(one))


def test_labels_read_from_the_cache_are_those_that_are_made_anew(
    lake: Lake, settings: Settings, what_is_remembered_of_indexes: Path
) -> None:
    lake.accept(COUNTRY, CODE)
    lake.reject(COUNTRY, PHONE)
    made = lake.opened.searcher.labels()
    read = Lake.open(lake.settings.index, settings).opened.searcher.labels()
    shutil.rmtree(what_is_remembered_of_indexes / "lakeindex" / "feedback")
    again = Lake.open(lake.settings.index, settings).opened.searcher.labels()
    assert made is not None and read is not None and again is not None
    for other in (read, again):
        assert np.array_equal(other.memory.features, made.memory.features)
        assert other.memory.residuals.tolist() == made.memory.residuals.tolist()
        assert other.pairs.verdicts.tolist() == made.pairs.verdicts.tolist() == [1, -1]
    assert made.memory.residuals[0] == pytest.approx(1 - made.pairs.probabilities[0])


def test_a_folder_for_the_cache_that_cannot_be_written_costs_nothing_but_time(
    lake: Lake, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    lake.accept(COUNTRY, PHONE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    labels = lake.opened.searcher.labels()
    assert labels is not None and len(labels.pairs) == 1


def test_a_query_without_feedback_loads_nothing_that_reads_it(lake: Lake) -> None:
    code = (
        "import sys; from lakeindex import Lake\n"
        f"lake = Lake.open({lake.settings.index!r})\n"
        f"lake.query({COUNTRY.table!r}, {COUNTRY.name!r}, probe=0)\n"
        "feedback = {'search.labels', 'match.label_memory', 'search.feedback'}\n"
        "print({f'lakeindex.{one}' for one in feedback} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_verdict_does_not_wait_for_a_build(lake: Lake) -> None:
    with writing(Path(lake.settings.index)):
        lake.accept(COUNTRY, CODE)
    assert lake.feedback()["verdict"].to_pylist() == ["accepted"]


def test_what_cannot_be_judged_is_refused(lake: Lake) -> None:
    with pytest.raises(NotFound, match="the nearest: 'code'"):
        lake.accept(COUNTRY, ColumnId(CODE.table, "cod"))
    with pytest.raises(NotFound, match=r"has no table 'geo/country\.csv'; the nearest"):
        lake.reject(ColumnId(TableId("geo/country.csv"), "code"), COUNTRY)
    with pytest.raises(InvalidSetting, match="columns of one table"):
        lake.accept(CODE, ColumnId(CODE.table, "name"))
    with pytest.raises(NotFound, match="no verdict on"):
        lake.withdraw(COUNTRY, CODE)
    assert lake.feedback().num_rows == 0
    assert lake.feedback().schema == FEEDBACK_SCHEMA


def test_the_logical_hash_covers_feedback(lake: Lake) -> None:
    alone = lake.logical_hash
    assert alone == lake.generation.manifest.logical_hash
    lake.accept(COUNTRY, CODE)
    accepted = lake.logical_hash
    lake.reject(COUNTRY, CODE)
    assert len({alone, accepted, lake.logical_hash}) == 3
    lake.withdraw(COUNTRY, CODE)
    assert lake.logical_hash == alone


def test_damaged_feedback_is_named_and_neither_dropped_nor_written_over(lake: Lake) -> None:
    lake.accept(COUNTRY, CODE)
    path = FeedbackFile(Path(lake.settings.index)).path
    damaged = path.read_bytes().replace(b"accepted", b"rejected")
    path.write_bytes(damaged)
    for ask in (lambda: answers(lake, COUNTRY), lake.feedback, lambda: lake.accept(COUNTRY, PHONE)):
        with pytest.raises(IndexDamaged, match=r"feedback\.jsonl"):
            ask()
    assert path.read_bytes() == damaged


def test_feedback_outlives_builds_rollback_and_the_tables_it_is_about(tmp_path: Path, settings: Settings) -> None:
    root, index = write_lake(tmp_path / "lake"), tmp_path / "index"
    Lake.index(root, index, settings).accept(COUNTRY, PHONE, note="kept")
    kept = FeedbackFile(index).path.read_bytes()

    def is_accepted(lake: Lake) -> bool:
        found = match_of(lake, COUNTRY, PHONE)
        return found is not None and found.score >= 0.99

    customers = root / PHONE.table
    content, times = customers.read_bytes(), customers.stat()
    customers.unlink()
    gone = Lake.index(root, index, settings)
    assert match_of(gone, COUNTRY, PHONE) is None
    assert gone.feedback()["in_lake"].to_pylist() == [False]
    assert gone.report is not None and gone.report.logical_hash == gone.logical_hash
    assert gone.logical_hash != gone.generation.manifest.logical_hash
    Lake.rollback(index, settings=settings)
    assert is_accepted(Lake.open(index, settings))
    customers.write_bytes(content)
    os.utime(customers, ns=(times.st_atime_ns, times.st_mtime_ns))
    (root / "more.csv").write_text("country\nfr\nde\nes\n")
    back = Lake.index(root, index, settings)
    assert back.generation.number > 1 and back.feedback()["in_lake"].to_pylist() == [True]
    assert is_accepted(back)
    assert is_accepted(Lake.index(root, index, replace(settings, text_values=3)))
    assert FeedbackFile(index).path.read_bytes() == kept
