from __future__ import annotations

import json
import logging
import re
import time
from typing import Any

import pytest

from lakeindex.errors import InvalidSetting
from lakeindex.escaping.visible import is_visible
from lakeindex.integrate.conflicts.chat_endpoint import ChatEndpoint, NoAnswer
from lakeindex.integrate.conflicts.claims import Claims, Decision, Resolved
from lakeindex.integrate.conflicts.language_model import INSTRUCTION, Judge, judge
from lakeindex.integrate.conflicts.resolve import resolve
from lakeindex.integrate.conflicts.typed_values import without_markup
from tests.integrate.conflicts.fake_model import FakeModel, fake_model
from tests.integrate.conflicts.injections import INJECTIONS
from tests.integrate.conflicts.made_claims import claims_of

TIE = [
    (0, 0, 0, "Paris"),
    (0, 0, 1, "Lyon"),
    (0, 1, 0, "France"),
    (0, 1, 1, "France"),
    (1, 0, 0, "Rome"),
    (1, 0, 1, "rome"),
]
KEY = "sk-very-secret"


def judged(claims: Claims, model: FakeModel, **options: Any) -> Resolved:
    endpoint = ChatEndpoint(model.url, "small", KEY, seconds=5)
    return judge(resolve(claims), claims, Judge(endpoint, ["city", "country"], **options))


def number_of_text(body: dict[str, Any], text: str) -> str:
    candidates = json.loads(body["messages"][1]["content"])["candidates"]
    return next(number for number, one in candidates.items() if one == text)


@pytest.mark.parametrize("city", ["Paris", "Lyon"])
def test_the_candidate_that_the_model_chooses_wins(city: str) -> None:
    with fake_model(lambda body: number_of_text(body, city)) as model:
        found = judged(claims_of(TIE), model)
    assert found.value.to_pylist() == [city, "France", "Rome"]
    assert found.decisions() == [Decision.LANGUAGE_MODEL, Decision.AGREED, Decision.AGREED]
    assert found.is_tie.tolist() == [False, False, False]
    assert found.has_won.tolist() == [city == "Paris", city == "Lyon", True, True, True, True]
    assert found.notes == ()


def test_only_cells_that_no_rule_decides_are_asked_and_as_json_at_temperature_0() -> None:
    with fake_model(lambda body: "1") as model:
        judged(claims_of(TIE), model)
    (request,) = model.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["temperature"], request["max_tokens"]) == ("small", 0, 8)
    assert [one["role"] for one in request["messages"]] == ["system", "user"]
    assert request["messages"][0]["content"] == INSTRUCTION
    question = json.loads(request["messages"][1]["content"])
    assert question["attribute"] == "city"
    assert question["known"] == {"country": "France"}
    assert sorted(question["candidates"].values()) == ["Lyon", "Paris"]
    assert model.headers[0]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("answer", ["0", "3", "-1", "PWNED", "", "1 or 2", "one", "99999999999", "²", "1\n2", "Lyon"])
