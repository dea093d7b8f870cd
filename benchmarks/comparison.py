"""Run lakeindex and the peers on a lake, each in processes of its own, and keep what each answers and costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from answers import ANSWERED, INDEXED, K, read_rankings
from costs import COST_HEADER, Costs, cost_row, of_all_parts
from fusion import RRF_K, fuse
from labelled_lakes import write_rankings
from peak_memory import PeakMemory
from peers.roster import FUSED, RRF, title

from lakeindex.evaluate.labelled import read_queries
from lakeindex.evaluate.run import LAKEINDEX

_HERE = Path(__file__).parent
_COMMAND = Path(sys.executable).with_name("lakeindex")


@dataclass
class Comparison:
    """A folder in which systems are run, and what they took by lake and system."""

    folder: Path
    peers: Sequence[str]
    costs: dict[str, dict[str, Costs]] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def systems(self) -> list[str]:
        return [LAKEINDEX, *map(title, self.peers)]

    def run(self, label: str, lake: Path, queries: Path) -> None:
        """Let every system index one lake and answer its queries."""
        self.costs[label] = {}
        self._keep(label, LAKEINDEX, self._run_lakeindex(label, lake, queries))
        for peer in self.peers:
            costs = self._fuse(label, queries) if peer == RRF else self._run_peer(peer, label, lake, queries)
            self._keep(label, title(peer), costs)

    def rankings(self, system: str, label: str) -> Path:
        folder = self.folder / "rankings" / system
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{label}.csv"

    def _keep(self, label: str, system: str, costs: Costs) -> None:
        self.costs[label][system] = costs
        print(f"{label}: {_in_words(system, costs)}", flush=True)

    def _run_lakeindex(self, label: str, lake: Path, queries: Path) -> Costs:
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            index = folder / "index"
            started = time.monotonic()
            indexing = _watched([_COMMAND, "index", lake, "--index", index, "--quiet"], folder)
            seconds = time.monotonic() - started
            asking = _watched([sys.executable, _HERE / "answer_as_lakeindex.py", index, queries, folder], folder)
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            (folder / "rankings.csv").replace(self.rankings(LAKEINDEX, label))
        self.settings[LAKEINDEX] = report["settings"]
        peak = None if indexing.peak is None or asking.peak is None else max(indexing.peak, asking.peak)
        return Costs(
            report["columns"], seconds, None, report["index_bytes"], indexing.peak, peak, tuple(report["milliseconds"])
        )

    def _run_peer(self, peer: str, label: str, lake: Path, queries: Path) -> Costs:
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            script = _HERE / "answer_as_peer.py"
            run = _watched([sys.executable, script, peer, lake, queries, folder, time.monotonic()], folder)
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            (folder / "rankings.csv").replace(self.rankings(title(peer), label))
        self.settings[title(peer)] = report.pop("settings")
        report["milliseconds"] = tuple(report["milliseconds"])
        return Costs(**report, index_peak_bytes=run.indexing_peak, peak_bytes=run.peak)

    def _fuse(self, label: str, queries: Path) -> Costs:
        parts = [read_rankings(self.rankings(title(peer), label)) for peer in FUSED]
        answers, milliseconds = {}, []
        for query in read_queries(queries):
            started = time.perf_counter()
            answers[query] = fuse([part.get(query, ()) for part in parts], K)
            milliseconds.append(1000 * (time.perf_counter() - started))
        write_rankings(self.rankings(title(RRF), label), answers)
        self.settings[title(RRF)] = {"fuses": [title(peer) for peer in FUSED], "k": RRF_K}
        return of_all_parts([self.costs[label][title(peer)] for peer in FUSED], milliseconds)


@dataclass(frozen=True, slots=True)
class _Watched:
    indexing_peak: int | None
    """Until it reported that it had indexed."""
    peak: int | None
    """Until it reported that it had answered, or its end."""


def _watched(words: Sequence[object], folder: Path) -> _Watched:
    """Run a command and watch its memory; end the comparison when it fails, with its last words."""
    peaks: dict[str, int | None] = {}
    with (folder / "messages.txt").open("w+", encoding="utf-8", errors="replace") as messages:
        command = list(map(str, words))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=messages, text=True)
        assert process.stdout is not None
        with process.stdout, PeakMemory(process.pid) as memory:
            for line in process.stdout:
                if line.strip() in (INDEXED, ANSWERED):
                    peaks[line.strip()] = memory.bytes
            peak = memory.bytes
        if process.wait():
            messages.seek(0)
            sys.exit(f"failed with {process.returncode}: {' '.join(command)}\n{messages.read()[-3000:]}")
    return _Watched(peaks.get(INDEXED), peaks.get(ANSWERED, peak))


def _in_words(system: str, costs: Costs) -> str:
    row = cost_row(system, costs.to_record())
    return ", ".join([row[0], *(f"{name} {cell}" for name, cell in zip(COST_HEADER[1:], row[1:], strict=True))])
