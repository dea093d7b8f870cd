from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.workers.protocol import (
    Request,
    Tag,
    outcome_from_json,
    outcome_to_json,
    receive_frame,
    write_frame,
)
from lakeindex.types.lake import Header, LakeFile, ReadOptions, Scan, TableId
from lakeindex.types.reports import FileOutcome, FileStatus, ReadTable

NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
SCANS = st.builds(
    Scan,
    st.sampled_from(["read_csv", "read_parquet"]),
    st.lists(
        st.tuples(st.just("hive_partitioning"), NAMES | st.integers() | st.booleans() | st.lists(NAMES).map(tuple)),
        max_size=3,
    ).map(tuple),
)
TABLES = st.builds(
    ReadTable,
    id=NAMES.map(TableId),
    connector=NAMES,
    token=NAMES,
    rows=st.integers(0),
    rejected=st.integers(0),
    scan=st.none() | SCANS,
    settings=st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple),
    notes=st.lists(NAMES, max_size=2).map(tuple),
    copy=NAMES,
)
OUTCOMES = st.builds(
    FileOutcome, NAMES, st.sampled_from(FileStatus), NAMES, st.lists(TABLES, max_size=2).map(tuple), NAMES
)
FILES = st.builds(LakeFile, NAMES.map(lambda name: Path("/lake", name)), NAMES, st.integers(0), st.integers(0))


@settings(max_examples=50, deadline=None)
@given(OUTCOMES)
def test_an_outcome_comes_back_as_it_was_sent(outcome: FileOutcome) -> None:
    received = outcome_from_json(outcome_to_json(outcome))
    assert received == outcome
    assert hash(received) == hash(outcome)
    assert isinstance(received.status, FileStatus)


@settings(max_examples=50, deadline=None)
@given(st.lists(FILES, max_size=3).map(tuple), st.sampled_from(Header), st.none() | NAMES.map(Path))
def test_a_request_is_one_line_and_comes_back_as_it_was_sent(
    files: tuple[LakeFile, ...], header: Header, copies: Path | None
) -> None:
    request = Request(files, ReadOptions(header, 17, copies), ProfileLimits(values=1, words=2, grams=3, texts=4))
    line = request.to_line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    received = Request.from_line(line)
    assert received == request
    assert isinstance(received.options.header, Header)


def test_a_file_whose_path_is_not_utf8_can_be_asked_for() -> None:
    request = Request((LakeFile(Path("/l\udcffke/a.csv"), "a.csv", 1, 2),), ReadOptions(), ProfileLimits())
    assert Request.from_line(request.to_line()) == request


def test_frames_are_read_in_the_order_they_were_written() -> None:
    sent = [(Tag.READY, b""), (Tag.FILE_DONE, b'{"a": "\n"}'), (Tag.RECORDS, bytes(range(256)) * 1000)]
    stream = io.BytesIO()
    for tag, payload in sent:
        write_frame(stream, tag, payload)
    stream.seek(0)
    assert [receive_frame(stream) for _ in sent] == sent
    assert receive_frame(stream) is None


@pytest.mark.parametrize("length", range(12))
def test_a_frame_cut_short_is_none(length: int) -> None:
    stream = io.BytesIO()
    write_frame(stream, Tag.FILE_DONE, b"abc")
    assert len(stream.getvalue()) == 12
    assert receive_frame(io.BytesIO(stream.getvalue()[:length])) is None


def test_a_frame_that_arrives_in_pieces_is_whole() -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(1, size or 0))

    stream = Dripping()
    write_frame(stream, Tag.RECORDS, b"abcdef")
    stream.seek(0)
    assert receive_frame(stream) == (Tag.RECORDS, b"abcdef")
