"""The ground truth of a made lake is correct and complete, and the same for the same seed."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.synthesis.made_lake import STYLES, MadeLake, SourceData, make_lake
from lakeindex.synthesis.write_lake import write_lake
from lakeindex.types.lake import ColumnId
from lakeindex.types.matches import JoinKind
from tests.synthesis.made_sources import all_sources, countries, parts, people, trade

PLAIN = replace(STYLES["plain"], changed_headers=0.0, corrupted=0.0, distractors=0.0)
LINEAGES = {  # of the headers of the sources: columns of one lineage join, others don't
    "iso": "country", "country name": "country", "partner": "country", "nation": "country",
    "person": "person", "full name": "person",
}  # fmt: skip


def derivation(name: str) -> tuple[tuple[str, float], ...]:
    return ((name, 1.0),)


def columns(made: MadeLake) -> dict[ColumnId, pa.ChunkedArray]:
    return {ColumnId(table, name): rows[name] for table, rows in made.tables.items() for name in rows.column_names}


def values(column: pa.ChunkedArray) -> set[str]:
    return {re.sub(r"\.0+$", "", str(one).strip().lower()) for one in column.to_pylist() if one is not None}


def digest(made: MadeLake) -> str:
    content = [[name, table.to_pylist()] for name, table in made.tables.items()]
    return hashlib.sha256(json.dumps([content, [str(one) for one in made.joins]], default=str).encode()).hexdigest()


@pytest.mark.parametrize("name", ["whole", "rows", "columns", "parents", "lookup"])
def test_the_ground_truth_is_complete_by_lineage(name: str) -> None:
    """Headers are unchanged, so that this test can recognise a column's lineage by them."""
    for seed in range(6):
        made = make_lake(all_sources(), seed, replace(PLAIN, derivations=derivation(name)))
        surrogates = {
            one for one in columns(made) if name != "whole" and (one.name == "id" or one.name.endswith("_id"))
        }
        expected = {
            frozenset((left, right))
            for left, right in combinations(columns(made), 2)
            if left.table != right.table
            and not surrogates & {left, right}
            and LINEAGES.get(left.name, left.name) == LINEAGES.get(right.name, right.name)
        }
        found = {frozenset((join.left, join.right)) for join in made.joins}
        assert len(found) == len(made.joins)
        assert {pair for pair in found if not pair & surrogates} == expected


def test_surrogate_keys_join_with_their_own_references_alone() -> None:
    made = make_lake([people(), trade()], 4, replace(PLAIN, derivations=derivation("parents")))
    by_id = columns(made)
    keys = {one for one in by_id if one.name == "id"}
    references = {one for one in by_id if one.name.endswith("_id")}
    assert len(keys) == len(references) == 2
    joins = [join for join in made.joins if {join.left, join.right} <= keys | references]
    assert len(joins) == 2
    for join in joins:
        parent, child = (join.left, join.right) if join.left in keys else (join.right, join.left)
        assert child.name == f"{by_parent_header(made, parent)}_id"
        assert values(by_id[parent]) == {str(number) for number in range(1, len(by_id[parent]) + 1)}
        assert (join.kind, join.overlap, join.grade) == (JoinKind.EQUI, 1.0, 2)
    # The numbers of the other table match as well, and by the ground truth they don't join.
    (one, other) = keys
    assert len(values(by_id[one]) & values(by_id[other])) == min(len(by_id[one]), len(by_id[other]))


def by_parent_header(made: MadeLake, parent: ColumnId) -> str:
    return parent.table.split(".")[0].replace("_", " ")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_overlaps_and_kinds_are_counted(style) -> None:
    made = make_lake(all_sources(), 11, style)
    by_id = columns(made)
    for join in made.joins:
        left, right = values(by_id[join.left]), values(by_id[join.right])
        shared = len(left & right)
        assert join.containment == pytest.approx(shared / max(len(left), 1))
        assert join.reverse_containment == pytest.approx(shared / max(len(right), 1))
        assert join.overlap == max(join.containment, join.reverse_containment)
        assert (join.kind is JoinKind.EQUI) == (join.overlap >= 0.3) or join.plain_overlap >= 0.3
        assert join.left.table < join.right.table


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_a_lake_is_of_its_style(style) -> None:
    made = make_lake(all_sources(), 5, style)
    headers = [name for table in made.tables.values() for name in table.column_names]
    assert all(style.rows[0] <= table.num_rows <= style.rows[1] for table in made.tables.values())
    assert len({name.lower() for name in made.tables}) == len(made.tables)
    assert all(len(set(table.column_names)) == table.num_columns for table in made.tables.values())
    if style.name == "nameless":
        assert set(headers) <= {f"column_{place}" for place in range(1, 20)}
        assert {name.rpartition(".")[2] for name in made.tables} == {"csv"}
    if style.name in ("nameless", "opaque"):
        assert not {"person", "iso", "partner", "good"} & set(headers)
        assert all(name[0] == "t" and name[1:5].isdigit() for name in made.tables)
    empty = [one for one, column in columns(made).items() if column.null_count == len(column)]
    assert bool(empty) == (style.name == "emptied")


