from __future__ import annotations

import gc
import os
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import ColumnId, Lake, Settings, TableId
from lakeindex.errors import (
    IndexMissing,
    InvalidSetting,
    LakeIndexError,
    LockHeld,
    NotFound,
    Refused,
    StaleArtifact,
    UnreadableTable,
)
from lakeindex.search.external_column import profile_file_column
from lakeindex.types.columns import QueryColumn
from lakeindex.types.matches import Cardinality, JoinKind
from lakeindex.types.reports import FileStatus
from tests.small_lake import COUNTRIES, write_lake


def names(answer) -> list[tuple[str, str]]:
    return [(match.column.table, match.column.name) for match in answer.matches]


def from_file(lake: Lake, path: Path, column: str) -> QueryColumn:
    """Make a column of a file ready to be a query, even where it is a copy of one of the lake."""
    profiled = profile_file_column(path, column, lake.settings, lake.opened.profile_limits)
    return profiled.query(lake.opened.model)


def test_the_report_names_every_file_with_its_reason(lake_folder: Path, tmp_path: Path, settings: Settings) -> None:
    report = Lake.index(lake_folder, tmp_path / "index", settings).report
    assert report is not None
    assert {file.path: file.status for file in report.files} == {
        "empty.csv": FileStatus.FAILED,
        "events.jsonl": FileStatus.INDEXED,
        "geo/countries.csv": FileStatus.INDEXED,
        "geo/hauptstädte.csv.gz": FileStatus.INDEXED,
        "notes.md": FileStatus.SKIPPED,
        "picture.csv": FileStatus.FAILED,
        "sales/customers.parquet": FileStatus.INDEXED,
        "sales/orders.csv": FileStatus.INDEXED,
    }
    reasons = {file.path: file.reason for file in report.files}
    assert reasons["empty.csv"] == "empty file"
    assert "no connector reads this kind of file" in reasons["notes.md"]
    assert (report.tables, report.columns) == (5, 13)


def test_indexing_leaves_the_lake_as_it_was(lake_folder: Path, tmp_path: Path, settings: Settings) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in lake_folder.rglob("*") if path.is_file()}
    Lake.index(lake_folder, tmp_path / "index", settings)
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in lake_folder.rglob("*") if path.is_file()}
    assert after == before


def test_a_query_finds_the_same_codes_in_another_case(lake: Lake) -> None:
    best = lake.query("sales/orders.csv", "country").matches[0]
    assert best.column == ColumnId(TableId("geo/countries.csv"), "code")
    assert best.kind is JoinKind.EQUI
    assert best.exact
    assert best.containment == 1.0
    assert best.reverse_containment == 6 / 8
    assert best.cardinality is Cardinality.MANY_TO_ONE
    assert best.measured is not None
    assert best.measured.match_rate == 1.0
    assert best.measured.rows == 40


def test_estimates_of_small_columns_equal_what_is_counted(lake: Lake) -> None:
    estimated = lake.query("geo/countries.csv", "name", k=100, probe=0)
    counted = lake.query("geo/countries.csv", "name", k=100, probe=100)
    assert names(estimated) == names(counted)
    for guess, fact in zip(estimated.matches, counted.matches, strict=True):
        assert not guess.exact
        assert fact.exact, fact.note
        assert guess.containment == pytest.approx(fact.containment)
        assert guess.reverse_containment == pytest.approx(fact.reverse_containment)


def test_the_parts_of_a_score_sum_to_it(lake: Lake) -> None:
    answer = lake.query("geo/countries.csv", "code", k=50, probe=0)
    assert answer.matches
    for match in answer.matches:
        assert sum(one.part for one in match.evidence) == pytest.approx(match.score)


def test_an_answer_never_holds_the_query_table(lake: Lake) -> None:
    for table in lake.opened.table_ids:
        for column in lake.profile(table)["column"].to_pylist():
            assert table not in [match.column.table for match in lake.query(table, column, k=100, probe=0).matches]


