"""Whatever is asked within and outside of what the document says, the answer is one that it describes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lakeindex import Settings
from lakeindex.serve.http.app import make_app
from lakeindex.serve.http.limits import Limits
from lakeindex.serve.http.served_lake import ServedLake
from tests.serve.http.conftest import ADMIN, PRINCIPALS

pytestmark = [pytest.mark.pipelines, pytest.mark.filterwarnings("default")]
ADDRESSES = ("query", "explain", "relationships", "join", "tables", "profile", "path")
EXAMPLES = 30
"""Random requests to each address, as many within what it takes as outside."""
TOKEN = {"Authorization": f"Bearer {ADMIN}"}
PAIR = {
    "left_table": "sales/orders.csv", "left_column": "country",
    "right_table": "geo/countries.csv", "right_column": "code",
}  # fmt: skip
THERE = {
    "query": {"table": "sales/orders.csv", "column": "country", "within": "*"},
    "explain": PAIR,
    "join": PAIR | {"match": "auto"},
    "profile": {"table": "sales/orders.csv", "column": "country"},
    "path": {"first_table": "sales/orders.csv", "last_table": "geo/countries.csv"},
}
"""What the lake can answer, by address: random names are in no lake, and only try how errors are described."""


@pytest.fixture(scope="module")
def document(small_index: Path) -> Any:
    schemathesis = pytest.importorskip("schemathesis", reason="make test-pipelines installs it")
    served = ServedLake(Settings(index=str(small_index)))
    app = make_app(served, PRINCIPALS, Limits(at_once=8), ["testserver"])
    yield schemathesis.openapi.from_asgi("/openapi.json", app, headers=TOKEN)
    served.close()


def test_the_document_has_these_addresses(document: Any) -> None:
    assert {one.ok().path for one in document.get_all_operations()} == {f"/v1/{name}" for name in ADDRESSES}


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("name", ADDRESSES)
def test_every_answer_is_one_that_the_document_describes(document: Any, name: str, mode: str) -> None:
    statuses = statuses_of(document, name, mode, {})
    if name != "tables":  # which takes nothing that could be right or wrong
        assert statuses.total() >= EXAMPLES // 2
        assert mode == "positive" or statuses[400] > 0


@pytest.mark.parametrize("name", ADDRESSES)
def test_answers_about_what_is_there_are_described(document: Any, name: str) -> None:
    statuses = statuses_of(document, name, "positive", THERE.get(name, {}))
    assert set(statuses) <= {200, 404}  # 404: a `column` that a profile need not name
    assert statuses[200] > statuses[404]


def statuses_of(document: Any, name: str, mode: str, there: dict[str, str]) -> Counter[int]:
    """Ask an address at random, by names that are `there` where these are given; count the answers, by status."""
    from hypothesis import HealthCheck, given, seed, settings
    from schemathesis import GenerationMode

    statuses: Counter[int] = Counter()

    @seed(1)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=document[f"/v1/{name}"]["GET"].as_strategy(GenerationMode(mode)))
    def ask(case: Any) -> None:
        case.query = {**(case.query or {}), **there}
        answer = case.call(headers=TOKEN)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, answer.text
        case.operation.validate_response(answer)

    ask()
    return statuses
