"""Whoever may see some tables only is told of no other: no name, no count, no error, whatever is asked."""

from __future__ import annotations

import gzip
import json
import random
import re
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lakeindex import ColumnId, Lake, Settings, TableId
from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound, Refused
from lakeindex.evaluate.run import evaluate_lake
from lakeindex.serve.cli.batch import write_batch_answers
from lakeindex.serve.cli.main import cli
from lakeindex.serve.cli.output import Format
from lakeindex.store.link_verdicts import LabelledRows, RowId
from lakeindex.store.verdict_file import Verdict
from tests.hostile.two_callers import ALLOWED, WORDS, Caller, index_twice, outcome_of, write

CALLERS = tuple(WORDS)
Indexes = dict[str, tuple[Path, Path]]
"""Lakes and their indexes."""


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(model="hashing", jobs=2, memory="500MB")


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Indexes:
    """The lake and index of both callers, and by caller those of a lake that has nothing but this caller's tables."""
    made = {}
    for name, callers in (("both", CALLERS), *((caller, (caller,)) for caller in CALLERS)):
        folder = tmp_path_factory.mktemp(name)
        # Folders of one length, and of no name that tells anything.
        made[name] = folder / "lake", folder / "index"
        index_twice(*made[name], settings, callers)
    everything = Lake.open(made["both"][1], settings)
    pair = ColumnId(TableId("zebra/cities.csv"), "city"), ColumnId(TableId("quokka/cities.csv"), "city")
    everything.accept(*pair, note="a zebra and a quokka")
    everything.reject(pair[0], ColumnId(TableId("shared/cities.csv"), "mayor"), note="only of a zebra")
    rows = [RowId(table, number) for number, table in enumerate(one.table for one in pair)]
    everything.opened.link_verdicts.file.change([LabelledRows(*rows, Verdict.ACCEPTED, "a zebra and a quokka")])
    return made


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("labels")
    queries = {"query_table": ["shared/cities.csv"], "query_column": ["city"]}
    write(folder / "queries.csv", queries)
    write(
        folder / "qrels.csv",
        queries | {"candidate_table": ["shared/visits.csv"], "candidate_column": ["city"], "grade": [1]},
    )
    return folder / "queries.csv", folder / "qrels.csv"


def opened(indexes: Indexes, which: str, caller: str, settings: Settings) -> Lake:
    return Lake.open(indexes[which][1], settings, allowed=ALLOWED[caller])


def call_at_random(indexes: Indexes, labels: tuple[Path, Path], settings: Settings, calls: int) -> dict[str, int]:
    """Make calls of both callers; each names nothing of the other's, and its errors are those of a lake without it."""
    made: dict[str, int] = {}
    for caller in CALLERS:
        (foreign,) = (word for name, word in WORDS.items() if name != caller)
        # Two lakes, the one with all tables and the one with the caller's alone, asked the same in the same order.
        asked, alone = (
            Caller(
                opened(indexes, which, caller, settings), random.Random(f"calls of {caller}"), indexes[which][0], labels
            )
            for which in ("both", caller)
        )
        for _ in range(calls):
            (name, outcome), (same, expected) = asked.call(), alone.call()
            assert name == same
            made[name] = made.get(name, 0) + 1
            assert foreign not in outcome.text, (name, outcome.text)
            if expected.error is None:
                assert outcome.error is None, (name, outcome.error)
            else:
                paths = [str(indexes[which][0]) for which in ("both", caller)]
                assert outcome.error is not None, (name, expected.error)
                assert outcome.error[:2] == expected.error[:2]
                assert outcome.error[2].replace(paths[0], "LAKE") == expected.error[2].replace(paths[1], "LAKE"), name
    return made


def test_calls_at_random_tell_nothing_of_the_other_caller(
    indexes: Indexes, labels: tuple[Path, Path], settings: Settings
) -> None:
    assert len(call_at_random(indexes, labels, settings, 200)) == 20, "every kind of call was made"


def test_verdicts_on_rows_of_the_other_caller_are_not_listed(indexes: Indexes, settings: Settings) -> None:
    assert Lake.open(indexes["both"][1], settings).opened.link_verdicts.to_arrow().num_rows == 1
    for caller in CALLERS:
        assert opened(indexes, "both", caller, settings).opened.link_verdicts.to_arrow().num_rows == 0


@pytest.mark.slow
def test_ten_thousand_calls_tell_nothing_of_the_other_caller(
    indexes: Indexes, labels: tuple[Path, Path], settings: Settings
) -> None:
    made = call_at_random(indexes, labels, settings, 5_000)
    assert sum(made.values()) == 10_000


