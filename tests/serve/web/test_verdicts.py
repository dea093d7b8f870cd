"""Accepting and rejecting on pages, with a note, without a script."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import httpx
import pytest

from lakeindex import Lake
from tests.serve.web.lakes import SETTINGS
from tests.serve.web.test_pages import PAIR, words_of

NOTE = "the same <i>countries</i> & names, so \u202eyes"


@pytest.fixture
def feedback(broken_index: Path, client: httpx.Client) -> Lake:
    lake = Lake.open(broken_index, SETTINGS)
    for row in lake.feedback().to_pylist():
        lake.withdraw(*(row[name] for name in PAIR))
    return lake


def test_a_verdict_is_kept_with_its_note_which_is_shown_back(client: httpx.Client, feedback: Lake) -> None:
    answer = client.post("/verdict", params=PAIR, data={"verdict": "accept", "note": NOTE, "place": "join"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/join?left_table=sales%2Fvisits.csv")
    (row,) = feedback.feedback().to_pylist()
    assert (row["verdict"], row["note"]) == ("accepted", NOTE) and [row[name] for name in PAIR] == list(PAIR.values())
    for address in (answer.headers["location"], "/verdicts"):
        page = client.get(address).text
        assert "<q>the same &lt;i&gt;countries&lt;/i&gt; &amp; names, so \\u202eyes</q>" in page
    shown = words_of(client.get("/column", params={"table": PAIR["left_table"], "column": PAIR["left_column"]}).text)
    assert "name geo/ countries.csv accepted" in shown and "your verdict" in shown


def test_a_verdict_is_replaced_and_taken_back(client: httpx.Client, feedback: Lake) -> None:
    for verdict, left in (("accept", ["accepted"]), ("reject", ["rejected"]), ("withdraw", [])):
        answer = client.post("/verdict", params=PAIR, data={"verdict": verdict, "note": "", "place": "verdicts"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/verdicts")
        assert feedback.feedback()["verdict"].to_pylist() == left
    assert "Nobody has said anything yet" in client.get("/verdicts").text


@pytest.mark.parametrize(
    ("params", "form", "status", "says"),
    [
        (PAIR, {"note": "x"}, 400, "choose to accept or to reject"),
        (PAIR, {"verdict": "delete"}, 400, "accept, reject, withdraw"),
        (PAIR, {"verdict": "accept", "note": "x" * 1_001}, 400, "at most 1,000 characters"),
        (PAIR, {"verdict": "accept", "place": "//evil.example"}, 400, "one of join, column, verdicts"),
        (PAIR, {"verdict": "withdraw"}, 404, "no verdict"),
        (PAIR | {"right_column": "nme"}, {"verdict": "accept"}, 404, "the nearest: 'name'"),
        ({}, {"verdict": "accept"}, 400, "the address lacks left_table"),
        (PAIR | {"right_table": PAIR["left_table"], "right_column": "visit"}, {"verdict": "accept"}, 400, "one table"),
    ],
)
def test_what_is_no_verdict_changes_nothing(
    client: httpx.Client, feedback: Lake, params: dict[str, str], form: dict[str, str], status: int, says: str
) -> None:
    answer = client.post("/verdict", params=params, data=form)
    assert answer.status_code == status and says in unescape(answer.text)
    assert feedback.feedback().num_rows == 0


def test_a_form_that_is_none_is_refused(client: httpx.Client, feedback: Lake) -> None:
    for body in (b"\xff\xfe", b"verdict=%ff%fe&note=%ff", b"&".join([b"a=b"] * 50)):
        assert client.post("/verdict", params=PAIR, content=body).status_code == 400
    assert client.get("/verdict", params=PAIR).status_code == 404
