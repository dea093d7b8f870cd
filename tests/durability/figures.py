"""Where tests leave what they counted, for `benchmarks/durability.py` to collect."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "LAKEINDEX_DURABILITY_FIGURES"
"""Names a JSON file that holds the figures of every subject. Without it, nothing is kept."""


def keep_figures(subject: str, counted: Mapping[str, object]) -> None:
    """Keep the figures of a subject."""
    if path := os.environ.get(VARIABLE):
        file = Path(path)
        figures = json.loads(file.read_text("utf-8")) if file.exists() else {}
        file.write_text(json.dumps(figures | {subject: dict(counted)}, indent=1), "utf-8")