@pytest.mark.parametrize("caller", CALLERS)
def test_lists_are_those_of_a_lake_that_has_nothing_else(indexes: Indexes, settings: Settings, caller: str) -> None:
    asked, alone = (opened(indexes, which, caller, settings) for which in ("both", caller))
    assert asked.tables().equals(alone.tables())
    assert asked.tables().num_rows == 12
    manifest = asked.generation.manifest
    assert (manifest.tables, manifest.columns, manifest.failed, manifest.artifacts) == (12, 24, 0, {})
    for table in asked.tables()["table"].to_pylist():
        assert asked.profile(table).equals(alone.profile(table))
        assert asked.keys(table).to_arrow().equals(alone.keys(table).to_arrow())
    found = [lake.relationships(0.01).to_arrow() for lake in (asked, alone)]
    assert found[0].drop_columns(["probability"]).equals(found[1].drop_columns(["probability"]))
    assert len(found[0]) > 0
    broken = [lake.watch_joins() for lake in (asked, alone)]
    assert {(one.column, one.joins) for one in broken[0].broken} == {
        (one.column, one.joins) for one in broken[1].broken
    }
    assert len(broken[0]) > 0
    assert broken[0].watched == broken[1].watched


@pytest.mark.parametrize("caller", CALLERS)
def test_the_tables_that_join_are_those_that_would_join_in_a_lake_without_the_others(
    indexes: Indexes, settings: Settings, caller: str
) -> None:
    asked, alone = (opened(indexes, which, caller, settings) for which in ("both", caller))
    word = WORDS[caller]
    for lake in (asked, alone):
        found = lake.query("shared/cities.csv", "city", k=50, probe=0)
        cities = {(match.column.table, match.column.name) for match in found.matches if match.containment > 0.3}
        assert cities == {
            ("shared/visits.csv", "city"),
            (f"{word}/cities.csv", "city"),
            *((f"{word}/{word}_{number}.csv", f"{word}_city_{number}") for number in range(8)),
        }
        assert [match.rank for match in found.matches] == list(range(1, len(found) + 1))


def test_a_verdict_on_a_table_that_is_not_allowed_is_neither_listed_nor_changed(
    indexes: Indexes, settings: Settings, tmp_path: Path
) -> None:
    bob, everything = opened(indexes, "both", "bob", settings), Lake.open(indexes["both"][1], settings)
    before = everything.feedback().to_pylist()
    assert any("zebra" in str(row) for row in before)
    assert not any("zebra" in str(row) for row in bob.feedback().to_pylist())
    header = "left_table,left_column,right_table,right_column,verdict\n"
    (tmp_path / "given.csv").write_text(f"{header}zebra/cities.csv,city,quokka/cities.csv,city,rejected\n")
    with pytest.raises(NotFound, match=r"^the index has no table 'zebra/cities.csv'; the nearest: 'quokka/cities.csv'"):
        bob.opened.verdicts.import_csv(tmp_path / "given.csv")
    with pytest.raises(NotFound, match="there is no verdict on"):
        bob.withdraw(ColumnId(TableId("zebra/cities.csv"), "city"), ColumnId(TableId("quokka/cities.csv"), "city"))
    written = bob.opened.verdicts.export_csv(tmp_path / "verdicts.csv", force=False)
    assert written == bob.feedback().num_rows
    assert "zebra" not in (tmp_path / "verdicts.csv").read_text()
    assert everything.feedback().to_pylist() == before


def test_what_people_said_of_others_is_no_evidence(indexes: Indexes, settings: Settings) -> None:
    bob = opened(indexes, "both", "bob", settings)
    labels = bob.opened.searcher.labels()
    hidden = set(bob.opened.searcher.directory.hidden_keys().tolist())
    pairs = set() if labels is None else {*labels.pairs.lefts.tolist(), *labels.pairs.rights.tolist()}
    assert hidden
    assert not pairs & hidden


def test_a_file_of_the_lake_is_as_private_as_its_table(indexes: Indexes, settings: Settings) -> None:
    root, _ = indexes["both"]
    ada = opened(indexes, "both", "ada", settings)
    for name in ("cities.csv", "nothing.csv"):
        path = root / "quokka" / name
        error = outcome_of(partial(ada.query, path, "city")).error
        assert error == ("NotFound", 3, f"no file {path}")
    assert ada.query(root / "zebra" / "cities.csv", "city").same_as == ColumnId(TableId("zebra/cities.csv"), "city")


