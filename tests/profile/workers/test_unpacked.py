from __future__ import annotations

import pyarrow as pa

from lakeindex.profile.workers.table_reader import to_parts
from lakeindex.profile.workers.unpacked import most_unpacked_bytes, unpacked_bytes


def coded(texts: list[str | None]) -> pa.RecordBatch:
    return pa.record_batch([pa.array(texts, pa.string()).dictionary_encode()], names=["a"])


def test_codes_count_as_their_texts() -> None:
    texts = ["a", "bcd", None, "bcd", ""]
    assert unpacked_bytes(coded(texts)) == 7 + 4 * 5
    assert most_unpacked_bytes(coded(texts)) == (3 + 4) * 5
    assert unpacked_bytes(coded([])) == most_unpacked_bytes(coded([])) == 0
    plain = pa.record_batch([pa.array(texts, pa.string())], names=["a"])
    assert unpacked_bytes(plain) == most_unpacked_bytes(plain) == plain.nbytes


def test_long_texts_as_codes_do_not_make_larger_parts() -> None:
    batch = coded(["x" * 10_000] * 1_000)
    parts = list(to_parts(iter([batch] * 20), batch.schema))
    assert [part.num_rows for part in parts] == [6_000, 6_000, 6_000, 2_000]
