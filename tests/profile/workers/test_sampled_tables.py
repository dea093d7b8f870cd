from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex.config.profile_limits import Personal, ProfileLimits, RawValues
from lakeindex.plugins import find_connectors
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.types.lake import LakeFile, ReadOptions
from lakeindex.types.reports import FileOutcome, FileStatus

ROWS = 5000
WANTED = ReadOptions(sample_rows=500)
KEY = "ab" * 16


def profiled(
    path: Path, options: ReadOptions = WANTED, limits: ProfileLimits | None = None
) -> tuple[FileOutcome, dict[str, dict[str, Any]]]:
    """Profile a file: what became of it, and the record of each column."""
    status = path.stat()
    file = LakeFile(path.resolve(), path.name, status.st_size, status.st_mtime_ns)
    outcome, records = profile_files([file], find_connectors(), options, limits or ProfileLimits())
    assert isinstance(outcome, FileOutcome)
    assert isinstance(records, pa.Table)
    return outcome, {row["name"]: row for row in records.to_pylist()}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    lines = [f"{place},user{place}@mail.example,{'' if place % 5 else place % 70}\n" for place in range(ROWS)]
    path.write_text("number,email,age\n" + "".join(lines))
    return path


def test_a_sampled_table_says_so(people: Path) -> None:
    outcome, records = profiled(people)
    (table,) = outcome.tables
    assert (outcome.status, table.asked) == (FileStatus.INDEXED, 500)
    assert outcome.content_hash not in ("", profiled(people, ReadOptions())[0].content_hash)
    assert profiled(people)[0] == outcome
    assert 400 <= table.sampling.rows <= 600
    assert table.sampling.low <= ROWS <= table.sampling.high
    assert table.notes[0].startswith(f"a sample of {table.sampling.rows:,} of its about {table.rows:,}")
    number, age = records["number"], records["age"]
    assert (number["rows"], number["sampled"]) == (table.rows, table.sampling.rows)
    assert number["distinct_low"] <= ROWS <= number["distinct_high"]
    assert age["nulls_low"] <= ROWS * 4 // 5 <= age["nulls_high"]
    assert age["distinct_low"] <= 14 <= age["distinct_high"]


def test_a_list_has_as_many_rows_as_elements(tmp_path: Path) -> None:
    path = tmp_path / "lists.parquet"
    pq.write_table(pa.table({"n": list(range(ROWS)), "l": [[place, place + 1] for place in range(ROWS)]}), path)
    _, records = profiled(path)
    assert (records["n"]["rows"], records["l"]["rows"]) == (ROWS, 2 * ROWS)


def test_a_table_of_no_more_rows_is_read_as_it_always_is(people: Path) -> None:
    whole, expected = profiled(people, ReadOptions())
    read, records = profiled(people, ReadOptions(sample_rows=ROWS))
    assert [records[name]["digest"] for name in records] == [expected[name]["digest"] for name in expected]
    assert read == replace(whole, tables=(replace(whole.tables[0], asked=ROWS),))


def test_what_can_only_be_read_whole_is_and_a_note_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps({"n": place}) + "\n" for place in range(ROWS)))
    outcome, records = profiled(path)
    (table,) = outcome.tables
    assert (table.rows, table.sampling.rows, records["n"]["sampled"], records["n"]["distinct_low"]) == (
        ROWS,
        0,
        0,
        None,
    )
    assert "all rows were read" in table.notes[-1]
    assert outcome.content_hash


def test_what_may_not_be_kept_isnt(people: Path) -> None:
    _, plain = profiled(people)
    limits = ProfileLimits(personal=Personal.HASH, hash_key=KEY)
    _, keyed = profiled(people, limits=limits)
    assert (keyed["email"]["personal"], keyed["number"]["personal"]) == ("email", None)
    assert keyed["email"]["values"] == []
    assert set(keyed["email"]["values_hashes"]).isdisjoint(plain["email"]["values_hashes"])
    assert keyed["number"]["values_hashes"] == plain["number"]["values_hashes"]
    assert keyed["email"]["distinct"] == pytest.approx(plain["email"]["distinct"], rel=0.2)
    _, none = profiled(people, limits=ProfileLimits(raw=RawValues.NONE))
    assert all(record["values_hashes"] == [] and record["minimum"] is None for record in none.values())
    assert none["number"]["sampled"] == plain["number"]["sampled"]


def test_later_blocks_that_show_another_reading_have_all_read_again(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    days = ["03/04/2020"] * 4500 + ["25/04/2020"] * 500
    path.write_text("number,day\n" + "".join(f"{place},{day}\n" for place, day in enumerate(days)))
    _, records = profiled(path)
    assert "day first" in records["day"]["reading"] or "day_first" in records["day"]["reading"]