def test_a_copy_of_a_table_that_is_not_allowed_is_a_file_like_any_other(
    indexes: Indexes, settings: Settings, tmp_path: Path
) -> None:
    copy = tmp_path / "copied.csv"
    copy.write_bytes((indexes["both"][0] / "quokka" / "cities.csv").read_bytes())
    assert Lake.open(indexes["both"][1], settings).query(copy, "city").same_as is not None
    answer = opened(indexes, "both", "ada", settings).query(copy, "city", k=50)
    assert answer.same_as is None
    assert {match.column.table.partition("/")[0] for match in answer.matches} == {"shared", "zebra"}


def test_as_many_matches_come_where_the_best_are_not_allowed(tmp_path: Path, settings: Settings) -> None:
    values = [f"value {number}" for number in range(50)]
    write(tmp_path / "lake" / "open" / "query.csv", {"thing": values})
    for number in range(60):
        write(tmp_path / "lake" / "closed" / f"thing_{number}.csv", {"thing": values})
    for number in range(12):
        write(
            tmp_path / "lake" / "open" / f"other_{number}.csv",
            {"thing": [*values[: 20 + number], *map(str, range(30))]},
        )
    Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    everything = Lake.open(tmp_path / "index", settings).query("open/query.csv", "thing", k=50, probe=0)
    assert {match.column.table.partition("/")[0] for match in everything.matches} == {"closed"}
    lake = Lake.open(tmp_path / "index", settings, allowed=["open/*"])
    for sources in ((), ("vectors",), ("containment",), ("keys", "names")):
        answer = lake.query("open/query.csv", "thing", k=10, probe=0, sources=sources)
        assert len(answer) == 10, sources
        assert {match.column.table.partition("/")[0] for match in answer.matches} == {"open"}


def test_a_file_of_several_tables_tells_of_those_that_are_allowed(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "lake").mkdir()
    content = {"open": [{"a": 1}, {"a": 2}], "closed": [{"zebra": "z1"}, {"zebra": "z2"}]}
    (tmp_path / "lake" / "some.json").write_text(json.dumps(content))
    (tmp_path / "lake" / "packed.csv.gz").write_bytes(gzip.compress(b"a\n1\n2\n"))
    Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    lake = Lake.open(tmp_path / "index", settings, allowed=["*#open", "*.gz"])
    assert lake.tables().to_pydict()["table"] == ["packed.csv.gz", "some.json#open"]
    assert lake.tables().to_pydict()["notes"] == ["[]", "[]"]
    read = lake.read("some.json#open")
    assert [row for batch in read.batches for row in batch.to_pylist()] == content["open"]
    assert read.notes == []
    for table in ("some.json#open", "packed.csv.gz"):
        assert lake.sql(f'SELECT a FROM "{table}" ORDER BY a').to_pylist() == content["open"]
    for reading in ("read_text", "read_json", "read_blob"):
        with pytest.raises(LakeIndexError, match="Permission Error"):
            lake.sql(f"SELECT * FROM {reading}('{tmp_path}/lake/some.json')")
    with pytest.raises(NotFound, match=r"^no file "):
        lake.query(tmp_path / "lake" / "some.json", "a")
    whole = Lake.open(tmp_path / "index", settings)
    assert whole.tables().to_pydict()["notes"][2] == '["one of 2 arrays of the file"]'


@pytest.mark.parametrize("allowed", ["*.csv", 5, [b"*"], ["*", None], b"*"])
def test_what_is_no_list_of_globs_allows_nothing(indexes: Indexes, settings: Settings, allowed: Any) -> None:
    with pytest.raises(InvalidSetting, match="the tables that are allowed are"):
        Lake.open(indexes["both"][1], settings, allowed=allowed)


@pytest.mark.parametrize("allowed", [[], [""], ["nothing/*"]])
def test_nobody_is_allowed_everything_by_an_empty_list(
    indexes: Indexes, settings: Settings, allowed: list[str]
) -> None:
    lake = Lake.open(indexes["both"][1], settings, allowed=allowed)
    assert lake.tables().num_rows == 0
    with pytest.raises(NotFound, match=r"^the index has no table 'shared/cities.csv'$"):
        lake.query("shared/cities.csv", "city")
    with pytest.raises(LakeIndexError):
        lake.sql('SELECT * FROM "shared/cities.csv"')
    with pytest.raises(Refused, match="tells of all tables"):
        assert lake.logical_hash


def run(*words: object, **environment: str) -> Any:
    return CliRunner(env=environment).invoke(cli, list(map(str, words)))


