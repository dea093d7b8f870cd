"""An index that was told to keep no values: no server shows one, not in rows, not as an example, not in SQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from starlette.testclient import TestClient

from lakeindex import Lake, Settings
from lakeindex.serve.http.app import make_app
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.served_lake import ServedLake
from lakeindex.serve.mcp.server import make_server
from tests.serve.http.conftest import ADMIN, PRINCIPALS

FIRMS = ["Angstrom Works", "Zebra Limited", "Quokka Breeders", "Fjord Shipping", "Lemon Tree Foods", "Octopus Bakery",
         "Maple Syrup Mill", "Granite Quarry", "Velvet Weavers", "Walnut Carpentry", "Copper Kettles"]  # fmt: skip
COLUMNS = {"firms.csv": "firm", "revenues.csv": "company", "visits.csv": "visitor"}
NAMES = ("left_table", "left_column", "right_table", "right_column", "match")
PAIRS = [
    ("firms.csv", "firm", "revenues.csv", "company", "fuzzy"), ("firms.csv", "firm", "visits.csv", "visitor", "auto"),
    ("revenues.csv", "company", "visits.csv", "visitor", "auto"),
]  # fmt: skip
SECRETS = [part.lower() for firm in FIRMS for part in firm.split()] + ["town7", "1999-01"]


def misspelt(firm: str) -> str:
    return f"{firm[:-3]}{firm[-2:]}"


def write_firms(folder: Path) -> Path:
    """Write three tables of the same firms: as they are, with a letter left out, in capitals."""
    folder.mkdir()
    (folder / "firms.csv").write_text("firm,town\n" + "".join(f"{one},town{n}\n" for n, one in enumerate(FIRMS)))
    (folder / "revenues.csv").write_text(
        "company,revenue\n" + "".join(f"{misspelt(one)},{n * 7}\n" for n, one in enumerate(FIRMS))
    )
    (folder / "visits.csv").write_text(
        "visitor,day\n" + "".join(f"{one.upper()},1999-01-{n + 1:02}\n" for n, one in enumerate(FIRMS))
    )
    return folder


@pytest.fixture(scope="module", params=["sample", "hash"])
def served(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[ServedLake]:
    folder = tmp_path_factory.mktemp("withheld")
    settings = Settings(model="hashing", jobs=1, memory="500MB", values=request.param, header="yes")
    Lake.index(write_firms(folder / "lake"), folder / "index", settings).close()
    served = ServedLake(Settings(index=str(folder / "index")))
    yield served
    served.close()


def shown_by(answers: list[str]) -> set[str]:
    return {secret for secret in SECRETS for answer in answers if secret in answer.lower()}


def keeps_values(served: ServedLake) -> bool:
    with served.answering(None) as lake:
        return bool(lake.generation.manifest.settings["limits"]["raw"] == "sample")


def require_policy(served: ServedLake, answers: list[str]) -> None:
    """Assert that values are shown exactly where the index may: a test that finds none anywhere tests nothing."""
    assert bool(shown_by(answers)) == keeps_values(served)


def test_neither_rest_nor_pages_show_values(served: ServedLake) -> None:
    app = make_app(served, PRINCIPALS, Limits())
    client = TestClient(app, "http://localhost:8765", headers={"Authorization": f"Bearer {ADMIN}"})
    pairs = [dict(zip(NAMES, pair, strict=True)) for pair in PAIRS]
    columns = [{"table": table, "column": column} for table, column in COLUMNS.items()]
    asked = {
        "/v1/query": columns, "/column": [one | {"figures": "counted"} for one in columns], "/v1/join": pairs,
        "/v1/profile": [{"table": table} for table in COLUMNS], "/join": pairs,
        "/v1/explain": [{name: one[name] for name in NAMES[:4]} for one in pairs],
    }  # fmt: skip
    for address, given in asked.items():
        answers = [client.get(address, params=one) for one in given]
        assert {answer.status_code for answer in answers} == {200}, address
        require_policy(served, [answer.text for answer in answers])


def test_no_tool_shows_values(served: ServedLake) -> None:
    async def talk() -> dict[str, list[Any]]:
        async with Client(make_server(served, None)) as client:

            async def call(tool: str, **given: str) -> str:
                answer = await client.call_tool(tool, given)
                assert not answer.is_error, answer.content
                return json.dumps(answer.structured_content)

            found: dict[str, list[Any]] = {"profile_table": [await call("profile_table", table=one) for one in COLUMNS]}
            found["find_joinable_columns"] = [
                await call("find_joinable_columns", table=table, column=column) for table, column in COLUMNS.items()
            ]
            found["preview_join"] = [
                await call("preview_join", **dict(zip(NAMES, pair, strict=True))) for pair in PAIRS
            ]
            return found

    for answers in asyncio.run(talk()).values():
        require_policy(served, answers)
