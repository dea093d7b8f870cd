"""Texts for people are no tables; what may be a table of texts stays one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex.errors import NotTable
from lakeindex.types.lake import Header, LakeFile, ReadOptions
from lakeindex_connectors.csv_files.connector import CsvConnector
from lakeindex_connectors.csv_files.prose import is_prose

PROSE = {
    "README.txt": "Station data\n\nThe files hold one row a station, and\nare replaced every night, at about two.\n",
    "LICENSE.txt": "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software.\n",
    "notes.txt": "Call Bob about the feed, please.\nThe March file is late, ask again.\n",
    "AUTHORS.txt": "Ada Lovelace <ada@example.org>\nGrace Hopper <grace@example.org>\n",
    "letter.txt": "Dear all of you,\n\nthe export of last night failed half way, so\nthat the files of today are those "
    "of Monday.\n\n"
    "We start it again at noon.\n",
}
TABLES = {
    "one column of names": ("cities.txt", "city\nNew York\nSão Paulo\nLos Angeles\nRome\n"),
    "tab-separated": ("people.txt", "name\tage\tremark\nAda Lovelace\t36\tof the first rank, she was\nBob\t7\tno\n"),
    "GTFS": ("stops.txt", "stop_id,stop_name\n1,the stop at the old bridge\n2,the stop behind the new hall\n"),
    "called like a text": ("notes.txt", "id|note\n1|call Bob about the feed\n2|the file is late again\n"),
    "numbers": ("info.txt", "1 2 3 4\n5 6 7 8\n2 3 4 5\n"),
    "one column of sentences": (
        "reviews.txt",
        "".join(f"Film number {n} was quite a joy.\n" for n in range(9)),
    ),
    "columns by blanks": (
        "report.txt",
        "name of it   city of it   river of it\nold road by   rome by sea   tiber it\n",
    ),
    "nothing": ("readme.txt", ""),
    "UTF-16": ("readme.txt", "the first words of it\0"),
}


@pytest.mark.parametrize("name", PROSE)
def test_a_text_for_people_is_no_table(name: str) -> None:
    assert is_prose(name, PROSE[name].encode())


@pytest.mark.parametrize(("name", "text"), TABLES.values(), ids=TABLES)
def test_a_table_of_texts_stays_one(name: str, text: str) -> None:
    assert not is_prose(name, text.encode())


def test_only_txt_is_doubted_and_whoever_says_how_the_header_is_gets_a_table(tmp_path: Path) -> None:
    def columns(name: str, header: Header) -> int:
        path = tmp_path / name
        path.write_text(PROSE["README.txt"])
        facts = path.stat()
        file = LakeFile(path, name, facts.st_size, facts.st_mtime_ns)
        return len(CsvConnector().tables(file, ReadOptions(header=header))[0].schema)

    with pytest.raises(NotTable, match="a text for people, no table; with --header yes or no it is read as one"):
        columns("README.txt", Header.AUTO)
    assert columns("README.txt", Header.NO) >= 1
    assert columns("README.csv", Header.AUTO) >= 1