def test_an_emptied_column_joins_by_its_lost_values() -> None:
    style = replace(PLAIN, emptied=1.0, derivations=derivation("rows"), overlaps=(1.0,))
    source = SourceData("names", pa.table({"name": [f"name {n * 7}" for n in range(20)]}))
    made = make_lake([source], 0, style)
    assert {(join.kind, join.overlap, join.plain_overlap, join.grade) for join in made.joins} == {
        (JoinKind.SEMANTIC, 0.0, 1.0, 2)
    }


@pytest.mark.parametrize("overlap", [0.0, 0.1, 0.3, 0.6, 1.0])
def test_a_lake_split_by_rows_has_the_requested_overlap(overlap: float) -> None:
    style = replace(PLAIN, derivations=derivation("rows"), overlaps=(overlap,))
    source = SourceData("names", pa.table({"name": [f"name {n * 7}" for n in range(190)]}))
    (join,) = make_lake([source], 3, style).joins
    size = int(190 / (2 - overlap))
    assert join.overlap == pytest.approx(round(overlap * size) / size)
    assert join.kind is (JoinKind.EQUI if join.overlap >= 0.3 else JoinKind.SEMANTIC)
    assert join.grade == (2 if overlap else 1)


def test_codes_join_names_semantically() -> None:
    made = make_lake([countries()], 1, replace(PLAIN, derivations=derivation("lookup")))
    joins = [one for one in made.joins if {one.left.name, one.right.name} == {"iso", "country name"}]
    assert [(one.kind, one.overlap, one.grade) for one in joins] == [(JoinKind.SEMANTIC, 0.0, 1)]


def test_the_same_seed_makes_the_same_lake_in_every_process() -> None:
    script = (
        "from tests.synthesis.test_made_lake import *\n"
        "from lakeindex.synthesis.labelled_pairs import column_pairs\nfrom itertools import islice\n"
        "print(digest(make_lake(all_sources(), 7, STYLES['database'])))\n"
        "print(hashlib.sha256(repr(list(islice(column_pairs(all_sources(), 7), 300))).encode()).hexdigest())\n"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(found) == 1
    assert found.pop().split()[0] == digest(make_lake(all_sources(), 7, STYLES["database"]))
    assert digest(make_lake(all_sources(), 8, STYLES["database"])) != digest(
        make_lake(all_sources(), 7, STYLES["database"])
    )


@pytest.mark.parametrize("style", ["plain", "nameless", "database"])
def test_lakeindex_reads_the_files_as_they_were_made(style: str, tmp_path: Path) -> None:
    made = make_lake(all_sources(), 2, STYLES[style])
    path = write_lake(made, tmp_path / "lake")
    assert path == tmp_path / "joins.csv"
    assert sorted(one.name for one in (tmp_path / "lake").iterdir()) == sorted(made.tables)
    header = "yes" if made.style.has_header else "no"
    lake = Lake.index(tmp_path / "lake", tmp_path / "index", Settings(model="hashing", jobs=1, header=header))
    for name, table in made.tables.items():
        rows = lake.read(name)
        assert rows.schema.names == table.column_names
        read = pa.Table.from_batches(list(rows.batches), rows.schema)
        assert read.num_rows == table.num_rows
        for column in table.column_names:
            assert len(values(read[column])) == len(values(table[column]))
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    directed = {tuple(line.values())[:4]: line for line in lines}
    assert len(directed) == len(lines) == 2 * len(made.joins)
    for join in made.joins:
        line = directed[join.left.table, join.left.name, join.right.table, join.right.name]
        assert (line["kind"], int(line["grade"])) == (join.kind, join.grade)
        assert float(line["overlap"]) == pytest.approx(join.containment, abs=1e-6)


def test_sources_without_rows_or_columns_make_nothing() -> None:
    nothing = [
        SourceData("no rows", pa.table({"a": pa.array([], pa.string())})),
        SourceData("no columns", pa.table({})),
    ]
    assert make_lake(nothing, 0, PLAIN).tables == {}
    made = make_lake([*nothing, SourceData("nulls", pa.table({"a": pa.nulls(5)})), parts()], 0, PLAIN)
    assert sum("nulls" in name for name in made.tables) == 1
