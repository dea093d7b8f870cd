"""Exports to OpenMetadata: what is sent, what a second push sends, and what stays of people's edits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from lakeindex.export.naming import Naming
from lakeindex.export.openmetadata.names import parts_of, quoted_name
from lakeindex.export.outcome import Outcome, Result
from lakeindex.export.targets import Export, Target
from tests.export.conftest import towards
from tests.export.fake_openmetadata import FakeOpenMetadata
from tests.export.fake_server import serving

pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
NAMING = Naming(service="files", prefix="shop.raw", page="https://lake.example")
ORDERS = 'files.shop.raw."orders.csv"'
PERSON = "ada"


@pytest.fixture
def exported(described: Export) -> Export:
    return towards(described, Target.OPENMETADATA, NAMING)


def catalog_of(exported: Export) -> FakeOpenMetadata:
    """Return a catalog into which the lake's tables were ingested."""
    catalog = FakeOpenMetadata()
    for table in exported.lake.tables:
        catalog.add(f'files.shop.raw."{table.id}"', *(column.name for column in table.columns))
    return catalog


def push(exported: Export, catalog: FakeOpenMetadata, is_dry: bool = False, creates: bool = False) -> list[Outcome]:
    with serving(catalog) as url:
        return exported.push(url, is_dry, creates)


def changes(outcomes: list[Outcome]) -> int:
    return sum(one.result in (Result.CREATED, Result.CHANGED) for one in outcomes)


def to_customers(catalog: FakeOpenMetadata) -> dict[str, object]:
    known = catalog.named(ORDERS).get("tableConstraints", [])
    return next(one for one in known if one["columns"] == ["customer_id"])


def test_a_push_adds_constraints_notes_and_profiles(exported: Export) -> None:
    catalog = catalog_of(exported)
    outcomes = push(exported, catalog)
    told = Counter((one.what, one.result) for one in outcomes)
    assert told["relationship", Result.CREATED] == len(exported.lake.references)
    assert told["profile", Result.CREATED] == 5
    assert to_customers(catalog) == {
        "constraintType": "FOREIGN_KEY",
        "columns": ["customer_id"],
        "referredColumns": ['files.shop.raw."customers.csv".id'],
        "relationshipType": "MANY_TO_ONE",
    }
    note = catalog.named(ORDERS)["description"]
    assert "customer_id refers to customers.csv · id (probability " in note
    assert "](https://lake.example/table/orders.csv)" in note
    assert catalog.named(ORDERS)["profile"]["rowCount"] == 80


def test_a_second_push_changes_nothing_whenever_it_is(exported: Export) -> None:
    catalog = catalog_of(exported)
    push(exported, catalog)
    sent = len(catalog.sent)
    later = replace(exported.lake, published_at=exported.lake.published_at.replace(year=2040))
    outcomes = push(replace(exported, lake=later), catalog)
    assert {one.result for one in outcomes} == {Result.UNCHANGED}
    assert len(catalog.sent) == sent


def test_constraints_of_people_stay_and_ours_are_added_to_them(exported: Export) -> None:
    catalog = catalog_of(exported)
    theirs = {"constraintType": "PRIMARY_KEY", "columns": ["id"]}
    catalog.edit(ORDERS, PERSON, tableConstraints=[dict(theirs)])
    push(exported, catalog)
    assert catalog.named(ORDERS)["tableConstraints"][0] == theirs
    assert to_customers(catalog)["relationshipType"] == "MANY_TO_ONE"
    assert changes(push(exported, catalog)) == 0


@pytest.mark.parametrize(
    "change",
    [{"referredColumns": ["files.shop.raw.clients.id"]}, {"relationshipType": "ONE_TO_ONE"}],
    ids=["another parent", "another cardinality"],
)
def test_a_foreign_key_that_a_person_changed_stays(exported: Export, change: dict[str, object]) -> None:
    catalog = catalog_of(exported)
    push(exported, catalog)
    edited = to_customers(catalog) | change
    known = [edited if one["columns"] == ["customer_id"] else one for one in catalog.named(ORDERS)["tableConstraints"]]
    catalog.edit(ORDERS, PERSON, tableConstraints=known)
    outcomes = push(exported, catalog)
    assert to_customers(catalog) == edited
    assert [one.result for one in outcomes].count(Result.KEPT) == 1
    assert changes(outcomes) == 0


def test_a_foreign_key_that_a_person_removed_is_not_put_back(exported: Export) -> None:
    catalog = catalog_of(exported)
    push(exported, catalog)
    rest = [one for one in catalog.named(ORDERS)["tableConstraints"] if one["columns"] != ["customer_id"]]
    catalog.edit(ORDERS, PERSON, tableConstraints=rest)
    outcomes = push(exported, catalog)
    assert [one.detail for one in outcomes if one.result is Result.KEPT] == ["somebody removed it there"]
    assert changes(outcomes) == 0


@pytest.mark.parametrize("before", ["", "first"])
def test_a_description_of_a_person_is_never_written_over(exported: Export, before: str) -> None:
    catalog = catalog_of(exported)
    if before:
        push(exported, catalog)
    edited = catalog.named(ORDERS).get("description", "").replace("customer", "client") + "Asked Bo about it."
    catalog.edit(ORDERS, PERSON, description=edited)
    keys = tuple(replace(one, probability=0.5) for one in exported.lake.references)
    outcomes = push(replace(exported, lake=replace(exported.lake, references=keys)), catalog)
    assert catalog.named(ORDERS)["description"] == edited
    assert [(one.what, one.name) for one in outcomes if one.result is Result.KEPT] == [("note", "orders.csv")]


def test_our_note_follows_what_is_found_while_nobody_edits_it(exported: Export) -> None:
    catalog = catalog_of(exported)
    push(exported, catalog)
    keys = tuple(replace(one, probability=0.5) for one in exported.lake.references)
    push(replace(exported, lake=replace(exported.lake, references=keys)), catalog)
    assert "(probability 50%," in catalog.named(ORDERS)["description"]


def test_tables_that_are_not_there_are_named_with_the_way_out(exported: Export) -> None:
    catalog = FakeOpenMetadata()
    outcomes = push(exported, catalog)
    assert [one.result for one in outcomes] == [Result.MISSING] * 5
    assert "ingest it there first, name it by --map, or make it with --create" in outcomes[0].detail
    assert catalog.sent == []


def test_tables_are_made_where_that_is_asked_for(exported: Export) -> None:
    catalog = FakeOpenMetadata()
    push(exported, catalog, creates=True)
    assert to_customers(catalog)["referredColumns"] == ['files.shop.raw."customers.csv".id']
    assert changes(push(exported, catalog, creates=True)) == 0


def test_a_later_profile_of_another_program_stays(exported: Export) -> None:
    catalog = catalog_of(exported)
    push(exported, catalog)
    profile = catalog.named(ORDERS)["profile"]
    profile |= {"rowCount": 81, "timestamp": profile["timestamp"] + 1}
    outcomes = push(exported, catalog)
    assert [one.detail for one in outcomes if one.result is Result.KEPT] == ["a later one is there"]


def test_a_dry_run_sends_nothing(exported: Export) -> None:
    catalog = catalog_of(exported)
    assert changes(push(exported, catalog, is_dry=True)) > 0
    assert catalog.sent == []


@pytest.mark.parametrize("name", ["plain", "a.b", 'with "quotes"', "é.ü", "a\\b.c", '"', "a::b > c"])
def test_names_are_read_as_they_were_quoted(name: str) -> None:
    assert parts_of(f"x.{quoted_name(name)}.y") == ["x", name, "y"]
