from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lakeindex.errors import InvalidSetting, LakeIndexError, NotFound, Refused, StaleArtifact
from lakeindex.integrate.conflicts.resolve import resolve
from lakeindex.integrate.provenance.why import Origin, why
from lakeindex.integrate.provenance.write_provenance import Provenance, write_provenance
from lakeindex.serve.cli.main import cli
from tests.integrate.conflicts.made_claims import claims_of

CLAIMS = [
    (0, 0, 0, "Paris"), (0, 0, 1, "paris"), (0, 0, 2, "Lyon"),
    (1, 0, 0, "Rome"), (1, 0, 1, "Oslo"), (1, 1, 2, "7"),
]  # fmt: skip
TABLES = ["a.csv", "b.csv", "c.csv"]


def provenance(lines: list[int] | None = None) -> Provenance:
    claims = claims_of(CLAIMS)
    return Provenance(resolve(claims), claims, ["city", "size"], TABLES, None if lines is None else np.array(lines))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_provenance(tmp_path / "out.provenance.parquet", provenance())
    return tmp_path / "out.provenance.parquet"


def test_each_cell_has_its_sources_and_what_lost(path: Path) -> None:
    cell = why(path, 0, "city")
    assert cell.value == "Paris"
    assert cell.sources == (Origin("a.csv", 0, "Paris"), Origin("b.csv", 1, "paris"))
    assert cell.lost == (Origin("c.csv", 2, "Lyon"),)
    assert not cell.is_tie
    assert 0.5 < cell.confidence < 1
    assert cell.text.split("\n")[0].startswith("Row 0, city is 'Paris': truth discovery, 2 tables of 3, confidence 0.")


def test_a_tie_is_said_and_an_only_value_has_no_losers(path: Path) -> None:
    assert why(path, 1, "city").is_tie
    assert "another value is as likely" in why(path, 1, "city").text
    only = why(path, 1, "size")
    assert (only.rule, only.value, only.lost) == ("only value", "7", ())


def test_a_cell_that_no_table_says_anything_of_is_empty(path: Path) -> None:
    assert why(path, 0, "size").value is None
    assert why(path, 0, "size").text == "Row 0, size is empty: no table says anything of it."


def test_cells_go_by_the_line_of_the_result(tmp_path: Path) -> None:
    written = write_provenance(tmp_path / "p.parquet", provenance(lines=[5, -1]))
    assert written == 1
    assert why(tmp_path / "p.parquet", 5, "city").value == "Paris"
    with pytest.raises(NotFound, match="no row 6: its rows are 0 to 5"):
        why(tmp_path / "p.parquet", 6, "city")


def test_every_claim_is_in_the_file_once(path: Path) -> None:
    found = pq.read_table(path).to_pylist()
    rows = sorted(claim["row"] for cell in found for claim in [*cell["sources"], *cell["lost"]])
    assert rows == list(range(len(CLAIMS)))


def test_one_group_of_many_is_read(tmp_path: Path) -> None:
    claims = claims_of([(row, 0, 0, f"value {row}") for row in range(45_000)])
    write_provenance(tmp_path / "p.parquet", Provenance(resolve(claims), claims, ["name"], ["a.csv"]))
    assert pq.ParquetFile(tmp_path / "p.parquet").metadata.num_row_groups == 3
    for row in (0, 19_999, 20_000, 44_999):
        assert why(tmp_path / "p.parquet", row, "name").sources == (Origin("a.csv", row, f"value {row}"),)


def test_an_unknown_column_is_answered_with_the_nearest(path: Path) -> None:
    with pytest.raises(NotFound, match="no column 'citty'; the nearest: 'city'"):
        why(path, 0, "citty")


@pytest.mark.parametrize("row", [-1, 2, 2**62])
def test_an_unknown_row_is_an_error(path: Path, row: int) -> None:
    with pytest.raises(NotFound, match=f"no row {row}: its rows are 0 to 1"):
        why(path, row, "city")


def test_a_missing_file_a_folder_and_another_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        why(tmp_path / "none.parquet", 0, "city")
    with pytest.raises(NotFound, match="there is no file"):
        why(tmp_path, 0, "city")
    pq.write_table(pa.table({"row": [1]}), tmp_path / "other.parquet")
    with pytest.raises(LakeIndexError, match="is no provenance file"):
        why(tmp_path / "other.parquet", 0, "city")
    (tmp_path / "text.parquet").write_text("row,column\n")
    with pytest.raises(LakeIndexError, match="can't be read as Parquet"):
        why(tmp_path / "text.parquet", 0, "city")


def test_another_format_is_stale(tmp_path: Path, path: Path) -> None:
    table = pq.read_table(path)
    newer = table.replace_schema_metadata({b"lakeindex.provenance": b'{"format": 9, "rows": 2, "columns": ["city"]}'})
    pq.write_table(newer, tmp_path / "newer.parquet")
    with pytest.raises(StaleArtifact, match="format 9, expected 1"):
        why(tmp_path / "newer.parquet", 0, "city")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_one_clear_error(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(LakeIndexError, match="it is damaged, or no provenance file"):
        why(path, 0, "city")


def test_a_damaged_file_is_an_answer_or_one_clear_error(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(4, len(whole) - 8, 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(LakeIndexError):
            why(path, 0, "city")


def test_a_file_in_the_way_is_kept_unless_forced(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(Refused):
        write_provenance(path, provenance())
    assert path.read_bytes() == before
    write_provenance(path, provenance(), force=True)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_claims_without_a_name_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    made = provenance()
    with pytest.raises(InvalidSetting, match="claims are of 3 tables, of which 1 have a name"):
        write_provenance(tmp_path / "p.parquet", Provenance(made.resolved, made.claims, ["city", "size"], ["a.csv"]))
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_who_says_so(path: Path) -> None:
    found = CliRunner().invoke(cli, ["why", str(path), "0", "city", "-o", "csv"])
    assert found.output.splitlines() == [
        "verdict,table,row,value", "won,a.csv,0,Paris", "won,b.csv,1,paris", "lost,c.csv,2,Lyon",
    ]  # fmt: skip
    assert '"rule": "truth discovery"' in CliRunner().invoke(cli, ["why", str(path), "0", "city", "-o", "json"]).output
    assert "Row 0, city is 'Paris'" in CliRunner().invoke(cli, ["why", str(path), "0", "city"]).output