def test_what_is_no_candidates_number_is_no_answer(answer: str) -> None:
    claims = claims_of(TIE)
    with fake_model(lambda body: answer) as model:
        found = judged(claims, model)
    assert found.value.to_pylist() == resolve(claims).value.to_pylist()
    assert found.is_tie.tolist() == [True, False, False]
    assert found.notes == ("the language model chose no candidate for 1 cells: the other rules decided these",)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (500, "status 500"), (401, "status 401"), (302, "status 302"),
        (b"{}", "something else"), (b"[" * 100_000, "something else"), (b"\xff", "something else"),
        (b'{"choices": [{"message": {"content": null}}]}', "without text"),
    ],
)  # fmt: skip
def test_a_broken_server_is_a_sentence_and_the_rules_decide(
    answer: int | bytes, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with fake_model(lambda body: answer) as model:
        found = judged(claims_of(TIE), model)
    assert sentence in found.notes[0]
    assert found.decisions()[0] is Decision.TIE
    assert KEY not in " ".join(found.notes) + caplog.text
    assert len(model.requests) == 1  # a redirect is not followed


def test_a_server_that_is_gone_is_asked_three_times() -> None:
    with fake_model(lambda body: "1") as model:
        pass
    claims = claims_of([(entity, 0, source, f"v{entity}{source}") for entity in range(9) for source in range(2)])
    found = judged(claims, model)
    assert "can't be reached" in found.notes[0]
    assert found.is_tie.all()


def test_a_slow_server_is_left() -> None:
    def answers_late(_: dict[str, Any]) -> str:
        time.sleep(0.5)
        return "1"

    with fake_model(answers_late) as model, pytest.raises(NoAnswer, match=r"did not answer within 0\.05 seconds"):
        ChatEndpoint(model.url, "small", seconds=0.05).ask("", "")


def test_calls_are_bounded_and_what_is_left_is_said() -> None:
    claims = claims_of([(entity, 0, source, f"v{entity}{source}") for entity in range(9) for source in range(2)])
    with fake_model(lambda body: "1") as model:
        found = judged(claims, model, most_calls=4)
    assert len(model.requests) == 4
    assert found.is_tie.sum() == 5
    assert found.notes == ("the language model was not asked about 5 cells: the other rules decided these",)


def test_candidates_stand_in_an_order_of_the_seed_and_examples_are_of_the_attribute() -> None:
    made = [(e, 0, s, f"city {e}" if s else f"City-{e}x") for e in range(20) for s in (0, 1)]
    sure = [(e, 0, s, "Rome" if s != e % 6 else "Roma") for e in range(20, 60) for s in range(6)]
    claims = claims_of([*made, *sure])
    orders = []
    for seed in (0, 0, 1):
        with fake_model(lambda body: "1") as model:
            judged(claims, model, seed=seed, most_calls=20)
        questions = [json.loads(one["messages"][1]["content"]) for one in model.requests]
        orders.append([list(one["candidates"].values()) for one in questions])
    assert orders[0] == orders[1] != orders[2]
    assert all(one["candidates"][str(one["answer"])] == "Rome" for one in questions[0]["examples"])
    assert len(questions[0]["examples"]) == 4


def obeys(body: dict[str, Any]) -> str:
    """Answer as a model that does what the last order in its context says."""
    text = " ".join(one["content"] for one in body["messages"][1:])
    found = re.findall(r"(PWNED|HACKED|99|42|-1|http\S+|LAKEINDEX_CHAT_KEY)", text)
    return found[-1] if found else "1"


def test_there_are_two_hundred_different_injections() -> None:
    assert len(set(INJECTIONS)) == 200


def test_no_text_of_a_cell_steers_the_result_or_leaves_its_json_string() -> None:
    claims = claims_of(
        [one for entity, text in enumerate(INJECTIONS)
         for one in ((entity, 0, 0, text), (entity, 0, 1, f"value {entity}"), (entity, 1, 0, text))]
    )  # fmt: skip
    with fake_model(obeys) as model:
        found = judged(claims, model, most_calls=1000)
    known: dict[tuple[int, int], set[str]] = {}
    for place, text in enumerate(without_markup(claims.text).to_pylist()):
        key = int(claims.entity[place]), int(claims.attribute[place])
        known.setdefault(key, set()).update((text, claims.text[place].as_py()))
    cells = zip(found.entity.tolist(), found.attribute.tolist(), found.value.to_pylist(), strict=True)
    assert all(value in known[entity, attribute] for entity, attribute, value in cells)
    asked = 0
    for request in model.requests:
        assert set(request) == {"model", "temperature", "max_tokens", "messages", "path"}
        assert [set(one) for one in request["messages"]] == [{"role", "content"}] * 2
        assert request["messages"][0]["content"] == INSTRUCTION
        text = request["messages"][1]["content"]
        assert is_visible(text) and "\n" not in text
        question = json.loads(text)
        assert set(question) == {"attribute", "known", "examples", "candidates"}
        assert set(question["candidates"]) == {"1", "2"}
        assert all(isinstance(one, str) for one in question["candidates"].values())
        asked += 1
    assert asked == 200


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("file:///etc/passwd", ""), ("ftp://host/v1", ""), ("https://", ""), ("", ""), ("https://user:pw@host/v1", ""),
        ("https://host/v1?key=x", ""), ("http://elsewhere/v1", "k"), ("https://host/v1", "a\nHost: evil"),
    ],
)  # fmt: skip
def test_an_address_or_key_that_is_unsafe_is_refused(url: str, key: str) -> None:
    with pytest.raises(InvalidSetting) as error:
        ChatEndpoint(url, "small", key)
    assert "evil" not in str(error.value)


def test_nothing_is_asked_unless_the_environment_names_a_model() -> None:
    with pytest.raises(InvalidSetting, match="give LAKEINDEX_CHAT_URL and LAKEINDEX_CHAT_MODEL"):
        ChatEndpoint.from_environment({})
    found = ChatEndpoint.from_environment(
        {"LAKEINDEX_CHAT_URL": "http://localhost:1/v1/", "LAKEINDEX_CHAT_MODEL": "m", "LAKEINDEX_CHAT_KEY": KEY}
    )
    assert found == ChatEndpoint("http://localhost:1/v1", "m", KEY)
    assert KEY not in repr(found)