def test_a_column_without_any_value_is_found_by_its_name(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (root / "a.csv").write_text("id,shipping_address\n1,\n2,\n")
    (root / "b.csv").write_text("ShippingAddress,color\nBaker Street 221b,red\nMain Road 5,blue\n")
    lake = Lake.index(root, tmp_path / "index", settings)
    assert names(lake.query("b.csv", "ShippingAddress"))[0] == ("a.csv", "shipping_address")
    assert names(lake.query("a.csv", "shipping_address"))[0] == ("b.csv", "ShippingAddress")


def test_nothing_that_joins_is_an_empty_answer_that_says_what_was_tried(lake: Lake) -> None:
    answer = lake.query(pa.table({"qqqq": ["zzxkjq", "wwvvbb"]}), "qqqq")
    assert answer.matches == ()
    assert answer.tried == ("containment", "keys", "words", "grams", "names", "references", "alternates", "vectors")
    assert "nothing joins" in repr(answer)


def test_ranges_that_overlap_are_no_evidence(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (root / "a.csv").write_text("weight\n" + "".join(f"{number}.25\n" for number in range(50)))
    (root / "b.csv").write_text("altitude\n" + "".join(f"{number}.5\n" for number in range(50)))
    lake = Lake.index(root, tmp_path / "index", settings)
    assert all(match.score < 0.3 for match in lake.query("a.csv", "weight", probe=0).matches)


def test_a_surrogate_key_that_overlaps_by_accident_ranks_below_meaning(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (root / "orders.csv").write_text("order,customer_id\n" + "".join(f"o{n},{n % 9 + 1}\n" for n in range(40)))
    (root / "customer.csv").write_text("customer_id,name\n" + "".join(f"{n},name {n}\n" for n in range(1, 8)))
    (root / "stations.csv").write_text("id,height\n" + "".join(f"{n},{n * 7.5}\n" for n in range(1, 10)))
    lake = Lake.index(root, tmp_path / "index", settings)
    ranked = names(lake.query("orders.csv", "customer_id", probe=0))
    assert ranked.index(("customer.csv", "customer_id")) < ranked.index(("stations.csv", "id"))


def test_sources_can_be_asked_alone(lake: Lake) -> None:
    answer = lake.query("sales/orders.csv", "country", sources=("containment",), probe=0)
    assert answer.tried == ("containment",)
    assert set(names(answer)[:2]) == {("geo/countries.csv", "code"), ("events.jsonl", "place.code")}
    assert [match.score for match in answer.matches[:2]] == [pytest.approx((6 + 6 / 8) / 7)] * 2
    with pytest.raises(InvalidSetting, match="there is no source 'magic'"):
        lake.query("sales/orders.csv", "country", sources=("magic",))


def test_a_file_outside_gets_the_vector_and_scores_of_its_twin_in_the_lake(
    lake: Lake, lake_folder: Path, tmp_path: Path
) -> None:
    shutil.copyfile(lake_folder / "sales" / "orders.csv", tmp_path / "orders.csv")
    inside = lake.opened.searcher.column(ColumnId(TableId("sales/orders.csv"), "country"))
    outside = from_file(lake, tmp_path / "orders.csv", "country")
    assert np.allclose(inside.vector, outside.vector, atol=1e-6)
    for family, terms in inside.terms.items():
        assert np.array_equal(terms.hashes, outside.terms[family].hashes)
    expected = lake.query("sales/orders.csv", "country", k=50).matches
    found = lake.query(tmp_path / "orders.csv", "country", k=50).matches
    assert [match.column for match in found] == [match.column for match in expected]
    assert [match.score for match in found] == pytest.approx([match.score for match in expected], abs=1e-9)


def test_a_source_that_is_gone_gives_the_estimate_and_a_note(tmp_path: Path, settings: Settings) -> None:
    root = write_lake(tmp_path / "lake")
    lake = Lake.index(root, tmp_path / "index", settings)
    (root / "geo" / "countries.csv").unlink()
    best = lake.query("sales/orders.csv", "country").matches[0]
    assert best.column.table == "geo/countries.csv"
    assert not best.exact
    assert best.containment == 1.0
    assert "countries.csv" in best.note


def test_sql_joins_tables_by_their_paths(lake: Lake) -> None:
    joined = lake.sql(
        'SELECT c.name, count(*) AS orders FROM "sales/orders.csv" o JOIN "geo/countries.csv" c '
        "ON upper(o.country) = c.code GROUP BY 1 ORDER BY 1"
    )
    codes = [COUNTRIES[number % 6][0] for number in range(1, 41)]
    expected = sorted((name, codes.count(code)) for code, name, _ in COUNTRIES[:6])
    assert [tuple(row.values()) for row in joined.to_pylist()] == expected


def test_sql_reads_every_kind_of_file_with_its_types(lake: Lake) -> None:
    assert lake.sql('SELECT max(id) + 1 AS n FROM "sales/customers.parquet"')["n"].to_pylist() == [8]
    assert lake.sql('SELECT max("at") + 1 AS day FROM "events.jsonl"').to_pylist()[0]["day"].isoformat() == "2024-01-09"
    assert lake.sql("SELECT stadt FROM \"geo/hauptstädte.csv.gz\" WHERE land = 'France'")["stadt"].to_pylist() == [
        "PARIS"
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE t (i INT)",
        "COPY (SELECT 1) TO '{lake}/out.csv'",
        "SELECT 1; SELECT 2",
        "ATTACH '{lake}/x.db'",
        "SET threads = 1",
    ],
)
def test_sql_refuses_what_does_not_only_read(lake: Lake, lake_folder: Path, statement: str) -> None:
    with pytest.raises(Refused, match="read-only"):
        lake.sql(statement.format(lake=lake_folder))
    assert not (lake_folder / "out.csv").exists()


def test_sql_reaches_nothing_outside_the_lake(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(LakeIndexError, match="disabled by configuration"):
        lake.sql(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")


def test_a_materialised_lake_answers_without_its_files(tmp_path: Path, settings: Settings) -> None:
    root = write_lake(tmp_path / "lake")
    Lake.index(root, tmp_path / "index", replace(settings, materialize=True))
    shutil.rmtree(root)
    lake = Lake.open(tmp_path / "index", settings)
    assert lake.sql('SELECT count(*) AS n FROM "sales/orders.csv"')["n"].to_pylist() == [40]
    assert lake.query("sales/orders.csv", "country").matches[0].exact


def test_the_logical_hash_depends_on_content_alone(tmp_path: Path, settings: Settings) -> None:
    first, second = write_lake(tmp_path / "first"), write_lake(tmp_path / "elsewhere" / "second")
    one = Lake.index(first, tmp_path / "one", settings).generation.manifest.logical_hash
    two = Lake.index(second, tmp_path / "two", replace(settings, jobs=1)).generation.manifest.logical_hash
    assert one == two
    with (second / "geo" / "countries.csv").open("a", encoding="utf-8") as handle:
        handle.write("IT,Italy,Rome\n")
    assert Lake.index(second, tmp_path / "two", settings).generation.manifest.logical_hash != one


def test_a_build_that_is_interrupted_leaves_the_index_that_was_there(tmp_path: Path, settings: Settings) -> None:
    root = write_lake(tmp_path / "lake")
    before = Lake.index(root, tmp_path / "index", settings).generation
    (root / "new.csv").write_text("new\n1\n")

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "encode":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Lake.index(root, tmp_path / "index", settings, interrupt)
    after = Lake.open(tmp_path / "index", settings)
    assert after.generation == before
    assert after.query("sales/orders.csv", "country").matches
    assert [path.name for path in (tmp_path / "index" / "generations").iterdir()] == [str(before.number)]


def test_an_index_of_another_model_is_an_error_that_names_both(tmp_path: Path, settings: Settings) -> None:
    root = write_lake(tmp_path / "lake")
    lake = Lake.index(root, tmp_path / "index", settings)
    manifest = lake.generation.manifest
    stale = Lake(replace(lake.generation, manifest=replace(manifest, models={"encoder": "model-of-old"})), settings)
    with pytest.raises(StaleArtifact, match=r"model-of-old.*hashing"):
        stale.query(pa.table({"a": ["x"]}), "a")


def test_unknown_names_come_with_the_nearest(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"'sales/orders\.csv'"):
        lake.query("sales/order.csv", "country")
    with pytest.raises(NotFound, match="'country'"):
        lake.query("sales/orders.csv", "contry")
    with pytest.raises(NotFound, match="no file"):
        lake.query(tmp_path / "no such file.csv", "a")
    with pytest.raises(InvalidSetting, match="Arrow stream"):
        lake.query(42, "a")


def test_a_missing_lake_or_index_is_a_clear_error(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(NotFound, match="doesn't exist"):
        Lake.index(tmp_path / "nowhere", tmp_path / "index", settings)
    with pytest.raises(IndexMissing, match="lakeindex index LAKE"):
        Lake.open(tmp_path / "index", settings)


def test_an_empty_lake_is_indexed_and_answers_nothing(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    assert lake.report is not None
    assert (lake.report.tables, lake.report.columns) == (0, 0)
    assert lake.query(pa.table({"a": ["x"]}), "a").matches == ()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path, settings: Settings) -> None:
    root = write_lake(tmp_path / "lake")
    seen: list[str] = []

    def also_index(stage: str, done: int, total: int) -> None:
        if not seen:
            with pytest.raises(LockHeld, match="process") as caught:
                Lake.index(root, tmp_path / "index", settings)
            seen.append(str(caught.value))

    Lake.index(root, tmp_path / "index", settings, also_index)
    assert seen


def test_an_answer_is_an_arrow_table_and_a_page(lake: Lake) -> None:
    answer = lake.query("sales/orders.csv", "country", k=3)
    table = answer.to_arrow()
    assert table.column_names[:6] == ["query_table", "query_column", "rank", "table", "column", "score"]
    assert table["rank"].to_pylist() == list(range(1, len(answer) + 1))
    assert table["score"].to_pylist() == sorted(table["score"].to_pylist(), reverse=True)
    assert "geo/countries.csv" in answer._repr_html_()


def test_columns_whose_names_differ_in_case_alone_stay_apart(tmp_path: Path, settings: Settings) -> None:
    root = tmp_path / "lake"
    root.mkdir()
    (root / "a.csv").write_text("id,ID,Id\n" + "".join(f"k{n},z{n},y{n}\n" for n in range(9)))
    (root / "ragged.csv").write_text("id,ID\n" + "".join(f"q{n},k{n},,\n" for n in range(9)))
    lake = Lake.index(root, tmp_path / "index", settings)
    best = lake.query("a.csv", "id").matches[0]
    assert (best.column.table, best.column.name) == ("ragged.csv", "ID")
    assert (best.exact, best.containment, best.note) == (True, 1.0, "")
    assert lake.sql('SELECT "ID (2)" AS v FROM "a.csv" LIMIT 1')["v"].to_pylist() == ["z0"]
    assert lake.sql('SELECT "ID (2)" AS v FROM "ragged.csv" LIMIT 1')["v"].to_pylist() == ["k0"]


def test_what_a_text_says_is_a_setting_that_queries_from_outside_follow(
    lake_folder: Path, tmp_path: Path, settings: Settings
) -> None:
    changed = replace(settings, text_title=True, text_statistics=True, text_values=3)
    lake = Lake.index(lake_folder, tmp_path / "index", changed)
    usual = Lake.index(lake_folder, tmp_path / "usual", settings)
    assert lake.generation.manifest.logical_hash != usual.generation.manifest.logical_hash
    reopened = Lake.open(tmp_path / "index", settings)
    column = ColumnId(TableId("sales/orders.csv"), "country")
    inside = reopened.opened.searcher.column(column)
    outside = from_file(reopened, lake_folder / "sales" / "orders.csv", "country")
    assert np.allclose(inside.vector, outside.vector, atol=1e-6)
    assert not np.allclose(inside.vector, usual.opened.searcher.column(column).vector, atol=1e-2)


@pytest.mark.parametrize("what", ["a FIFO", "a link"])
def test_what_took_the_place_of_a_file_is_neither_read_nor_waited_for(
    tmp_path: Path, settings: Settings, what: str
) -> None:
    root = write_lake(tmp_path / "lake")
    Lake.index(root, tmp_path / "index", settings)
    lake = Lake.open(tmp_path / "index", settings)
    file = root / "geo" / "countries.csv"
    file.rename(tmp_path / "outside.csv")
    os.mkfifo(file) if what == "a FIFO" else file.symlink_to(tmp_path / "outside.csv")
    expected = "no regular file any more" if what == "a FIFO" else "a link that leaves the lake now"
    best = lake.query("sales/orders.csv", "country").matches[0]
    assert best.column.table == "geo/countries.csv"
    assert not best.exact
    assert expected in best.note
    with pytest.raises(NotFound, match=expected):
        lake.sql('SELECT * FROM "geo/countries.csv"')
    with pytest.raises(UnreadableTable, match=r"taken its place|leaves the lake"):
        list(lake.read("geo/countries.csv").batches)


def test_a_reversed_pair_is_that_with_the_candidate_as_the_query(lake: Lake) -> None:
    searcher = lake.opened.searcher
    one, other = ColumnId(TableId("sales/orders.csv"), "country"), ColumnId(TableId("geo/countries.csv"), "name")
    query, candidate = searcher.column(one), searcher.column(other)
    back = searcher.scorer.pairs(query, np.array([candidate.key])).reversed(0, len(candidate.table_names))
    expected = searcher.scorer.pairs(candidate, np.array([query.key]))
    assert back.query_columns == expected.query_columns
    np.testing.assert_allclose(back.cosine, expected.cosine, rtol=1e-6)
    for family, compared in expected.compared.items():
        for field in fields(compared):
            found = getattr(back.compared[family], field.name)
            np.testing.assert_allclose(
                found, getattr(compared, field.name), rtol=1e-6, err_msg=f"{family} {field.name}"
            )
    for field in fields(expected.candidates):
        np.testing.assert_array_equal(getattr(back.candidates, field.name), getattr(expected.candidates, field.name))
        np.testing.assert_array_equal(getattr(back.query, field.name), getattr(expected.query, field.name))


def test_a_lake_that_nobody_holds_closes_its_files_at_once(index_folder: Path, settings: Settings) -> None:
    def files_open() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    gc.collect()
    gc.disable()
    try:
        before = files_open()
        lake = Lake.open(index_folder, settings)
        assert lake.query("geo/countries.csv", "capital", budget=50).matches
        assert files_open() > before
        del lake
        assert files_open() == before
    finally:
        gc.enable()
