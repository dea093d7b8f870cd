"""What the tests of durability have in common: a place where the slow ones leave their figures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Figures = Callable[[str, Mapping[str, object]], None]


@pytest.fixture
def figures() -> Figures:
    """Keep the figures of a subject, a line of JSON each, where DURABILITY_FIGURES names a file."""

    def keep(subject: str, found: Mapping[str, object]) -> None:
        if path := os.environ.get("DURABILITY_FIGURES"):
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps({"subject": subject, "figures": dict(found)}) + "\n")

    return keep
