"""One peer in a process of its own: read the lake, index it, answer the queries.

answer_as_peer.py PEER LAKE QUERIES.csv FOLDER STARTED   into FOLDER/rankings.csv and FOLDER/report.json

STARTED is the monotonic clock when this process was started: a peer's seconds, as lakeindex's, begin there.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from answers import INDEXED, K, answer_all, write_report
from peers.lake_values import LakeValues, read_lake
from peers.peer import Peer
from peers.roster import make

from lakeindex.types.lake import ColumnId


def run(name: str, lake_folder: Path, queries: Path, folder: Path, started: float) -> None:
    peer = make(name)
    reading = time.monotonic()
    lake = read_lake(lake_folder, peer.reads_values)
    reading = time.monotonic() - reading
    kept = folder / "kept"
    kept.mkdir()
    peer.build(lake, kept)
    seconds = time.monotonic() - started
    print(INDEXED, flush=True)
    milliseconds = answer_all(queries, lambda query: answer(peer, lake, query), folder / "rankings.csv")
    facts = {"columns": len(lake.columns), "reading_seconds": reading, "index_seconds": seconds}
    write_report(
        folder / "report.json",
        facts | {"index_bytes": peer.size(), "milliseconds": milliseconds, "settings": peer.settings},
    )


def answer(peer: Peer, lake: LakeValues, query: ColumnId) -> list[ColumnId]:
    """Answer one column; one that the lake doesn't have has no answer."""
    key = lake.keys.get(query)
    return [] if key is None else [lake.columns[found].id for found in peer.search(key, K).tolist()]


if __name__ == "__main__":
    run(sys.argv[1], *map(Path, sys.argv[2:5]), float(sys.argv[5]))