def test_commands_tell_nothing_of_the_other_caller(indexes: Indexes, labels: tuple[Path, Path]) -> None:
    root, index = indexes["both"]
    allow = [word for glob in ALLOWED["bob"] for word in ("--allow", glob)]
    commands: list[list[object]] = [
        ["tables"], ["status"], ["feedback"], ["profile", "shared/cities.csv"], ["read", "shared/cities.csv"],
        ["query", "shared/cities.csv", "city", "-k", "50", "--all", "--self"],
        ["query", "--batch", labels[0], "-k", "50"],
        ["explain", "shared/cities.csv", "city", "shared/visits.csv", "city"],
        ["join", "shared/cities.csv", "city", "quokka/cities.csv", "city"],
        ["sql", "SHOW TABLES"], ["watch-joins"], ["integrate", "--all"], ["integrate", "--all", "--plan"],
        ["link", "shared/cities.csv", "quokka/cities.csv"], ["dedupe", "shared/cities.csv"],
        ["enrich", "shared/visits.csv", "--target", "city"],
        ["keys", "shared/cities.csv"], ["relationships", "--min-probability", "0"],
        ["path", "shared/cities.csv", "quokka/cities.csv"], ["union", "shared/cities.csv"],
        ["union", "shared/cities.csv", "--align"], ["similar", "shared/cities.csv"],
        ["union", "shared/cities.csv", "--align"], ["types"], ["types", "shared/cities.csv"],
        ["evaluate", "--queries", labels[0], "--qrels", labels[1]],
    ]  # fmt: skip
    # Each form is of what one command in three says: all forms write the same payload.
    for command, form in zip(commands, cycle(("table", "json", "csv")), strict=False):
        done = run(*command, "-o", form, "--index", index, *allow, LAKEINDEX_MODEL="hashing")
        assert done.exit_code in (0, 6), (command, done.output)
        assert "zebra" not in done.output, command
    pairs = run("pairs", root, *allow, "-o", "json", LAKEINDEX_MODEL="hashing")
    assert pairs.exit_code == 0
    assert "zebra" not in pairs.output


def test_a_variable_allows_as_the_flag_does(indexes: Indexes) -> None:
    _, index = indexes["both"]
    for allow, tables in (("zebra/*, shared/*", 12), ("shared/*", 3), ("", 0)):
        done = run("tables", "-o", "json", "--index", index, LAKEINDEX_ALLOW=allow)
        assert len(json.loads(done.stdout)) == tables
    status = json.loads(run("status", "-o", "json", "--index", index, "--allow", "shared/*").stdout)
    assert (status["tables"], status["columns"]) == (3, 6)
    assert [status[name] for name in ("failed", "logical_hash", "bytes")] == [None, None, None]
    assert status["calibration"]["lake"] is None


def test_a_command_s_error_is_that_of_a_table_that_is_not_there(indexes: Indexes) -> None:
    _, index = indexes["both"]
    for table in ("zebra/cities.csv", "zebra/nothing.csv"):
        done = run("query", table, "city", "--index", index, "--allow", "quokka/*", "--allow", "shared/*")
        assert isinstance(done.exception, NotFound)
        assert str(done.exception).startswith(f"the index has no table '{table}'")
        assert "zebra" not in str(done.exception).partition("nearest")[2]
    within = run("query", "shared/cities.csv", "city", "--within", "zebra/*", "--index", index, "--allow", "shared/*")
    assert isinstance(within.exception, NotFound)
    assert str(within.exception) == "no table is called like 'zebra/*'"


def test_no_file_that_holds_another_table_is_read(tmp_path: Path, settings: Settings) -> None:
    """Neither one of the lake, whatever it is given as, nor the copy of a table that the index keeps."""
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "open.csv").write_text("a\n1\n2\n")
    (tmp_path / "lake" / "closed.json").write_text(json.dumps([{"zebra": "z1"}, {"zebra": "z2"}]))
    Lake.index(tmp_path / "lake", tmp_path / "index", settings)
    lake = Lake.open(tmp_path / "index", settings, allowed=["open.csv"])
    (copy,) = (tmp_path / "index").rglob("*.parquet")
    for path in (tmp_path / "lake" / "closed.json", copy, tmp_path / "index" / "CURRENT", tmp_path / "none"):
        with pytest.raises(NotFound, match=f"^no file {re.escape(str(path))}$"):
            lake.query(path, "zebra")
        for queries, qrels in ((path, path), (tmp_path / "lake" / "open.csv", path)):
            with pytest.raises((NotFound, InvalidSetting), match=r"no file|open\.csv") as raised:
                evaluate_lake(lake, queries, qrels)
            assert "zebra" not in str(raised.value)
        with pytest.raises(NotFound, match=f"^no file {re.escape(str(path))}$"):
            write_batch_answers(lake, Lake.query_many, path, Format.CSV, quiet=True)
    whole = Lake.open(tmp_path / "index", settings)
    assert whole.query(copy, "zebra").same_as == ColumnId(TableId("closed.json"), "zebra")
