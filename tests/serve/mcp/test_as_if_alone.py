"""Who may see some tables gets what a lake of these alone would answer: the same counts, the same errors."""

from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from lakeindex import Lake, Settings
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.server import make_server
from tests.serve.forbidden_names import COLUMNS, TABLES
from tests.serve.http.conftest import SETTINGS
from tests.small_lake import write_lake

Question = tuple[str, dict[str, Any]]
LISTS = ("tables", "columns", "nearest", "partners", "relationships", "hops")


def questions(seed: int, number: int) -> list[Question]:
    rng = random.Random(seed)

    def question() -> Question:
        table, other = rng.choice(TABLES), rng.choice(TABLES)
        column, another = rng.choice(COLUMNS), rng.choice(COLUMNS)
        pair = {"left_table": table, "left_column": column, "right_table": other, "right_column": another}
        return rng.choice(
            [
                ("find_tables", {}), ("find_tables", {"text": column}), ("explain_join", pair), ("preview_join", pair),
                ("find_joinable_columns", {"table": table, "column": column}), ("profile_table", {"table": table}),
                ("relationships", {"min_probability": rng.random()}), ("relationships", {"table": table}),
                ("join_path", {"first_table": table, "last_table": other}),
            ]
        )  # fmt: skip

    return [question() for _ in range(number)]


def counted(answer: Any) -> Any:
    """Return what an answer counts, or the error."""
    if answer.is_error:
        return answer.content[0].text
    content = answer.structured_content
    return {
        name: len(value) if name in LISTS else value
        for name, value in content.items()
        if name in LISTS or name.endswith("count")
    }


def answers(index: Path, allowed: list[str] | None, asked: list[Question]) -> list[Any]:
    async def talk() -> list[Any]:
        served = ServedLake(Settings(index=str(index)))
        async with Client(make_server(served, allowed)) as client:
            return [counted(await client.call_tool(tool, given)) for tool, given in asked]

    return asyncio.run(talk())


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["geo", "sales"])
def test_other_tables_change_no_count_and_no_error(tmp_path: Path, folder: str) -> None:
    whole = write_lake(tmp_path / "whole")
    shutil.copytree(whole / folder, tmp_path / "alone" / folder)
    for lake in ("whole", "alone"):
        Lake.index(tmp_path / lake, tmp_path / f"{lake}.index", SETTINGS).close()
    asked = questions(5, 150)
    seen = answers(tmp_path / "whole.index", [f"{folder}/*"], asked)
    assert any(isinstance(one, dict) and one.get("table_count") == 2 for one in seen)
    assert seen == answers(tmp_path / "alone.index", None, asked)
