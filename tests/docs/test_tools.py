"""What writes the pages, and says whether they are current, tells apart what matters from what doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.docs.blocks import blocks_of, run_again
from tools.docs.volatile import is_same, kept_where_volatile

PAGE = (
    "# A page\n\n```console\n$ printf 'one\\ntwo\\nthree\\n'\none\n...\n$ printf four\n```\n\n"
    "```python\nprint(2 + 3)\n```\n"
)


def test_examples_are_run_again_and_cut_where_they_were(tmp_path: Path) -> None:
    now = run_again(PAGE + "\n```text\n```\n", tmp_path, {})
    assert [block.body for block in blocks_of(now)] == [
        "$ printf 'one\\ntwo\\nthree\\n'\none\n...\n$ printf four\nfour\n",
        "print(2 + 3)\n",
        "5\n",
    ]


def test_an_example_of_ours_that_fails_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"lakeindex query a\.csv b exits with 4"):
        run_again("```console\n$ lakeindex query a.csv b\n```\n", tmp_path, {})


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("indexed 78 tables in 3.2 s", "indexed 78 tables in 41.8 s"),
        ("given at 2026-01-02T03:04:05+00:00", "given at 2025-11-12T13:14:15+00:00"),
        ("score 0.951", "score  0.949"),
        ("a  ────── b", "a b"),
        ("```console\n$ lakeindex doctor\none\n```", "```console\n$ lakeindex doctor\nother\n```"),
    ],
)
def test_figures_of_a_run_or_of_a_machine_are_no_difference(now: str, before: str) -> None:
    assert is_same(now, before)
    assert kept_where_volatile(now, before) == before


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("score 0.951", "score 0.911"),
        ("indexed 78 tables", "indexed 87 tables"),
        ("joins with a", "joins with b"),
        ("```console\n$ lakeindex status\none\n```", "```console\n$ lakeindex status\nother\n```"),
    ],
)
def test_another_result_is_a_difference(now: str, before: str) -> None:
    assert not is_same(now, before)
    assert kept_where_volatile(now, before) == now
