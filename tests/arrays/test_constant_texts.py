from __future__ import annotations

import subprocess
import sys

import pyarrow as pa

from lakeindex.arrays.constant_texts import constant_text, constant_texts


def test_they_are_what_arrow_makes_of_the_same_texts() -> None:
    texts = ["", "n/a", "Müller", "日本", "a\x1fb"]
    assert constant_texts(texts).equals(pa.array(texts, pa.large_string()))
    assert constant_texts([]).equals(pa.array([], pa.large_string()))
    assert constant_text("é").equals(pa.scalar("é", pa.large_string()))


def test_what_joins_and_integrates_is_imported_without_pandas() -> None:
    """Where pandas is installed, pyarrow imports it with the first array that is made of a list."""
    code = (
        "import sys, lakeindex.join.plan_join, lakeindex.join.count_matches, lakeindex.integrate.integrate_tables\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
